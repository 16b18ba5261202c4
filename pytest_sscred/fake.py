"""FakeIAM: the verbs that a test can use; other modules do the work.

This file is the contract, and so longer than others: signatures, and what each verb promises.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from pytest_sscred import assertions, messages, reading, report, seeding
from pytest_sscred.account import Account
from pytest_sscred.arguments import check_callable
from pytest_sscred.asking import ACTING, root_arn
from pytest_sscred.assertions import fail_if
from pytest_sscred.blocks import Block
from pytest_sscred.callbacks import callback, current
from pytest_sscred.consumers.accepting import Services
from pytest_sscred.consumers.authentication import Authentication, authenticate_given
from pytest_sscred.consumers.http import Consumers
from pytest_sscred.doors.botocore import Door, iam_client, open_consumers, reachable
from pytest_sscred.doors.endpoint import Endpoint
from pytest_sscred.doors.server import Answered
from pytest_sscred.events.passing import clock_moved, end
from pytest_sscred.faults import adding
from pytest_sscred.faults.adding import Calls, Error, When
from pytest_sscred.faults.faults import Fault, Interruption
from pytest_sscred.handles import Credential, Group, Handle, Held, Policy, User
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
from pytest_sscred.places import Place, users_place
from pytest_sscred.report import plain
from pytest_sscred.resources.services import known_service
from pytest_sscred.rules import Rule, Rules
from pytest_sscred.state.clock import Clock
from pytest_sscred.sweep import LOST, Sweeping
from pytest_sscred.text import count, joined
from pytest_sscred.timeline import Paint

if TYPE_CHECKING:
    from pytest_sscred.events.rules import EventRule, Target
    from pytest_sscred.load import Data

__tracebackhide__ = True


class FakeIAM(Block):
    """An AWS account in memory that answers the IAM calls of botocore, boto3 and aiobotocore while
    it is open.

    The fixture `sscred_iam` gives an open one. Elsewhere: `with FakeIAM() as iam: ...`; leaving
    the block without an exception raises AssertionError for the problems in `problems()`.

    :param account_id: the account's number, 12 digits
    :param quota: credentials a user may have for a service; two, as in AWS
    :param page_size: most items on a page of a list, whatever MaxItems says
    :param unused_faults: `"fail"` or `"allow"` a fault that never fired
    :param unsupported: `"fail"` or `"allow"` a call that was refused because nobody answers it
        here, and whose exception was swallowed
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
        state = self._account.state
        self._clock = Clock(state.log, state.cells, partial(clock_moved, self._account))
        self._door: Door | None = None
        self._opened_at: Place | None = None
        self._is_checked = False  # by a `with` block, which reports problems
        self._told: list[str] = []  # problems that a test's verdict has reported

    # Open and closed

    def open(self) -> None:
        """Answer IAM's calls from now on, and put fake AWS keys into the environment.

        :raises RuntimeError: if it is open already, or if botocore is not one it knows
        """
        if self._door is not None:
            raise RuntimeError("this FakeIAM is open already; make another one to nest them")
        self._door = Door(self._account)
        self._opened_at = users_place()
        current.opened.append(self)
        if current.on_open is not None:
            current.on_open()

    def close(self) -> None:
        """Stop answering, and end all rules. Once the last account is closed, botocore and the
        environment are as they were. The account can still be read."""
        if self._door is None:
            return
        self.end_rules()  # first: a rule that calls boto3 must reach nobody else
        door, self._door = self._door, None
        current.opened.remove(self)
        door.close()

    def problems(self) -> list[str]:
        """What went wrong unnoticed, a message per problem, unless the options allow it.

        That is a broken rule, a target of events that failed, an event or a fault that still
        waits, or a call that was refused because nobody answers it here.
        """
        self._account.take_reports()
        return assertions.problems(self._account)

    def client(self, user_name: User | str | None = None, **options: Any) -> Any:
        """A botocore client of IAM, calling as the account's administrator, who is not an IAM user.

        It calls this account, even if another was opened later, and no other once this is closed.

        :param user_name: sign with an access key of this user instead; one is made if the user
            has no Active one
        :param options: for `botocore.session.Session.create_client`, as in `config=Config(...)`
        :raises LookupError: if there is no such user
        :raises ValueError: if the user has two keys and neither is Active
        :raises RuntimeError: if the account is not open, since the client would reach AWS
        """
        if self._door is None:
            raise RuntimeError("open the account first: with FakeIAM() as iam: iam.client()")
        user = None if user_name is None else self.user(user_name)
        return iam_client(self._account, *seeding.keys_of(self._account, user), options)

    def serve(self, port: int = 0, *, answered: Answered | None = None) -> Endpoint:
        """Answer IAM calls over HTTP on 127.0.0.1 too, until it is closed or its block ends.

        The account need not be open: opening is for botocore in this process.

        :param port: the port on 127.0.0.1; 0 takes a free one
        :param answered: called with every answer, a record with `status` and `call`
        :raises OSError: if the port is taken
        """
        return Endpoint(self._account, port, answered)

    def open_services(self) -> Services:
        """Answer for IAM and for the services that take its credentials, to code that uses
        `requests` and to botocore clients of those services that use an API key.

        It ends when the result is closed, or its block is left.
        """
        from pytest_sscred.doors import requests  # only when it is needed

        consumers = Consumers(self._account)
        closing = contextlib.ExitStack()
        closing.callback(requests.open_door(self._account, consumers))
        closing.callback(open_consumers(consumers))
        return Services(consumers, closing.close)

    def reset(self) -> None:
        """Start over as a new account, open or closed as before: for loops and Hypothesis.

        All is gone: users and credentials, calls, faults, rules, the clock's moves. Ids start over.

        :raises AssertionError: for the problems in `problems()` so far, once it is reset
        """
        found = self.problems()
        text = joined(found)
        shown = self.report(about=text) if found else ""
        self.end_rules()
        self._account.reset()
        if found:
            self._account.earlier_reports[text.splitlines()[0]] = shown
            raise AssertionError(text)

    def __enter__(self) -> FakeIAM:
        self.open()
        self._is_checked = True
        return self

    def _leave(self, error: BaseException | None) -> None:
        self.close()
        found = [] if error else [each for each in self.problems() if each not in self._told]
        error = AssertionError(joined(found)) if found else error
        if error is not None and current.on_open is not None:  # a test will show this account
            current.left.append((error, self))
        if found and error:
            raise error

    def _title(self) -> str:
        """What a failed test's report calls it."""
        return f"FakeIAM opened at {self._opened_at}"

    def _begin_test(self) -> None:
        """From here on the report is on what happens in this test."""
        account = self._account
        account.test_began = account.journal.mark()
        account.broken_before = {rule for rule in tuple(account.rules) if rule.broken}

    def _is_called(self) -> bool:
        """Whether the running test has called it."""
        return self._account.journal.mark() != self._account.test_began

    def _gone_wrong(self) -> list[str]:
        """Problems to report now and not again; unused faults may still fire while it is open."""
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
        return self._clock

    def user(self, name: User | str) -> User:
        """The user of that name, in any case. Verbs that take a name take a handle too.

        :raises LookupError: if the account does not have it
        """
        return reading.user(self._account.state, name)

    def users(self) -> list[User]:
        """All users, sorted by name."""
        return reading.users(self._account.state)

    def groups(self) -> list[Group]:
        """All groups, sorted by name."""
        return reading.groups(self._account.state)

    def group(self, name: Group | str) -> Group:
        """The group of that name, in any case.

        :raises LookupError: if the account does not have it
        """
        return reading.group(self._account.state, name)

    def policies(self) -> list[Policy]:
        """All managed policies of the account's own, sorted by name."""
        return reading.policies(self._account.state)

    def policy(self, name: Policy | str) -> Policy:
        """The account's own managed policy of that name, in any case, or of that ARN.

        :raises LookupError: if the account does not have it
        """
        return reading.policy(self._account.state, name)

    def credential(self, credential_id: str) -> Credential:
        """The credential with that id, even a deleted one.

        :raises LookupError: if there never was one
        """
        return reading.credential(self._account.state, credential_id)

    def credentials(
        self,
        user_name: User | str | None = None,
        service_name: ServiceName | None = None,
        status: Status | None = None,
    ) -> list[Credential]:
        """The credentials that fit, oldest first; deleted ones only for `status="Deleted"`.

        :raises ValueError: for an unknown status or service
        """
        return reading.credentials(self._account.state, user_name, service_name, status)

    @property
    def calls(self) -> list[Call]:
        """Every call that was answered so far, including every attempt of a retried one."""
        with self._account.lock:
            return self._account.journal.calls()

    @property
    def cloudtrail(self) -> list[dict[str, Any]]:
        """CloudTrail's record of every call, oldest first: dicts ready for JSON, without secrets.

        What the test itself adds and removes leaves none.
        """
        with self._account.lock:
            calls = self._account.journal.trail()
        return [call.trace.record(call) for call in calls]

    @property
    def waits(self) -> list[dt.timedelta]:
        """The sleeps of botocore's retries, in order; they were skipped, and the clock was moved.

        With the marker's `waits="sleep"`, the sleeps that took place.
        """
        with self._account.lock:
            return [dt.timedelta(seconds=wait.seconds) for wait in self._account.journal.waits()]

    def report(self, *, about: str = "", whole: bool = False, paint: Paint = plain) -> str:
        """Credentials with their histories, and the calls, as text without secrets.

        :param about: a text; rows of the credentials whose ids it contains come first
        :param whole: all rows, not a few
        :param paint: colours a text; takes the text and the colour's name
        """
        return report.section(self._account, about=about, whole=whole, paint=paint)

    def __repr__(self) -> str:
        users, credentials = count(len(self.users()), "user"), len(self.credentials())
        calls = count(self._account.journal.number_of_calls(), "call")
        return f"<FakeIAM {self.account_id}: {users}, {count(credentials, 'credential')}, {calls}>"

    # Seed

    def add_user(
        self, name: str, path: str = "/", tags: Mapping[str, str] = MappingProxyType({})
    ) -> User:
        """A new user; its own verbs (`add_access_key`, `add_to_group`, ...) add what hangs on it.

        :raises ValueError: for a name, path or tags that IAM would refuse, or a name that is taken
        """
        return seeding.add_user(self._account, name, path, tags)

    def add_group(self, name: str, path: str = "/") -> Group:
        """A new group, without members: `user.add_to_group` adds them.

        :raises ValueError: if IAM would refuse it
        """
        return seeding.add_group(self._account, name, path)

    def add_policy(self, name: str, document: Mapping[str, Any] | str, path: str = "/") -> Policy:
        """A new managed policy of the account's own.

        :param document: as an object, or as JSON text
        :raises ValueError: if IAM would refuse it
        """
        return seeding.add_policy(self._account, name, document, path)

    def add_credential(
        self,
        user_name: User | str,
        service_name: ServiceName,
        *,
        status: SettableStatus = "Active",
        created: dt.datetime | None = None,
        age_days: int | None = None,
        expires: dt.datetime | None = None,
        id: str | None = None,
        secret: str | None = None,
        recorded: bool = False,
    ) -> Credential:
        """A new credential; its user is made too if missing.

        :param status: `"Active"` or `"Inactive"`
        :param created: when it was made, with a time zone; by default now, or a day before
            `expires` if that has passed
        :param age_days: days after `created` at which it expires, 1 to 36600; never, if left out
        :param expires: or the time when it expires, with a time zone
        :param id: its id, for suites with fixed values; made up, if left out
        :param secret: its password or API key, likewise; no other credential may have had it
        :param recorded: CloudTrail has records, and `on_event` events, of someone who made it in
            the console; `expires` is then whole days after `created`
        :raises ValueError: if IAM would refuse it, for example as a user's third for a service
        """
        lifetime = seeding.Lifetime(created, age_days, expires, recorded)
        how = status, lifetime, seeding.Fixed(id, secret)
        with self._by_another(recorded):
            return seeding.add_credential(self._account, user_name, service_name, *how)

    def add_many(
        self,
        number: int,
        service_name: ServiceName = "bedrock.amazonaws.com",
        user_name: str = "user-{}",
    ) -> list[Credential]:
        """This many credentials, each for a user of its own: for lists of several pages.

        :param user_name: the users' names, with `{}` for their numbers from 0
        """
        return seeding.add_many(self._account, number, service_name, user_name)

    def add_bedrock_key(self, age_days: int | None = 30, *, recorded: bool = False) -> Credential:
        """A long-term API key as Bedrock's console makes one: with a user `BedrockAPIKey-xxxx`.

        :param recorded: CloudTrail has records, and `on_event` events, of both being made
        """
        with self._by_another(recorded):
            return seeding.add_bedrock_key(self._account, age_days)

    def remove_user(self, name: User | str, *, recorded: bool = False) -> None:
        """Remove the user with everything it owns, as if someone else had done it.

        :param recorded: CloudTrail has records, and `on_event` events, of the calls that do so:
            one for each thing that hangs on the user, such as a key or a policy, then DeleteUser
        :raises LookupError: if the account has nothing of that name
        """
        with self._by_another(recorded):
            seeding.remove_user(self._account, self.user(name))

    def remove_credential(self, credential: Credential | str, *, recorded: bool = False) -> None:
        """Remove a credential, as if someone else had done it.

        :param recorded: CloudTrail has a record, and `on_event` an event, of it
        :raises LookupError: if it is unknown, or deleted already
        """
        handle = reading.credential(self._account.state, credential)
        with self._by_another(recorded):
            seeding.remove_credential(self._account, handle)

    def dump_cloudtrail(self, path: str | os.PathLike[str]) -> None:
        """Write CloudTrail's records to a log file, `{"Records": [...]}`, as tools read them.

        :param path: compressed by gzip if its name ends in `.gz`
        """
        from pytest_sscred.events.files import write  # only when it is needed

        write(path, self.cloudtrail)

    def load(self, data: Data) -> list[Credential]:
        """Load the output of `aws iam get-account-authorization-details`, `aws iam
        list-service-specific-credentials --all-users`, `aws iam list-users`, or several in one
        object: ids, names, dates, statuses and policies stay.

        Secrets are made up, since IAM lists none. Missing users and groups are made. Roles are left
        out.

        :param data: the object, its JSON, or the path of a file that holds it
        :returns: the credentials that were loaded
        :raises ValueError: if it has another shape, or exists already; then nothing is loaded
        """
        from pytest_sscred.load import load

        return load(self._account, data)

    def dump(self) -> dict[str, Any]:
        """The account in the form that `load` takes, ready for JSON, without secrets.

        The roles in it are those of moto, and `load` leaves them out.
        """
        from pytest_sscred.load import dump

        return dump(self._account)

    # Assert

    def assert_deactivated(self, thing: Held | str) -> None:
        """The credential, key or certificate is Inactive now, and was Active before."""
        self._fail_if(messages.not_deactivated(self._with_status(thing), self.calls))

    def assert_active(self, thing: Held | str) -> None:
        """The credential, key or certificate is Active now."""
        self._fail_if(messages.not_in_status(self._with_status(thing), "Active", self.calls))

    def assert_deleted(self, thing: Handle[Any] | str) -> None:
        """It is gone: whatever there is a handle of, or a credential, key or certificate's id."""
        self._fail_if(messages.not_deleted(reading.thing(self._account.state, thing), self.calls))

    def assert_statuses(self, thing: Held | str, statuses: Iterable[Status]) -> None:
        """The credential, key or certificate has had these statuses, in this order, and no others.

        :raises ValueError: for an unknown status
        """
        assertions.assert_statuses(self._account, thing, statuses)

    def assert_called(self, operation: CallName, times: int | None = None, **params: Any) -> None:
        """The operation was called, with these parameters among its own.

        Calls count whatever the answer was, including an error or a refusal. Users' names are
        compared as IAM does, in any case. The use of a credential is a call of `Authenticate`, with
        ServiceName and, if it is known, UserName and ServiceSpecificCredentialId.

        :param times: the exact number of calls, counting every attempt of a retried call; once or
            more by default
        :param params: AWS's names; a handle stands for its id, or its name, or its ARN
        :raises ValueError: for an operation or a parameter that IAM does not have
        """
        assertions.assert_called(self._account, operation, times, params)

    def assert_not_called(self, operation: CallName, **params: Any) -> None:
        """The operation was not called, or never with these parameters among its own.

        :raises ValueError: for an operation or a parameter that IAM does not have
        """
        assertions.assert_not_called(self._account, operation, params)

    def assert_order(self, *operations: CallName) -> None:
        """The operations were done in this order, whatever was done between them.

        Calls that were answered with an error do not count, unless they were applied.

        :raises ValueError: for an operation that IAM does not have, or if none are given
        """
        assertions.assert_order(self._account, operations)

    def assert_retried(self, operation: OperationName, times: int | None = None) -> None:
        """The SDK made the operation's call again, in this process or another.

        :param times: the exact number of retries, over all its calls; once or more by default
        :raises ValueError: for an operation that IAM does not have
        """
        assertions.assert_retried(self._account, operation, times)

    def assert_secret_not_logged(self, thing: Handle[Any] | str, *captured: Any) -> None:
        """No secret that the credential, access key, login profile or MFA device has had was
        logged, warned of or printed.

        URL quoting, hexadecimal, base64 (twice too) and broken lines are seen through. All
        attributes of log records count, including `extra` and exceptions. `caplog` stands for every
        logger of the test at every level, and for warnings. Unless the test or a fixture has it
        among its arguments, the assertion cannot know what a level hid, and fails. The clients' own
        logs do not count.

        :param captured: texts, bytes, paths of files, lists of these, or pytest's `caplog`,
            `capsys`, `capfd` and `recwarn`. The output in `capsys` and `capfd` is read, and
            kept for the next assertion of this kind
        :raises TypeError: if nothing is given, or something of another kind
        """
        assertions.assert_secret_not_logged(self._account, thing, captured)

    # Break

    def add_fault(
        self,
        error: Error | None = None,
        *,
        on: OperationName,
        user_name: User | str | None = None,
        credential_id: Handle[Any] | str | None = None,
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
        """Answer calls of an operation with an error, or late.

        A fault that never fires fails the test, unless it was removed or is drawn by `probability`.
        Usable in a `with` block, which removes it at its end.

        :param error: a code on the wire or its class's name, such as `NoSuchEntity` or
            `NoSuchEntityException`; or botocore's error for a network failure:
            `ReadTimeoutError`, `ConnectTimeoutError`, `EndpointConnectionError` or
            `ConnectionClosedError`, as a name, class or instance. None, with `latency`, for a
            late but correct answer
        :param on: the operation
        :param user_name: only calls about this user, named or calling
        :param credential_id: only calls that name this credential, by its id; or this key,
            certificate, MFA device, group or policy, by its handle, its id or what names it
        :param service_name: only calls about this service's credentials
        :param caller: only calls made by this user, or by the user of this ARN
        :param times: how many calls are answered with it, None for all; by default one, or all
            with `every`. Not allowed with `sequence` or `probability`
        :param after: how many of these calls are let through first
        :param every: only every n-th of these calls: 3 for the third, the sixth and so on
        :param sequence: `F` and `P` for calls that fail and pass, as in `"FFPF"`
        :param probability: the chance that a call fails, from 0 to 1, drawn from the test's seed
        :param applied: the change is made, and its answer lost
        :param latency: how far the clock moves on before the answer comes. Nothing waits. A
            client of this process with a shorter read timeout gives up after that timeout; the
            change was made, unless the answer would have been an error
        :param message: the error's message; AWS's own by default
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
        """Answer every call of an action with AccessDenied, in AWS's words, until removed.

        Unlike other faults, it does not fail the test if it never fires.

        :param action: as a policy names it: `iam:UpdateServiceSpecificCredential`
        :raises ValueError: for an action that is not `iam:` and an operation of IAM
        """
        return adding.deny(self._account, action, user_name, caller)

    def before(
        self, operation: OperationName, action: Callable[[], object], times: int | None = 1
    ) -> Interruption:
        """Run `action` just before a call of the code under test is answered.

        It may remove a user, say, or act as a second rotator that gets there first. If it never
        happens, the test fails, as with a fault, unless it was removed.

        :param times: before how many calls of the operation; None for all
        :raises ValueError: for an operation that IAM does not have
        """
        return adding.before(self._account, operation, action, times, self._as_the_test)

    def set_propagation(
        self, *, calls: int | None = None, after: dt.timedelta | None = None
    ) -> None:
        """From now on, let reads see writes only later, as IAM is eventually consistent.

        Reads are the Get and List operations, and a service's verdict on a credential.
        Writes see everything, and so does the test. What the test seeds or removes itself is seen
        at once, and so is everything written before it. With neither argument everything is seen
        at once again, including earlier writes.

        :param calls: how many reads after a write do not see it
        :param after: how far the clock must move on before anybody sees a write
        """
        adding.propagate(self._account, calls, after)

    def sweep(
        self, scenario: Callable[[], object], *errors: Error, lost: Error | None = LOST
    ) -> None:
        """Run a scenario once to learn its calls, then once more for each call, with it failing.

        The account is put back before every run, ids and all. A run is judged by the scenario's own
        assertions and by rules (`require_active`, ...). The scenario may raise, since that reports
        the failure to its caller, except for mistakes such as TypeError, KeyError or
        FileNotFoundError. Things outside the account, such as mocks and files, are not put back.

        With pytest: `@pytest.mark.sscred_sweep` on a test.

        :param errors: the errors that the call and all its retries get instead of being done, as
            for `add_fault`; AccessDenied by default. Calls that cannot be answered with an
            error are skipped for it
        :param lost: the error instead of an answer that is lost after the change was made; a retry
            is answered. None for no runs of this kind
        :raises AssertionError: naming the runs in which an assertion or a rule broke
        :raises ValueError: for an error that none of the calls can be answered with, and if no
            call was made
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
        """The user always has at least this many Active credentials for the service.

        :raises ValueError: if the user has fewer already
        """
        return self._rules.active(user_name, known_service(service_name), at_least)

    def require_at_most(
        self,
        most: int,
        user_name: User | str | None = None,
        service_name: ServiceName | None = None,
    ) -> Rule:
        """There are never more credentials than this, of the user and service if given.

        :raises ValueError: if there are more already
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

        It may call IAM through boto3. It is checked while the account answers nobody else, so it
        must not wait for another thread or process that calls IAM.

        :param holds: takes this account; returns something true if the rule holds
        :param message: the rule in words
        :raises ValueError: if it does not hold already
        """
        check_callable("require", holds)
        return self._rules.holding(lambda: holds(self), message)

    def end_rules(self) -> None:
        """End every rule, also those of `on_event`, so that what fixtures do after a test is not
        judged and calls no target."""
        self._rules.end()
        end(self._account)

    # Events

    def on_event(
        self,
        target: Target,
        pattern: Mapping[str, Any] | str | None = None,
        *,
        delay: dt.timedelta | None = None,
        times: int = 1,
        shuffled: bool = False,
        retries: int = 2,
        failures: Verdict = "fail",
        all_management_events: bool = False,
    ) -> EventRule:
        """Call a target with the event of each call that fits, as an EventBridge rule does.

        A target that raises is called again, as Lambda would, and if it still fails the test
        does; the call that caused the event never notices. What the target itself calls makes
        events in turn. An async target is awaited if the call was, otherwise run to its end. An
        event that still waits at the end fails the test, as an unused fault does.

        :param target: takes the event, a dict, and a Lambda context
        :param pattern: EventBridge's pattern, a dict or its JSON; None for every event
        :param delay: how far the test must move the account's clock before an event is delivered,
            or it calls `deliver()` of the result; time that passes by itself delivers nothing
            until the next call
        :param times: how often each event is delivered
        :param shuffled: events wait until the test moves the clock or calls `deliver()` of the
            result; those due are delivered in an order drawn from the test's seed
        :param retries: how many times a target that raised is called again
        :param failures: `"allow"` a target to fail on an event
        :param all_management_events: events of reads (Get, List, Simulate) too
        :raises ValueError: for a pattern that EventBridge refuses, or with an operation that IAM
            does not have
        """
        from pytest_sscred.events.adding import add  # only when it is needed
        from pytest_sscred.events.rules import Delivery

        how = Delivery(delay, times, shuffled, retries, all_management_events, failures)
        return add(self._account, target, pattern, how, self._reachable)

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

        For tests that fake the service themselves. It counts as a use: it is in `calls` as
        `Authenticate` and, if it is accepted, sets the credential's `last_used`.

        :param secret: the API key, for a service that takes one
        :param user_name: the ServiceUserName, for a service that takes a password
        :param password: the ServicePassword
        :raises ValueError: for an unknown service
        :raises TypeError: for arguments that the service does not take
        """
        given = {"secret": secret, "user_name": user_name, "password": password}
        return authenticate_given(self._account, service_name, given)

    def act_as(self, user_name: User | str | None) -> None:
        """Make this user the caller of every call that is not signed with a key of the account.

        None makes it the administrator again.

        :param user_name: or the root user, by its ARN: `arn:aws:iam::ACCOUNT:root`
        :raises LookupError: if there is no such user
        """
        if user_name == root_arn(self.account_id):
            acting: str | None = self.account_id
        else:
            acting = None if user_name is None else self.user(user_name).id
        self._account.state.cells[ACTING] = acting

    # Inside

    @contextlib.contextmanager
    def _as_the_test(self) -> Iterator[None]:
        """Let this account, open or not, answer the calls of the test's own callbacks."""
        with callback(self._account), reachable(self._account):
            yield

    def _by_another(self, recorded: bool) -> contextlib.AbstractContextManager[None]:
        """Record what the test does in the block as calls of someone else, if it is to be."""
        if not recorded:
            return contextlib.nullcontext()
        from pytest_sscred.events.another import by_another  # only when it is needed

        return by_another(self._account)

    def _fail_if(self, message: str | None) -> None:
        fail_if(message, self._account)

    def _with_status(self, thing: Held | str) -> Held:
        return reading.with_status(self._account.state, thing)

    def _reachable(self) -> contextlib.AbstractContextManager[None]:
        return reachable(self._account)
