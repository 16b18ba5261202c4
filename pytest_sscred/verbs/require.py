"""Require: rules about every step, not only the last state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pytest_sscred import assertions
from pytest_sscred.account import NO_CALLERS, TEST, Cause, Transition
from pytest_sscred.arguments import (
    check_callable,
    check_count,
    check_text,
    known_service,
    user_name_of,
    users_line,
)
from pytest_sscred.calls import READS
from pytest_sscred.handles import Credential, User
from pytest_sscred.rules import ATTEMPTS, CHANGES, STATES, Rule
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

        text = f"{name} has at least {at_least} Active for {service}"
        return self._require_of_state(text, seen, lambda each: each.status != "Active")

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
        text = f"at most {most} credentials {about}".rstrip()
        return self._require_of_state(text, seen, lambda each: each.previous is None)

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
            if cause is None or cause.operation.startswith(READS):
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
        check_callable("require", holds)
        check_text("a message", message)
        does_not = "it does not hold"
        return self._require_of_state(
            message, lambda cause: "" if holds(self) else does_not, lambda each: True
        )

    def end_rules(self) -> None:
        """End every rule: what comes after a test, in its fixtures, is not judged."""
        for rule in self._service.rules:
            rule.remove()

    def _require_of_state(
        self,
        text: str,
        seen: Callable[[Cause | None], str],
        may_break: Callable[[Transition], bool],
    ) -> Rule:
        """A rule about what is there, and which changes may break it."""
        known: dict[str, int] = {}

        def judged(cause: Cause | None) -> str:
            with self._account.lock:
                broken = seen(cause)
                if not broken:
                    known.update(self._lengths())
            return broken

        with self._as_the_test():
            broken = judged(None)
        if broken:
            raise ValueError(f"{text}: {broken}. Seed the account first, then require")

        def blamed() -> Cause:
            return self._no_call(known, may_break)

        return self._require(text, STATES, judged, blamed, memory=known)

    def _require_of_transitions(self, text: str, breaks: Callable[[Transition], bool]) -> Rule:
        """A rule about each change that a call makes from now on, not the test itself or time."""
        known = self._lengths()

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
        self,
        text: str,
        about: str,
        seen: Callable[[Cause | None], str],
        blamed: Callable[[], Cause] | None = None,
        **rest: Any,
    ) -> Rule:
        def tell(rule: Rule, cause: Cause | None, seen: str) -> str:
            step = cause or (blamed and blamed()) or self._the_test()
            return assertions.broken_rule(rule, step, seen, self._state())

        rule = Rule(text, about, seen, tell, self._as_the_test, users_line(), **rest)
        self._service.rules.append(rule)
        return rule

    def _lengths(self) -> dict[str, int]:
        """How many transitions each credential has by now."""
        return {each.id: len(each.transitions) for each in self._handles()}

    def _no_call(self, known: dict[str, int], may_break: Callable[[Transition], bool]) -> Cause:
        """What was changed last beyond what is known, and may break the rule, by no judged call."""
        new = [
            each
            for handle in self._handles()
            for each in handle.transitions[known.get(handle.id, 0) :]
        ]
        if not new:
            return self._the_test()
        # Of those of the same time the last one: max() takes the first.
        last = max(
            reversed([each for each in new if may_break(each)] or new), key=lambda each: each.at
        )
        return Cause(last.operation, last.caller, last.at)

    def _the_test(self) -> Cause:
        return Cause("the test", TEST, self.clock.now())

    def _state(self) -> list[Credential]:
        return [each for each in self._handles() if each.status != "Deleted"]
