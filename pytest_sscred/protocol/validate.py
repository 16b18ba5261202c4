"""The constraints of the model, and IAM's words for a value that breaks one.

Texts are as recorded in LocalStack's snapshots of AWS (2025-03-06); for lengths, missing members
and user names as third parties report them. IAM's texts hide the value.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.model import ListShape, MapShape, Shape, StructureShape

from pytest_sscred.errors import AwsError

# A pattern that IAM answers with a text of its own: names of users, groups, roles, policies.
_NAME_PATTERN = r"[\w+=,.@-]+"
_NAME_TEXT = (
    "The specified value for {name} is invalid. It must contain only alphanumeric characters "
    "and/or the following: +=,.@_-"
)

# Java's classes that Python's `re` lacks, for use inside [...]. All that IAM's model uses.
_JAVA_CLASSES = {
    r"\p{L}": r"\w",  # \w is letters, numbers and the underscore,
    r"\p{N}": r"\w",  # which is in every one of those patterns as well
    r"\p{Z}": " \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}


class Violation(NamedTuple):
    name: str
    constraint: str
    in_own_words: bool = False

    def __str__(self) -> str:
        if self.in_own_words:
            return self.constraint
        return f"Value at '{self.name}' failed to satisfy constraint: {self.constraint}"


def validate(shape: StructureShape | None, params: dict[str, Any]) -> None:
    """Raise ValidationError, in IAM's words, unless `params` satisfies all of the model."""
    found: list[Violation] = []
    if shape is not None:
        _structure(shape, params, "", found)
    counted = [str(violation) for violation in found if not violation.in_own_words]
    if counted:
        plural = "" if len(counted) == 1 else "s"
        raise AwsError(
            "ValidationError",
            f"{len(counted)} validation error{plural} detected: {'; '.join(counted)}",
        )
    if found:
        raise AwsError("ValidationError", str(found[0]))


def _structure(
    shape: StructureShape, value: dict[str, Any], prefix: str, found: list[Violation]
) -> None:
    for name, member, accept, is_required in _members(shape):
        if name in value:
            given = value[name]
            if isinstance(given, str) and accept(given):
                continue  # the usual case; the rest finds what is wrong
            _value(member, given, prefix + _lower_camel(name), found)
        elif is_required:
            found.append(Violation(prefix + _lower_camel(name), "Member must not be null"))


@functools.cache
def _members(shape: StructureShape) -> list[tuple[str, Shape, Callable[[str], object], bool]]:
    """Each member's name, its shape, a check of valid texts, and whether it is required."""
    required = shape.required_members
    return [
        (name, member, _rules(member).acceptor(), name in required)
        for name, member in shape.members.items()
    ]


def _value(shape: Shape, value: Any, path: str, found: list[Violation]) -> None:
    if isinstance(value, str):
        _string(shape, value, path, found)
    elif isinstance(shape, StructureShape):
        _structure(shape, value, f"{path}.", found)
    elif isinstance(shape, ListShape):
        _bounds(shape, len(value), path, "length", found)
        for number, item in enumerate(value, 1):
            _value(shape.member, item, f"{path}.{number}.member", found)
    elif isinstance(shape, MapShape):
        _bounds(shape, len(value), path, "length", found)
        for number, (key, item) in enumerate(value.items(), 1):
            _value(shape.key, key, f"{path}.{number}.key", found)
            _value(shape.value, item, f"{path}.{number}.value", found)
    elif isinstance(value, int):
        _bounds(shape, value, path, "value", found)


def _string(shape: Shape, value: str, path: str, found: list[Violation]) -> None:
    rules = _rules(shape)
    if not rules.fit(len(value)):
        found.append(Violation(path, rules.bounds(len(value), "length")))
    if rules.enum is not None and value not in rules.enum:
        found.append(Violation(path, "Member must satisfy enum value set"))
    if rules.regex is None or rules.regex.fullmatch(value):
        return
    if rules.pattern == _NAME_PATTERN:
        found.append(Violation(path, _NAME_TEXT.format(name=path), in_own_words=True))
    else:
        constraint = f"Member must satisfy regular expression pattern: {rules.pattern}"
        found.append(Violation(path, constraint))


def _bounds(shape: Shape, size: int, path: str, what: str, found: list[Violation]) -> None:
    rules = _rules(shape)
    if not rules.fit(size):
        found.append(Violation(path, rules.bounds(size, what)))


class _Rules:
    """A shape's constraints; cached, since botocore looks them up every time."""

    __slots__ = ("enum", "least", "most", "pattern", "regex")

    def __init__(self, shape: Shape) -> None:
        constraints = shape.metadata
        self.least: float = constraints.get("min", -math.inf)
        self.most: float = constraints.get("max", math.inf)
        self.enum: list[str] | None = constraints.get("enum")
        self.pattern: str | None = constraints.get("pattern")
        self.regex = None if self.pattern is None else compile_pattern(self.pattern)

    def fit(self, size: int) -> bool:
        return self.least <= size <= self.most

    def acceptor(self) -> Callable[[str], object]:
        """All of them in one call of C code, since every parameter of every call is checked."""
        if self.enum is not None:
            return frozenset(self.enum).__contains__
        size = f"(?=.{{{max(self.least, 0)},{'' if self.most == math.inf else self.most}}}\\Z)"
        regex = self.regex or re.compile("(?s:.*)")
        return re.compile(f"(?s:{size})(?:{regex.pattern})", regex.flags).fullmatch

    def bounds(self, size: int, what: str) -> str:
        side, limit = ("less", self.most) if size > self.most else ("greater", self.least)
        return f"Member must have {what} {side} than or equal to {limit}"


_rules = functools.cache(_Rules)


@functools.cache
def _lower_camel(name: str) -> str:
    return name[0].lower() + name[1:]


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of the model, read as Java reads it: \\w is ASCII, \\p{...} a Unicode class."""
    flags = re.UNICODE if r"\p{" in pattern else re.ASCII
    for java, python in _JAVA_CLASSES.items():
        pattern = pattern.replace(java, python)
    return re.compile(pattern, flags)
