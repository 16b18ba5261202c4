"""What to break, when, and how often."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple

from pytest_sscred.aside import aside
from pytest_sscred.removable import Removable

Schedule = Callable[[int], bool]
"""Whether the n-th of the calls meant is answered with the fault; the first is number 0."""


LATENCY = "latency"
"""Stands for the code of a fault that is no error: the answer comes late, and that is all."""


class Target(NamedTuple):
    """What one call is about, as far as faults choose by it. `caller` is a user's name."""

    operation: str
    user_name: str | None = None
    credential_id: str | None = None
    service_name: str | None = None
    caller: str | None = None
    call_id: object = None


@dataclass(slots=True, eq=False)
class Fault(Removable):
    """An error that calls are answered with.

    A live handle: `hits` counts the calls answered with it so far; `remove()` or a `with` block
    ends it.
    """

    code: str
    on: str
    user_name: str | None = None
    credential_id: str | None = None
    service_name: str | None = None
    caller: str | None = None
    message: str | None = None
    applied: bool = False
    """The change is made, and its answer lost."""
    latency: dt.timedelta | None = None
    """The clock moves on by it before the answer comes, or until the client gives up."""
    no_answer: type[Exception] | Exception | None = field(default=None, repr=False)
    """What the SDK raises where no answer comes: an error of the network."""
    schedule: Schedule = field(default=lambda number: number == 0, repr=False)
    is_expected: bool = field(default=True, repr=False)
    """Whether it predicts a call: one that is drawn by chance, or a denied permission, does not."""
    whole_calls: bool = field(default=False, repr=False)
    """A call that it has taken fails with all the attempts that are still made of it."""
    added_at: str = ""
    hits: int = field(default=0, init=False)
    seen: int = field(default=0, init=False, repr=False)
    taken: object = field(default=None, init=False, repr=False)
    """The call that goes on failing."""

    def takes(self, target: Target) -> bool:
        """Whether it answers this call; counts the call if it is one of those meant."""
        if self.removed or not self.matches(target):
            return False
        number, self.seen = self.seen, self.seen + 1
        again = target.call_id is not None and target.call_id == self.taken
        if not (again or self.schedule(number)):
            return False
        if self.whole_calls:
            self.taken = target.call_id
        self.hits += 1
        return True

    def matches(self, target: Target) -> bool:
        """Whether a call is one of those meant, whatever was answered so far."""
        return (
            self.on == target.operation
            and self.credential_id in (None, target.credential_id)
            and self.service_name in (None, target.service_name)
            and _same_name(self.user_name, target.user_name)
            and _same_name(self.caller, target.caller)
        )


def _same_name(wanted: str | None, name: str | None) -> bool:
    return wanted is None or (name is not None and wanted.casefold() == name.casefold())


@dataclass(slots=True, eq=False)
class Interruption(Removable):
    """Something that happens just before calls are answered. `hits` counts how often it did."""

    on: str
    action: Callable[[], object] = field(repr=False)
    times: int | None = 1
    around: Callable[[], AbstractContextManager[None]] = field(default=aside, repr=False)
    """In which it happens."""
    added_at: str = ""
    hits: int = field(default=0, init=False)

    error: Exception | None = field(default=None, init=False, repr=False)
    """What the action raised; it is told by the test's verdict, not to the code under test."""

    def claim(self, operation: str) -> bool:
        """Whether it is to happen before this call; counts it, before it does: it may call too."""
        if self.removed or operation != self.on:
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        self.hits += 1
        return True

    def happen(self) -> None:
        """Do it. Its own calls are no calls of the code under test."""
        try:
            with self.around():
                self.action()
        except Exception as error:
            self.error = self.error or error


class Faults:
    """The faults of an account, in the order they were added. The first that takes a call wins."""

    def __init__(self) -> None:
        self.added: list[Fault] = []
        self.by_chance = 0
        """How many were added whose hits are drawn."""
        self.interruptions: list[Interruption] = []

    def take(self, target: Target) -> Fault | None:
        for fault in self.added:
            if fault.takes(target):
                return fault
        return None

    def unused(self) -> list[Fault]:
        """Those that never fired. One that was removed, or predicts nothing, is none of them."""
        return [
            fault for fault in self.added if fault.is_expected and not (fault.hits or fault.removed)
        ]

    def missed(self) -> list[Interruption]:
        """What never happened, of what was not removed."""
        return [each for each in self.interruptions if not (each.hits or each.removed)]


# When: schedules, each a small function of the call's number


def after_some(after: int, times: int | None) -> Schedule:
    """`times` calls, or all where it is None, once `after` have passed."""
    end = None if times is None else after + times
    return lambda number: number >= after and (end is None or number < end)


def every_nth(every: int, after: int, times: int | None) -> Schedule:
    """The last of each `every` calls, once `after` have passed, `times` times or always."""

    def schedule(number: int) -> bool:
        round_, place = divmod(number - after, every)
        return number >= after and place == every - 1 and (times is None or round_ < times)

    return schedule


def in_sequence(letters: str) -> Schedule:
    """F for a call that fails, P for one that passes; after the last letter all pass."""
    return lambda number: letters[number : number + 1] == "F"


def with_probability(probability: float, after: int, seed: str) -> Schedule:
    """Each call by itself once `after` have passed, the same ones for the same seed."""

    def schedule(number: int) -> bool:
        drawn = random.Random(f"{seed} {number}").random()
        return number >= after and drawn < probability

    return schedule
