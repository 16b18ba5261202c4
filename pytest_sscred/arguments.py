"""Immediate checks of names and numbers that a test passes: ValueError says what would be right."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Iterable
from typing import Any

from pytest_sscred.handles import User
from pytest_sscred.journal import USE, USE_PARAMS
from pytest_sscred.options import is_whole
from pytest_sscred.protocol.model import Model
from pytest_sscred.resources import OPERATIONS
from pytest_sscred.text import nearest

__tracebackhide__ = True

STATUSES = ("Active", "Inactive", "Expired", "Deleted")


def check_operation(model: Model, operation: str, *others: str) -> None:
    """ValueError unless IAM has it, or it is one of STS's that are faked; `others` are more names
    to suggest."""
    check_text("an operation", operation)
    names = {*model.iam.operation_names, *OPERATIONS}
    service, colon, name = operation.rpartition(":")
    if colon and service != "iam":
        raise ValueError(
            f"{operation!r} is not an IAM operation: IAM only, there is no {service} here"
        )
    if operation not in names:
        hint = nearest(name, [*names, *others])
        if hint.startswith("none"):
            hint = f"none of the {len(OPERATIONS)} that are faked has a name like this"
        raise ValueError(f"{operation!r} is not an IAM operation: {hint}")


def check_call(model: Model, operation: str, names: Iterable[str] = ()) -> None:
    """ValueError unless a call can have this operation and parameters of these names."""
    if operation != USE:
        check_operation(model, operation, USE)
        check_params(model, operation, names)
        return
    for name in names:
        if name not in USE_PARAMS:
            hint = nearest(name, USE_PARAMS)
            raise ValueError(f"{operation} has no parameter {name!r}: {hint}")


def check_params(model: Model, operation: str, names: Iterable[str]) -> None:
    """ValueError unless that operation has parameters of those names."""
    members = model.members(operation)
    for name in names:
        if name not in members:
            raise ValueError(f"{operation} has no parameter {name!r}: {nearest(name, members)}")
        if members[name].metadata.get("sensitive"):
            raise ValueError(
                f"{name} of {operation} is a secret, which no call keeps: leave it out"
            )


def is_text(model: Model, operation: str, name: str) -> bool:
    """Whether that parameter of a call is text."""
    return operation == USE or model.members(operation)[name].type_name == "string"


def check_status(status: str) -> None:
    if status not in STATUSES:
        raise ValueError(f"a credential has no status {status!r}: {nearest(status, STATUSES)}")


def user_name_of(user: User | str) -> str:
    """The user's name, from a name or a handle."""
    if isinstance(user, User):
        return user.name
    check_text("a user's name", user)
    return user


def check_text(what: str, value: Any) -> None:
    """TypeError unless `value` is text."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is text, not {value!r}")


def check_callable(verb: str, value: Any) -> None:
    """TypeError unless `value` is callable and not async: calling that would run nothing."""
    if not callable(value) or inspect.iscoroutinefunction(value):
        raise TypeError(
            f"{verb} takes a function that is not async, not {value!r}: "
            "pass it without calling it, or as `lambda: ...`"
        )


def check_count(name: str, value: Any, least: int) -> None:
    """ValueError unless `value` is a whole number of at least `least`."""
    if not is_whole(value) or value < least:
        raise ValueError(f"{name} takes a whole number from {least}, not {value!r}")


def check_delta(name: str, value: Any) -> None:
    """TypeError or ValueError unless `value` is None or a timedelta over 0."""
    if value is not None and not isinstance(value, dt.timedelta):
        raise TypeError(f"{name} takes a datetime.timedelta, not {value!r}")
    if value is not None and value <= dt.timedelta(0):
        raise ValueError(f"{name} takes a timedelta over 0, not {value!r}")
