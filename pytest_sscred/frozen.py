"""Dicts and lists that cannot be changed, so that a record stays as it was, whoever reads it."""

from __future__ import annotations

from typing import Any, NoReturn

__tracebackhide__ = True


def _refuse(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
    raise TypeError("a record does not change: copy what you want to edit, as in dict(call.params)")


class FrozenDict(dict[str, Any]):
    """Equal to a dict of the same items."""

    __slots__ = ()

    def __reduce__(self) -> Any:
        return FrozenDict, (dict(self),)


class FrozenList(list[Any]):
    """Equal to a list of the same items."""

    __slots__ = ()

    def __reduce__(self) -> Any:
        return FrozenList, (list(self),)


# Not in the classes: type checkers would see methods overridden by something incompatible.
_CHANGES = {
    FrozenDict: "__delitem__ __ior__ __setitem__ clear pop popitem setdefault update",
    FrozenList: "__delitem__ __iadd__ __imul__ __setitem__ append clear extend insert pop remove "
    "reverse sort",
}
for _kind, _names in _CHANGES.items():
    for _name in _names.split():
        setattr(_kind, _name, _refuse)


def frozen(value: Any) -> Any:
    """A frozen copy of a JSON value, all the way down."""
    if isinstance(value, dict):
        if _SCALARS.issuperset(map(type, value.values())):
            return FrozenDict(value)  # the usual case
        return FrozenDict((key, frozen(each)) for key, each in value.items())
    if isinstance(value, list):
        return FrozenList(map(frozen, value))
    return value


_SCALARS = {str, int, bool}
