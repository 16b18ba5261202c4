"""The one record that travels: what is asked of the account, by whom and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pytest_sscred.places import Place
from pytest_sscred.wire import not_told

# Who changes something and calls nothing: the test itself, and time.
TEST, CLOCK = NO_CALLERS = ("test", "clock")


class Caller(NamedTuple):
    """Who signed a call. `user` is the row of the user; None for the administrator, who is none."""

    arn: str
    user: Any = None


class Ask(NamedTuple):
    """A call of IAM as it was read, or what a verb of the test's own does.

    `params` are spelled as AWS spells them; `attempt`, `call_id` and `patience` are the request's.
    """

    operation: str
    caller: Caller
    at: dt.datetime
    params: Mapping[str, Any] = {}
    attempt: int = 1
    call_id: object = None
    patience: Callable[[], float | None] = not_told
    place: Place | None = None
    """The user's line that called."""

    @classmethod
    def by_the_test(cls, verb: str, at: dt.datetime) -> Ask:
        return cls(verb, Caller(TEST), at)
