"""Eventual consistency: reads that do not see yet what was written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pytest_sscred.account import Account


@dataclass(slots=True)
class _Write:
    """A write that is not seen by all yet, and the account as it was before it."""

    before: Account
    reads_left: int
    seen_from: dt.datetime | None


class Propagation:
    """How long writes stay unseen: for so many reads, or until the clock is there."""

    def __init__(self) -> None:
        self.calls = 0
        self.after: dt.timedelta | None = None
        self._writes: list[_Write] = []

    def set(self, calls: int, after: dt.timedelta | None) -> None:
        """For writes from now on; neither of the two lets all writes be seen at once."""
        self.calls = calls
        self.after = after
        if not calls and after is None:
            self.see_all()

    def see_all(self) -> None:
        """Have all see what was written so far."""
        self._writes.clear()

    def before_write(self, account: Account) -> Account | None:
        """The account as it is, kept for reads that will not see the write; None if all will."""
        return account.copy() if self.calls or self.after is not None else None

    def wrote(self, before: Account | None, now: dt.datetime) -> None:
        if before is not None:
            self._writes = [each for each in self._writes if not _is_seen(each, now)]
            seen_from = None if self.after is None else now + self.after
            self._writes.append(_Write(before, self.calls, seen_from))

    def seen(self, account: Account, now: dt.datetime, *, counts: bool = True) -> Account:
        """The account as this read sees it; it may count as one of the reads that do not see."""
        self._writes = [each for each in self._writes if not _is_seen(each, now)]
        if not self._writes:
            return account
        if counts:
            for write in self._writes:
                write.reads_left -= 1
        return self._writes[0].before


def _is_seen(write: _Write, now: dt.datetime) -> bool:
    return write.reads_left <= 0 if write.seen_from is None else now >= write.seen_from
