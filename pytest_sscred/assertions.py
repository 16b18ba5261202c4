"""What an assertion says when it fails. Facts in, message out: nothing is decided or changed here.

The first line names operation, credential and verdict in at most 72 characters. Items follow,
first what was seen and expected, then the likeliest reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_sscred.account import CLOCK, TEST, Cause
from pytest_sscred.calls import Call, difference
from pytest_sscred.faults import Fault, Interruption, Target
from pytest_sscred.handles import Credential
from pytest_sscred.refusals import Refusal
from pytest_sscred.rules import Rule
from pytest_sscred.wording import MOST_CALLS, count, describe, history, in_brief, message

UPDATE = "UpdateServiceSpecificCredential"
_BRINGS = {
    "Active": UPDATE,
    "Inactive": UPDATE,
    "Deleted": "DeleteServiceSpecificCredential",
}
_MOST_FAULTS = 8
_MOST_RUNS = 8
_ALLOW_UNUSED = 'To allow it: @pytest.mark.sscred_iam(unused_faults="allow")'


def not_deactivated(credential: Credential, calls: Sequence[Call]) -> str | None:
    """Why the credential is not one that was deactivated; None where it is."""
    statuses = credential.statuses
    if statuses[-1] == "Inactive" and "Active" in statuses:
        return None
    verdict = f"is {statuses[-1]}"
    if statuses[-1] == "Active":
        verdict = "Active again" if "Inactive" in statuses else "still Active"
    elif statuses[-1] == "Inactive":
        verdict = "was never Active"
    return _about(UPDATE, credential, verdict, "Inactive, and Active before", calls)


def not_in_status(credential: Credential, status: str, calls: Sequence[Call]) -> str | None:
    """Why the credential is not in `status`; None where it is."""
    seen = credential.status
    if seen == status:
        return None
    verdict = f"still {seen}" if len(credential.statuses) == 1 else f"is {seen}"
    return _about(_BRINGS[status], credential, verdict, status, calls)


def other_statuses(
    credential: Credential, expected: Sequence[str], calls: Sequence[Call]
) -> str | None:
    """Why the credential's statuses are not `expected`; None where they are."""
    transitions = credential.transitions
    statuses = [transition.status for transition in transitions]
    if statuses == list(expected):
        return None
    at = next(
        (i for i, pair in enumerate(zip(statuses, expected, strict=False)) if pair[0] != pair[1]),
        min(len(statuses), len(expected)),
    )
    if at < len(statuses):
        operation, verdict = transitions[at].operation, f"{statuses[at]} (no. {at + 1})"
    else:
        operation, verdict = _BRINGS.get(expected[at], UPDATE), f"not {expected[at]}"
    return _about(operation, credential, verdict, history(expected), calls)


def not_called(
    operation: str, times: int | None, params: Mapping[str, Any], calls: Sequence[Call]
) -> str | None:
    """Why `operation` was not called `times` times with `params`; None where it was.

    Where `times` is None, once or more will do.
    """
    differences = [difference(call, operation, params) for call in calls]
    found = differences.count(None)
    if found == times or (times is None and found):
        return None
    same = [
        each for each, call in zip(differences, calls, strict=True) if call.operation == operation
    ]
    return message(
        f"{operation}: called {count(found, 'time')}, not {_expected_times(times)}",
        [
            f"seen: {count(len(same), 'call')} of it, {found} with these parameters",
            f"expected: {_expected_times(times)}{_with(params)}",
            *(f"call {number}: {why}" for number, why in enumerate(same, 1) if why),
        ][: 2 + MOST_CALLS],
    )


def not_retried(operation: str, times: int | None, retries: Sequence[str]) -> str | None:
    """Why `operation` was not retried `times` times; None where it was."""
    found = retries.count(operation)
    if found == times or (times is None and found):
        return None
    return message(
        f"{operation}: retried {count(found, 'time')}, not {_expected_times(times)}",
        [
            f"seen: {count(found, 'retry', 'retries')} of it, {len(retries) - found} of others",
            f"expected: {_expected_times(times)}",
            "SDKs retry Throttling, 5xx and the network's errors, as their retry mode says",
        ],
    )


def called_though(operation: str, params: Mapping[str, Any], calls: Sequence[Call]) -> str | None:
    """Why `operation` was called with `params`; None where it was not."""
    found = [call for call in calls if difference(call, operation, params) is None]
    if not found:
        return None
    return message(
        f"{operation}: called {count(len(found), 'time')}, not never",
        [
            f"seen: {count(len(found), 'call')}{_with(params)}",
            "expected: none",
            *(describe(call) for call in found[:MOST_CALLS]),
        ],
    )


def unused_faults(
    faults: Sequence[Fault], calls: Sequence[Call], credentials: Sequence[Credential]
) -> str:
    """That faults never fired, where they were added, and why."""
    if len(faults) == 1:
        return _unused_fault(faults[0], calls, {each.id: each for each in credentials})
    items = [
        f"{fault.on}: {fault.code}{_with(_filters(fault))}, added at {fault.added_at}"
        for fault in faults
    ]
    if len(items) > _MOST_FAULTS:
        items[_MOST_FAULTS:] = [f"and {len(items) - _MOST_FAULTS} more"]
    return message(f"{len(faults)} faults never fired", items, _ALLOW_UNUSED)


def _unused_fault(
    fault: Fault, calls: Sequence[Call], credentials: Mapping[str, Credential]
) -> str:
    of_operation = [call for call in calls if call.operation == fault.on]
    meant = [call for call in of_operation if fault.matches(_target(call, credentials))]
    if fault.seen:
        seen = f"{count(fault.seen, 'call')} meant, and let through"
    elif meant and meant[0].error is None:
        seen = f"{count(len(meant), 'call')} meant, made before the fault was added"
    elif meant:
        seen = f"{count(len(meant), 'call')} meant, answered with {meant[0].error} before it"
    elif of_operation:
        seen = f"{count(len(of_operation), 'call')} of {fault.on}, about others"
    else:
        seen = f"no call of {fault.on}"
    return message(
        f"{fault.on}: {fault.code} never fired",
        [
            f"seen: {seen}",
            f"expected: a call{_with(_filters(fault))} to answer with {fault.code}",
            f"the fault was added at {fault.added_at}",
            *(describe(call) for call in of_operation[:MOST_CALLS]),
        ],
        _ALLOW_UNUSED,
    )


def _target(call: Call, credentials: Mapping[str, Credential]) -> Target:
    """What a call was about, as far as its record tells: faults choose by it."""
    _, is_user, path = call.caller.partition(":user/")
    caller = path.rpartition("/")[2] if is_user else None
    credential_id = call.params.get("ServiceSpecificCredentialId", "")
    named = credentials.get(credential_id)
    return Target(
        call.operation,
        call.params.get("UserName", caller),
        credential_id,
        call.params.get("ServiceName", named.service_name if named else None),
        caller,
    )


def never_happened(interruption: Interruption) -> str:
    """That what was to happen before a call did not."""
    return message(
        f"{interruption.on}: nothing happened before it",
        [
            f"seen: no call of {interruption.on}",
            "expected: a call before which to do what before() was given",
            f"it was added at {interruption.added_at}",
        ],
        _ALLOW_UNUSED,
    )


def raised_before(interruption: Interruption) -> str:
    """That what was to happen before a call raised an exception."""
    return message(
        f"{interruption.on}: what happens before it raised",
        [f"seen: {interruption.error!r}", f"it was added at {interruption.added_at}"],
    )


def broken_rule(rule: Rule, cause: Cause, seen: str, state: Sequence[Credential]) -> str:
    """That a rule was broken, by which step, and the state then."""
    no_call = {TEST: "by the test itself", CLOCK: "as time went by"}
    step = no_call.get(cause.caller) or f"after a call by {cause.caller.rpartition(':')[2]}"
    rows = [f"{each.id} {each.user_name} {history(each.statuses)}" for each in state]
    hidden = len(rows) - MOST_CALLS
    return message(
        f"{cause.operation}: broke a rule",
        [
            f"seen: {seen}, {step}",
            f"expected: {rule.text}",
            f"required at {rule.added_at}",
            *(f"then: {row}" for row in rows[:MOST_CALLS]),
            *([f"and {hidden} more"] if hidden > 0 else []),
        ],
    )


def out_of_order(operations: Sequence[str], calls: Sequence[Call]) -> str | None:
    """Why `operations` were not done in this order, others between them; None where they were."""
    done = [call.operation for call in calls if call.error is None or call.applied]
    rest = iter(done)
    for place, operation in enumerate(operations, 1):
        if operation not in rest:  # consumes `rest` up to the operation
            return message(
                f"{operation}: not done as no. {place}",
                [f"seen: {in_brief(done)}", f"expected: {in_brief(operations)}"],
            )
    return None


def leaked(credential: Credential, found: Sequence[str]) -> str | None:
    """That secrets of the credential are where they should not be; None for no place."""
    if not found:
        return None
    items = [f"seen: {each}" for each in dict.fromkeys(found)]
    if len(items) > MOST_CALLS:
        items[MOST_CALLS:] = [f"and in {count(len(items) - MOST_CALLS, 'more place')}"]
    return message(
        f"Secret of {credential.id}: in the output",
        [*items, "expected: nowhere, neither as it is nor encoded or quoted"],
    )


def unseen(credential: Credential, what: str) -> str:
    """That nobody can tell whether a secret was logged, as something was not captured."""
    return message(
        f"Secret of {credential.id}: cannot tell whether it was logged",
        [
            f"seen: no {what}",
            "expected: every record; name caplog among the arguments of the test, or give a text",
        ],
    )


def swallowed(refusal: Refusal) -> str:
    """That a call was refused because nobody answers it here, and the test went on."""
    reason = refusal.reason
    return message(
        f"{refusal.what}: {reason.verdict}",
        [
            f"seen: {reason.seen.format(refusal.what)}",
            f"expected: {reason.expected}",
            reason.hint,
        ],
        reason.to_allow,
    )


def broken_runs(broken: Sequence[tuple[str, str | None]], whole: str) -> str | None:
    """Which of a sweep's runs broke an assertion or a rule; None where none did.

    `whole` says of how many they are, as in `of 8 runs`.
    """
    if not broken:
        return None
    lines = [f"sweep: {len(broken)} {whole} broke what the test asserts"]
    for title, how in broken[:_MOST_RUNS]:
        lines += [f"- {title}", f"  {(how or '').splitlines()[0]}"]
    more = len(broken) - _MOST_RUNS
    return "\n".join([*lines, f"- and {more} more"] if more > 0 else lines)


def _about(
    operation: str, credential: Credential, verdict: str, expected: str, calls: Sequence[Call]
) -> str:
    about = [c for c in calls if c.params.get("ServiceSpecificCredentialId") == credential.id]
    others = [c for c in calls if c.operation == operation and c not in about]
    items = [
        f"seen: {history(credential.statuses)}",
        f"expected: {expected}",
        *(describe(call) for call in about[-MOST_CALLS:]),
    ]
    if not about:
        items.append("no call named this credential")
    if others and not any(call.operation == operation for call in about):
        items.append(f"for another one: {describe(others[-1])}")
    return message(f"{operation} {credential.id}: {verdict}", items)


def _filters(fault: Fault) -> dict[str, str]:
    filters = {
        "UserName": fault.user_name,
        "ServiceSpecificCredentialId": fault.credential_id,
        "ServiceName": fault.service_name,
        "caller": fault.caller,
    }
    return {name: value for name, value in filters.items() if value is not None}


def _with(params: Mapping[str, Any]) -> str:
    if not params:
        return ""
    return " with " + " ".join(f"{name}={value}" for name, value in params.items())


def _expected_times(times: int | None) -> str:
    return "at least once" if times is None else count(times, "time")
