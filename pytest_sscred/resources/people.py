"""The table of users, and the user that a call is about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.named import Named, free
from pytest_sscred.resources.tags import Tags
from pytest_sscred.state.clock import whole_seconds
from pytest_sscred.state.state import State, Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user; `permissions_boundary` is a policy's ARN."""

    id: str
    name: str
    path: str
    created: dt.datetime
    account_id: str
    tags: Tags = ()
    permissions_boundary: str | None = None
    password_last_used: dt.datetime | None = None

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:user{self.path}{self.name}"


USERS: Named[User] = Named("user", "The user with name {} cannot be found.")

find_user = USERS.find
named_user = USERS.named
user_of_id = USERS.of_id
users_there = USERS.there


def put_user(state: State, name: str, at: dt.datetime, *, id: str = "", **rest: Any) -> User:
    """Add a user, made at that time; its id is made up unless given."""
    user = User(
        id=id or free(state.ids.user, USERS.rows(state)),
        name=name,
        created=whole_seconds(at),
        account_id=state.id,
        **rest,
    )
    return USERS.put(state, user)


def user_or_caller(tables: Tables, ask: Ask) -> User:
    """The user that UserName names, or the caller if it is left out.

    The text for callers who are not users is recorded for GetUser and DeleteAccessKey
    (LocalStack's snapshots of AWS, 2026-02/03).
    """
    if "UserName" in ask.params:
        return named_user(tables, ask.params["UserName"])
    caller = ask.caller.user
    if caller is None:
        raise AwsError(
            "ValidationError", "Must specify userName when calling with non-User credentials"
        )
    # As the read sees it, which may be an earlier state; a user made since then, as it is now.
    user: User = USERS.rows(tables).get(caller.id, caller)
    return user
