"""Assert: on what became of a credential, and on the calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pytest_sscred import assertions
from pytest_sscred.account import CredentialRecord
from pytest_sscred.arguments import (
    check_call,
    check_count,
    check_operation,
    check_status,
    check_text,
    is_text,
    known_service,
)
from pytest_sscred.calls import Call
from pytest_sscred.handles import Credential, User
from pytest_sscred.output import TAKES, Place, Unseen
from pytest_sscred.secrets import leak
from pytest_sscred.verbs.read import Read
from pytest_sscred.watch import Seen
from pytest_sscred.wording import beginning

__tracebackhide__ = True


class Assert(Read):
    """AssertionError, in words that say what to mend."""

    def assert_deactivated(self, credential: Credential | str) -> None:
        """The credential is Inactive now, and was Active before."""
        fail_if(assertions.not_deactivated(self._credential(credential), self.calls))

    def assert_active(self, credential: Credential | str) -> None:
        """The credential is Active now."""
        fail_if(assertions.not_in_status(self._credential(credential), "Active", self.calls))

    def assert_deleted(self, credential: Credential | str) -> None:
        """The credential is gone."""
        fail_if(assertions.not_in_status(self._credential(credential), "Deleted", self.calls))

    def assert_statuses(self, credential: Credential | str, statuses: Iterable[str]) -> None:
        """The credential has had these statuses, in this order, and no others.

        :raises ValueError: for a status that there is not
        """
        if isinstance(statuses, str):
            raise TypeError(f"assert_statuses takes a list of statuses, not {statuses!r}")
        statuses = list(statuses)
        for status in statuses:
            check_status(status)
        fail_if(assertions.other_statuses(self._credential(credential), statuses, self.calls))

    def assert_called(self, operation: str, times: int | None = None, **params: Any) -> None:
        """The operation was called, with these parameters among its own.

        Calls count whatever they were answered, an error or a refusal included. Users' names are
        compared as IAM does, in any case. The use of a credential is a call of `Authenticate`, with
        ServiceName and, where it is known, UserName and ServiceSpecificCredentialId.

        :param times: how often exactly, each attempt of a retried call counted; once or more,
            where it is left out
        :param params: AWS's names; a credential's handle stands for its id
        :raises ValueError: for an operation that IAM does not have, or a parameter it has not
        """
        if times is not None:
            check_count("times", times, 0)
        wanted = self._checked(operation, params)
        fail_if(assertions.not_called(operation, times, wanted, self._made()))

    def assert_not_called(self, operation: str, **params: Any) -> None:
        """The operation was not called, or never with these parameters among its own.

        :raises ValueError: for an operation that IAM does not have, or a parameter it has not
        """
        wanted = self._checked(operation, params)
        fail_if(assertions.called_though(operation, wanted, self._made()))

    def assert_order(self, *operations: str) -> None:
        """The operations were done in this order, whatever was done between them.

        Calls that were answered with an error do not count, unless they were applied.

        :raises ValueError: for an operation that IAM does not have, or where there are none
        """
        if not operations:
            raise ValueError("assert_order takes operations in the order they are to be done")
        for operation in operations:
            check_call(self._model, operation)
        fail_if(assertions.out_of_order(operations, self.calls))

    def assert_retried(self, operation: str, times: int | None = None) -> None:
        """The operation's call was made again by the SDK, this process's or another's.

        :param times: how often exactly, over all calls of it; once or more, where it is left out
        :raises ValueError: for an operation that IAM does not have
        """
        check_operation(self._model, operation)
        if times is not None:
            check_count("times", times, 0)
        fail_if(assertions.not_retried(operation, times, self._service.journal.retries()))

    def assert_secret_not_logged(self, credential: Credential | str, *captured: Any) -> None:
        """No secret that the credential has had is in what was logged, warned of or printed.

        URL quoting, hexadecimal, base64 (twice too) and broken lines are seen through. Of log
        records all attributes count, `extra` and exceptions among them. `caplog` stands for every
        logger of the test and every level, and for warnings; unless the test or a fixture names it
        among its arguments, the assertion cannot know what a level hid, and fails. The clients'
        own logs do not count.

        :param captured: texts, bytes, paths of files, lists of these, or pytest's `caplog`,
            `capsys`, `capfd` and `recwarn`. What `capsys` and `capfd` have is read, and kept for
            the next such assertion
        :raises TypeError: where nothing is given, or nothing of that kind
        """
        handle = self._credential(credential)
        if not captured:
            raise TypeError(f"assert_secret_not_logged takes {TAKES}")
        unseen: str | None = None
        places: list[Place] = []
        try:
            for each in captured:
                places += self._output.places(each)
        except Unseen as error:
            unseen = assertions.unseen(handle, str(error))
        fail_if(assertions.leaked(handle, list(self._leaks(handle._record, places))) or unseen)

    def _leaks(self, record: CredentialRecord, places: Iterable[Place]) -> Iterator[str]:
        """How and where its secrets are in the places: of one log record, once."""
        told: set[Seen | None] = set()
        for place in places:
            found = [leak(secret, place.text) for secret in (record.secret, *record.old_secrets)]
            for how in filter(None, found):
                if place.seen is None:
                    yield f"{how}{place.where}"
                elif place.seen not in told:
                    told.add(place.seen)
                    message = self._account.ids.secrets.mask(place.seen.message)
                    yield f"{how}{place.where}: {beginning(message)}"

    def _made(self) -> list[Call]:
        """Every call that was made, answered or refused."""
        return self.calls + [each.call for each in self._service.journal.refused() if each.call]

    def _checked(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        check_call(self._model, operation, params)
        return {name: self._as_sent(operation, name, each) for name, each in params.items()}

    def _as_sent(self, operation: str, name: str, value: Any) -> Any:
        """A parameter as a call has it: for a handle, what names it."""
        if isinstance(value, Credential):
            return self._credential(value).id
        if isinstance(value, User):
            return value.name
        if is_text(self._model, operation, name):
            check_text(name, value)
        return known_service(value).name if name == "ServiceName" else value


def fail_if(message: str | None) -> None:
    if message is not None:
        raise AssertionError(message)
