"""Rules with a target, as EventBridge has them: the target is called with each event that fits."""

from __future__ import annotations

import copy
import datetime as dt
import inspect
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pytest_sscred import assumed
from pytest_sscred.account import Account
from pytest_sscred.blocks import Added, Progress
from pytest_sscred.callbacks import is_outcome
from pytest_sscred.events import failing
from pytest_sscred.events.envelope import LambdaContext, context_of, event_of
from pytest_sscred.events.failing import Failure
from pytest_sscred.events.passing import DEPTH, deliver
from pytest_sscred.journal import Call
from pytest_sscred.names import Verdict
from pytest_sscred.running import finished, run
from pytest_sscred.state.clock import moved_at_most

if TYPE_CHECKING:
    from pytest_sscred.events.patterns import Matches

__tracebackhide__ = True

Target = Callable[[dict[str, Any], LambdaContext], object]


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
    flood: Call | None = None
    """The same, since too many runs of the target had not ended."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a rule delivers its events."""

    delay: dt.timedelta | None
    times: int
    shuffled: bool
    retries: int
    reads_too: bool
    failures: Verdict


@dataclass(slots=True, eq=False, repr=False)
class EventRule(Added):
    """A target that is called after each call whose event fits a pattern.

    A live handle: `events` are those delivered so far, `failures` what the target raised for
    those it was given up on; `remove()` or a `with` block ends it, and drops what waits. What still
    waits at the end of the test fails it.
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
        run(deliver([self], lambda: None))

    def remove(self) -> None:
        """Have no effect from now on, and drop what waits."""
        self.change(removed=True, waiting=())

    def take(self, call: Call) -> None:
        """Let a call's event wait to be delivered, if it fits."""
        now, record = self.account.state.clock.now(), call.cloudtrail
        if self.removed or record is None or (record["readOnly"] and not self.how.reads_too):
            return
        if not self.fits(event_of(record, now)):
            return
        with self.account.lock:
            if cut := self._cut():
                self.change(**{cut: getattr(self.now, cut) or call})
                return
            due = moved_at_most(now, self.how.delay or dt.timedelta(0))
            entry = _Waiting(due, call, DEPTH.get())
            self.change(waiting=(*self.now.waiting, *[entry] * self.how.times))

    def _cut(self) -> str | None:
        """Why an event is not delivered: the name of what is told, or None.

        Once it is told, what else comes of the same runs is cut too, so that they end. A run over
        HTTP does not know what led to it, so that only the number of runs ends a loop of such.
        """
        depth, now = DEPTH.get(), self.now
        if depth >= assumed.LONGEST_LOOP or (now.loop and depth):
            return "loop"
        if self.running >= assumed.MOST_RUNS or (now.flood and self.running):
            return "flood"
        return None

    def due(self, until: dt.datetime | None) -> list[_Waiting]:
        """The events to deliver until then; None for all of them.

        While a target runs, events that it has not caused itself wait for its end.
        """
        if self.removed:
            return []
        return [
            each
            for each in self.now.waiting
            if (until is None or each.due <= until) and each.depth >= DEPTH.get()
        ]

    async def deliver_next(self, until: dt.datetime | None) -> None:
        """Deliver one of the events that are due, if there still is one."""
        with self.account.lock:
            due = self.due(until)
            if not due:
                return
            entry = due[0]
            if self.how.shuffled:
                entry = random.Random(f"{self.account.state.seed} {self.delivered}").choice(due)
            waiting = self.now.waiting
            at = waiting.index(entry)
            self.change(waiting=waiting[:at] + waiting[at + 1 :])
        await self._invoke(entry)

    async def _invoke(self, entry: _Waiting) -> None:
        state = self.account.state
        at = min(entry.due, state.clock.now())
        event = event_of(entry.call.trace.record(entry.call), at)
        with self.account.lock:
            self.change(events=(*self.now.events, event))
            self.running += 1
            context = context_of(self.name, event, state.ids.count("invocation"))
        errors: list[BaseException] = []
        before = DEPTH.set(entry.depth + 1)
        try:
            for _ in range(1 + self.how.retries):
                error = await self._attempt(copy.deepcopy(event), context)
                if error is None:
                    return
                errors.append(error)
        finally:
            DEPTH.reset(before)
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
            if not _is_failure(error):
                raise
            return error
        return None

    def problems(self, waiting: bool) -> list[str]:
        """Events that were cut, that the target failed on, and, if asked for, that still wait."""
        now, added_at, mask = self.now, self.added_at, self.account.state.secrets.mask
        found = []
        if now.loop is not None:
            found.append(failing.loop(self.name, now.loop, added_at))
        if now.flood is not None:
            found.append(failing.flood(self.name, now.flood, assumed.MOST_RUNS, added_at))
        if now.failures and self.how.failures == "fail":
            tries = 1 + self.how.retries
            found.append(failing.failed(self.name, now.failures, tries, added_at, mask))
        if now.waiting and waiting:
            left = [(each.due, each.call) for each in now.waiting]
            found.append(failing.undelivered(self.name, left, added_at))
        return [mask(each) for each in found]


def _is_failure(error: BaseException) -> bool:
    """Whether it ends the target, and not the process or the task that runs it."""
    if isinstance(error, (Exception, SystemExit)) or is_outcome(error):
        return True
    import asyncio  # half as slow as botocore, and few need it

    return isinstance(error, asyncio.CancelledError) and not _is_cancelled()


def _is_cancelled() -> bool:
    """Whether the task that runs here is being cancelled. Python 3.10 cannot tell: it may be."""
    import asyncio

    try:
        task = asyncio.current_task()
    except RuntimeError:  # there is no loop
        return False
    return task is not None and getattr(task, "cancelling", lambda: 1)() > 0
