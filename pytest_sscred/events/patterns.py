"""Patterns of events, checked and matched as Amazon EventBridge does.

AWS documents them under "Comparison operators for use in event patterns in Amazon EventBridge"; its
own matcher, github.com/aws/event-ruler, says the rest: what an array matches, which values are
refused. Numbers are equal if they are written alike: 300 is not 300.0.
"""

from __future__ import annotations

import ipaddress
import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from pytest_sscred.text import nearest

__tracebackhide__ = True

Matches = Callable[[Any], bool]
Told = Callable[[str, Any], None]
"""Told of every value and operator in the pattern: the field's path, and what it is given."""

_ABSENT = object()
_LARGEST = 5.0e9
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


def compiled(pattern: Any, told: Told = lambda path, node: None) -> Matches:
    """A function that says whether an event fits the pattern, an object or its JSON.

    :raises ValueError: for a pattern that EventBridge refuses, with the place in it
    """
    if isinstance(pattern, str):
        try:
            pattern = json.loads(pattern)
        except ValueError as error:
            raise ValueError(f"the pattern is not JSON: {error}") from None
    return _object(pattern, "", told)


def _refuse(at: str, why: str) -> NoReturn:
    raise ValueError(f"{at.lstrip('.') or 'the pattern'}: {why}")


def _object(node: Any, at: str, told: Told) -> Matches:
    """Fields that must all fit; in an array of objects, all in the same one."""
    if not isinstance(node, Mapping):
        _refuse(at, f"expected an object or a list of values, not {node!r}")
    if not node:
        _refuse(at, "an object names at least one field")
    fields = [
        _either(each, at, told) if name == "$or" else _field(name, each, f"{at}.{name}", told)
        for name, each in node.items()
    ]
    return lambda value: any(all(fits(each) for fits in fields) for each in _objects(value))


def _either(node: Any, at: str, told: Told) -> Matches:
    if not isinstance(node, Sequence) or isinstance(node, str) or len(node) < 2:
        _refuse(f"{at}.$or", "expected a list of two objects or more")
    choices = [_object(each, at, told) for each in node]
    return lambda value: any(fits(value) for fits in choices)


def _field(name: str, node: Any, at: str, told: Told) -> Matches:
    if isinstance(node, (list, tuple)):
        if not node:
            _refuse(at, "a list holds at least one value")
        tests = [_test(each, f"{at}[{index}]") for index, each in enumerate(node)]
        for each in node:
            told(at.lstrip("."), each)
        return lambda value: any(
            fits(each) for each in _leaves(value.get(name, _ABSENT)) for fits in tests
        )
    fits_inside = _object(node, at, told)
    return lambda value: fits_inside(value.get(name))


def _objects(value: Any) -> list[Any]:
    """The objects in a value; an empty one if it has none: then no field is there."""
    return [each for each in _flat(value) if isinstance(each, Mapping)] or [{}]


def _leaves(value: Any) -> list[Any]:
    """The values of a field, of which one has to fit; an object or nothing is not a value."""
    leaves = [each for each in _flat(value) if not isinstance(each, Mapping)]
    return leaves or [_ABSENT]


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _flat(each)
    else:
        yield value


# Tests of one value


def _test(node: Any, at: str) -> Matches:
    if isinstance(node, Mapping):
        if len(node) != 1:
            _refuse(at, "an operator stands alone in its object")
        ((name, given),) = node.items()
        if name not in _OPERATORS:
            _refuse(at, f"there is no operator {name!r}: {nearest(str(name), _OPERATORS)}")
        return _OPERATORS[name](given, f"{at}.{name}")
    if node is not None and not isinstance(node, (str, bool, int, float)):
        _refuse(at, f"expected text, a number, true, false, null or an operator, not {node!r}")
    return lambda value: _equal(value, node)


def _equal(value: Any, node: Any) -> bool:
    return type(value) is type(node) and bool(value == node)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _text(node: Any, at: str) -> str:
    if not isinstance(node, str):
        _refuse(at, f"expected text, not {node!r}")
    return node


def _of_text(fits: Callable[[str], bool]) -> Matches:
    return lambda value: isinstance(value, str) and fits(value)


def _beginning(node: Any, at: str) -> Matches:
    text, folded = _case(node, at)
    return _of_text(lambda value: folded(value).startswith(text))


def _end(node: Any, at: str) -> Matches:
    text, folded = _case(node, at)
    return _of_text(lambda value: folded(value).endswith(text))


def _case(node: Any, at: str) -> tuple[str, Callable[[str], str]]:
    """The text to look for, and what to do to a value first."""
    if isinstance(node, Mapping) and list(node) == ["equals-ignore-case"]:
        return _text(node["equals-ignore-case"], f"{at}.equals-ignore-case").lower(), str.lower
    return _text(node, at), str


def _ignoring_case(node: Any, at: str) -> Matches:
    text = _text(node, at).lower()
    return _of_text(lambda value: value.lower() == text)


def _wildcard(node: Any, at: str) -> Matches:
    """`*` stands for any characters; `\\*` and `\\\\` for themselves."""
    parts = re.findall(r"\\.?|\*+|[^\\*]+", _text(node, at), re.DOTALL)
    for part in parts:
        if part.startswith("\\") and part not in (r"\*", r"\\"):
            _refuse(at, "a backslash stands only before * and another backslash")
        if part.startswith("**"):
            _refuse(at, "two wildcards do not stand side by side")
    whole = re.compile("".join(_regex(part) for part in parts), re.DOTALL)
    return _of_text(lambda value: whole.fullmatch(value) is not None)


def _regex(part: str) -> str:
    return ".*" if part == "*" else re.escape(part[-1] if part.startswith("\\") else part)


def _numeric(node: Any, at: str) -> Matches:
    """`["=", 1]`, or one bound, or a lower and an upper one: `[">", 0, "<=", 5]`."""
    if not isinstance(node, (list, tuple)) or len(node) not in (2, 4):
        _refuse(at, f"expected a comparison and a number, or two of both, not {node!r}")
    pairs = [(node[index], node[index + 1]) for index in range(0, len(node), 2)]
    for name, limit in pairs:
        if name not in _COMPARISONS:
            _refuse(at, f"expected one of {' '.join(_COMPARISONS)}, not {name!r}")
        if not _is_number(limit) or not abs(limit) <= _LARGEST:  # nor is it NaN
            _refuse(at, f"expected a number from -5.0e9 to 5.0e9, not {limit!r}")
    if len(pairs) == 2:
        (first, low), (second, high) = pairs
        if first[0] != ">" or second[0] != "<":
            _refuse(at, "of two bounds the lower one comes first, as in ['>', 0, '<=', 5]")
        if low >= high:
            _refuse(at, f"no number is over {low} and under {high}")
    return lambda value: (
        _is_number(value) and all(_COMPARISONS[name](value, limit) for name, limit in pairs)
    )


def _cidr(node: Any, at: str) -> Matches:
    try:
        address, _, bits = _text(node, at).partition("/")
        network = ipaddress.ip_network(f"{address}/{bits}", strict=False)
    except ValueError:
        _refuse(at, f"expected addresses as in 10.0.0.0/24, not {node!r}")

    def fits(value: str) -> bool:
        try:
            return ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return _of_text(fits)


def _exists(node: Any, at: str) -> Matches:
    if not isinstance(node, bool):
        _refuse(at, f"expected true or false, not {node!r}")
    return lambda value: (value is not _ABSENT) == node


def _anything_but(node: Any, at: str) -> Matches:
    """Every value that is there, but for some: values, or what one operator fits."""
    tests: list[Matches]
    if isinstance(node, Mapping):
        if len(node) != 1 or not set(node) <= _INSIDE_ANYTHING_BUT:
            _refuse(at, f"expected one of {', '.join(sorted(_INSIDE_ANYTHING_BUT))}")
        ((name, given),) = node.items()
        some = given if isinstance(given, (list, tuple)) and given else [given]
        if name in ("prefix", "suffix") and "" in some:
            _refuse(f"{at}.{name}", "an empty text fits every text")
        tests = [_OPERATORS[name](_text(each, f"{at}.{name}"), at) for each in some]
    else:
        some = node if isinstance(node, (list, tuple)) else [node]
        if not some or not (
            all(isinstance(each, str) for each in some) or all(map(_is_number, some))
        ):
            _refuse(at, f"expected texts, or numbers, not {node!r}")
        tests = [_test(each, at) for each in some]
    return lambda value: value is not _ABSENT and not any(fits(value) for fits in tests)


_INSIDE_ANYTHING_BUT = {"equals-ignore-case", "prefix", "suffix", "wildcard"}
_OPERATORS: dict[str, Callable[[Any, str], Matches]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _ignoring_case,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _beginning,
    "suffix": _end,
    "wildcard": _wildcard,
}
