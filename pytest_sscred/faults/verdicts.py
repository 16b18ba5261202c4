"""The verdicts on faults and interruptions: what never fired, or never happened, and why."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_sscred.account import Account
from pytest_sscred.faults.faults import Fault, Interruption, target_of
from pytest_sscred.handles import id_names
from pytest_sscred.journal import Call
from pytest_sscred.places import raised_at
from pytest_sscred.protocol.model import load_model
from pytest_sscred.text import (
    MOST_CALLS,
    at_its_place,
    count,
    describe,
    in_words,
    message,
    with_params,
)

_MOST_FAULTS = 8


def unused_faults(faults: Sequence[Fault], account: Account) -> str:
    """Says that faults never fired, where they were added, and why."""
    if len(faults) == 1:
        return _unused_fault(faults[0], account)
    items = [
        f"{fault.on}: {fault.code}{with_params(_filters(fault))}, added at {fault.added_at}"
        for fault in faults
    ]
    if len(items) > _MOST_FAULTS:
        items[_MOST_FAULTS:] = [f"and {len(items) - _MOST_FAULTS} more"]
    return message(f"{len(faults)} faults never fired", items, _allow_unused(account))


def _unused_fault(fault: Fault, account: Account) -> str:
    def is_meant(call: Call) -> bool:
        about = call.operation, call.params, call.caller
        return fault.matches(target_of(account.state, *about, is_over=True))

    calls = account.journal.calls()
    of_operation = [call for call in calls if call.operation == fault.on]
    meant = [call for call in of_operation if is_meant(call)]
    if 0 < fault.seen <= fault.after:
        seen = f"{_matching(fault.seen)} let through by after={fault.after}"
    elif fault.seen:
        seen = f"{_matching(fault.seen)} let through, as the fault says (after=, every=, ...)"
    elif meant and meant[0].error is None:
        seen = f"{_matching(len(meant))} made before the fault was added"
    elif meant:
        seen = f"{_matching(len(meant))} answered with {meant[0].error} before faults are looked at"
    elif of_operation:
        seen = f"{count(len(of_operation), 'call')} of {fault.on}, none that matches"
    else:
        seen = f"no call of {fault.on}"
    return message(
        f"never fired: {fault.code} on {fault.on}",
        [
            f"seen: {seen}",
            f"expected: a call{with_params(_filters(fault))}, to be answered with {fault.code}",
            f"the fault was added at {fault.added_at}",
            *(describe(call) for call in of_operation[:MOST_CALLS]),
        ],
        _allow_unused(account),
    )


def _allow_unused(account: Account) -> str:
    return f"To allow it: {account.set_by('unused_faults')}"


def never_happened(interruption: Interruption, account: Account) -> str:
    """Says that an interruption before a call never happened."""
    return message(
        f"before() never ran its action: {interruption.on}",
        [
            f"seen: no call of {interruption.on}",
            f"expected: a call of {interruption.on} by the code under test",
            f"before() was called at {interruption.added_at}",
        ],
        _allow_unused(account),
    )


def raised_before(interruption: Interruption, error: Exception) -> str:
    """Says that an interruption before a call raised an exception."""
    place = raised_at(error)
    return message(
        at_its_place(f"the action of before() raised {type(error).__name__}", place, ""),
        [
            f"seen: {in_words(error)}",
            *([f"raised at {place}"] if place else []),
            f"it ran before a call of {interruption.on}",
            f"before() was called at {interruption.added_at}",
        ],
    )


def _filters(fault: Fault) -> dict[str, str]:
    filters = {
        "UserName": fault.user_name,
        _id_name(fault): fault.credential_id,
        "ServiceName": fault.service_name,
        "caller": fault.caller,
    }
    return {name: value for name, value in filters.items() if value is not None}


def _id_name(fault: Fault) -> str:
    """The parameter that names the fault's thing in calls of its operation."""
    members = load_model().members(fault.on) if fault.credential_id else {}
    return next((name for name in id_names() if name in members), "id")


def _matching(number: int) -> str:
    return f"{count(number, 'matching call')},"
