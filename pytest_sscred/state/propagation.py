"""Eventual consistency: reads that do not see yet what was written."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from pytest_sscred.state.state import State, Tables

_SETTINGS, _UNSEEN = "propagation", "unseen writes"


class Settings(NamedTuple):
    """How long writes stay unseen: for so many reads, or for a time."""

    calls: int = 0
    after: dt.timedelta | None = None


class _Write(NamedTuple):
    """A write that is not seen by all yet."""

    mark: int
    """Of the account's log, before it."""
    reads_left: int
    seen_from: dt.datetime | None

    def is_seen(self, now: dt.datetime) -> bool:
        return self.reads_left <= 0 if self.seen_from is None else now >= self.seen_from


def set_propagation(state: State, settings: Settings) -> None:
    """For writes from now on; the default lets all writes be seen at once, earlier ones too."""
    is_at_once = settings == Settings()
    state.cells[_SETTINGS] = None if is_at_once else settings
    if is_at_once:
        see_all(state)


def see_all(state: State) -> None:
    """Have all see what was written so far."""
    if state.cells.get(_UNSEEN):
        _put(state, ())


def wrote(state: State, mark: int, now: dt.datetime) -> None:
    """Take note of a write that began at the mark, which is kept still."""
    settings: Settings | None = state.cells.get(_SETTINGS)
    if settings is not None:
        seen_from = None if settings.after is None else now + settings.after
        write = _Write(mark, settings.calls, seen_from)
        _put(state, (*_unseen(state, now), write))


def seen(state: State, now: dt.datetime, *, counts: bool = True) -> Tables:
    """The account as a read sees it; the read may count as one of those that do not see."""
    if not state.cells.get(_UNSEEN):
        return state
    unseen = _unseen(state, now)
    first = unseen[0].mark if unseen else None
    if counts:
        unseen = tuple(each._replace(reads_left=each.reads_left - 1) for each in unseen)
    _put(state, unseen)
    return state if first is None else state.at(first)


def _unseen(state: State, now: dt.datetime) -> tuple[_Write, ...]:
    writes: tuple[_Write, ...] = state.cells.get(_UNSEEN, ())
    return tuple(each for each in writes if not each.is_seen(now))


def _put(state: State, unseen: tuple[_Write, ...]) -> None:
    state.cells[_UNSEEN] = unseen
    if unseen:
        state.log.keep_from(_UNSEEN, unseen[0].mark)
    else:
        state.log.let_go(_UNSEEN)
