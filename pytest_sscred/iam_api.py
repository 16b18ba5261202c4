"""The waist: takes a Request, returns what a door turns into its answer. No I/O, no globals.

Find the caller; parse; validate; faults; operate; record; serialise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from botocore.model import OperationModel

from pytest_sscred.account import Account
from pytest_sscred.ask import Ask
from pytest_sscred.asking import ask_of, note_key, operation_of
from pytest_sscred.callbacks import in_callback
from pytest_sscred.errors import AwsError, OperationNotFaked
from pytest_sscred.events.passing import pass_on
from pytest_sscred.events.record import Trace, trace_of
from pytest_sscred.faults.faults import LATENCY, Fault, interrupt, take, target_of
from pytest_sscred.journal import Call, ReadOn, Retried, Stale, Truncated
from pytest_sscred.outcomes import (
    READ_TIMEOUT,
    Answered,
    ByAnother,
    Lost,
    Outcome,
    Refused,
)
from pytest_sscred.protocol.model import Service, has_secret, secrets_in
from pytest_sscred.protocol.parse import read_form
from pytest_sscred.protocol.serialise import error_body, headers, result_body
from pytest_sscred.refusals import FORKED, NOT_FAKED, NOT_MOCKED, NOT_SERVED, Refusal
from pytest_sscred.resources import OPERATIONS, READS, SHOWING, WRITES, YIELDING, is_ours
from pytest_sscred.running import run
from pytest_sscred.start import Others, Start
from pytest_sscred.state.propagation import seen, wrote
from pytest_sscred.state.state import State
from pytest_sscred.wire import Request, Response

__tracebackhide__ = True

_SECRET = 1000  # characters; a longer one is refused, and its beginning shows it to be one
_Done = Answered | ByAnother | Refused | Refusal


def handle(account: Account, request: Request) -> Response | Lost:
    """Answer any request with AWS's XML, unless a fault makes the network fail.

    :raises OperationNotFaked: in a forked process
    """
    answer = run(answer_to(account, request))
    if isinstance(answer, Refusal):
        if answer.reason is FORKED:
            raise OperationNotFaked(answer.text())
        service = account.model.of_version(read_form(request).get("Version", ""))
        return error_answer(account, "InvalidAction", told(answer), service)
    return answer


def told(refusal: Refusal) -> str:
    """The message to the caller of a call that nobody answers here."""
    return refusal.text(f"one of the {len(OPERATIONS)} operations that pytest-sscred fakes")


def answer_to(
    account: Account, request: Request, others: Others | None = None
) -> Coroutine[Any, Any, Response | Lost | Refusal]:
    """The same, with `others` asked for what this fake lacks; a Refusal if they do not answer."""
    answer = _answer_to(account, request, others)
    return _passed_on(account, answer) if account.event_rules else answer


async def _passed_on(
    account: Account, answers: Awaitable[Response | Lost | Refusal]
) -> Response | Lost | Refusal:
    """The answer, after what the rules of events make of the call."""
    answer = await answers
    if answer.call is not None:
        await pass_on(account, answer.call)
    return answer


async def _answer_to(
    account: Account, request: Request, others: Others | None
) -> Response | Lost | Refusal:
    form = read_form(request)
    name = form.get("Action", "")
    service = account.model.of_version(form.get("Version", ""))
    if account.is_copy:
        return account.refuse(name, FORKED)
    if account.interruptions and not in_callback():
        interrupt(account, name)
    state, log = account.state, account.state.log
    with log.lock:
        now, request_id = state.clock.now(), state.ids.request()
        try:
            operation = operation_of(service, form)
        except AwsError as error:
            return _error(account, service, error, request_id, now)
        if not is_ours(service.name, name):
            return account.refuse(f"{service.name}:{name}", NOT_MOCKED)
        ask, wrong = ask_of(state, request, form, operation, now, request_id)
        start = Start(account, others)
        log.begun += 1
        log.is_on = True
        try:
            if ask.caller.user is not None:
                note_key(state, request, ask)
            elif ask.caller.key.startswith("ASIA"):
                session = account.session_of(ask.caller.key)
                ask = ask._replace(caller=session or ask.caller)
            if has_secret(operation.input_shape):
                _note_secrets(account, operation.input_shape, ask.params)
            outcome, call = await _recorded(account, ask, wrong, others and start.ask)
            return _answer(account, service, operation, ask, outcome, call)
        except BaseException as raised:  # Ctrl-C, or a bug: a call is made whole or not at all
            start.go_back()
            if not in_callback():
                account.journal.add(_call(account, ask, type(raised).__name__))
            raise
        finally:
            log.begun -= 1
            log.forget()


def _answer(
    account: Account,
    service: Service,
    operation: OperationModel,
    ask: Ask,
    outcome: Outcome | Refusal,
    call: Call | None,
) -> Response | Lost | Refusal:
    if isinstance(outcome, Answered):
        if has_secret(operation.output_shape):
            _note_secrets(account, operation.output_shape, outcome.result)
        body = result_body(operation, outcome.result, service.namespace, ask.request_id)
        return Response(200, headers(ask.request_id, len(body), ask.at), body, call)
    if isinstance(outcome, Refused):
        return _error(account, service, outcome.error, ask.request_id, ask.at, call)
    if isinstance(outcome, ByAnother):
        return outcome.response._replace(call=call)
    return replace(outcome, call=call) if isinstance(outcome, Lost) else outcome


def _note_secrets(account: Account, shape: Any, value: Any) -> None:
    """Mask values that the model calls sensitive from now on, whoever made them up."""
    for secret in secrets_in(shape, value):
        account.state.secrets.add(secret[:_SECRET])


def error_answer(
    account: Account, code: str, text: str = "", service: Service | None = None
) -> Response:
    """The answer to a request that is not one of IAM: an error common to all AWS actions."""
    with account.lock:
        request_id, now = account.state.ids.request(), account.state.clock.now()
    error = AwsError(code, text or account.model.errors[code].text)
    return _error(account, service or account.model.iam, error, request_id, now)


def _error(
    account: Account,
    service: Service,
    error: AwsError,
    request_id: str,
    now: dt.datetime,
    call: Call | None = None,
) -> Response:
    kind = account.model.errors[error.code]
    body = error_body(kind, error.message, service.namespace, request_id)
    return Response(kind.status, headers(request_id, len(body), now), body, call)


# From the ask to its outcome


async def _recorded(
    account: Account, ask: Ask, wrong: AwsError | None, others: Others | None
) -> tuple[Outcome | Refusal, Call | None]:
    """A call's outcome and its record; no record if one of the test's callbacks makes it."""
    if in_callback():  # faults and rules do not apply to it
        return Refused(wrong) if wrong else await _operated(account, ask, others), None
    outcome = await _outcome(account, ask, wrong, others)
    if isinstance(outcome, Refusal):  # recorded already
        return outcome, None
    by = "moto" if isinstance(outcome, ByAnother) else "sscred"
    how = outcome.code, outcome.applied, by, trace_of(ask, outcome)
    call = _call(account, ask, *how)
    account.journal.add(call)
    return outcome, call


def _call(
    account: Account,
    ask: Ask,
    error: str | None,
    applied: bool = False,
    by: str = "sscred",
    trace: Trace | None = None,
) -> Call:
    params = account.journal.kept_of(ask.params, error)
    masked = account.model.masked(ask.operation, params)
    caller = ask.caller.arn
    return Call(ask.operation, masked, caller, error, ask.at, applied, by, ask.place, trace)


async def _outcome(
    account: Account, ask: Ask, wrong: AwsError | None, others: Others | None
) -> Outcome | Refusal:
    """The operation's result, unless a fault answers instead of it or after it."""
    if ask.attempt > 1:
        account.journal.add(Retried(ask.operation))
    for rule in tuple(account.rules):
        rule.before(ask)
    if wrong is not None:
        return await _by_another_first(ask, others) or Refused(wrong)
    if "Marker" in ask.params:
        account.journal.add(ReadOn(ask.operation, ask.params["Marker"]))
    if not (account.faults or account.swept):
        return await _done(account, ask, others)
    target = target_of(account.state, ask.operation, ask.params, ask.caller.arn, ask.call_id)
    fault = take(account, target)
    if fault is None:
        return await _done(account, ask, others)
    late = _comes_too_late(account, fault, ask)
    done = None
    if fault.applied or fault.code == LATENCY:
        outcome = await _done(account, ask, others)
        if isinstance(outcome, Refusal) or (fault.code == LATENCY and not late):
            return outcome
        done = outcome
    if late:
        return Lost(READ_TIMEOUT, done=done)
    if fault.lost is not None:
        return replace(fault.lost, done=done)
    applied = done is not None and done.code is None
    return Refused(AwsError(fault.code, fault.text(target, ask, account.model)), applied)


def _comes_too_late(account: Account, fault: Fault, ask: Ask) -> bool:
    """Move the clock by the latency, at most the client's patience; whether that was shorter."""
    if fault.latency is None:
        return False
    seconds = ask.patience()
    patience = dt.timedelta.max if seconds is None else dt.timedelta(seconds=seconds)
    account.state.clock.shift(min(fault.latency, patience))
    return fault.latency > patience


async def _done(account: Account, ask: Ask, others: Others | None) -> _Done:
    """Do the operation, and have the rules judge what it did."""
    outcome = await _operated(account, ask, others)
    if isinstance(outcome, (Refused, Refusal)):
        return outcome
    for rule in tuple(account.rules):
        rule.after(ask)
    if outcome.marker is not None:
        number = account.journal.number_of_calls()
        account.journal.add(Truncated(ask.operation, outcome.marker, number))
    return outcome


async def _operated(account: Account, ask: Ask, others: Others | None) -> _Done:
    """Run the operation; a refused call leaves nothing half done."""
    state = account.state
    if ask.operation in YIELDING:
        answered = await _by_another_first(ask, others)
        if answered is not None:
            return answered
    if ask.operation in SHOWING:
        account.take_roles(ask)
    if ask.operation in READS:
        counts = not in_callback()
        tables = seen(state, ask.at, counts=counts)
        if counts and tables is not state:
            account.journal.add(Stale(ask.operation))
        try:
            return Answered(READS[ask.operation](tables, ask) or {})
        except AwsError as error:
            return _refused(error)
    if ask.operation not in WRITES:
        return await _by_another(account, ask, others)
    try:
        return Answered(write(state, ask))
    except AwsError as error:
        return _refused(error)


def write(state: State, ask: Ask) -> Mapping[str, Any]:
    """Run an operation that writes. AwsError if it is refused, which leaves nothing half done."""
    with state.lock:
        log, mark = state.log, state.log.mark()
        log.begun += 1
        log.is_on = True
        try:
            result = WRITES[ask.operation](state, ask)
            wrote(state, mark, ask.at)
        except BaseException:
            log.rewind(mark)
            raise
        finally:
            log.begun -= 1
            log.forget()
    return result or {}


def _refused(error: AwsError) -> Refused:
    """Without the traceback: it and its frames would keep each other, and the request."""
    return Refused(error.with_traceback(None))


async def _by_another_first(ask: Ask, others: Others | None) -> ByAnother | None:
    """The answer of another mock beside us to what is its own, by its own checks."""
    if others is None or ask.operation not in YIELDING or not YIELDING[ask.operation](ask):
        return None
    response = await others()
    return None if response is None else ByAnother(response)


async def _by_another(account: Account, ask: Ask, others: Others | None) -> ByAnother | Refusal:
    """The answer of another mock beside us; a Refusal if there is none."""
    response = await others() if others is not None else None
    if response is not None:
        return ByAnother(response)
    reason = NOT_SERVED if others is None else NOT_FAKED
    call = None if in_callback() else _call(account, ask, OperationNotFaked.__name__)
    return account.refuse(ask.operation, reason, call)
