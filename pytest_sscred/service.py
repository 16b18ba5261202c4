"""The waist: a Request in, a Response out. No I/O, no globals.

Who calls; parse; validate; faults; operate; record; serialise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from botocore.exceptions import ReadTimeoutError
from botocore.model import OperationModel

from pytest_sscred import services
from pytest_sscred.account import Account, Caller, Cause
from pytest_sscred.aside import is_aside
from pytest_sscred.authentication import OPERATION, Authentication, authenticate
from pytest_sscred.callers import who_calls
from pytest_sscred.calls import READS, Call
from pytest_sscred.coroutines import run
from pytest_sscred.errors import AwsError, OperationNotFaked
from pytest_sscred.fault_answers import message_of, target_of
from pytest_sscred.faults import LATENCY, Fault, Faults
from pytest_sscred.journal import Journal, ReadOn, Retried, Stale, Truncated, Wait
from pytest_sscred.names import nearest
from pytest_sscred.operations import OPERATIONS
from pytest_sscred.operations.context import Context, as_seen
from pytest_sscred.outcomes import Outcome, code_of, marker_of, name_of
from pytest_sscred.propagation import Propagation
from pytest_sscred.protocol.model import IamModel
from pytest_sscred.protocol.parse import as_sent, parse, read_form
from pytest_sscred.protocol.serialise import error_body, headers, result_body
from pytest_sscred.protocol.validate import validate
from pytest_sscred.refusals import FORKED, NOT_FAKED, NOT_SERVED, Reason, Refusal
from pytest_sscred.rules import Rule
from pytest_sscred.wire import NoAnswer, Request, Response

__tracebackhide__ = True

Others = Callable[[], Awaitable["Response | None"]]
"""Asks whoever mocks IAM beside this fake; None where nobody does."""


class Service:
    """IAM, over one account."""

    def __init__(
        self,
        account: Account,
        faults: Faults,
        model: IamModel,
        *,
        sleeps: bool = False,
        keeps_calls_here: bool = True,
        name: str = "",
    ) -> None:
        self.account = account
        self.keeps_calls_here = keeps_calls_here
        """Whether no call of another service's may leave for AWS either."""
        self.name = name
        """The test's id, or what else the account's ids derive from."""
        self.is_copy = False
        """Whether it is what a fork has left of an account that lives in the parent process."""
        self.tell_parent: Callable[[str], None] = lambda what: None
        """In such a process: tells of a call that was refused."""
        self.sleeps = sleeps
        """Whether retries really sleep."""
        self.faults = faults
        self.model = model
        self.journal = Journal()
        self.rules: list[Rule] = []
        """What must hold at every step."""
        self.propagation = Propagation()

    def handle(self, request: Request) -> Response:
        """Answer a request: whatever comes in, with AWS's XML.

        Raises NoAnswer if a fault has the network fail.
        """
        return run(self.answer(request))

    async def answer(self, request: Request, others: Others | None = None) -> Response:
        """The same, with `others` asked for the operations that this fake lacks.

        Raises OperationNotFaked if they do not answer either.
        """
        if self.is_copy:
            raise self.refuse(read_form(request).get("Action", ""), FORKED)
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
                outcome, call = await self._outcome(operation, request, form, now, others)
                if isinstance(outcome, Response):
                    return outcome._replace(call=call)
                if isinstance(outcome, AwsError):
                    return self._error(outcome, request_id, now, call)
                body = result_body(operation, outcome or {}, self.model.namespace, request_id)
            except AwsError as error:
                return self._error(error, request_id, now, call)
            except OperationNotFaked as refused:
                if others is not None:
                    raise
                return self._error(AwsError("InvalidAction", str(refused)), request_id, now)
        return Response(200, headers(request_id, len(body), now), body, call)

    def error(self, code: str, text: str = "") -> Response:
        """The answer to what is no request of IAM: one of the errors of every AWS action."""
        with self.account.lock:
            request_id, now = self.account.ids.request(), self.account.clock.now()
        return self._error(AwsError(code, text or self.model.errors[code].text), request_id, now)

    def authenticate(
        self, service: services.Service, secret: str, alias: str | None = None
    ) -> Authentication:
        """What a service makes of a credential now; see `authentication`."""
        if self.is_copy:
            raise self.refuse(OPERATION, FORKED)
        return authenticate(self.account, self.propagation, self.journal, service, secret, alias)

    def _error(
        self, error: AwsError, request_id: str, now: dt.datetime, call: Call | None = None
    ) -> Response:
        kind = self.model.errors[error.code]
        body = error_body(kind, error.message, self.model.namespace, request_id)
        return Response(kind.status, headers(request_id, len(body), now), body, call)

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
            self.journal.add(Wait(operation, seconds))
            if self.sleeps:
                return seconds
            self.account.clock.shift(dt.timedelta(seconds=seconds))
        return 0

    def lacks(self, operation: str) -> bool:
        """Whether this fake has no such operation."""
        return operation not in OPERATIONS

    def refuse(self, what: str, reason: Reason, call: Call | None = None) -> OperationNotFaked:
        """Note a call that nobody answers here; the error for whoever called it."""
        if self.is_copy:
            self.tell_parent(what)
        self.journal.add(Refusal(what, reason, call))
        expected = reason.expected
        if reason in (NOT_FAKED, NOT_SERVED):
            expected = f"one that pytest-sscred fakes; {nearest(what, OPERATIONS)}"
        return OperationNotFaked(
            f"{what}: {reason.name}, and not sent\n- expected: {expected}\n- {reason.hint}"
        )

    async def _outcome(
        self,
        operation: OperationModel,
        request: Request,
        form: Mapping[str, str],
        now: dt.datetime,
        others: Others | None,
    ) -> tuple[Outcome, Call | None]:
        """What comes of a call, and its record; None for a call of the test's own."""
        caller, refusal = who_calls(self.account, request, form)
        cause = Cause(operation.name, caller.arn, now)
        if is_aside():  # no fault takes it, no rule, no record
            if refusal is not None:
                raise refusal
            asked = self._params(operation, form)
            return await self._do(cause, caller, asked, others), None
        if request.attempt > 1:
            self.journal.add(Retried(operation.name))
        params: dict[str, Any] = {}
        outcome: Outcome = None
        error: str | None = None
        applied = False
        try:
            for rule in self.rules:
                rule.before(cause)
            if refusal is not None:
                raise refusal
            params = self._params(operation, form)
            outcome = await self._operate(cause, caller, params, request, others)
        except AwsError as raised:
            outcome, error, applied = raised, raised.code, raised.applied
            params = params or as_sent(operation.input_shape, form)
        except OperationNotFaked:
            raise  # noted already, among the refused
        except BaseException as raised:
            error, applied = name_of(raised), getattr(raised, "applied", False)
            self._record(cause, params, error, applied)
            raise
        if isinstance(outcome, Response):
            return outcome, self._record(cause, params, code_of(outcome), by="moto")
        return outcome, self._record(cause, params, error, applied)

    def _record(
        self,
        cause: Cause,
        params: dict[str, Any],
        error: str | None,
        applied: bool = False,
        by: str = "sscred",
    ) -> Call:
        masked = self.model.masked(cause.operation, params)
        call = Call(cause.operation, masked, cause.caller, error, cause.at, applied, by)
        self.journal.add(call)
        return call

    def _params(self, operation: OperationModel, form: Mapping[str, str]) -> dict[str, Any]:
        params = parse(operation.input_shape, form)
        if not self.lacks(operation.name):  # else whoever answers it decides what is right
            validate(operation.input_shape, params)
        return params

    def _operation(self, form: Mapping[str, str]) -> OperationModel:
        name = form.get("Action", "")
        if not name:
            raise AwsError("MissingAction", self.model.errors["MissingAction"].text)
        version = form.get("Version", "NO_VERSION_SPECIFIED")
        if name not in self.model.operation_names or version != self.model.version:
            raise AwsError(
                "InvalidAction", f"Could not find operation {name} for version {version}"
            )
        return self.model.operation(name)

    async def _operate(
        self,
        cause: Cause,
        caller: Caller,
        params: dict[str, Any],
        request: Request,
        others: Others | None,
    ) -> Outcome:
        """The operation's result, unless a fault answers in its place or after it."""
        if "Marker" in params:
            self.journal.add(ReadOn(cause.operation, params["Marker"]))
        if not self.faults.added:
            return await self._do_and_judge(cause, caller, params, others)
        target = target_of(self.account, cause.operation, caller, params, request.call_id)
        fault = self.faults.take(target)
        if fault is None:
            return await self._do_and_judge(cause, caller, params, others)
        if self._comes_too_late(fault, request):
            does = fault.applied or fault.code == LATENCY
            done = does and await self._is_done(cause, caller, params, others)
            raise NoAnswer(ReadTimeoutError, applied=done)
        if fault.code == LATENCY:
            return await self._do_and_judge(cause, caller, params, others)
        applied = fault.applied and await self._is_done(cause, caller, params, others)
        if fault.no_answer is not None:
            raise NoAnswer(fault.no_answer, applied=applied)
        message = message_of(fault, target, caller, self.model)
        raise AwsError(fault.code, message, applied=applied)

    async def _is_done(
        self, cause: Cause, caller: Caller, params: dict[str, Any], others: Others | None
    ) -> bool:
        """Do what nobody will hear of; whether it was not refused."""
        try:
            outcome = await self._do_and_judge(cause, caller, params, others)
        except AwsError:
            return False
        return not isinstance(outcome, Response) or code_of(outcome) is None

    def _comes_too_late(self, fault: Fault, request: Request) -> bool:
        """Let the fault's time pass, at most what the client waits; whether it waits no longer."""
        if fault.latency is None:
            return False
        seconds = request.patience()
        patience = dt.timedelta.max if seconds is None else dt.timedelta(seconds=seconds)
        self.account.clock.shift(min(fault.latency, patience))
        return fault.latency > patience

    async def _do_and_judge(
        self, cause: Cause, caller: Caller, params: dict[str, Any], others: Others | None
    ) -> Outcome:
        outcome = await self._do(cause, caller, params, others)
        for rule in self.rules:
            rule.after(cause)
        marker = marker_of(outcome)
        if marker is not None:
            number = self.journal.number_of_calls()
            self.journal.add(Truncated(cause.operation, marker, number))
        return outcome

    async def _do(
        self, cause: Cause, caller: Caller, params: dict[str, Any], others: Others | None
    ) -> Outcome:
        if self.lacks(cause.operation):
            return await self._done_by(others, cause, params)
        operation = OPERATIONS[cause.operation]
        if cause.operation.startswith(READS):
            counts = not is_aside()
            seen = self.propagation.seen(self.account, cause.at, counts=counts)
            if counts and seen is not self.account:
                self.journal.add(Stale(cause.operation))
            return operation(seen, Context(as_seen(caller, seen), cause), params)
        before = self.propagation.before_write(self.account)
        result = operation(self.account, Context(caller, cause), params)
        self.propagation.wrote(before, cause.at)
        return result

    async def _done_by(
        self, others: Others | None, cause: Cause, params: dict[str, Any]
    ) -> Response:
        """The answer of whoever mocks beside us; OperationNotFaked if nobody does."""
        if others is not None:
            self.account.lock.release()  # others may wait for a thread that calls as well
            try:
                response = await others()
            finally:
                self.account.lock.acquire()
            if response is not None:
                return response
        masked = self.model.masked(cause.operation, params)
        call = Call(cause.operation, masked, cause.caller, OperationNotFaked.__name__, cause.at)
        reason = NOT_FAKED if others is not None else NOT_SERVED
        raise self.refuse(cause.operation, reason, None if is_aside() else call)
