"""Makes rules of events from a test's arguments, which are checked at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, get_args

from pytest_sscred.account import Account
from pytest_sscred.arguments import check_count, check_delta
from pytest_sscred.events.patterns import compiled
from pytest_sscred.events.rules import Delivery, EventRule, Target
from pytest_sscred.names import Verdict
from pytest_sscred.places import users_place
from pytest_sscred.text import nearest

__tracebackhide__ = True

_SOURCES = {"source": "aws.iam", "detail.eventSource": "iam.amazonaws.com"}


def add(
    account: Account,
    target: Target,
    pattern: Any,
    how: Delivery,
    around: Callable[[], AbstractContextManager[None]],
) -> EventRule:
    """Call the target with events that fit; ValueError or TypeError for arguments of no sense."""
    if not callable(target):
        raise TypeError(f"on_event takes a function of an event and a context, not {target!r}")
    check_delta("delay", how.delay)
    check_count("times", how.times, 1)
    check_count("retries", how.retries, 0)
    if how.failures not in get_args(Verdict):
        raise ValueError(f"failures takes 'fail' or 'allow', not {how.failures!r}")
    fits = (lambda event: True) if pattern is None else _checked(account, pattern)
    with account.lock:
        return EventRule(
            _name_of(target), account, target, fits, how, around, str(users_place()),
            table=account.event_rules,
        )  # fmt: skip


def _name_of(target: Any) -> str:
    """A function's name, also of one that is wrapped by `functools.partial`; or its class's."""
    inner = getattr(target, "func", target)
    return str(getattr(inner, "__name__", type(inner).__name__))


def _checked(account: Account, pattern: Any) -> Callable[[Any], bool]:
    """What fits the pattern; ValueError also if it names an operation that IAM does not have."""
    told: dict[str, list[str]] = {}
    fits = compiled(pattern, lambda path, text: told.setdefault(path, []).append(text))
    if any(told.get(path, [own]) != [own] for path, own in _SOURCES.items()):
        return fits  # it is about other services too
    for name in told.get("detail.eventName", []):
        if name not in account.model.of_operation(name).operation_names:
            hint = nearest(name, account.model.iam.operation_names)
            raise ValueError(f"detail.eventName: IAM has no operation {name!r}: {hint}")
    return fits
