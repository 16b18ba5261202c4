"""The messages about targets of events that went wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pytest_sscred.journal import Call
from pytest_sscred.places import Place, is_users
from pytest_sscred.text import at_its_place, count, describe_asked, in_one_line, message


class Failure(NamedTuple):
    """A call whose event a target failed on, and what it raised."""

    call: Call
    error: BaseException


def failed(
    name: str,
    failures: Sequence[Failure],
    tries: int,
    added_at: str,
    mask: Callable[[str], str],
) -> str:
    """Says that a target raised, and where. Secrets are masked before anything is cut."""
    call, error = failures[0]
    kind, place = type(error).__name__, _raised_at(error)
    headline = at_its_place(f"the target failed: {name} raised {kind}", place, "")
    more = len(failures) - 1
    return message(
        headline,
        [
            f"seen: {in_one_line(mask(repr(error)))}{_in_each_of(tries)}",
            f"expected: it takes the event of {describe_asked(call)}",
            *([f"raised at {place}"] if place and str(place) not in headline else []),
            *([f"the call was made at {call.place}"] if call.place else []),
            f"on_event() was called at {added_at}",
            *([f"it failed on {count(more, 'more event')}"] if more else []),
        ],
        'To allow it: on_event(..., failures="allow")',
    )


def _in_each_of(tries: int) -> str:
    return f", in each of {tries} attempts" if tries > 1 else ""


def loop(name: str, call: Call, added_at: str) -> str:
    """Says that a target's own calls make events that it is given again."""
    return message(
        in_one_line(f"a loop: {name} causes its own events"),
        [
            f"seen: a chain of events, at its end {describe_asked(call)}",
            "expected: a pattern, or a target, that leaves out what the target itself calls",
            *([f"called at {call.place}"] if call.place else []),
            f"on_event() was called at {added_at}",
        ],
    )


def flood(name: str, call: Call, most: int, added_at: str) -> str:
    """Says that a target's runs do not end while calls make events for it."""
    return message(
        in_one_line(f"too many runs at once: {name}"),
        [
            f"seen: {most:,} runs have not ended, and then {describe_asked(call)}",
            "expected: fewer calls at once, and no run that waits for a call it is given later",
            *([f"called at {call.place}"] if call.place else []),
            f"on_event() was called at {added_at}",
        ],
    )


def undelivered(name: str, waiting: Sequence[tuple[dt.datetime, Call]], added_at: str) -> str:
    """Says that events still wait, each with the time when it is due."""
    due, call = waiting[0]
    were = "was" if len(waiting) == 1 else "were"
    return message(
        in_one_line(f"{count(len(waiting), 'event')} {were} never delivered: {name}"),
        [
            f"seen: that of {describe_asked(call)} waits, due at {due:%Y-%m-%d %H:%M:%S}",
            "expected: the test moves the clock, or calls deliver() of the rule",
            *([f"the call was made at {call.place}"] if call.place else []),
            f"on_event() was called at {added_at}",
        ],
        "To drop what waits: remove() of the rule",
    )


def _raised_at(error: BaseException) -> Place | None:
    """The innermost of the user's lines that it went through."""
    found, traceback = None, error.__traceback__
    while traceback is not None:
        if is_users(traceback.tb_frame):
            found = Place(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found
