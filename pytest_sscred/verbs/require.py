"""Require: rules about every step, not only the last state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

from pytest_sscred import assertions
from pytest_sscred.account import NO_CALLERS, TEST, Cause, Transition
from pytest_sscred.aside import aside
from pytest_sscred.handles import Credential, User
from pytest_sscred.rules import ATTEMPTS, CHANGES, STATES, Rule
from pytest_sscred.verbs.checks import (
    check_count,
    check_text,
    known_service,
    user_name_of,
    users_line,
)
from pytest_sscred.verbs.read import Read
from pytest_sscred.wording import history

__tracebackhide__ = True


Self = TypeVar("Self", bound="Require")


class Require(Read):
    """What must hold at every step. A broken rule fails the test in its call phase.

    A rule about the account's state is judged about each call, and once more where it ends: it is
    broken by time and by the test itself as well.
    """

    def require_active(self, user_name: User | str, service_name: str, at_least: int = 1) -> Rule:
        """The user is never without so many Active credentials for the service.

        :raises ValueError: where the user has fewer already
        """
        name, service = user_name_of(user_name), known_service(service_name).name
        check_count("at_least", at_least, 1)

        def seen(cause: Cause | None) -> str:
            active = len(self.credentials(user_name, service, "Active"))
            return "" if active >= at_least else f"{active} Active"

        return self._require_of_state(f"{name} has at least {at_least} Active for {service}", seen)

    def require_at_most(
        self, most: int, user_name: User | str | None = None, service_name: str | None = None
    ) -> Rule:
        """There are never more credentials than so many, of the user and service if given.

        :raises ValueError: where there are more already
        """
        check_count("most", most, 0)
        name = None if user_name is None else user_name_of(user_name)
        service = None if service_name is None else known_service(service_name).name

        def seen(cause: Cause | None) -> str:
            there = len(self.credentials(user_name, service))
            return "" if there <= most else f"{there} credentials"

        about = " ".join(each for each in (name, service) if each)
        return self._require_of_state(f"at most {most} credentials {about}".rstrip(), seen)

    def require_deactivated_before_deleted(self) -> Rule:
        """No call deletes a credential that is Active."""
        return self._require_of_transitions(
            "deactivated before deleted",
            lambda each: (each.status, each.previous) == ("Deleted", "Active"),
        )

    def require_no_reactivation(self) -> Rule:
        """No call makes an Inactive credential Active again."""
        return self._require_of_transitions(
            "no reactivation", lambda each: (each.status, each.previous) == ("Active", "Inactive")
        )

    def require_no_changes(self) -> Rule:
        """No call is made that could change anything, not even one that fails: a dry run."""

        def seen(cause: Cause | None) -> str:
            if cause is None or cause.operation.startswith(("Get", "List")):
                return ""
            return f"a call of {cause.operation}"

        return self._require("no changes", ATTEMPTS, seen)

    def require(self: Self, holds: Callable[[Self], object], message: str) -> Rule:
        """A rule of the test's own, about the account's state.

        It may call IAM through boto3. It is judged while the account answers nobody else, so it
        must not wait for another thread or process that does.

        :param holds: takes this account; what it returns is true where the rule holds
        :param message: the rule in words
        :raises ValueError: where it does not hold already
        """
        if not callable(holds):
            raise TypeError(f"require takes a callable over the account, not {holds!r}")
        check_text("a message", message)
        does_not = "it does not hold"
        return self._require_of_state(message, lambda cause: "" if holds(self) else does_not)

    def end_rules(self) -> None:
        """End every rule: what comes after a test, in its fixtures, is not judged."""
        for rule in self._service.rules:
            rule.remove()

    def _require_of_state(self, text: str, seen: Callable[[Cause | None], str]) -> Rule:
        with aside():
            broken = seen(None)
        if broken:
            raise ValueError(f"{text}: {broken}. Seed the account first, then require")
        return self._require(text, STATES, seen)

    def _require_of_transitions(self, text: str, breaks: Callable[[Transition], bool]) -> Rule:
        """A rule about each change that a call makes from now on, not the test itself or time."""
        known = {each.id: len(each.transitions) for each in self._handles()}

        def seen(cause: Cause | None) -> str:
            for credential in self._handles():
                transitions = credential.transitions
                new = transitions[known.get(credential.id, 0) :]
                known[credential.id] = len(transitions)
                if any(breaks(each) for each in new if each.caller not in NO_CALLERS):
                    return f"{credential.id} {history(credential.statuses)}"
            return ""

        return self._require(text, CHANGES, seen, memory=known)

    def _require(
        self, text: str, about: str, seen: Callable[[Cause | None], str], **rest: Any
    ) -> Rule:
        def tell(rule: Rule, cause: Cause | None, seen: str) -> str:
            cause = cause or self._no_call(rule.since)
            return assertions.broken_rule(rule, cause, seen, self._state())

        rule = Rule(text, about, seen, tell, self.clock.now(), users_line(), **rest)
        self._service.rules.append(rule)
        return rule

    def _no_call(self, since: dt.datetime) -> Cause:
        """What was done last since then that was no call."""
        done = [each for handle in self._handles() for each in handle.transitions]
        done = [each for each in done if each.caller in NO_CALLERS and each.at >= since]
        last = max(done, key=lambda each: each.at, default=None)
        if last is None:
            return Cause("the test", TEST, self.clock.now())
        return Cause(last.operation, last.caller, last.at)

    def _state(self) -> list[Credential]:
        return [each for each in self._handles() if each.status != "Deleted"]
