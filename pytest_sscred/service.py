"""The waist: a Request in, a Response out. No I/O, no globals.

Who calls; parse; validate; faults; operate; record; serialise.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from botocore.exceptions import ReadTimeoutError
from botocore.model import OperationModel

from pytest_sscred import services
from pytest_sscred.account import Account, Caller, Cause
from pytest_sscred.aside import is_aside
from pytest_sscred.authentication import Authentication, authenticate
from pytest_sscred.callers import who_calls
from pytest_sscred.calls import Call
from pytest_sscred.errors import AwsError, OperationNotFaked
from pytest_sscred.fault_answers import message_of, target_of
from pytest_sscred.faults import LATENCY, Fault, Faults
from pytest_sscred.names import nearest
from pytest_sscred.operations import OPERATIONS
from pytest_sscred.operations.context import Context
from pytest_sscred.propagation import Propagation
from pytest_sscred.protocol.model import IamModel
from pytest_sscred.protocol.parse import parse, read_form
from pytest_sscred.protocol.serialise import error_body, result_body
from pytest_sscred.protocol.validate import validate
from pytest_sscred.rules import Rule
from pytest_sscred.wire import NoAnswer, Request, Response

_READS = ("Get", "List")  # what the names of operations begin with that change nothing


class Wait(NamedTuple):
    """A back-off between two attempts of a call."""

    operation: str
    seconds: float


class Service:
    """IAM, over one account."""

    def __init__(
        self, account: Account, faults: Faults, model: IamModel, *, sleeps: bool = False
    ) -> None:
        self.account = account
        self.sleeps = sleeps
        """Whether retries really sleep."""
        self.waits: list[Wait] = []
        """What they would have slept, or have."""
        self.retries: list[str] = []
        """Operations of calls that were made again."""
        self.faults = faults
        self.model = model
        self.calls: list[Call] = []
        self.unread: dict[tuple[str, str], list[int]] = {}
        """Operations and the markers that they gave, with the calls that have not read on."""
        self.rules: list[Rule] = []
        """What must hold at every step."""
        self.not_faked: list[str] = []
        """Operations of IAM that were called and that this fake lacks."""
        self.propagation = Propagation()

    def handle(self, request: Request) -> Response:
        """Answer a request: whatever comes in, with AWS's XML.

        Raises NoAnswer where a fault has the network fail.
        """
        form = read_form(request)
        of_the_test = is_aside()
        if self.faults.interruptions and not of_the_test:
            self._interrupt(form.get("Action", ""))
        with self.account.lock:
            now = self.account.clock.now()
            request_id = self.account.ids.request()
            call: Call | None = None
            try:
                operation = self._operation(form)
                try:
                    result = self._answer(operation, request, form, now, of_the_test)
                finally:
                    call = None if of_the_test else self.calls[-1]
                body = result_body(operation, result or {}, self.model.namespace, request_id)
            except AwsError as error:
                return self._error(error, request_id, now, call)
        return Response(200, _headers(request_id, len(body), now), body, call)

    def handle_http(self, method: str, request: Request) -> Response:
        """Answer a request that no SDK made: its method and path may be none of IAM's."""
        try:
            path = urlsplit(request.url).path
        except ValueError:
            return self.error("MalformedHttpRequestException")
        if method not in ("GET", "POST") or path not in ("", "/"):
            return self.error("UnknownOperationException")
        return self.handle(request)

    def error(self, code: str) -> Response:
        """The answer to what is no request of IAM: one of the errors of every AWS action."""
        with self.account.lock:
            request_id, now = self.account.ids.request(), self.account.clock.now()
        return self._error(AwsError(code, self.model.errors[code].text), request_id, now)

    def authenticate(
        self, service: services.Service, secret: str, alias: str | None = None
    ) -> Authentication:
        """What a service makes of a credential now; see `authentication`."""
        return authenticate(self.account, self.propagation, self.calls, service, secret, alias)

    def _error(
        self, error: AwsError, request_id: str, now: dt.datetime, call: Call | None = None
    ) -> Response:
        kind = self.model.errors[error.code]
        body = error_body(kind, error.message, self.model.namespace, request_id)
        return Response(kind.status, _headers(request_id, len(body), now), body, call)

    def _interrupt(self, operation: str) -> None:
        """Let happen what is to happen before the call, unlocked: it may wait for a thread."""
        with self.account.lock:
            due = [each for each in self.faults.interruptions if each.claim(operation)]
        for interruption in due:
            interruption.happen()
        with self.account.lock:
            for rule in self.rules:
                rule.pass_over()

    def wait(self, operation: str, seconds: float) -> float:
        """Note that a client backs off, and move the clock; how long it is to sleep."""
        with self.account.lock:
            self.waits.append(Wait(operation, seconds))
            if self.sleeps:
                return seconds
            self.account.clock.shift(dt.timedelta(seconds=seconds))
        return 0

    def lacks(self, operation: str) -> bool:
        """Whether this fake has no such operation."""
        return operation not in OPERATIONS

    def refuse(self, operation: str) -> OperationNotFaked:
        """Note a call of an operation that the fake lacks; the error for whoever called it."""
        self.not_faked.append(operation)
        return OperationNotFaked(
            f"{operation}: not faked, and not sent\n"
            f"- expected: one that pytest-sscred fakes; {nearest(operation, OPERATIONS)}\n"
            "- moto's mock_aws answers what the fake lacks, for clients made after moto's import"
        )

    def _answer(
        self,
        operation: OperationModel,
        request: Request,
        form: Mapping[str, str],
        now: dt.datetime,
        of_the_test: bool,
    ) -> Mapping[str, Any] | None:
        """Do what is asked, and record it whatever comes of it."""
        caller, refusal = who_calls(self.account, request, form)
        cause = Cause(operation.name, caller.arn, now)
        if of_the_test:
            return self._answer_aside(operation, form, cause, caller, refusal)
        if request.attempt > 1:
            self.retries.append(operation.name)
        params: dict[str, Any] = {}
        error: str | None = None
        applied = False
        try:
            for rule in self.rules:
                rule.before(cause)
            if refusal is not None:
                raise refusal
            params = parse(operation.input_shape, form)
            validate(operation.input_shape, params)
            return self._operate(cause, caller, params, request)
        except AwsError as raised:
            error, applied = raised.code, raised.applied
            params = params or _as_sent(operation, form)
            raise
        except NoAnswer as raised:
            error, applied = _name(raised.error), raised.applied
            raise
        finally:
            masked = self.model.masked(operation.name, params)
            self.calls.append(Call(operation.name, masked, caller.arn, error, now, applied))

    def _answer_aside(
        self,
        operation: OperationModel,
        form: Mapping[str, str],
        cause: Cause,
        caller: Caller,
        refusal: AwsError | None,
    ) -> Mapping[str, Any] | None:
        """Do what a callback of the test's own asks: no fault takes it, no rule, no record."""
        if refusal is not None:
            raise refusal
        params = parse(operation.input_shape, form)
        validate(operation.input_shape, params)
        return self._do(cause, caller, params)

    def _operation(self, form: Mapping[str, str]) -> OperationModel:
        name = form.get("Action", "")
        if not name:
            raise AwsError("MissingAction", self.model.errors["MissingAction"].text)
        version = form.get("Version", "NO_VERSION_SPECIFIED")
        if name not in self.model.operation_names or version != self.model.version:
            raise AwsError(
                "InvalidAction", f"Could not find operation {name} for version {version}"
            )
        if self.lacks(name):
            raise AwsError("InvalidAction", str(self.refuse(name)))
        return self.model.operation(name)

    def _operate(
        self, cause: Cause, caller: Caller, params: dict[str, Any], request: Request
    ) -> Mapping[str, Any] | None:
        """The operation's result, unless a fault answers in its place or after it."""
        if self.unread:
            self._read_on(cause.operation, params)
        if not self.faults.added:
            return self._do_and_judge(cause, caller, params)
        target = target_of(self.account, cause.operation, caller, params, request.call_id)
        fault = self.faults.take(target)
        if fault is None:
            return self._do_and_judge(cause, caller, params)
        if self._comes_too_late(fault, request):
            does = fault.applied or fault.code == LATENCY
            done = does and self._is_done(cause, caller, params)
            raise NoAnswer(ReadTimeoutError, applied=done)
        if fault.code == LATENCY:
            return self._do_and_judge(cause, caller, params)
        applied = fault.applied and self._is_done(cause, caller, params)
        if fault.no_answer is not None:
            raise NoAnswer(fault.no_answer, applied=applied)
        message = message_of(fault, target, caller, self.model)
        raise AwsError(fault.code, message, applied=applied)

    def _is_done(self, cause: Cause, caller: Caller, params: dict[str, Any]) -> bool:
        """Do what nobody will hear of; whether it was not refused."""
        try:
            self._do_and_judge(cause, caller, params)
        except AwsError:
            return False
        return True

    def _comes_too_late(self, fault: Fault, request: Request) -> bool:
        """Let the fault's time pass, at most what the client waits; whether it waits no longer."""
        if fault.latency is None:
            return False
        seconds = request.patience()
        patience = dt.timedelta.max if seconds is None else dt.timedelta(seconds=seconds)
        self.account.clock.shift(min(fault.latency, patience))
        return fault.latency > patience

    def _do_and_judge(
        self, cause: Cause, caller: Caller, params: dict[str, Any]
    ) -> Mapping[str, Any] | None:
        result = self._do(cause, caller, params)
        for rule in self.rules:
            rule.after(cause)
        if result and result.get("IsTruncated"):
            given = (cause.operation, result["Marker"])
            self.unread.setdefault(given, []).append(len(self.calls))
        return result

    def _do(self, cause: Cause, caller: Caller, params: dict[str, Any]) -> Mapping[str, Any] | None:
        operation = OPERATIONS[cause.operation]
        if cause.operation.startswith(_READS):
            counts = not is_aside()
            seen = self.propagation.seen(self.account, cause.operation, cause.at, counts=counts)
            return operation(seen, Context(_as_seen(caller, seen), cause), params)
        before = self.propagation.before_write(self.account)
        result = operation(self.account, Context(caller, cause), params)
        self.propagation.wrote(before, cause.at)
        return result

    def _read_on(self, operation: str, params: Mapping[str, Any]) -> None:
        """Note that the rest of a list was asked for, whatever comes of it."""
        lists = self.unread.get((operation, params.get("Marker", "")))
        if lists:
            lists.pop(0)


def _headers(request_id: str, length: int, now: dt.datetime) -> dict[str, str]:
    return {
        "x-amzn-requestid": request_id,
        "content-type": "text/xml",
        "content-length": str(length),
        "date": _http_date(int(now.timestamp())),
    }


@functools.lru_cache(maxsize=8)
def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def _as_sent(operation: OperationModel, form: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a call that was refused before they were read: as text."""
    members = operation.input_shape.members if operation.input_shape else {}
    return {name: form[name] for name in members if name in form}


def _as_seen(caller: Caller, account: Account) -> Caller:
    """The caller, where `account` is as it was earlier, as it was then."""
    if caller.user is None or caller.user is account.users.get(caller.user.name.casefold()):
        return caller
    then = next((each for each in account.users.values() if each.id == caller.user.id), None)
    return Caller(caller.arn, then or caller.user)


def _name(error: type[Exception] | Exception) -> str:
    return error.__name__ if isinstance(error, type) else type(error).__name__
