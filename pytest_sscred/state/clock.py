"""The account's time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, MutableMapping
from typing import Any

from pytest_sscred.state.tables import Log

__tracebackhide__ = True

_CELL = "clock"
_RUNNING: tuple[dt.datetime | None, dt.timedelta] = (None, dt.timedelta(0))


class Clock:
    """The account's time, always aware and in UTC.

    It follows the system clock, and so freezegun and time-machine, which replace it.
    """

    __slots__ = ("_cells", "_log", "_moved")

    def __init__(
        self,
        log: Log | None = None,
        cells: MutableMapping[str, Any] | None = None,
        moved: Callable[[], None] = lambda: None,
    ) -> None:
        self._log = log or Log()
        self._cells = {} if cells is None else cells
        self._moved = moved  # called after each move

    def now(self) -> dt.datetime:
        """The time now, aware, in UTC."""
        # Looked up in the module on every call: freezegun replaces `datetime.datetime` itself.
        base, offset = self._cells.get(_CELL, _RUNNING)
        now: dt.datetime = base or dt.datetime.now(dt.timezone.utc)
        return now + offset if offset else now

    def move_to(self, moment: dt.datetime) -> None:
        """Stop the clock at `moment`; `shift` moves it on from there.

        Raises ValueError if `moment` has no time zone.
        """
        self._cells[_CELL] = in_utc(moment), dt.timedelta(0)
        self._moved()

    def shift(self, delta: dt.timedelta) -> None:
        """Move the clock by `delta`, back if it is negative. A running clock keeps running."""
        with self._log.lock:  # so that no shift is lost if two threads make one
            self.after(delta)
            base, offset = self._cells.get(_CELL, _RUNNING)
            self._cells[_CELL] = base, offset + delta
        self._moved()

    def after(self, delta: dt.timedelta) -> dt.datetime:
        """The time `delta` from now; ValueError if its year is not from 1 to 9999."""
        if not isinstance(delta, dt.timedelta):
            raise TypeError(f"the clock moves by a datetime.timedelta, not {delta!r}")
        return moved(self.now(), delta, "move the clock by less")


def moved(moment: dt.datetime, delta: dt.timedelta, hint: str) -> dt.datetime:
    """The time `delta` from a moment; ValueError with the hint if no year from 1 to 9999 has it."""
    try:
        return moment + delta
    except OverflowError:
        raise ValueError(f"{delta} from {moment} is in no year from 1 to 9999: {hint}") from None


def moved_at_most(moment: dt.datetime, delta: dt.timedelta) -> dt.datetime:
    """The time `delta` after a moment, or the last one that there is."""
    try:
        return moment + delta
    except OverflowError:
        return dt.datetime.max.replace(tzinfo=dt.timezone.utc)


def in_utc(moment: dt.datetime) -> dt.datetime:
    """`moment` in UTC; ValueError if it has no time zone, TypeError if it is not a datetime."""
    given: object = moment
    if not isinstance(given, dt.datetime):
        hint = ": add it to clock.now()" if isinstance(given, dt.timedelta) else ""
        raise TypeError(f"expected a datetime.datetime, not {given!r}{hint}")
    if moment.tzinfo is None:
        raise ValueError(
            f"{moment!r} has no time zone: give it one, as in "
            "datetime(2026, 1, 31, tzinfo=timezone.utc)"
        )
    try:
        return moment.astimezone(dt.timezone.utc)
    except OverflowError:
        raise ValueError(f"{moment} is in no year from 1 to 9999 in UTC: give another") from None


def whole_seconds(moment: dt.datetime) -> dt.datetime:
    """`moment` without its fraction of a second: IAM's dates have none."""
    return moment.replace(microsecond=0)


def seconds_since_1970(moment: dt.datetime) -> int:
    """Whole seconds. `timestamp` alone rounds the last microsecond of 9999 up to the year 10000."""
    return int(whole_seconds(moment).timestamp())


def as_text(moment: dt.datetime) -> str:
    """As IAM writes it. `strftime` would write the year 1 as 1, which botocore reads as 2001."""
    return in_utc(moment).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
