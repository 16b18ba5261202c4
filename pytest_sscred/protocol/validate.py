"""The constraints of the model, and what IAM says of a value that breaks one.

Texts as recorded by LocalStack's snapshots of AWS (2025-03-06), and for lengths, missing members
and user names as third parties report them. IAM's texts hide the value.
"""

from __future__ import annotations

import functools
import re
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
    r"\p{N}": r"\w",  # which stands in each of those patterns as well
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
    for name, member in shape.members.items():
        if name in value:
            _value(member, value[name], prefix + _lower_camel(name), found)
        elif name in shape.required_members:
            found.append(Violation(prefix + _lower_camel(name), "Member must not be null"))


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
    constraints = shape.metadata
    _bounds(shape, len(value), path, "length", found)
    if "enum" in constraints and value not in constraints["enum"]:
        found.append(Violation(path, "Member must satisfy enum value set"))
    pattern = constraints.get("pattern")
    if pattern is None or compile_pattern(pattern).fullmatch(value):
        return
    if pattern == _NAME_PATTERN:
        found.append(Violation(path, _NAME_TEXT.format(name=path), in_own_words=True))
    else:
        constraint = f"Member must satisfy regular expression pattern: {pattern}"
        found.append(Violation(path, constraint))


def _bounds(shape: Shape, size: int, path: str, what: str, found: list[Violation]) -> None:
    constraints = shape.metadata
    most, least = constraints.get("max"), constraints.get("min")
    if most is not None and size > most:
        found.append(Violation(path, f"Member must have {what} less than or equal to {most}"))
    if least is not None and size < least:
        found.append(Violation(path, f"Member must have {what} greater than or equal to {least}"))


def _lower_camel(name: str) -> str:
    return name[0].lower() + name[1:]


@functools.cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of the model, read as Java reads it: \\w is ASCII, \\p{...} a Unicode class."""
    flags = re.UNICODE if r"\p{" in pattern else re.ASCII
    for java, python in _JAVA_CLASSES.items():
        pattern = pattern.replace(java, python)
    return re.compile(pattern, flags)
