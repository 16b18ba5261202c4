"""The record that is passed around: what is asked of the account, by whom and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pytest_sscred.places import Place, users_place
from pytest_sscred.wire import Request, not_told

# They change something without a call: the test itself, and time.
TEST, CLOCK = NO_CALLERS = ("test", "clock")


class Caller(NamedTuple):
    """Who signed a call. `user` is the user's row; None for the administrator, not a user."""

    arn: str
    user: Any = None
    key: str = ""
    """The access key that signed, whoever's it is; "" if none did."""
    id: str = ""
    """AWS's unique id of the caller: a UserId, or a role's id and the name of its session."""


class Ask(NamedTuple):
    """A call of IAM or STS as it was read, or the action of one of the test's own verbs.

    `params` have AWS's spelling; `attempt`, `call_id` and `patience` are the request's.
    """

    operation: str
    caller: Caller
    at: dt.datetime
    params: Mapping[str, Any] = {}
    attempt: int = 1
    call_id: object = None
    patience: Callable[[], float | None] = not_told
    place: Place | None = None
    """The line of the user's code that made the call, or used the verb."""
    request: Request = Request("")
    request_id: str = ""

    @classmethod
    def by_the_test(cls, verb: str, at: dt.datetime) -> Ask:
        return cls(verb, Caller(TEST), at, place=users_place())
