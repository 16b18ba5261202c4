"""Passes the event of a call on to the rules that were added.

Every call asks, and most tests have no rule: what else a rule needs is imported with the first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_sscred.account import Account
from pytest_sscred.callbacks import in_callback
from pytest_sscred.journal import Call
from pytest_sscred.running import run

if TYPE_CHECKING:
    from pytest_sscred.events.rules import EventRule

__tracebackhide__ = True

DEPTH: ContextVar[int] = ContextVar("how many targets have led to a call", default=0)


def led_to(work: Callable[..., Any]) -> Callable[..., Any]:
    """Work for another thread, which knows there what has led to it."""
    depth = DEPTH.get()
    return partial(_at_depth, depth, work) if depth else work


def _at_depth(depth: int, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    before = DEPTH.get()
    try:
        DEPTH.set(depth)
        return work(*args, **kwargs)
    finally:
        DEPTH.set(before)


async def deliver(rules: Sequence[EventRule], until: Callable[[], dt.datetime | None]) -> None:
    """Deliver what is due by then, one by one, the earliest first.

    What time that is, is asked for each: another thread may take an event, and leave a later one.
    """
    while due := [(each.due, at) for at, rule in enumerate(rules) for each in rule.due(until())]:
        await rules[min(due)[1]].deliver_next(until())


async def pass_on(account: Account, call: Call) -> None:
    """Give a call's event to the rules that it fits, and deliver what is due."""
    rules: tuple[EventRule, ...] = tuple(account.event_rules)
    for rule in rules:
        rule.take(call)
    # Those that are shuffled wait for others to change places with.
    in_order = [rule for rule in rules if not rule.how.shuffled]
    await deliver(in_order, account.state.clock.now)


def clock_moved(account: Account) -> None:
    """Deliver what the test has made due by moving the clock."""
    if in_callback():
        return
    run(deliver(tuple(account.event_rules), account.state.clock.now))


def problems(account: Account, *, waiting: bool = False) -> list[str]:
    """What went wrong in targets; if asked for, also which events still wait."""
    return [each for rule in tuple(account.event_rules) for each in rule.problems(waiting)]


def end(account: Account) -> None:
    """Deliver nothing more. What waits still does, so that it is told."""
    for rule in tuple(account.event_rules):
        rule.change(removed=True)
