"""Rules that must hold at every step: judged before and after each call, and once more at the end.

The account's log is kept since a rule was last judged, so that a rule that holds looks only at
what has changed, not at the whole account.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pytest_sscred.account import Account
from pytest_sscred.arguments import check_count, check_text, user_name_of
from pytest_sscred.ask import NO_CALLERS, TEST, Ask, Caller
from pytest_sscred.blocks import Added, Progress
from pytest_sscred.broken import Broken, broken_by, change_of, last_of, told
from pytest_sscred.callbacks import is_outcome
from pytest_sscred.handles import User, handles_of
from pytest_sscred.journal import Journal
from pytest_sscred.places import users_place
from pytest_sscred.resources import may_change
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.credentials import Credential as Row
from pytest_sscred.resources.credentials import number_for
from pytest_sscred.resources.history import Transition, history_at, status_at
from pytest_sscred.resources.people import find_user
from pytest_sscred.resources.services import Service
from pytest_sscred.state.state import State
from pytest_sscred.state.tables import ABSENT
from pytest_sscred.text import count, history, message

__tracebackhide__ = True

Around = Callable[[], AbstractContextManager[None]]


Seen = Callable[[], Broken | None]
"""Returns what breaks a rule now; None if it holds."""


@dataclass(frozen=True, slots=True)
class _Judged(Progress):
    broken: str | None = None
    at: dt.datetime | None = None
    """When it was last judged, and held."""
    call: int | None = None
    """The number, from 1, of the call that broke it, or of the last call before that."""


@dataclass(slots=True, eq=False, repr=False)
class Rule(Added):
    """A rule that must hold at every step. A handle: `remove()`, or a `with` block, ends it.

    `broken` says which step broke it first, or is None.
    """

    text: str
    state: State = field(repr=False)
    journal: Journal = field(repr=False)
    around: Around = field(repr=False)
    """The context manager in which it is judged."""
    added_at: str = ""

    first: ClassVar[Progress] = _Judged()
    shown: ClassVar[tuple[str, ...]] = ("broken",)
    looks_at_changes: ClassVar[bool] = True
    """Whether it needs the writes since it was last judged."""

    def __post_init__(self) -> None:
        Added.__post_init__(self)
        self.go_on()

    @property
    def broken(self) -> str | None:
        """Which step broke it, and how; None while it holds."""
        broken: str | None = self.now.broken
        return broken

    def before(self, ask: Ask) -> None:
        """Judge what is about to be done, or what was done since the last call."""

    def after(self, ask: Ask) -> None:
        """Judge what the call did."""

    def meanwhile(self) -> None:
        """Judge changes made without a call: by time, or by the test itself."""

    def pass_over(self) -> None:
        """Do not judge what one of the test's own callbacks did."""

    def remove(self) -> None:
        """Have no effect from now on. What broke it so far stays."""
        self.meanwhile()
        Added.remove(self)  # not super(): dataclasses with slots break it
        self.state.log.let_go(self)

    def _judge(self, seen: Seen, step: Callable[[], Ask], *, is_call: bool = True) -> None:
        """Look at the account, and keep the first step that broke the rule.

        `is_call` if a call is being judged, which is not on record yet.
        """
        with self.state.lock:
            if self.removed or self.broken is not None:
                return
            try:
                with self.around():  # a rule may call IAM itself
                    found = seen()
            except BaseException as error:
                if not (isinstance(error, Exception) or is_outcome(error)):
                    raise
                found = broken_by(error)
            if found:
                number = self.journal.number_of_calls() + is_call
                text = told(found, step(), number, self.text, self.added_at)
                self.change(broken=text, call=number)
                self.state.log.let_go(self)
            else:
                self.go_on()

    def go_on(self) -> None:
        """Ignore what was written so far."""
        if self.looks_at_changes and not (self.removed or self.broken):
            self.change(at=self.state.clock.now())
            self.state.log.keep(self)

    def _changes(self) -> dict[str, Any]:
        """The credentials that were written since then, by id, as they were before."""
        changed = self.state.log.since(self.state.log.kept(self) or 0)
        return changed.get(self.state.table(CREDENTIALS.noun), {})


@dataclass(slots=True, eq=False, repr=False)
class _OfAttempts(Rule):
    """Judged before each call, whatever its outcome."""

    seen: Callable[[Ask], Broken | None] = field(kw_only=True, repr=False)
    looks_at_changes = False

    def before(self, ask: Ask) -> None:
        self._judge(lambda: self.seen(ask), lambda: ask)


@dataclass(slots=True, eq=False, repr=False)
class _OfChanges(Rule):
    """Judged after each call, on the transitions it made; not on those of the test or of time."""

    breaks: Callable[[Transition], bool] = field(kw_only=True, repr=False)
    verdict: str = field(kw_only=True, repr=False)

    def after(self, ask: Ask) -> None:
        self._judge(self._seen, lambda: ask)

    def pass_over(self) -> None:
        self.go_on()

    def _seen(self) -> Broken | None:
        rows = CREDENTIALS.rows(self.state)
        for an_id, before in self._changes().items():
            known = 0 if before is ABSENT else len(before.history)
            new = rows[an_id].history.since(known)
            if any(self.breaks(each) for each in new if each.caller not in NO_CALLERS):
                statuses = history(each.status for each in rows[an_id].history)
                return Broken(self.verdict, [f"seen: {an_id} {statuses}"])
        return None


@dataclass(slots=True, eq=False, repr=False)
class _OfStates(Rule):
    """Judged after each call, and before it: time or the test may have changed something."""

    seen: Seen = field(kw_only=True, repr=False)
    may_break: Callable[[Transition], bool] = field(kw_only=True, repr=False)
    """Whether a change may break the rule."""

    def before(self, ask: Ask) -> None:
        self.meanwhile()

    def after(self, ask: Ask) -> None:
        self._judge(self.seen, lambda: ask)

    def meanwhile(self) -> None:
        self._judge(self.seen, self._blamed, is_call=False)

    def _blamed(self) -> Ask:
        """The last change since it held that may have broken it, and that no judged call made."""
        now, earlier, before = self.state.clock.now(), self.now.at, self._changes()
        new: list[tuple[str, Transition]] = []
        for an_id, row in CREDENTIALS.rows(self.state).items():
            was = before.get(an_id, row)
            known = 0 if was is ABSENT else len(history_at(was, earlier))
            new += [(an_id, each) for each in history_at(row, now).since(known)]
        if not new:
            return Ask("a change by the test or by time", Caller(TEST), now)
        # Of changes at the same time take the last one: max() takes the first.
        last = max(
            reversed([each for each in new if self.may_break(each[1])] or new),
            key=lambda each: each[1].at,
        )
        return change_of(*last)


def _brief(service: Service) -> str:
    return service.name.removesuffix(".amazonaws.com")


class Rules:
    """An account's rules, in the order they were made."""

    def __init__(self, account: Account, around: Around) -> None:
        self._state = account.state
        self._journal = account.journal
        self._around = around
        self._table = account.rules

    def __iter__(self) -> Iterator[Rule]:
        return iter(list(self._table))

    def end(self) -> None:
        for rule in self:
            rule.remove()

    def active(self, user: User | str, service: Service, at_least: int) -> Rule:
        check_count("at_least", at_least, 1)
        name = user_name_of(user)

        def seen() -> Broken | None:
            found = self._of(user, service)
            active = sum(status_at(row, self._state.clock.now()) == "Active" for row in found)
            if active >= at_least:
                return None
            about = f"{active} Active for {user_name_of(user)}"
            missing = f"{about} ({_brief(service)}) when the rule was made"
            return Broken(
                about,
                self._histories(user, service),
                message(missing, [f"it needs at least {at_least}: seed the account first"]),
            )

        text = f"{name} has at least {at_least} Active for {service.name}"
        return self._of_states(text, seen, lambda each: each.status != "Active")

    def at_most(self, most: int, user: User | str | None, service: Service | None) -> Rule:
        check_count("most", most, 0)
        of_user = "" if user is None else f" of {user_name_of(user)}"
        brief = "" if service is None else f" ({_brief(service)})"
        full = "" if service is None else f" for {service.name}"
        where = " in the whole account" if user is None and service is None else ""

        def seen() -> Broken | None:
            if user is not None:
                there = len(self._of(user, service))
            elif service is not None:
                there = number_for(self._state, service)
            else:
                there = len(CREDENTIALS.there(self._state))
            if there <= most:
                return None
            verdict = f"{count(there, 'credential')}{of_user}{brief}"
            allowed = f"at most {most} allowed"
            return Broken(
                f"{verdict}, {allowed}",
                [f"seen: {', '.join(last_of(self._there(user, service)))}"],
                message(f"{verdict} when the rule was made", [f"{allowed}{where}"]),
            )

        text = f"at most {count(most, 'credential')}{of_user}{full}{where}"
        return self._of_states(text, seen, lambda each: each.previous is None)

    def never(self, text: str, status: str, previous: str, verdict: str) -> Rule:
        """No call changes a credential's status from `previous` to `status`."""

        def breaks(each: Transition) -> bool:
            return (each.status, each.previous) == (status, previous)

        return self._made(_OfChanges, text, breaks=breaks, verdict=verdict)

    def no_changes(self) -> Rule:
        def seen(ask: Ask) -> Broken | None:
            is_fine = not may_change(ask.operation)
            return None if is_fine else Broken("a change", [f"seen: {ask.operation}"])

        return self._made(_OfAttempts, "no changes", seen=seen)

    def holding(self, holds: Callable[[], object], text: str) -> Rule:
        """A rule of the test's own."""
        check_text("a message", text)

        def seen() -> Broken | None:
            if holds():
                return None
            there = handles_of(self._state, CREDENTIALS)
            rows = [
                f"credentials then: {each.id} {each.user_name} {history(each.statuses)}"
                for each in there
                if each.status != "Deleted"
            ]
            return Broken(
                f"broken, {text}",
                ["seen: it does not hold", *last_of(rows)],
                f"does not hold when it is made: {text}",
            )

        return self._of_states(text, seen, lambda each: True)

    def _of(self, user: User | str, service: Service | None) -> list[Row]:
        """A user's credentials for the service; a handle stands for its user's current name."""
        found = find_user(self._state, user_name_of(user))
        rows = CREDENTIALS.of(self._state, found.id) if found else ()
        return [row for row in rows if service in (None, row.service)]

    def _histories(self, user: User | str, service: Service) -> list[str]:
        """What became of the user's credentials for the service, even of deleted ones."""
        name, all_rows = user_name_of(user).casefold(), CREDENTIALS.rows(self._state)
        found = [
            each
            for each in handles_of(self._state, CREDENTIALS)
            if each.user_name.casefold() == name and all_rows[each.id].service is service
        ]
        found.sort(key=lambda each: each.transitions[-1].at)
        rows = [f"seen: {each.id} {history(each.statuses)}" for each in found]
        return last_of(rows) or [f"seen: none of {user_name_of(user)}"]

    def _there(self, user: User | str | None, service: Service | None) -> list[str]:
        """The ids of those of the user and service, if given."""
        if user is not None:
            return [row.id for row in self._of(user, service)]
        rows = (CREDENTIALS.find(self._state, an_id) for an_id in CREDENTIALS.rows(self._state))
        return [row.id for row in rows if row and service in (None, row.service)]

    def _of_states(self, text: str, seen: Seen, may_break: Callable[[Transition], bool]) -> Rule:
        with self._state.lock, self._around():
            found = seen()
        if found:
            raise ValueError(found.at_first)
        return self._made(_OfStates, text, seen=seen, may_break=may_break)

    def _made(self, kind: type[Rule], text: str, **rest: Any) -> Rule:
        with self._state.lock:
            about = text, self._state, self._journal, self._around, str(users_place())
            return kind(*about, table=self._table, **rest)
