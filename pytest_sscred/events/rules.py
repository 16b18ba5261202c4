"""Rules with a target, as EventBridge has them: the target is called with each event that fits."""

from __future__ import annotations

import copy
import datetime as dt
import inspect
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from pytest_sscred import assumed
from pytest_sscred.account import Account
from pytest_sscred.blocks import Added, Progress
from pytest_sscred.callbacks import in_callback, is_outcome
from pytest_sscred.events import failing
from pytest_sscred.events.envelope import LambdaContext, context_of, event_of
from pytest_sscred.events.failing import Failure
from pytest_sscred.events.patterns import Matches
from pytest_sscred.journal import Call
from pytest_sscred.names import Verdict
from pytest_sscred.running import finished, run

__tracebackhide__ = True

Target = Callable[[dict[str, Any], LambdaContext], object]

_MOST_AT_ONCE = 64  # runs of a target; a thread that it starts does not know how deep it is
_depth: ContextVar[int] = ContextVar("how many targets have led to a call", default=0)


class _Waiting(NamedTuple):
    """An event that is not delivered yet."""

    due: dt.datetime
    call: Call
    depth: int


@dataclass(frozen=True, slots=True)
class _Delivered(Progress):
    waiting: tuple[_Waiting, ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    failures: tuple[Failure, ...] = ()
    loop: Call | None = None
    """The call whose event was not delivered, since too many targets had led to it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a rule delivers its events."""

    delay: dt.timedelta | None = None
    times: int = 1
    shuffled: bool = False
    retries: int = 2
    reads_too: bool = False
    failures: Verdict = "fail"


@dataclass(slots=True, eq=False, repr=False)
class EventRule(Added):
    """A target that is called after each call whose event fits a pattern.

    A live handle: `events` are those delivered so far, `failures` what the target raised for
    those it was given up on; `remove()` or a `with` block ends it, and drops what waits.
    """

    name: str
    """The target's."""
    account: Account = field(repr=False)
    target: Target = field(repr=False)
    fits: Matches = field(repr=False)
    how: Delivery = field(repr=False)
    around: Callable[[], AbstractContextManager[None]] = field(repr=False)
    """The context manager in which the target is called."""
    added_at: str = ""
    running: int = field(default=0, init=False, repr=False)
    """How many runs of the target have not ended."""

    first: ClassVar[Progress] = _Delivered()
    shown: ClassVar[tuple[str, ...]] = ("delivered",)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events that the target was given, oldest first; a retried one once."""
        return copy.deepcopy(list(self.now.events))

    @property
    def delivered(self) -> int:
        """How many events the target was given."""
        return len(self.now.events)

    @property
    def failures(self) -> list[BaseException]:
        """What the target raised in the last attempt for each event that it failed on."""
        return [each.error for each in self.now.failures]

    def deliver(self) -> None:
        """Deliver what waits, even if it is not due yet."""
        run(self.deliver_due(None))

    def take(self, call: Call) -> None:
        """Let a call's event wait to be delivered, if it fits."""
        now, record = self.account.state.clock.now(), call.cloudtrail
        if self.removed or record is None or (record["readOnly"] and not self.how.reads_too):
            return
        if not self.fits(event_of(record, now)):
            return
        with self.account.lock:
            depth = _depth.get()
            is_loop = depth >= assumed.LONGEST_LOOP or self.running >= _MOST_AT_ONCE
            if is_loop or (self.now.loop and (depth or self.running)):
                self.change(loop=self.now.loop or call)
                return
            entry = _Waiting(now + (self.how.delay or dt.timedelta(0)), call, depth)
            self.change(waiting=(*self.now.waiting, *[entry] * self.how.times))

    async def deliver_due(self, until: dt.datetime | None) -> None:
        """Deliver, one by one, the events that are due until then; None for all of them."""
        while (entry := self._next(until)) is not None:
            await self._invoke(entry)

    def _next(self, until: dt.datetime | None) -> _Waiting | None:
        """The event to deliver next, which does not wait any more.

        While a target runs, events that it has not caused itself wait for its end.
        """
        with self.account.lock:
            waiting: tuple[_Waiting, ...] = () if self.removed else self.now.waiting
            due = [
                at
                for at, each in enumerate(waiting)
                if (until is None or each.due <= until) and each.depth >= _depth.get()
            ]
            if not due:
                return None
            at = due[0]
            if self.how.shuffled:
                at = random.Random(f"{self.account.state.seed} {self.delivered}").choice(due)
            self.change(waiting=waiting[:at] + waiting[at + 1 :])
            return waiting[at]

    async def _invoke(self, entry: _Waiting) -> None:
        event = event_of(entry.call.trace.record(entry.call), self.account.state.clock.now())
        with self.account.lock:
            self.change(events=(*self.now.events, event))
            self.running += 1
        context = context_of(self.name, event)
        errors: list[BaseException] = []
        before = _depth.set(entry.depth + 1)
        try:
            for _ in range(1 + self.how.retries):
                error = await self._attempt(copy.deepcopy(event), context)
                if error is None:
                    return
                errors.append(error)
        finally:
            _depth.reset(before)
            with self.account.lock:
                self.running -= 1
        with self.account.lock:
            self.change(failures=(*self.now.failures, Failure(entry.call, errors[-1])))

    async def _attempt(self, event: dict[str, Any], context: LambdaContext) -> BaseException | None:
        """What the target raised; None if it is done."""
        try:
            with self.around():
                result = self.target(event, context)
                if inspect.isawaitable(result):
                    await finished(result)
        except BaseException as error:
            if not (isinstance(error, Exception) or is_outcome(error)):
                raise
            return error
        return None

    def problems(self) -> list[str]:
        """A loop, and events that the target failed on."""
        found = []
        if self.now.loop is not None:
            found.append(failing.loop(self.name, self.now.loop, self.added_at))
        if self.now.failures and self.how.failures == "fail":
            tries, secrets = 1 + self.how.retries, self.account.state.secrets
            text = failing.failed(self.name, self.now.failures, tries, self.added_at)
            found.append(secrets.mask(text))
        return found


async def pass_on(account: Account, call: Call) -> None:
    """Give a call's event to the rules that it fits, and deliver what is due."""
    rules: tuple[EventRule, ...] = tuple(account.event_rules)
    for rule in rules:
        rule.take(call)
    for rule in rules:
        if not rule.how.shuffled:  # those wait for others to change places with
            await rule.deliver_due(account.state.clock.now())


def clock_moved(account: Account) -> None:
    """Deliver what the test has made due by moving the clock."""
    if in_callback():
        return
    for rule in tuple(account.event_rules):
        run(rule.deliver_due(account.state.clock.now()))


def problems(account: Account) -> list[str]:
    """What went wrong in targets."""
    return [each for rule in tuple(account.event_rules) for each in rule.problems()]


def end(account: Account) -> None:
    """Deliver nothing more."""
    for rule in tuple(account.event_rules):
        rule.remove()
