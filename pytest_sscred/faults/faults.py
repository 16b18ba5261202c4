"""The faults and interruptions that a test has added, and which of them takes a call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, ClassVar, NamedTuple

from pytest_sscred.account import Account
from pytest_sscred.ask import Ask
from pytest_sscred.blocks import Added, Progress
from pytest_sscred.callbacks import callback
from pytest_sscred.faults import texts
from pytest_sscred.faults.schedules import Schedule
from pytest_sscred.handles import id_names
from pytest_sscred.outcomes import Lost
from pytest_sscred.protocol.model import Model
from pytest_sscred.resources import OF_STS
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.state.state import Tables

LATENCY = "latency"
"""Stands for the code of a fault without an error: the answer is only late."""


class Target(NamedTuple):
    """What a call is about, as faults match it. `caller` is a user's name."""

    operation: str
    user_name: str | None = None
    things: tuple[str, ...] = ()
    """The ids, names and ARNs in it, but for users'."""
    service_name: str | None = None
    caller: str | None = None
    call_id: object = None


def target_of(
    tables: Tables,
    operation: str,
    params: Mapping[str, Any],
    caller: str,
    call_id: object = None,
    *,
    is_over: bool = False,
) -> Target:
    """What a call is about; `caller` is an ARN. If it is over, its credential may be gone now."""
    things = tuple(str(params[name]) for name in id_names() if name in params)
    an_id = params.get(CREDENTIALS.id_name)
    there = CREDENTIALS.rows(tables).get(str(an_id))
    credential = there if is_over else CREDENTIALS.find(tables, an_id)
    service_name = params.get("ServiceName", credential and credential.service.name)
    calling = caller.rpartition("/")[2] if ":user/" in caller else None
    return Target(
        operation,
        params.get("UserName", calling),
        things,
        service_name and service_name.lower(),
        calling,
        call_id,
    )


@dataclass(frozen=True, slots=True)
class _Hits(Progress):
    hits: int = 0
    seen: int = 0
    taken: object = None
    """The call that keeps failing."""


@dataclass(slots=True, eq=False, repr=False)
class Fault(Added):
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
    lost: Lost | None = field(default=None, repr=False)
    """How the answer is lost, if none comes because the network fails."""
    schedule: Schedule = field(default=lambda number: number == 0, repr=False)
    after: int = field(default=0, repr=False)
    """How many calls the schedule lets through first."""
    is_expected: bool = field(default=True, repr=False)
    """Whether it must fire: a fault drawn by chance or a denied permission need not."""
    whole_calls: bool = field(default=False, repr=False)
    """A call that it has taken fails in all its further attempts."""
    added_at: str = ""

    first: ClassVar[Progress] = _Hits()
    shown: ClassVar[tuple[str, ...]] = ("hits",)

    @property
    def hits(self) -> int:
        """How many calls were answered with it."""
        return int(self.now.hits)

    @property
    def seen(self) -> int:
        """How many of these calls there were, including those let through."""
        return int(self.now.seen)

    def takes(self, target: Target) -> bool:
        """Whether it answers this call; counts the call if it matches."""
        now = self.now
        if now.removed or not self.matches(target):
            return False
        again = target.call_id is not None and target.call_id == now.taken
        if not (again or self.schedule(now.seen)):
            self.change(seen=now.seen + 1)
            return False
        taken = target.call_id if self.whole_calls else None
        self.change(seen=now.seen + 1, hits=now.hits + 1, taken=taken)
        return True

    def matches(self, target: Target) -> bool:
        """Whether the fault is about this call, whatever was answered so far."""
        return (
            is_meant(self.on, target.operation)
            and any(_same_name(self.credential_id, each) for each in (*target.things, None))
            and self.service_name in (None, target.service_name)
            and _same_name(self.user_name, target.user_name)
            and _same_name(self.caller, target.caller)
        )

    def text(self, target: Target, ask: Ask, model: Model) -> str:
        """The message of its error: its own if given, otherwise AWS's."""
        if self.message is not None:
            return self.message
        found = None
        if self.code == "AccessDenied":
            found = texts.access_denied(ask, model)
        elif self.code == "NoSuchEntity":
            user_name = target.user_name if "UserName" in model.members(ask.operation) else None
            found = texts.no_such_entity(ask.params, user_name)
        elif self.code == "DeleteConflict":
            found = texts.delete_conflict(ask.operation)
        return found or model.errors[self.code].text


def has_wildcard(action: str) -> bool:
    """Whether it may stand for several operations, as a policy's action may."""
    return "*" in action or "?" in action


def is_meant(action: str, operation: str) -> bool:
    """Whether it is this operation, or a pattern of IAM's actions that matches it in any case, as
    in policies."""
    if not has_wildcard(action) or operation in OF_STS:
        return action == operation
    return fnmatchcase(operation.lower(), action.lower().replace("[", "[[]"))


def _same_name(wanted: str | None, name: str | None) -> bool:
    return wanted is None or (name is not None and wanted.casefold() == name.casefold())


@dataclass(frozen=True, slots=True)
class _Happened(Progress):
    hits: int = 0
    error: Exception | None = None


@dataclass(slots=True, eq=False, repr=False)
class Interruption(Added):
    """Something that happens just before calls are answered. `hits` counts how often it did."""

    on: str
    action: Callable[[], object] = field(repr=False)
    times: int | None = 1
    around: Callable[[], AbstractContextManager[None]] = field(default=callback, repr=False)
    """The context manager in which it happens."""
    added_at: str = ""

    first: ClassVar[Progress] = _Happened()
    shown: ClassVar[tuple[str, ...]] = ("hits",)

    @property
    def hits(self) -> int:
        """How often it happened."""
        return int(self.now.hits)

    @property
    def error(self) -> Exception | None:
        """What the action raised; reported in the test's verdict, not to the code under test."""
        error: Exception | None = self.now.error
        return error

    def claim(self, operation: str) -> bool:
        """Whether it is due before this call. Counted first, since the action may call too."""
        if self.removed or operation != self.on:
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        self.change(hits=self.hits + 1)
        return True

    def happen(self) -> None:
        """Run the action. Its calls do not count as calls of the code under test."""
        try:
            with self.around():
                self.action()
        except Exception as error:
            if self.error is None:
                self.change(error=error)


# An account's faults and interruptions, in the order they were added


def take(account: Account, target: Target) -> Fault | None:
    """The fault that answers a call: the first that takes it, a sweep's before the test's own."""
    for fault in (*account.swept, *account.faults):
        if fault.takes(target):
            found: Fault = fault
            return found
    return None


def unused(account: Account) -> list[Fault]:
    """Faults that never fired, except those that were removed or need not fire."""
    faults: list[Fault] = list(account.faults)
    return [each for each in faults if each.is_expected and not (each.hits or each.removed)]


def missed(account: Account) -> list[Interruption]:
    """Interruptions that never happened and were not removed."""
    return [each for each in tuple(account.interruptions) if not (each.hits or each.removed)]


def interrupt(account: Account, operation: str) -> None:
    """Run what is due before the call, unlocked, since it may wait for a thread."""
    with account.lock:
        due = [each for each in list(account.interruptions) if each.claim(operation)]
    for interruption in due:
        interruption.happen()
    with account.lock:
        for rule in tuple(account.rules):
            rule.pass_over()
