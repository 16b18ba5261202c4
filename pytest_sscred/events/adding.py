"""Makes rules of events from a test's arguments, which are checked at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, get_args

from pytest_sscred.account import Account
from pytest_sscred.arguments import check_count, check_delta
from pytest_sscred.events.envelope import FIELDS
from pytest_sscred.events.patterns import compiled
from pytest_sscred.events.rules import Delivery, EventRule, Target
from pytest_sscred.events.uses import NAMES
from pytest_sscred.names import Verdict
from pytest_sscred.places import users_place
from pytest_sscred.text import nearest

__tracebackhide__ = True

_SOURCES = {
    "aws.iam": "IAM", "iam.amazonaws.com": "IAM", "aws.sts": "STS", "sts.amazonaws.com": "STS",
}  # fmt: skip


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
    """What fits the pattern; ValueError also if it names an operation that its source lacks."""
    told: dict[str, list[Any]] = {}
    fits = compiled(pattern, lambda path, node: told.setdefault(path, []).append(node))
    for path in told:
        _check_path(path)
    sources = [*told.get("source", ()), *told.get("detail.eventSource", ())]
    services = {_SOURCES.get(each, "") if isinstance(each, str) else "" for each in sources}
    if "" in services:
        return fits  # it is about other services too
    names = _names(account, services)
    for name in _unknown(told.get("detail.eventName", []), names):
        whose = " or ".join(sorted(services)) or "IAM"
        raise ValueError(
            f"detail.eventName: {whose} has no operation {name!r}: {nearest(name, names)}"
        )
    return fits


def _check_path(path: str) -> None:
    """ValueError for a field that no event here has: such a pattern would never fit."""
    field, *inside = path.split(".")
    if field not in FIELDS:
        raise ValueError(f"{path}: events have no field {field!r}: {nearest(field, FIELDS)}")
    if inside[:1] in (["requestParameters"], ["responseElements"]) and inside[1:]:
        name = inside[1]
        if name[:1].isupper():
            meant = f"{name[0].lower()}{name[1:]}"
            raise ValueError(f"{path}: CloudTrail spells it otherwise: did you mean {meant!r}?")


def _names(account: Account, services: Collection[str]) -> Collection[str]:
    """The operations of these services; of all that have records here, if none is given."""
    model = account.model
    by_service = {"IAM": model.iam.operation_names, "STS": model.sts.operation_names}
    if not services:
        return frozenset(NAMES.values()).union(*by_service.values())
    return frozenset().union(*(by_service[each] for each in services))


def _unknown(node: Any, names: Collection[str], fold: Callable[[str], str] = str) -> Iterator[str]:
    """Texts that are compared as a whole, and are not names."""
    if isinstance(node, str):
        yield from () if fold(node) in map(fold, names) else (node,)
    elif isinstance(node, (list, tuple)):
        for each in node:
            yield from _unknown(each, names, fold)
    elif isinstance(node, Mapping):
        yield from _unknown(node.get("anything-but"), names, fold)
        yield from _unknown(node.get("equals-ignore-case"), names, str.casefold)
