"""The constraints of the model, and IAM's words for a value that breaks one.

Texts as recorded by LocalStack's snapshots of AWS (2025-03-06 and 2026-02/03) and radkawar/stackd
(2026-09-11 to 13), and for missing members and user names as third parties report them. IAM's texts
hide the value.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.model import ListShape, MapShape, Shape, StructureShape

from pytest_sscred.errors import AwsError

# Patterns that IAM answers with a text of its own: names of users, groups, roles, policies; paths.
_OWN_TEXTS = {
    r"[\w+=,.@-]+": "The specified value for {name} is invalid. It must contain only alphanumeric "
    "characters and/or the following: +=,.@_-",
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": "The specified value for {name} is invalid. It "
    "must begin and end with / and contain only alphanumeric characters and/or / characters.",
}
_MOST_TOLD = 10  # violations of one call; the others are not counted either

# Members that IAM reports before others of the same shape.
_FIRST = {
    "Tag": ["Value"],
    "UpdateAccountPasswordPolicyRequest": ["MinimumPasswordLength", "PasswordReusePrevention"],
}
# Whether the text for a wrong value of an enum lists the set: known of these two and of EntityType.
_BARE_ENUMS = ("statusType",)
_ENUM_ORDERS = {
    "EntityType": ["LocalManagedPolicy", "User", "AWSManagedPolicy", "Role", "Group"],
}

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
    counted = [str(violation) for violation in found if not violation.in_own_words][:_MOST_TOLD]
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
    required, first = shape.required_members, _FIRST.get(shape.name, [])
    return [
        (name, shape.members[name], _rules(shape.members[name]).accepts, name in required)
        for name in [*first, *(each for each in shape.members if each not in first)]
    ]


def _value(shape: Shape, value: Any, path: str, found: list[Violation]) -> None:
    if value is None:  # of a list with a gap in its numbers
        found.append(Violation(path, "Member must not be null"))
    elif isinstance(value, str):
        _string(shape, value, path, found)
    elif isinstance(shape, StructureShape):
        _structure(shape, value, f"{path}.", found)
    elif isinstance(shape, ListShape):
        _bounds(shape, len(value), path, "length", found)
        if shape.member.type_name == "string":
            _texts(shape.member, value, path, found)
            return
        for number, item in enumerate(value, 1):
            _value(shape.member, item, f"{path}.{number}.member", found)
    elif isinstance(shape, MapShape):
        _bounds(shape, len(value), path, "length", found)
        for number, (key, item) in enumerate(value.items(), 1):
            _value(shape.key, key, f"{path}.{number}.key", found)
            _value(shape.value, item, f"{path}.{number}.value", found)
    elif isinstance(value, int):
        _bounds(shape, value, path, "value", found)


def _texts(shape: Shape, values: list[Any], path: str, found: list[Violation]) -> None:
    """A list of texts: all constraints of an element in one, whichever it breaks."""
    rules = _rules(shape)
    if all(isinstance(each, str) and rules.accepts(each) for each in values):
        return
    constraints = ", ".join(rules.all_in_words())
    found.append(Violation(path, f"Member must satisfy constraint: [{constraints}]"))


def _string(shape: Shape, value: str, path: str, found: list[Violation]) -> None:
    rules = _rules(shape)
    if not rules.fit(len(value)):
        found.append(Violation(path, rules.bounds(len(value), "length")))
    if rules.enum is not None and value not in rules.enum:
        found.append(Violation(path, rules.enum_in_words()))
    if rules.regex is None or rules.regex.fullmatch(value):
        return
    if rules.pattern in _OWN_TEXTS:
        text = _OWN_TEXTS[rules.pattern].format(name=path)
        found.append(Violation(path, text, in_own_words=True))
    else:
        found.append(Violation(path, _PATTERN.format(rules.pattern)))


def _bounds(shape: Shape, size: int, path: str, what: str, found: list[Violation]) -> None:
    rules = _rules(shape)
    if not rules.fit(size):
        found.append(Violation(path, rules.bounds(size, what)))


class _Rules:
    """A shape's constraints; cached, since botocore looks them up every time."""

    __slots__ = ("accepts", "enum", "least", "most", "name", "pattern", "regex")

    def __init__(self, shape: Shape) -> None:
        constraints = shape.metadata
        self.name: str = shape.name
        self.least: float = constraints.get("min", -math.inf)
        self.most: float = constraints.get("max", math.inf)
        self.enum: list[str] | None = constraints.get("enum")
        self.pattern: str | None = constraints.get("pattern")
        self.regex = None if self.pattern is None else compile_pattern(self.pattern)
        self.accepts: Callable[[str], object] = self.acceptor()

    def fit(self, size: int) -> bool:
        return self.least <= size <= self.most

    def acceptor(self) -> Callable[[str], object]:
        """All of them in one call of C code, since every parameter of every call is checked."""
        if self.enum is not None:
            return frozenset(self.enum).__contains__
        size = f"(?=.{{{max(self.least, 0)},{'' if self.most == math.inf else self.most}}}\\Z)"
        regex = self.regex or re.compile("(?s:.*)")
        return re.compile(f"(?s:{size})(?:{regex.pattern})", regex.flags).fullmatch

    def enum_in_words(self) -> str:
        text, values = "Member must satisfy enum value set", self.enum or []
        if self.name in _BARE_ENUMS:
            return text
        return f"{text}: [{', '.join(_ENUM_ORDERS.get(self.name, values))}]"

    def all_in_words(self) -> list[str]:
        """In the order in which IAM names those of a list's elements."""
        if self.enum is not None:
            return [self.enum_in_words()]
        return [
            self.bounds(math.inf, "length"),
            self.bounds(-math.inf, "length"),
            *([_PATTERN.format(self.pattern)] if self.pattern else []),
            "Member must not be null",
        ]

    def bounds(self, size: float, what: str) -> str:
        side, limit = ("less", self.most) if size > self.most else ("greater", self.least)
        return f"Member must have {what} {side} than or equal to {limit}"


_PATTERN = "Member must satisfy regular expression pattern: {}"
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
