"""What happened to an account, in order: one list, and queries of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from pytest_sscred.places import Place
from pytest_sscred.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived; every attempt of a retried call is a call of its own.

    `operation` and the keys of `params` are AWS's names; secrets among the values are masked. Of
    a refused call with very long ones only the beginnings are kept.
    `caller` is the caller's ARN, `error` the code of the error it was answered with or None,
    `at` the account's time. `applied` is true if the answer was an error, or lost, but the call
    did what it asked for. `answered_by` is "sscred", or "moto" for one that the fake lacks
    or leaves to others, and that moto, or another mock, answered beside it.
    """

    operation: str
    params: Mapping[str, Any] = field(hash=False)
    caller: str
    error: str | None
    at: dt.datetime
    applied: bool = False
    answered_by: str = "sscred"
    place: Place | None = field(default=None, repr=False, compare=False)
    trace: Any = field(default=None, repr=False, compare=False)
    """What CloudTrail's record needs besides, without secrets."""

    @property
    def made_at(self) -> str | None:
        """The line of the user's code that made it, as in `src/rotation.py:79`: the innermost
        outside the clients and this plugin. None for a call over HTTP."""
        return None if self.place is None else str(self.place)

    @property
    def cloudtrail(self) -> dict[str, Any] | None:
        """CloudTrail's record of it, ready for JSON, without secrets. None if it makes none: it
        never reached AWS, its access key was refused, or no record of its kind is known."""
        record: dict[str, Any] | None = None if self.trace is None else self.trace.record(self)
        return record


class Wait(NamedTuple):
    """A client backed off between two attempts of a call."""

    operation: str
    seconds: float


class Retried(NamedTuple):
    """A client made a call again."""

    operation: str


class Stale(NamedTuple):
    """A read was answered from an earlier state."""

    operation: str


class Truncated(NamedTuple):
    """The call of that number, from 0, returned part of a list; the rest begins at the marker."""

    operation: str
    marker: str
    number: int


class ReadOn(NamedTuple):
    """The rest of a list was asked for, whether or not that succeeded."""

    operation: str
    marker: str


class OfAnother(NamedTuple):
    """A call that someone else made: it is in CloudTrail's records, and not in the calls."""

    call: Call


Entry = Call | OfAnother | Refusal | Wait | Retried | Stale | Truncated | ReadOn
_Kind = TypeVar("_Kind", bound=Entry)


class Journal:
    """Append-only, except for a rewind. `since` is a mark: only later entries are looked at."""

    def __init__(
        self, most: int | None = None, dropping: Callable[[bool], object] = lambda is_first: None
    ) -> None:
        """
        :param most: how many of the last entries to keep, at times twice as many; None for all. A
            server that runs for long needs no more
        :param dropping: called before some are dropped, with whether they are the first
        """
        self._entries: list[Entry] = []
        self._first = 0  # the number of the first entry that is kept
        self._calls = 0
        self._most = most
        self._dropping = dropping

    def add(self, entry: Entry) -> None:
        self._calls += isinstance(entry, Call)  # first: a signal may come after any call
        self._entries.append(entry)
        if self._most is not None and len(self._entries) > 2 * self._most:
            self._dropping(not self._first)
            self._first += len(self._entries) - self._most
            del self._entries[: -self._most]

    def kept_of(self, params: Mapping[str, Any], error: str | None) -> Mapping[str, Any]:
        """What to keep of a call's parameters: nobody else keeps those of a refused one."""
        return params if error is None and self._most is None else in_short(params)

    def mark(self) -> int:
        """The current position."""
        return self._first + len(self._entries)

    def rewind(self, mark: int) -> list[Entry]:
        """Remove the entries added since the mark, and return them."""
        at = max(mark - self._first, 0)
        entries = self._entries[at:]
        calls = sum(isinstance(entry, Call) for entry in entries)
        self._calls -= calls
        del self._entries[at:]
        return entries

    def replay(self, entries: list[Entry]) -> None:
        """Add entries that `rewind` returned."""
        for entry in entries:
            self.add(entry)

    def number_of_calls(self) -> int:
        return self._calls

    def calls(self, since: int = 0) -> list[Call]:
        """Every call that was answered, including every attempt of a retried one."""
        return self._of(Call, since)

    def trail(self) -> list[Call]:
        """Every call that CloudTrail has a record of, whoever made it, by its whole second."""
        calls = (each.call if isinstance(each, OfAnother) else each for each in self._entries[:])
        found = [each for each in calls if isinstance(each, Call) and each.trace is not None]
        return sorted(found, key=lambda call: call.at.replace(microsecond=0))

    def refused(self, since: int = 0) -> list[Refusal]:
        """Calls that nobody answered here."""
        return self._of(Refusal, since)

    def waits(self) -> list[Wait]:
        """What clients slept between attempts, or would have."""
        return self._of(Wait)

    def retries(self) -> list[str]:
        """Operations of calls that were made again."""
        return [entry.operation for entry in self._of(Retried)]

    def stale_reads(self) -> list[str]:
        """Operations that were answered from an earlier state."""
        return [entry.operation for entry in self._of(Stale)]

    def unread(self) -> list[int]:
        """The numbers of calls that returned part of a list and were not followed up, in order.

        Counted among the calls that are kept, from 0 for the first.
        """
        gone = self._calls - len(self.calls())
        left: dict[tuple[str, str], list[int]] = {}
        for entry in self._entries[:]:
            if isinstance(entry, Truncated):
                left.setdefault((entry.operation, entry.marker), []).append(entry.number)
            elif isinstance(entry, ReadOn):
                del left.get((entry.operation, entry.marker), [])[:1]
        return [each - gone for numbers in left.values() for each in numbers if each >= gone]

    def _of(self, kind: type[_Kind], since: int = 0) -> list[_Kind]:
        found: Any = [
            entry
            for entry in self._entries[max(since - self._first, 0) :]
            if isinstance(entry, kind)
        ]
        kept: list[_Kind] = found
        return kept


# Questions about one call

USE = "Authenticate"
"""Stands for the use of a credential in the calls; it is not an IAM operation."""

USE_PARAMS = ("ServiceName", "UserName", "ServiceSpecificCredentialId")
"""The parameters of that call; the last two only if the credential is known."""

_IN_ANY_CASE = ("UserName", "ServiceName")  # as IAM reads them


def _same(name: str, value: Any, expected: Any) -> bool:
    if name in _IN_ANY_CASE and isinstance(expected, str):
        return bool(value.casefold() == expected.casefold())
    return bool(value == expected or value == in_short(expected, most=0))


_LONG = 20_000  # characters of all values together, from which they are cut
_LEAST = 100  # a value counts as so many at least
_TEXT, _MEMBERS = 200, 10  # what is left of each


def in_short(value: Any, most: int = _LONG) -> Any:
    """The value, with its long texts and lists cut if it is larger than `most`."""
    if _size(value, most) <= most:
        return value
    if isinstance(value, Mapping):
        return {name: in_short(each, 0) for name, each in value.items()}
    if isinstance(value, list):
        rest = [f"… ({len(value):,} members)"] if len(value) > _MEMBERS else []
        return [in_short(each, 0) for each in value[:_MEMBERS]] + rest
    if isinstance(value, str) and len(value) > _TEXT:
        return f"{value[:_TEXT]}… ({len(value):,} characters)"
    return value


def _size(value: Any, most: int) -> int:
    """How large it is, at least if it is not larger than `most`."""
    if isinstance(value, str):
        return max(len(value), _LEAST)
    size = _LEAST
    inner = value.values() if isinstance(value, Mapping) else value
    for each in inner if isinstance(value, (Mapping, list)) else ():
        size += _size(each, most)
        if size > most:
            break
    return size


def difference(call: Call, operation: str, params: Mapping[str, Any]) -> str | None:
    """Why `call` is not a call of `operation` with these `params`; None if it is one.

    Parameters that `params` does not name may have any value.
    """
    if call.operation != operation:
        return f"it is {call.operation}"
    for name, expected in params.items():
        if name not in call.params:
            return f"it has no {name}"
        if not _same(name, call.params[name], expected):
            return f"its {name} is {call.params[name]!r}"
    return None
