"""How a rule was broken, in words: the verdict, the step that broke it, and what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pytest_sscred.ask import CLOCK, TEST, Ask, Caller
from pytest_sscred.places import raised_at
from pytest_sscred.resources.history import Transition
from pytest_sscred.text import MOST_CALLS, at_its_place, in_words, message, short_id
from pytest_sscred.wire import not_told


class Broken(NamedTuple):
    """What breaks a rule now."""

    verdict: str
    seen: Sequence[str] = ()
    """What was seen, one item of the message each."""
    at_first: str = ""
    """The message if the rule does not hold when it is made."""
    judged: str = ""
    """What goes before the step."""


def broken_by(error: BaseException) -> Broken:
    """A rule raised it."""
    place = raised_at(error)
    at = "" if place is None else f" at {place.short}"
    return Broken(
        f"a rule raised {type(error).__name__}{at}",
        [f"seen: {in_words(error)}", *([f"raised at {place}"] if place else [])],
        judged="after ",
    )


def change_of(an_id: str, change: Transition) -> Ask:
    """The step that made a change without a call that was judged."""
    step = Ask(change.operation, Caller(change.caller), change.at, place=change.place)
    if change.caller == CLOCK:
        return step._replace(operation=f"{short_id(an_id)} expired")
    if change.caller == TEST:
        how = "added" if change.previous is None else change.status
        how = "removed" if change.status == "Deleted" else how
        return step._replace(operation=f"{short_id(an_id)} {how} by the test")
    return step


def told(found: Broken, step: Ask, number: int, text: str, required_at: str) -> str:
    """The message: that the rule was broken, by which step, and what was seen.

    `number` is that of the call, from 1, if the step is one.
    """
    arn = step.caller.arn
    is_call = arn.startswith("arn:")
    over = ""
    if is_call and step.place is None:
        over = f"over HTTP, call {number}" if step.patience is not_told else f"in call {number}"
    headline = at_its_place(f"{found.verdict}: {found.judged}{step.operation}", step.place, over)
    by = f" by {arn.rpartition('/')[2]}" if ":user/" in arn else ""
    at = f" at {step.place}" if step.place and (by or str(step.place) not in headline) else ""
    called = "called" if is_call else "done"
    return message(
        headline,
        [
            *found.seen,
            f"expected: {text}",
            *([f"{called}{by}{at}"] if by or at else []),
            f"required at {required_at}",
        ],
    )


def last_of(items: Sequence[str]) -> list[str]:
    """The last few of many, and how many more there are."""
    hidden = len(items) - MOST_CALLS
    return [*items[-MOST_CALLS:], *([f"and {hidden} more"] if hidden > 0 else [])]
