"""The assertions of a test about its account, and its verdict; `messages` says what failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pytest_sscred import messages, reading
from pytest_sscred.account import Account
from pytest_sscred.arguments import (
    check_call,
    check_count,
    check_operation,
    check_status,
    check_text,
    is_text,
)
from pytest_sscred.events.passing import problems as problems_of_targets
from pytest_sscred.faults import verdicts
from pytest_sscred.faults.faults import missed, unused
from pytest_sscred.handles import Handle, Held, label_of, named_by, own, secrets_of
from pytest_sscred.journal import Call
from pytest_sscred.output import TAKES, Place, Unseen, places
from pytest_sscred.refusals import FORKED
from pytest_sscred.resources.services import known_service
from pytest_sscred.secrets import leak
from pytest_sscred.text import a, excerpt
from pytest_sscred.watch import Seen

__tracebackhide__ = True


def fail_if(message: str | None, account: Account | None = None) -> None:
    """AssertionError with the message, and with what a forked process may have to do with it."""
    if message is None:
        return
    if account is not None:
        account.take_reports()
        if any(each.reason is FORKED for each in account.journal.refused()):
            message += f"\n- a call from a forked process was refused: {FORKED.hint}"
    raise AssertionError(message)


def problems(account: Account, since: int = 0, *, unused_faults: bool = True) -> list[str]:
    """Broken rules, failed targets of events, faults that never fired and refused calls, unless
    the options allow them.

    `since` is a mark of the journal.
    """
    options = account.options
    for rule in list(account.rules):
        rule.meanwhile()
    found: list[str] = [rule.broken for rule in list(account.rules) if rule.broken is not None]
    found += problems_of_targets(account, waiting=unused_faults)
    if options.unsupported == "fail":
        refused = dict.fromkeys(account.journal.refused(since))
        found += [messages.swallowed(each, account) for each in refused]
    if unused_faults and options.unused_faults == "fail":
        if left := unused(account):
            found.append(verdicts.unused_faults(left, account))
        found += [verdicts.never_happened(each, account) for each in missed(account)]
    for interruption in list(account.interruptions):
        if interruption.error is not None:
            found.append(verdicts.raised_before(interruption, interruption.error))
    return found


def assert_statuses(account: Account, given: Held | str, statuses: Iterable[str]) -> None:
    if isinstance(statuses, str):
        raise TypeError(f"assert_statuses takes a list of statuses, not {statuses!r}")
    statuses = list(statuses)
    if not statuses:
        raise ValueError("assert_statuses takes at least one status: a credential is made with one")
    for status in statuses:
        check_status(status)
    thing = reading.with_status(account.state, given)
    fail_if(messages.other_statuses(thing, statuses, account.journal.calls()), account)


def assert_called(
    account: Account, operation: str, times: int | None, params: dict[str, Any]
) -> None:
    if times is not None:
        check_count("times", times, 0)
    wanted = _checked(account, operation, params)
    fail_if(messages.not_called(operation, times, wanted, _made(account)), account)


def assert_not_called(account: Account, operation: str, params: dict[str, Any]) -> None:
    wanted = _checked(account, operation, params)
    fail_if(messages.called_though(operation, wanted, _made(account)))


def assert_order(account: Account, operations: tuple[str, ...]) -> None:
    if not operations:
        raise ValueError("assert_order takes operations in the order they are to be done")
    for operation in operations:
        check_call(account.model, operation)
    fail_if(messages.out_of_order(operations, account.journal.calls()), account)


def assert_retried(account: Account, operation: str, times: int | None) -> None:
    check_operation(account.model, operation)
    if times is not None:
        check_count("times", times, 0)
    fail_if(messages.not_retried(operation, times, account.journal.retries()))


def assert_secret_not_logged(
    account: Account, thing: Handle[Any] | str, captured: tuple[Any, ...]
) -> None:
    handle = reading.thing(account.state, thing)
    if not secrets_of(handle):
        raise TypeError(f"{a(label_of(handle))} has no secret")
    if not captured:
        raise TypeError(f"nothing to look at: give {TAKES}")
    unseen: str | None = None
    found: list[Place] = []
    try:
        for each in captured:
            found += places(account.state.cells, each)
    except Unseen as error:
        unseen = messages.unseen(handle, str(error))
    fail_if(messages.leaked(handle, list(_leaks(account, handle, found))) or unseen)


def _leaks(account: Account, thing: Handle[Any], places: Iterable[Place]) -> Iterator[str]:
    """How and where its secrets are in the places; a log record is reported once."""
    told: set[Seen | None] = set()
    for place in places:
        if place.is_more and told:
            continue
        found = [leak(secret, place.text) for secret in secrets_of(thing)]
        for how in filter(None, found):
            if place.seen is None:
                told.add(None)
                yield f"{how}{place.where}"
            elif place.seen not in told:
                told.add(place.seen)
                message = account.state.secrets.mask(place.seen.message)
                is_masked = not any(leak(each, message) for each in secrets_of(thing))
                quoted = f": {excerpt(message, '***')}" if is_masked else ""
                yield f"{how}{place.where}{quoted}"


def _made(account: Account) -> list[Call]:
    """Every call that was made, answered or refused."""
    journal = account.journal
    return journal.calls() + [each.call for each in journal.refused() if each.call]


def _checked(account: Account, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    check_call(account.model, operation, params)
    return {name: _as_sent(account, operation, name, each) for name, each in params.items()}


def _as_sent(account: Account, operation: str, name: str, value: Any) -> Any:
    """A parameter as a call has it; a handle is replaced by its id or name."""
    if isinstance(value, Handle):
        return named_by(own(account.state, value))[1]
    if is_text(account.model, operation, name):
        check_text(name, value)
    return known_service(value).name if name == "ServiceName" else value
