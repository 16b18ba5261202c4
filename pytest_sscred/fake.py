"""FakeIAM: the parts put together, and the verbs that a test uses."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from pytest_sscred import assertions, report, seeding
from pytest_sscred.account import Account, Cause
from pytest_sscred.assertions import count
from pytest_sscred.calls import Call
from pytest_sscred.clients import iam_client
from pytest_sscred.clock import Clock
from pytest_sscred.doors.botocore import open_door
from pytest_sscred.environment import set_fake_credentials
from pytest_sscred.errors import nearest
from pytest_sscred.faults import Fault, Faults
from pytest_sscred.handles import Credential, User
from pytest_sscred.ids import Ids
from pytest_sscred.options import Options
from pytest_sscred.protocol.model import load_model
from pytest_sscred.service import Service

__tracebackhide__ = True

_STATUSES = ("Active", "Inactive", "Expired", "Deleted")


class FakeIAM:
    """An AWS account in memory that answers botocore's calls of IAM while it is open.

    The fixture `sscred_iam` gives one, open. Elsewhere: `with FakeIAM() as iam: ...`; leaving
    the block without an exception raises AssertionError for a fault that never fired and for a
    call of an operation that is not faked.

    :param account_id: the account's number, 12 digits
    :param quota: credentials a user may have for a service; two, as in AWS
    :param page_size: items on a page of a list at most, whatever MaxItems says
    :param unused_faults: `"fail"` or `"allow"` a fault that never fired
    :param unsupported: `"fail"` or `"allow"` a call of an operation that is not faked and whose
        exception was swallowed
    :param seed: what ids and secrets derive from; the fixture gives the test's id
    :raises ValueError: for a value that an option does not take
    """

    def __init__(
        self,
        *,
        account_id: str = Options.account_id,
        quota: int = Options.quota,
        page_size: int | None = Options.page_size,
        unused_faults: str = Options.unused_faults,
        unsupported: str = Options.unsupported,
        seed: str = "pytest-sscred",
    ) -> None:
        self._options = Options(
            account_id=account_id,
            quota=quota,
            page_size=page_size,
            unused_faults=unused_faults,
            unsupported=unsupported,
        )
        self._model = load_model()
        self._clock = Clock()
        self._account = Account(
            account_id,
            ids=Ids(seed, account_id),
            clock=self._clock,
            quota=quota,
            page_size=page_size,
        )
        self._faults = Faults()
        self._service = Service(self._account, self._faults, self._model)
        self._closers: list[Callable[[], None]] = []

    def __repr__(self) -> str:
        account = self._account
        users, credentials = len(account.users), len(account.credentials)
        return (
            f"<FakeIAM {account.id}: {count(users, 'user')}, {count(credentials, 'credential')}, "
            f"{count(len(self._service.calls), 'call')}>"
        )

    # Open and close

    def open(self) -> None:
        """Answer IAM's calls from now on, and put fake AWS keys into the environment.

        :raises RuntimeError: where it is open already, or where botocore is not one it knows
        """
        if self._closers:
            raise RuntimeError("this FakeIAM is open already; make another one to nest them")
        self._closers.append(open_door(self._service))
        self._closers.append(set_fake_credentials())

    def close(self) -> None:
        """Put botocore and the environment back as they were. The account can still be read."""
        while self._closers:
            self._closers.pop()()

    def problems(self) -> list[str]:
        """What has gone wrong unnoticed, a message each, unless the options allow it.

        That is a fault that never fired, or a call of an operation that is not faked.
        """
        calls = self.calls
        problems: list[str] = []
        if self._options.unsupported == "fail":
            problems += map(assertions.swallowed, dict.fromkeys(self._service.not_faked))
        if self._options.unused_faults == "fail":
            problems += [assertions.unused_fault(each, calls) for each in self._faults.unused()]
        return problems

    def __enter__(self) -> FakeIAM:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        if kind is None:
            _fail_if("\n".join(self.problems()) or None)

    # Seed: done directly, not recorded as calls

    @property
    def account_id(self) -> str:
        """The account's number, 12 digits."""
        return self._account.id

    @property
    def clock(self) -> Clock:
        """The account's time: `now()`, `move_to(datetime)`, `shift(timedelta)`."""
        return self._clock

    def add_user(self, name: str, path: str = "/") -> User:
        """A new user.

        :raises ValueError: for a name or path that IAM would refuse, or a name that is taken
        """
        with self._account.lock:
            return User(self._account, seeding.add_user(self._account, self._model, name, path))

    def add_credential(
        self,
        user_name: str,
        service_name: str,
        *,
        status: str = "Active",
        created: dt.datetime | None = None,
        age_days: int | None = None,
    ) -> Credential:
        """A new credential, and its user where there is none of that name.

        :param status: `"Active"` or `"Inactive"`
        :param created: when it was made, with a time zone; now, where it is left out
        :param age_days: days after `created` at which it expires, 1 to 36600; never, if left out
        :raises ValueError: for what IAM would refuse, the third of a user and service included
        """
        with self._account.lock:
            record = seeding.add_credential(
                self._account, self._model, user_name, service_name, status, created, age_days
            )
        return Credential(self._account, record)

    def remove_user(self, name: str) -> None:
        """Take the user away with all that hangs on it, as if someone else had done it.

        :raises LookupError: where there is none of that name
        """
        with self._account.lock:
            record = self.user(name)._record
            self._account.remove_user(record, self._by_the_test("remove_user"))

    def remove_credential(self, credential: Credential | str) -> None:
        """Take a credential away, as if someone else had done it.

        :raises LookupError: where it is unknown, or deleted already
        """
        with self._account.lock:
            record = self._credential(credential)._record
            if record.id not in self._account.credentials:
                raise LookupError(f"the credential {record.id} is deleted already")
            self._account.remove_credential(record, self._by_the_test("remove_credential"))

    def _by_the_test(self, verb: str) -> Cause:
        return Cause(verb, "test", self._clock.now())

    # Read: live, read-only handles

    def user(self, name: str) -> User:
        """The user of that name, in whatever case.

        :raises LookupError: where there is none
        """
        record = self._account.user(name)
        if record is None:
            names = [each.name for each in self._account.users.values()]
            hint = nearest(name, names) if names else "the account has none; add_user makes one"
            raise LookupError(f"the account has no user {name!r}: {hint}")
        return User(self._account, record)

    def users(self) -> list[User]:
        """All users, in the order of their names."""
        account = self._account
        with account.lock:
            return [User(account, account.users[key]) for key in account.user_keys]

    def credential(self, credential_id: str) -> Credential:
        """The credential of that id, a deleted one too.

        :raises LookupError: where there never was one
        """
        record = self._account.every_credential.get(credential_id)
        if record is None:
            known = self._account.every_credential
            hint = nearest(credential_id, known) if known else "add_credential makes one"
            raise LookupError(f"the account has no credential {credential_id!r}: {hint}")
        return Credential(self._account, record)

    def credentials(
        self,
        user_name: str | None = None,
        service_name: str | None = None,
        status: str | None = None,
    ) -> list[Credential]:
        """The credentials that fit, oldest first; deleted ones for `status="Deleted"` alone.

        :raises ValueError: for a status that there is not
        """
        if status is not None:
            _check_status(status)
        with self._account.lock:
            handles = [
                Credential(self._account, record)
                for record in self._account.every_credential.values()
            ]
        return [
            handle
            for handle in handles
            if (handle.status == status if status else handle.status != "Deleted")
            and user_name in (None, handle.user_name)
            and service_name in (None, handle.service_name)
        ]

    @property
    def calls(self) -> list[Call]:
        """Every call that was answered so far, each attempt of a retried one included."""
        with self._account.lock:
            return list(self._service.calls)

    # Who calls

    def client(self, user_name: str | None = None, **options: Any) -> Any:
        """A botocore client of IAM, the account's administrator's: a caller that is no IAM user.

        :param user_name: sign with an access key of this user's instead; one is made where the
            user has no Active one
        :param options: for `botocore.session.Session.create_client`, as in `config=Config(...)`
        :raises LookupError: where there is no such user
        :raises RuntimeError: where the account is not open, as the client would reach AWS
        """
        if not self._closers:
            raise RuntimeError("open the account first: with FakeIAM() as iam: iam.client()")
        if user_name is None:
            key, secret = self._account.administrator_key, self._account.ids.secret_access_key()
            return iam_client(key, secret, **options)
        with self._account.lock:
            user = self.user(user_name)._record
            active = [each for each in user.access_keys.values() if each.status == "Active"]
            record = active[0] if active else self._account.add_access_key(user)
        return iam_client(record.id, record.secret, **options)

    def act_as(self, user_name: str | None) -> None:
        """Make this user the caller of every call that no key of the account has signed.

        None makes it the administrator again.

        :raises LookupError: where there is no such user
        """
        self._account.acting = None if user_name is None else self.user(user_name)._record

    # Break

    def add_fault(
        self,
        error: str,
        *,
        on: str,
        user_name: str | None = None,
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
        return self._faults.add(
            seeding.fault(
                self._model,
                error,
                on=on,
                user_name=user_name,
                credential_id=_id(credential_id),
                times=times,
                after=after,
                message=message,
                added_at=_users_line(),
            )
        )

    # Assert

    def assert_deactivated(self, credential: Credential | str) -> None:
        """The credential is Inactive now, and was Active before."""
        _fail_if(assertions.not_deactivated(self._credential(credential), self.calls))

    def assert_active(self, credential: Credential | str) -> None:
        """The credential is Active now."""
        _fail_if(assertions.not_in_status(self._credential(credential), "Active", self.calls))

    def assert_deleted(self, credential: Credential | str) -> None:
        """The credential is gone."""
        _fail_if(assertions.not_in_status(self._credential(credential), "Deleted", self.calls))

    def assert_statuses(self, credential: Credential | str, statuses: list[str]) -> None:
        """The credential has had these statuses, in this order, and no others.

        :raises ValueError: for a status that there is not
        """
        for status in statuses:
            _check_status(status)
        _fail_if(assertions.other_statuses(self._credential(credential), statuses, self.calls))

    def assert_called(self, operation: str, times: int | None = None, **params: Any) -> None:
        """The operation was called, with these parameters among its own.

        :param times: how often exactly, each attempt of a retried call counted; once or more,
            where it is left out
        :param params: AWS's names; a credential's handle stands for its id
        :raises ValueError: for an operation that is not faked, or a parameter it has not
        """
        wanted = self._checked(operation, params)
        _fail_if(assertions.not_called(operation, times, wanted, self.calls))

    def assert_not_called(self, operation: str, **params: Any) -> None:
        """The operation was not called, or never with these parameters among its own.

        :raises ValueError: for an operation that is not faked, or a parameter it has not
        """
        wanted = self._checked(operation, params)
        _fail_if(assertions.called_though(operation, wanted, self.calls))

    def _checked(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        seeding.check_operation(self._model, operation)
        seeding.check_params(self._model, operation, params)
        return {
            name: value.id if isinstance(value, Credential) else value
            for name, value in params.items()
        }

    def _credential(self, credential: Credential | str) -> Credential:
        return credential if isinstance(credential, Credential) else self.credential(credential)

    # Report

    def report(self, *, whole: bool = False, paint: report.Paint = report.plain) -> str:
        """Credentials with their histories, and the calls, as text; secrets are not in it.

        :param whole: all rows, not the last few
        :param paint: colours a text: takes it and the colour's name
        """
        with self._account.lock:
            handles = [
                Credential(self._account, record)
                for record in self._account.every_credential.values()
            ]
        return report.section(handles, self.calls, whole=whole, paint=paint)


def _fail_if(message: str | None) -> None:
    if message is not None:
        raise AssertionError(message)


def _check_status(status: str) -> None:
    if status not in _STATUSES:
        raise ValueError(f"a credential has no status {status!r}: {nearest(status, _STATUSES)}")


def _id(credential: Credential | str | None) -> str | None:
    return credential.id if isinstance(credential, Credential) else credential


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
