"""The state of a fake, kept and put back in place: handles that a test holds stay good."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

_OURS = "pytest_sscred."
_NEVER_CHANGES = "pytest_sscred.protocol."


def memento(root: Any) -> Callable[[], None]:
    """Keep all that `root` leads to, over this package's objects; returns what puts it back."""
    kept: dict[int, tuple[Any, Any]] = {}
    found = [root]
    while found:
        each = found.pop()
        if id(each) in kept:
            continue
        if isinstance(each, (list, dict, set)):
            kept[id(each)] = each, copy.copy(each)
            found += each.values() if isinstance(each, dict) else each
        elif isinstance(each, tuple):
            found += each
        elif _changes(type(each)):
            state = dict(_attributes(each))
            kept[id(each)] = each, state
            found += state.values()

    def put_back() -> None:
        for each, state in kept.values():
            _put_back(each, state)

    return put_back


def _changes(kind: type) -> bool:
    module = kind.__module__
    frozen = getattr(getattr(kind, "__dataclass_params__", None), "frozen", False)
    return module.startswith(_OURS) and not module.startswith(_NEVER_CHANGES) and not frozen


def _attributes(each: Any) -> Iterator[tuple[str, Any]]:
    slots = [name for kind in type(each).__mro__ for name in getattr(kind, "__slots__", ())]
    for name in (*slots, *getattr(each, "__dict__", ())):
        yield name, getattr(each, name)


def _put_back(each: Any, state: Any) -> None:
    if isinstance(each, list):
        each[:] = state
    elif isinstance(each, (dict, set)):
        each.clear()
        each.update(state)
    else:
        for name, value in state.items():
            setattr(each, name, value)
