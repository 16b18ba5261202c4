"""FakeIAM: what a test can say, each verb handed on to what does it.

This file is the contract, and longer than others for it: signatures, and what each verb promises.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from pytest_sscred import assertions, load, messages, reading, report, seeding
from pytest_sscred.account import Account
from pytest_sscred.arguments import (
    check_callable,
)
from pytest_sscred.asking import ACTING
from pytest_sscred.assertions import fail_if
from pytest_sscred.blocks import Block
from pytest_sscred.callbacks import callback, current
from pytest_sscred.consumers.accepting import Services
from pytest_sscred.consumers.authentication import Authentication, authenticate_given
from pytest_sscred.consumers.http import Consumers
from pytest_sscred.doors.botocore import Door, iam_client, open_consumers, reachable
from pytest_sscred.doors.endpoint import Answered, Endpoint
from pytest_sscred.faults import adding
from pytest_sscred.faults.adding import Calls, Error, When
from pytest_sscred.faults.faults import Fault, Interruption
from pytest_sscred.handles import Credential, Held, User
from pytest_sscred.journal import Call
from pytest_sscred.names import (
    CallName,
    OperationName,
    ServiceName,
    SettableStatus,
    Status,
    Verdict,
    Waits,
)  # fmt: skip
from pytest_sscred.options import Options
from pytest_sscred.report import plain
from pytest_sscred.resources.services import known_service
from pytest_sscred.rules import Rule, Rules
from pytest_sscred.state.clock import Clock
from pytest_sscred.sweep import LOST, Sweeping
from pytest_sscred.text import count, joined
from pytest_sscred.timeline import Paint

__tracebackhide__ = True


class FakeIAM(Block):
    """An AWS account in memory that answers IAM's calls of botocore, boto3 and aiobotocore while
    it is open.

    The fixture `sscred_iam` gives one, open. Elsewhere: `with FakeIAM() as iam: ...`; leaving
    the block without an exception raises AssertionError for what `problems()` names.

    :param account_id: the account's number, 12 digits
    :param quota: credentials a user may have for a service; two, as in AWS
    :param page_size: items on a page of a list at most, whatever MaxItems says
    :param unused_faults: `"fail"` or `"allow"` a fault that never fired
    :param unsupported: `"fail"` or `"allow"` a call that was refused since nobody answers it here,
        and whose exception was swallowed
    :param network: `"fail"` a call of another AWS service that no mock answers, and send nothing,
        or `"allow"` it to leave for AWS
    :param waits: `"skip"` the sleep before a retry and move the clock instead, or `"sleep"` it
    :param seed: what ids and secrets derive from; the fixture gives the test's id
    :raises ValueError: for a value that an option does not take
    """

    def __init__(
        self,
        *,
        account_id: str = Options.account_id,
        quota: int = Options.quota,
        page_size: int | None = Options.page_size,
        unused_faults: Verdict = Options.unused_faults,
        unsupported: Verdict = Options.unsupported,
        network: Verdict = Options.network,
        waits: Waits = Options.waits,
        seed: str = "pytest-sscred",
    ) -> None:
        if current.on_account is not None:
            current.on_account()
        options = Options(
            account_id=account_id,
            quota=quota,
            page_size=page_size,
            unused_faults=unused_faults,
            unsupported=unsupported,
            network=network,
            waits=waits,
        )
        self._account = Account(options, seed)
        self._rules = Rules(self._account, self._as_the_test)
        self._door: Door | None = None
        self._is_checked = False  # by a `with` block, which tells of problems
        self._told: list[str] = []  # of these, what a test's verdict has told

    # Open and closed

    def open(self) -> None:
        """Answer IAM's calls from now on, and put fake AWS keys into the environment.

        :raises RuntimeError: where it is open already, or where botocore is not one it knows
        """
        if self._door is not None:
            raise RuntimeError("this FakeIAM is open already; make another one to nest them")
        self._door = Door(self._account)
        current.opened.append(self)
        if current.on_open is not None:
            current.on_open()

    def close(self) -> None:
        """Answer no more, and end all rules. With the last account closed, botocore and the
        environment are as they were. The account can still be read."""
        if self._door is None:
            return
        self._rules.end()  # before: a rule that calls boto3 reaches nobody else
        door, self._door = self._door, None
        current.opened.remove(self)
        door.close()

    def problems(self) -> list[str]:
        """What has gone wrong unnoticed, a message each, unless the options allow it.

        That is a broken rule, a fault that never fired, or a call that was refused since nobody
        answers it here.
        """
        if self._door is not None:
            self._door.take_reports()
        return assertions.problems(self._account)

    def client(self, user_name: User | str | None = None, **options: Any) -> Any:
        """A botocore client of IAM, the account's administrator's: a caller that is no IAM user.

        It asks this account, whichever was opened last, and no other once this one is closed.

        :param user_name: sign with an access key of this user's instead; one is made where the
            user has no Active one
        :param options: for `botocore.session.Session.create_client`, as in `config=Config(...)`
        :raises LookupError: where there is no such user
        :raises ValueError: where the user has two keys and neither is Active
        :raises RuntimeError: where the account is not open, as the client would reach AWS
        """
        if self._door is None:
            raise RuntimeError("open the account first: with FakeIAM() as iam: iam.client()")
        user = None if user_name is None else self.user(user_name)
        return iam_client(self._account, *seeding.keys_of(self._account, user), options)

    def serve(self, port: int = 0, *, answered: Answered | None = None) -> Endpoint:
        """Answer IAM's calls over HTTP on 127.0.0.1 too, until it is closed or its block is left.

        The account need not be open: that is for botocore in this process.

        :param port: of 127.0.0.1; a free one, where it is 0
        :param answered: is told of each answer, a record with `status` and `call`
        :raises OSError: where the port is taken
        """
        return Endpoint(self._account, port, answered)

    def open_services(self) -> Services:
        """Answer for IAM and for the services that take its credentials, to code that uses
        `requests`; and to botocore's clients of them that use an API key.

        Until it is closed, or its block is left.
        """
        from pytest_sscred.doors import requests  # not before it is needed

        consumers = Consumers(self._account)
        closing = contextlib.ExitStack()
        closing.callback(requests.open_door(self._account, consumers))
        closing.callback(open_consumers(consumers))
        return Services(consumers, closing.close)

    def reset(self) -> None:
        """Be as a new account, open or closed as it is: for loops and Hypothesis.

        All is gone: users and credentials, calls, faults, rules, the clock's moves. Ids begin anew.

        :raises AssertionError: for what `problems()` names by now, once it is reset
        """
        found = self.problems()
        self._rules.end()
        self._account.reset()
        fail_if(joined(found) or None)

    def __enter__(self) -> FakeIAM:
        self.open()
        self._is_checked = True
        return self

    def _leave(self, *, failed: bool) -> None:
        self.close()
        if not failed:
            fail_if(joined([each for each in self.problems() if each not in self._told]) or None)

    def _gone_wrong(self) -> list[str]:
        """Problems that are told now and not again; a fault may still fire while it is open."""
        if not self._is_checked:
            return []
        found = assertions.problems(self._account, unused_faults=False)
        new = [each for each in found if each not in self._told]
        self._told += new
        return new

    # Read

    @property
    def account_id(self) -> str:
        """The account's number, 12 digits."""
        return self._account.state.id

    @property
    def clock(self) -> Clock:
        """The account's time: `now()`, `move_to(datetime)`, `shift(timedelta)`."""
        return self._account.state.clock

    def user(self, name: User | str) -> User:
        """The user of that name, in whatever case. Verbs that take a name take a handle too.

        :raises LookupError: where there is none
        """
        return reading.user(self._account.state, name)

    def users(self) -> list[User]:
        """All users, in the order of their names."""
        return reading.users(self._account.state)

    def credential(self, credential_id: str) -> Credential:
        """The credential of that id, a deleted one too.

        :raises LookupError: where there never was one
        """
        return reading.credential(self._account.state, credential_id)

    def credentials(
        self,
        user_name: User | str | None = None,
        service_name: ServiceName | None = None,
        status: Status | None = None,
    ) -> list[Credential]:
        """The credentials that fit, oldest first; deleted ones for `status="Deleted"` alone.

        :raises ValueError: for a status or a service that there is not
        """
        return reading.credentials(self._account.state, user_name, service_name, status)

    @property
    def calls(self) -> list[Call]:
        """Every call that was answered so far, each attempt of a retried one included."""
        with self._account.lock:
            return self._account.journal.calls()

    @property
    def waits(self) -> list[dt.timedelta]:
        """What botocore's retries would have slept, in order; the clock was moved instead.

        With the marker's `waits="sleep"`, what they have slept.
        """
        with self._account.lock:
            return [dt.timedelta(seconds=wait.seconds) for wait in self._account.journal.waits()]

    def report(self, *, about: str = "", whole: bool = False, paint: Paint = plain) -> str:
        """Credentials with their histories, and the calls, as text; secrets are not in it.

        :param about: a text; rows of the credentials whose ids are in it come before others
        :param whole: all rows, not a few
        :param paint: colours a text: takes it and the colour's name
        """
        return report.section(self._account, about=about, whole=whole, paint=paint)

    def __repr__(self) -> str:
        users, credentials = count(len(self.users()), "user"), len(self.credentials())
        calls = count(self._account.journal.number_of_calls(), "call")
        return f"<FakeIAM {self.account_id}: {users}, {count(credentials, 'credential')}, {calls}>"

    # Seed

    def add_user(self, name: str, path: str = "/") -> User:
        """A new user.

        :raises ValueError: for a name or path that IAM would refuse, or a name that is taken
        """
        return seeding.add_user(self._account, name, path)

    def add_credential(
        self,
        user_name: User | str,
        service_name: ServiceName,
        *,
        status: SettableStatus = "Active",
        created: dt.datetime | None = None,
        age_days: int | None = None,
        expires: dt.datetime | None = None,
    ) -> Credential:
        """A new credential, and its user where there is none of that name.

        :param status: `"Active"` or `"Inactive"`
        :param created: when it was made, with a time zone; now, where it is left out, or a day
            before `expires` where that has passed
        :param age_days: days after `created` at which it expires, 1 to 36600; never, if left out
        :param expires: or when it does, with a time zone
        :raises ValueError: for what IAM would refuse, the third of a user and service included
        """
        lifetime = seeding.Lifetime(created, age_days, expires)
        return seeding.add_credential(self._account, user_name, service_name, status, lifetime)

    def add_many(
        self,
        number: int,
        service_name: ServiceName = "bedrock.amazonaws.com",
        user_name: str = "user-{}",
    ) -> list[Credential]:
        """So many credentials, each of a user of its own: for lists of several pages.

        :param user_name: the users' names, with `{}` for their numbers from 0
        """
        return seeding.add_many(self._account, number, service_name, user_name)

    def add_bedrock_key(self, age_days: int | None = 30) -> Credential:
        """A long-term API key as Bedrock's console makes one: with a user `BedrockAPIKey-xxxx`."""
        return seeding.add_bedrock_key(self._account, age_days)

    def remove_user(self, name: User | str) -> None:
        """Take the user away with all that hangs on it, as if someone else had done it.

        :raises LookupError: where there is none of that name
        """
        seeding.remove_user(self._account, self.user(name))

    def remove_credential(self, credential: Credential | str) -> None:
        """Take a credential away, as if someone else had done it.

        :raises LookupError: where it is unknown, or deleted already
        """
        handle = reading.credential(self._account.state, credential)
        seeding.remove_credential(self._account, handle)

    def load(self, data: load.Data) -> list[Credential]:
        """Put in what `aws iam list-service-specific-credentials --all-users` or `aws iam
        list-users` printed, or both in one object: ids, names, dates and statuses stay.

        Secrets are made up, since IAM lists none. Users are made where they are missing.

        :param data: the object, its JSON, or a path of a file that holds it
        :returns: the credentials that were put in
        :raises ValueError: for what has another shape, or is there already; then nothing is put in
        """
        return load.load(self._account, data)

    def dump(self) -> dict[str, Any]:
        """Users and credentials as `load` takes them, and as JSON does; no secret is in it."""
        return load.dump(self._account)

    # Assert

    def assert_deactivated(self, credential: Credential | str) -> None:
        """The credential is Inactive now, and was Active before."""
        fail_if(messages.not_deactivated(self._thing(credential), self.calls))

    def assert_active(self, credential: Credential | str) -> None:
        """The credential is Active now."""
        fail_if(messages.not_in_status(self._thing(credential), "Active", self.calls))

    def assert_deleted(self, credential: Credential | str) -> None:
        """The credential is gone."""
        fail_if(messages.not_in_status(self._thing(credential), "Deleted", self.calls))

    def assert_statuses(self, credential: Credential | str, statuses: Iterable[Status]) -> None:
        """The credential has had these statuses, in this order, and no others.

        :raises ValueError: for a status that there is not
        """
        assertions.assert_statuses(self._account, credential, statuses)

    def assert_called(self, operation: CallName, times: int | None = None, **params: Any) -> None:
        """The operation was called, with these parameters among its own.

        Calls count whatever they were answered, an error or a refusal included. Users' names are
        compared as IAM does, in any case. The use of a credential is a call of `Authenticate`, with
        ServiceName and, where it is known, UserName and ServiceSpecificCredentialId.

        :param times: how often exactly, each attempt of a retried call counted; once or more,
            where it is left out
        :param params: AWS's names; a credential's handle stands for its id
        :raises ValueError: for an operation that IAM does not have, or a parameter it has not
        """
        assertions.assert_called(self._account, operation, times, params)

    def assert_not_called(self, operation: CallName, **params: Any) -> None:
        """The operation was not called, or never with these parameters among its own.

        :raises ValueError: for an operation that IAM does not have, or a parameter it has not
        """
        assertions.assert_not_called(self._account, operation, params)

    def assert_order(self, *operations: CallName) -> None:
        """The operations were done in this order, whatever was done between them.

        Calls that were answered with an error do not count, unless they were applied.

        :raises ValueError: for an operation that IAM does not have, or where there are none
        """
        assertions.assert_order(self._account, operations)

    def assert_retried(self, operation: OperationName, times: int | None = None) -> None:
        """The operation's call was made again by the SDK, this process's or another's.

        :param times: how often exactly, over all calls of it; once or more, where it is left out
        :raises ValueError: for an operation that IAM does not have
        """
        assertions.assert_retried(self._account, operation, times)

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
        assertions.assert_secret_not_logged(self._account, credential, captured)

    # Break

    def add_fault(
        self,
        error: Error | None = None,
        *,
        on: OperationName,
        user_name: User | str | None = None,
        credential_id: Credential | str | None = None,
        service_name: ServiceName | None = None,
        caller: User | str | None = None,
        times: int | Literal["default"] | None = "default",
        after: int = 0,
        every: int | None = None,
        sequence: str | None = None,
        probability: float | None = None,
        applied: bool = False,
        latency: dt.timedelta | None = None,
        message: str | None = None,
    ) -> Fault:
        """Have calls of an operation answered with an error, or late.

        A fault that never fires fails the test, unless it was removed or is drawn by `probability`.
        Usable in a `with`, which removes it at its end.

        :param error: a code on the wire or its class, as in `NoSuchEntity`,
            `NoSuchEntityException`; or botocore's error for a network that fails:
            `ReadTimeoutError`, `ConnectTimeoutError`, `EndpointConnectionError` or
            `ConnectionClosedError`, as name, class or instance. None, with `latency`, for an
            answer that is late and right
        :param on: the operation
        :param user_name: only calls about this user, named or calling
        :param credential_id: only calls that name this credential
        :param service_name: only calls about this service's credentials
        :param caller: only calls made by this user, or by the user of this ARN
        :param times: how many calls are answered with it, None for all; one, where it is left
            out, and with `every` all. Not to be given beside `sequence` and `probability`
        :param after: how many of the calls meant are let through first
        :param every: only the last of each `every` calls
        :param sequence: `F` and `P` for calls that fail and pass, as in `"FFPF"`
        :param probability: of each call's failing, from 0 to 1, drawn from the test's own seed
        :param applied: the change is made, and its answer lost
        :param latency: by which the clock moves on before the answer comes. Nothing waits. A
            client of the process whose read timeout is shorter gives up after that; where the
            answer would have been no error, the change was made
        :param message: the error's message; AWS's own, where it is left out
        :raises ValueError: for an operation that IAM does not have, or an error that it cannot
            answer with
        """
        calls = Calls(on, user_name, credential_id, service_name, caller)
        when = When(times, after, every, sequence, probability)
        how: dict[str, Any] = {"latency": latency, "message": message, "applied": applied}
        return adding.add(self._account, error, calls, when, **how)

    def deny(
        self,
        action: str,
        *,
        user_name: User | str | None = None,
        caller: User | str | None = None,
    ) -> Fault:
        """Have every call of an action answered with AccessDenied, in AWS's words, until removed.

        It predicts no call: one that never comes does not fail the test.

        :param action: as a policy names it: `iam:UpdateServiceSpecificCredential`
        :raises ValueError: for an action that is not `iam:` and one of its operations
        """
        return adding.deny(self._account, action, user_name, caller)

    def before(
        self, operation: OperationName, action: Callable[[], object], times: int | None = 1
    ) -> Interruption:
        """Have something happen just before a call of the code under test is answered.

        A user removed, say, or a second rotator that got there first. What never happens fails
        the test, as a fault does, unless it was removed.

        :param times: before how many calls of the operation; None for all
        :raises ValueError: for an operation that IAM does not have
        """
        return adding.before(self._account, operation, action, times, self._as_the_test)

    def set_propagation(
        self, *, calls: int | None = None, after: dt.timedelta | None = None
    ) -> None:
        """Let reads not see at once what is written from now on, as IAM is eventually consistent.

        Reads are the operations named Get and List, and what a service makes of a credential.
        Writes see everything, and so does the test; what it seeds or removes itself is seen at
        once, and with it all that was written before. With neither argument all is seen at once
        again, what was written before too.

        :param calls: so many reads after a write do not see it
        :param after: nobody sees a write before the clock has moved on by this
        """
        adding.propagate(self._account, calls, after)

    def sweep(
        self, scenario: Callable[[], object], *errors: Error, lost: Error | None = LOST
    ) -> None:
        """Run a scenario once to learn its calls, then once more for each of them failing.

        The account is put back before every run to what it was, ids and all. A run is judged by
        the scenario's own assertions and by rules (`require_active`, ...). One in which it raises
        is fine, since it told its caller: but for what is a mistake, as TypeError, KeyError or
        FileNotFoundError are. What is no part of the account, mocks and files say, is not put back.

        With pytest: `@pytest.mark.sscred_sweep` on a test.

        :param errors: that the call and all its retries are answered with in place of being done,
            as for `add_fault`; AccessDenied, where none is given. Calls that cannot be answered
            with an error are passed over for it
        :param lost: the error in place of an answer that is lost once the change is made; a retry
            is answered. None for no such runs
        :raises AssertionError: that names the runs in which an assertion or a rule broke
        :raises ValueError: for an error that none of the calls can be answered with, and where
            none was made
        """
        check_callable("sweep", scenario)
        sweeping = Sweeping(self._account, errors, lost)
        try:
            scenario()
            fail_if(sweeping.unnoticed() or sweeping.verdict(scenario))
        finally:
            sweeping.end()

    # Require

    def require_active(
        self, user_name: User | str, service_name: ServiceName, at_least: int = 1
    ) -> Rule:
        """The user is never without so many Active credentials for the service.

        :raises ValueError: where the user has fewer already
        """
        return self._rules.active(user_name, known_service(service_name), at_least)

    def require_at_most(
        self,
        most: int,
        user_name: User | str | None = None,
        service_name: ServiceName | None = None,
    ) -> Rule:
        """There are never more credentials than so many, of the user and service if given.

        :raises ValueError: where there are more already
        """
        service = None if service_name is None else known_service(service_name)
        return self._rules.at_most(most, user_name, service)

    def require_deactivated_before_deleted(self) -> Rule:
        """No call deletes a credential that is Active."""
        return self._rules.never(
            "deactivated before deleted", "Deleted", "Active", "deleted while Active"
        )

    def require_no_reactivation(self) -> Rule:
        """No call makes an Inactive credential Active again."""
        return self._rules.never("no reactivation", "Active", "Inactive", "Active again")

    def require_no_changes(self) -> Rule:
        """No call is made that could change anything, not even one that fails: a dry run."""
        return self._rules.no_changes()

    def require(self, holds: Callable[[FakeIAM], object], message: str) -> Rule:
        """A rule of the test's own, about the account's state.

        It may call IAM through boto3. It is judged while the account answers nobody else, so it
        must not wait for another thread or process that does.

        :param holds: takes this account; what it returns is true where the rule holds
        :param message: the rule in words
        :raises ValueError: where it does not hold already
        """
        check_callable("require", holds)
        return self._rules.holding(lambda: holds(self), message)

    def end_rules(self) -> None:
        """End every rule: what comes after a test, in its fixtures, is not judged."""
        self._rules.end()

    # Use

    def authenticate(
        self,
        service_name: ServiceName,
        *,
        secret: str | None = None,
        user_name: str | None = None,
        password: str | None = None,
    ) -> Authentication:
        """Whether the service would take this credential now, and why not.

        For tests that fake the service themselves. It counts as a use: among `calls` as
        `Authenticate`, and where it is accepted as the credential's `last_used`.

        :param secret: the API key, of a service that takes one
        :param user_name: the ServiceUserName, of a service that takes a password
        :param password: the ServicePassword
        :raises ValueError: for a service that there is not
        :raises TypeError: for what that service does not take
        """
        given = {"secret": secret, "user_name": user_name, "password": password}
        return authenticate_given(self._account, service_name, given)

    def act_as(self, user_name: User | str | None) -> None:
        """Make this user the caller of every call that no key of the account has signed.

        None makes it the administrator again.

        :raises LookupError: where there is no such user
        """
        acting = None if user_name is None else self.user(user_name).id
        self._account.state.cells[ACTING] = acting

    # Inside

    @contextlib.contextmanager
    def _as_the_test(self) -> Iterator[None]:
        """What a callback of the test's own calls is answered by this account, open or not."""
        with callback(self._account), reachable(self._account):
            yield

    def _thing(self, credential: Credential | str) -> Held:
        return reading.thing(self._account.state, credential)
