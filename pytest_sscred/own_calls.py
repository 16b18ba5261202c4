"""What a test does to its account itself: checked as IAM checks it, and not recorded as a call."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.options import is_whole
from pytest_sscred.protocol.model import load_model, secrets_in
from pytest_sscred.protocol.validate import validate
from pytest_sscred.resources import OPERATIONS
from pytest_sscred.state.propagation import see_all
from pytest_sscred.state.state import State

__tracebackhide__ = True

_KINDS: dict[str, type] = {"integer": int, "list": list, "boolean": bool}
_HINTS = {
    "The group with name": "add_group makes one",
    "Policy arn:": "add_policy makes one",
    "1 validation error detected: Value at 'policyArn'": (
        "an ARN is like arn:aws:iam::aws:policy/ReadOnlyAccess"
    ),
    "Syntax errors in policy.": "is it JSON, with statements, and without elements of other names?",
    "The policy failed legacy parsing": "look at the case of Effect, at dates and at ARNs",
}
"""What to do next, by how IAM's text begins."""


@contextlib.contextmanager
def seeding(state: State) -> Iterator[None]:
    """Make what the test itself does, and all earlier writes, visible at once.

    An exception undoes all of it.
    """
    log = state.log
    with log.lock:
        mark = log.mark()
        log.begun += 1
        log.is_on = True
        try:
            yield
        except BaseException:
            log.rewind(mark)
            raise
        finally:
            log.begun -= 1
            log.forget()
        see_all(state)


def do(
    state: State, verb: str, operation: str, at: dt.datetime | None = None, /, **params: Any
) -> Mapping[str, Any]:
    """The result of an operation that the test's `verb` stands for, as if done at that time.

    :raises ValueError: if IAM would refuse it, in IAM's words
    """
    check(operation, **params)
    for secret in secrets_in(load_model().operation(operation).input_shape, params):
        state.secrets.add(secret)
    with seeding(state), in_iams_words(operation):
        ask = Ask.by_the_test(verb, at or state.clock.now())._replace(params=params)
        return OPERATIONS[operation](state, ask) or {}


def check(operation: str, **params: Any) -> None:
    """ValueError if the operation would refuse these, TypeError for a value of another type."""
    model = load_model()
    members = model.members(operation)
    for name, value in params.items():
        expected = _KINDS.get(members[name].type_name, str)
        if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
            is_secret = members[name].metadata.get("sensitive")
            found = type(value).__name__ if is_secret else repr(value)
            raise TypeError(f"{name} takes {expected.__name__}, not {found}")
    with in_iams_words(operation):
        validate(model.operation(operation).input_shape, params)


class in_iams_words:  # noqa: N801, like contextlib's; which would show a frame of its own
    """ValueError for what IAM would refuse."""

    def __init__(self, operation: str) -> None:
        self._operation = operation

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, where: object) -> None:
        if isinstance(error, AwsError):
            hints = (hint for text, hint in _HINTS.items() if error.message.startswith(text))
            hint = next((f" ({hint})" for hint in hints), "")
            text = f"{self._operation} would refuse this: {error.message}{hint}"
            raise ValueError(text) from None


def check_settable(status: str, otherwise: str = "") -> None:
    """ValueError unless things can be made in that status; with a hint, if there is one."""
    if status not in ("Active", "Inactive"):
        meant = str(status).capitalize()
        hint = f"did you mean {meant!r}?" if meant in ("Active", "Inactive") else otherwise
        raise ValueError(
            f"status takes 'Active' or 'Inactive', not {status!r}{': ' * bool(hint)}{hint}"
        )


def earlier(state: State, age_days: int | None) -> dt.datetime:
    """The time so many days ago; now, if None."""
    if age_days is None:
        return state.clock.now()
    if not is_whole(age_days) or age_days < 0:
        raise ValueError(f"age_days takes a whole number from 0, not {age_days!r}")
    try:
        delta = -dt.timedelta(days=age_days)
    except OverflowError:
        delta = dt.timedelta.min
    return state.clock.after(delta)


def as_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as operations take them."""
    for each in (*tags, *tags.values()):
        if not isinstance(each, str):
            raise TypeError(f"a tag's key and value are text, not {each!r}")
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def as_document(document: Mapping[str, Any] | str) -> str:
    """A policy's document as operations take it: JSON text."""
    return document if isinstance(document, str) else json.dumps(document)
