"""Which of its calls a fault answers, as small functions of the call's number."""

from __future__ import annotations

import random
from collections.abc import Callable

Schedule = Callable[[int], bool]
"""Whether the fault answers the n-th of its calls; the first is number 0."""


def after_some(after: int, times: int | None) -> Schedule:
    """`times` calls, or all if it is None, once `after` have passed."""
    end = None if times is None else after + times
    return lambda number: number >= after and (end is None or number < end)


def every_nth(every: int, after: int, times: int | None) -> Schedule:
    """The last of every `every` calls, once `after` have passed, `times` times or always."""

    def schedule(number: int) -> bool:
        round_, place = divmod(number - after, every)
        return number >= after and place == every - 1 and (times is None or round_ < times)

    return schedule


def in_sequence(letters: str) -> Schedule:
    """F for a call that fails, P for one that passes; after the last letter all pass."""
    return lambda number: letters[number : number + 1] == "F"


def with_probability(probability: float, after: int, seed: str) -> Schedule:
    """Calls at random, once `after` have passed; the same ones for the same seed."""

    def schedule(number: int) -> bool:
        drawn = random.Random(f"{seed} {number}").random()
        return number >= after and drawn < probability

    return schedule
