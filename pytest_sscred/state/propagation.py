"""Eventual consistency: reads that do not see recent writes yet."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from pytest_sscred.state.clock import moved_at_most
from pytest_sscred.state.state import State, Tables

_SETTINGS, _READS, _UNSEEN = "propagation", "reads that did not see", "unseen writes"


class Settings(NamedTuple):
    """How long writes stay unseen: for this many reads, or for a time."""

    calls: int = 0
    after: dt.timedelta | None = None


class _Write(NamedTuple):
    """A write that reads do not see yet: until that many reads were made, or until a time."""

    reads: int
    seen_from: dt.datetime | None

    def is_seen(self, reads: int, now: dt.datetime) -> bool:
        return reads >= self.reads if self.seen_from is None else now >= self.seen_from


def set_propagation(state: State, settings: Settings) -> None:
    """For writes from now on; the default makes all writes seen at once, including earlier ones."""
    is_at_once = settings == Settings()
    state.cells[_SETTINGS] = None if is_at_once else settings
    if is_at_once:
        see_all(state)


def see_all(state: State) -> None:
    """Make everything written so far visible."""
    unseen = state.table(_UNSEEN)
    for mark in list(unseen):
        del unseen[mark]
    state.log.let_go(_UNSEEN)


def wrote(state: State, mark: int, now: dt.datetime) -> None:
    """Register a write that began at `mark`; the log is still kept from there."""
    settings: Settings | None = state.cells.get(_SETTINGS)
    if settings is None:
        return
    seen_from = None if settings.after is None else moved_at_most(now, settings.after)
    state.table(_UNSEEN)[mark] = _Write(_reads(state) + settings.calls, seen_from)
    _keep_for_the_first(state, now)


def seen(state: State, now: dt.datetime, *, counts: bool = True) -> Tables:
    """The account as a read sees it; with `counts`, the read may count as one that does not see."""
    if not state.table(_UNSEEN):
        return state
    first = _keep_for_the_first(state, now)
    if first is None:
        return state
    if counts and _counts_reads(state, first):
        state.cells[_READS] = _reads(state) + 1
    return state.at(first)


def _counts_reads(state: State, first: int) -> bool:
    """Whether a write waits for reads; otherwise counting, which is a write too, would add up."""
    settings: Settings | None = state.cells.get(_SETTINGS)
    by_time = state.table(_UNSEEN)[first].seen_from is not None
    return not by_time or (settings is not None and settings.after is None)


def _reads(state: State) -> int:
    reads: int = state.cells.get(_READS, 0)
    return reads


def _keep_for_the_first(state: State, now: dt.datetime) -> int | None:
    """The mark of the first write that is still unseen; the log is kept from there."""
    unseen = state.table(_UNSEEN)
    while unseen:
        mark: int = next(iter(unseen))
        if not unseen[mark].is_seen(_reads(state), now):
            if mark != state.log.kept(_UNSEEN):
                state.log.keep(_UNSEEN, mark)
            return mark
        del unseen[mark]
    state.log.let_go(_UNSEEN)
    return None
