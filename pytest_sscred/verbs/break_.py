"""Break: errors on demand."""

from __future__ import annotations

import os
import sys

from pytest_sscred.faults import Fault
from pytest_sscred.handles import Credential, User
from pytest_sscred.names import nearest
from pytest_sscred.verbs.checks import check_count, check_operation, check_text, user_name_of
from pytest_sscred.verbs.read import Read

__tracebackhide__ = True


class Break(Read):
    """What makes calls fail."""

    def add_fault(
        self,
        error: str,
        *,
        on: str,
        user_name: User | str | None = None,
        credential_id: Credential | str | None = None,
        times: int | None = 1,
        after: int = 0,
        message: str | None = None,
    ) -> Fault:
        """Have calls of an operation answered with an error, and nothing done.

        A fault that never fires fails the test.

        :param error: a code on the wire or its class: `NoSuchEntity`, `NoSuchEntityException`
        :param on: the operation
        :param user_name: only calls about this user, named or calling
        :param credential_id: only calls that name this credential
        :param times: how many calls are answered with it; None for all
        :param after: how many of the calls meant are let through first
        :param message: the error's message; AWS's own, where it is left out
        :raises ValueError: for an operation that is not faked, or an error it cannot answer with
        """
        check_operation(self._model, on)
        check_text("an error", error)
        code, possible = self._model.wire_code(error), self._model.error_codes(on)
        if code not in possible:
            raise ValueError(f"{on} cannot answer with {error!r}: {nearest(error, possible)}")
        if times is not None:
            check_count("times", times, 1)
        check_count("after", after, 0)
        if message is not None:
            check_text("a message", message)
        fault = Fault(
            code,
            on,
            None if user_name is None else user_name_of(user_name),
            None if credential_id is None else self._id(on, credential_id),
            times,
            after,
            message,
            _users_line(),
        )
        self._faults.added.append(fault)
        return fault

    def _id(self, operation: str, credential: Credential | str) -> str:
        """The id that a fault chooses by; it may be one that is yet to be made."""
        if "ServiceSpecificCredentialId" not in self._model.members(operation):
            raise ValueError(f"{operation} names no credential, so no call of it has credential_id")
        if isinstance(credential, Credential):
            return self._credential(credential).id
        check_text("a credential's id", credential)
        return credential


def _users_line() -> str:
    """File and line of the first frame outside this package."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("pytest_sscred."):
        frame = frame.f_back
    path = frame.f_code.co_filename
    try:
        shorter = os.path.relpath(path)
    except ValueError:  # on another drive
        shorter = path
    return f"{path if shorter.startswith('..') else shorter}:{frame.f_lineno}"
