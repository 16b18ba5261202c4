"""Tables whose writes all go into one log, so that an earlier state can be restored or looked at.

Rows never change: a change puts another row in their place. So the log only needs the row that
each write replaced. That is enough, for all tables alike, to go back, to see the past, and to
find what a call has changed.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, TypeVar

Key = TypeVar("Key")
Row = TypeVar("Row")


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
"""Stands for a row if there was none."""

Rows = dict[Any, dict[Any, Any]]
"""For each table, rows by key."""

Write = tuple[Any, Any, Any]
"""A table, a key, and the row that was there, or will be there."""


_MOST_MARKS = 16  # marks for which a log remembers the writes since


class Log:
    """The rows that writes replaced, as long as somebody may go back before those writes.

    A mark is a number of writes. Who keeps what is a table too, so a rewind restores it as well.
    """

    __slots__ = ("_first", "_kept", "_seen", "_writes", "begun", "is_on", "lock")

    def __init__(self) -> None:
        self.lock: Any = threading.RLock()
        """Held for every write, and for as long as a rewind would undo others' writes."""
        self.is_on: bool = False
        """Whether somebody may go back, so that writes are kept at all."""
        self.begun: int = 0
        """How many calls and verbs, one inside another, may go back to where they began.

        They count themselves: no signal comes between two plain assignments, as one may when a
        function is called, and after an exception the number is right again.
        """
        self._writes: list[Write] = []
        self._first = 0  # the number of the first write that is still here
        self._seen: dict[int, tuple[int, Rows]] = {}  # by mark: how far `since` read, what it gave
        self._kept: Table[object, int] = Table(self)

    def add(self, table: Any, key: Any, before: Any) -> None:
        self._writes.append((table, key, before))

    def mark(self) -> int:
        """The current mark: how many writes there were. The caller must hold the lock."""
        return self._first + len(self._writes)

    def keep(self, who: object, since: int | None = None, *, for_others: bool = False) -> int:
        """Keep the writes from now on for `who`. Returns the current mark.

        With `since`, keep them from that earlier mark, from which all are still kept. With
        `for_others`, keep all that others may go back to, for a caller who restores these too.
        """
        with self.lock:
            self.is_on = True
            # This is a write too: the mark comes after it, or a rewind to the mark would undo it.
            now = self.mark() + 1
            earliest = min(self._kept.values(), default=now)
            self._kept[who] = earliest if for_others else now if since is None else since
            self.forget()
        return now

    def let_go(self, who: object) -> None:
        """Stop keeping anything for `who`."""
        with self.lock:
            if who in self._kept:
                del self._kept[who]
                self.forget()

    def kept(self, who: object) -> int | None:
        """The mark since which the writes are kept for `who`; None if they are not."""
        return self._kept.get(who)

    def rewind(self, mark: int) -> list[Write]:
        """Restore all tables to what they were at the mark. Returns the argument for `replay`."""
        undone: list[Write] = []
        with self.lock:
            self._seen.clear()
            while len(self._writes) > mark - self._first:
                table, key, before = self._writes[-1]
                row = table.get(key, ABSENT)
                table.put_back(key, before)
                del self._writes[-1]  # only now: an exception, as of Ctrl-C, may come between
                undone.append((table, key, row))
        return undone[::-1]

    def replay(self, undone: list[Write]) -> None:
        """Repeat those writes, at the place in the log from which they were undone."""
        with self.lock:
            for table, key, row in undone:
                table.put(key, row)

    def since(self, mark: int) -> Rows:
        """What was written since the mark, in the order of the first writes: the rows before them.

        For the same mark it goes on where it stopped: reads under propagation ask every time.
        """
        with self.lock:
            if len(self._seen) > _MOST_MARKS:
                self._seen.clear()
            until, changed = self._seen.get(mark, (mark, {}))
            for table, key, before in self._writes[until - self._first :]:
                changed.setdefault(table, {}).setdefault(key, before)
            self._seen[mark] = self.mark(), changed
        return changed

    def forget(self) -> None:
        """Drop the writes that are kept for nobody."""
        if self.begun:
            return
        self.is_on = bool(self._kept)
        if not self._writes:
            return
        until = min(self._kept.values(), default=self.mark())
        if until > self._first:
            gone, self._first = until - self._first, until
            del self._writes[:gone]


class Table(dict[Key, Row]):
    """Rows by key, in the order in which the keys were added."""

    __slots__ = ("_log",)

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def __setitem__(self, key: Key, row: Row) -> None:
        log = self._log
        with log.lock:
            if log.is_on:
                log.add(self, key, self.get(key, ABSENT))
            super().__setitem__(key, row)

    def __delitem__(self, key: Key) -> None:
        log = self._log
        with log.lock:
            before = self[key]
            if log.is_on:
                log.add(self, key, before)
            super().__delitem__(key)

    def put(self, key: Key, row: Row | _Absent) -> None:
        """Write a row, or ABSENT, as `get(key, ABSENT)` returned it."""
        if isinstance(row, _Absent):
            del self[key]
        else:
            self[key] = row

    def put_back(self, key: Key, before: Row | _Absent) -> None:
        """Undo a write, also one that an exception cut short."""
        if isinstance(before, _Absent):
            self.pop(key, None)
        else:
            super().__setitem__(key, before)

    def __repr__(self) -> str:
        return f"<Table of {len(self)}>"  # its rows and keys may be secrets

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


class Sorted(Table[Any, Row]):
    """A table that has its keys sorted, for pages."""

    __slots__ = ("order",)

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self.order: list[str] = []

    def __setitem__(self, key: str, row: Row) -> None:
        with self._log.lock:
            super().__setitem__(key, row)  # first: what is in the log can be undone
            _add(self.order, key)

    def __delitem__(self, key: str) -> None:
        with self._log.lock:
            super().__delitem__(key)
            _drop(self.order, key)

    def put_back(self, key: str, before: Row | _Absent) -> None:
        super().put_back(key, before)
        if isinstance(before, _Absent):
            _drop(self.order, key)
        else:
            _add(self.order, key)


def _add(order: list[Any], key: Any) -> None:
    at = bisect_left(order, key)
    if order[at : at + 1] != [key]:
        order.insert(at, key)


def _drop(order: list[Any], key: Any) -> None:
    at = bisect_left(order, key)
    if order[at : at + 1] == [key]:
        del order[at]


class Past(Mapping[Key, Row]):
    """A table as it was: the table as it is, overlaid with the rows that were replaced since.

    For one read: what is written after that does not show in `order`.
    """

    def __init__(self, table: Table[Key, Row], then: Mapping[Key, Any]) -> None:
        self._now = table
        self._then = then

    def __getitem__(self, key: Key) -> Row:
        row = self._then[key] if key in self._then else self._now[key]
        if row is ABSENT:
            raise KeyError(key)
        found: Row = row
        return found

    def __iter__(self) -> Iterator[Key]:
        """First the keys that still exist, in the order in which they were added."""
        yield from (key for key in self._now if self._then.get(key) is not ABSENT)
        for key, row in self._then.items():
            if row is not ABSENT and key not in self._now:
                yield key

    def __len__(self) -> int:
        made = sum(row is ABSENT and key in self._now for key, row in self._then.items())
        gone = sum(row is not ABSENT and key not in self._now for key, row in self._then.items())
        return len(self._now) - made + gone

    @cached_property
    def order(self) -> list[Any]:
        """The sorted keys, if the table is a Sorted one."""
        now: Any = self._now
        order: list[Any] = list(now.order)
        for key, row in self._then.items():
            if row is ABSENT and key in self._now:
                _drop(order, key)
            elif row is not ABSENT and key not in self._now:
                _add(order, key)
        return order
