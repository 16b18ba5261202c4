"""The messages of failed assertions. Facts in, message out: nothing is decided or changed here.

The first line is the verdict, then what it is about, in at most 72 characters: pytest's summary
cuts a line after 80 columns. Items follow, first what was seen and expected, then likely reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.ask import CLOCK
from pytest_sscred.handles import (
    Handle,
    Held,
    kind_of,
    label_of,
    named_by,
    removed_by,
    title_of,
)
from pytest_sscred.journal import Call, difference
from pytest_sscred.refusals import Refusal
from pytest_sscred.text import (
    MOST_CALLS,
    count,
    describe,
    history,
    in_brief,
    in_one_line,
    message,
    with_params,
)


def not_deactivated(credential: Held, calls: Sequence[Call]) -> str | None:
    """Why the credential does not count as deactivated; None if it does."""
    statuses = credential.statuses
    if statuses[-1] == "Inactive" and "Active" in statuses:
        return None
    verdict = f"{statuses[-1]}, not Inactive"
    if statuses[-1] == "Active":
        verdict = "Active again" if "Inactive" in statuses else "still Active"
    elif statuses[-1] == "Inactive":
        verdict = "never Active"
    return _about("Update", credential, verdict, "Inactive, and Active before", calls)


def not_in_status(credential: Held, status: str, calls: Sequence[Call]) -> str | None:
    """Why the credential is not in `status`; None if it is."""
    seen = credential.status
    if seen == status:
        return None
    verdict = f"still {seen}" if len(credential.statuses) == 1 else f"{seen}, not {status}"
    return _about(_brings(status), credential, verdict, status, calls)


def not_deleted(thing: Handle[Any], calls: Sequence[Call]) -> str | None:
    """Why it does not count as deleted; None if it does."""
    if isinstance(thing, Held):
        return not_in_status(thing, "Deleted", calls)
    if not thing.exists:
        return None
    return _about(removed_by(thing), thing, "still there", "deleted", calls)


def other_statuses(credential: Held, expected: Sequence[str], calls: Sequence[Call]) -> str | None:
    """Why the credential's statuses are not `expected`; None if they are."""
    transitions = credential.transitions
    statuses = [transition.status for transition in transitions]
    if statuses == list(expected):
        return None
    at = next(
        (i for i, pair in enumerate(zip(statuses, expected, strict=False)) if pair[0] != pair[1]),
        min(len(statuses), len(expected)),
    )
    if at < len(statuses):
        operation, verdict = transitions[at].operation, f"unexpected {statuses[at]}"
    else:
        operation, verdict = _brings(expected[at]), f"never {expected[at]}"
    return _about(operation, credential, verdict, history(expected), calls)


def not_called(
    operation: str, times: int | None, params: Mapping[str, Any], calls: Sequence[Call]
) -> str | None:
    """Why `operation` was not called `times` times with `params`; None if it was.

    If `times` is None, once or more is enough.
    """
    differences = [difference(call, operation, params) for call in calls]
    found = differences.count(None)
    if found == times or (times is None and found):
        return None
    same = [
        each for each, call in zip(differences, calls, strict=True) if call.operation == operation
    ]
    return message(
        f"{_seen_times('called', found, times)}: {operation}",
        [
            f"seen: {count(len(same), 'call')} of it, {found} with these parameters",
            f"expected: {_expected_times(times)}{with_params(params)}",
            *(f"call {number}: {why}" for number, why in enumerate(same, 1) if why),
        ][: 2 + MOST_CALLS],
    )


def not_retried(operation: str, times: int | None, retries: Sequence[str]) -> str | None:
    """Why `operation` was not retried `times` times; None if it was."""
    found = retries.count(operation)
    if found == times or (times is None and found):
        return None
    return message(
        f"{_seen_times('retried', found, times)}: {operation}",
        [
            f"seen: {count(found, 'retry', 'retries')} of it, {len(retries) - found} of others",
            f"expected: {_expected_times(times)}",
            "SDKs retry Throttling, 5xx and the network's errors, as their retry mode says",
        ],
    )


def called_though(operation: str, params: Mapping[str, Any], calls: Sequence[Call]) -> str | None:
    """Why `operation` was called with `params`; None if it was not."""
    found = [call for call in calls if difference(call, operation, params) is None]
    if not found:
        return None
    return message(
        f"called {count(len(found), 'time')}, expected no call: {operation}",
        [
            f"seen: {count(len(found), 'call')}{with_params(params)}",
            "expected: none",
            *(describe(call) for call in found[:MOST_CALLS]),
        ],
    )


def out_of_order(operations: Sequence[str], calls: Sequence[Call]) -> str | None:
    """Why `operations` were not done in this order, with any others between; None if they were."""
    done = [call.operation for call in calls if call.error is None or call.applied]
    rest = iter(done)
    for operation in operations:
        if operation not in rest:  # consumes `rest` up to the operation
            return message(
                f"{'out of order' if operation in done else 'never done'}: {operation}",
                [
                    f"seen: {in_brief(done)}",
                    f"expected: {in_brief(operations)}",
                    *_refused(operation, calls),
                ],
            )
    return None


def _refused(operation: str, calls: Sequence[Call]) -> list[str]:
    """The calls of the operation that did nothing, by their numbers."""
    return [
        f"call {number} was refused: {call.error}{', ' + str(call.place) if call.place else ''}"
        for number, call in enumerate(calls, 1)
        if call.operation == operation and call.error and not call.applied
    ][:MOST_CALLS]


def leaked(thing: Handle[Any], found: Sequence[str]) -> str | None:
    """Says where secrets of the credential have leaked to; None if nowhere."""
    if not found:
        return None
    items = [f"seen: {each}" for each in dict.fromkeys(found)]
    if len(items) > MOST_CALLS:
        items[MOST_CALLS:] = [f"and in {count(len(items) - MOST_CALLS, 'more place')}"]
    return message(
        f"in the output: a secret of {_id_of(thing)}",
        [*items, "expected: nowhere, neither as it is nor encoded or quoted"],
    )


def unseen(thing: Handle[Any], what: str) -> str:
    """Says that nobody can tell whether a secret was logged, as something was not captured."""
    return message(
        f"cannot tell whether it was logged: a secret of {_id_of(thing)}",
        [
            f"seen: no {what}",
            "expected: every record; name caplog among the arguments of the test, or give a text",
        ],
    )


def _id_of(thing: Handle[Any]) -> str:
    return thing.id if isinstance(thing, Held) else title_of(thing)


def swallowed(refusal: Refusal, account: Account) -> str:
    """Says that a call was refused because nobody answers it here, and the test went on."""
    reason = refusal.reason
    return message(
        f"{reason.verdict}: {refusal.what}",
        [
            f"seen: {reason.seen.format(refusal.what)}",
            *([f"called at {refusal.place}"] if refusal.place else []),
            f"expected: {reason.expected}",
            reason.hint,
        ],
        f"{reason.to_allow}: {account.set_by(reason.option)}",
    )


def _about(
    operation: str, thing: Handle[Any], verdict: str, expected: str, calls: Sequence[Call]
) -> str:
    """What is wrong with it. `operation` may be Update or Delete, short for that of its kind."""
    if isinstance(thing, Held) and operation in ("Update", "Delete"):
        operation += kind_of(thing).noun
    param, name = named_by(thing)
    # Names are the same in whatever case, and no two ids differ by case alone.
    folded = name.casefold()
    about: list[Call] = []
    others: list[Call] = []
    for call in calls:
        if str(call.params.get(param)).casefold() == folded:
            about.append(call)
        elif call.operation == operation:
            others.append(call)
    items = [
        f"seen: {history(thing.statuses) if isinstance(thing, Held) else 'it exists'}",
        f"expected: {expected}",
        *(describe(call) for call in about[-MOST_CALLS:]),
    ]
    if not about:
        items.append(_without_a_call(thing))
    if others and not any(call.operation == operation for call in about):
        user = thing.user_name if isinstance(thing, Held) else None
        of_user = [call for call in others if user and call.params.get("UserName") == user]
        items.append(f"another one was named: {describe((of_user or others)[-1])}")
    return message(in_one_line(f"{verdict}: {title_of(thing)}"), items)


def _without_a_call(thing: Handle[Any]) -> str:
    """Says that no call was about it, or what changed it instead."""
    last = thing.transitions[-1] if isinstance(thing, Held) else None
    if last is None or last.previous is None:
        return f"no call named this {label_of(thing)}"
    if last.caller == CLOCK:
        return "it expired as time went by"
    return "the test itself removed it" + (f" at {last.place}" if last.place else "")


def _seen_times(what: str, found: int, times: int | None) -> str:
    if not found:
        return f"never {what}"
    return f"{what} {count(found, 'time')}, expected {_expected_times(times)}"


def _expected_times(times: int | None) -> str:
    return "at least once" if times is None else count(times, "time")


def _brings(status: str) -> str:
    """The verb of the operation that leads to a status."""
    return "Delete" if status == "Deleted" else "Update"
