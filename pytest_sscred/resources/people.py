"""The table of users, by id and by name in any case; and the user that a call is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from typing import Any

from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError, no_such_user
from pytest_sscred.state.clock import whole_seconds
from pytest_sscred.state.state import State, Tables

USERS, NAMES = "users", "users by name"
"""A removed user keeps its row in USERS, and loses its name in NAMES."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user; `tags` are pairs of key and value."""

    id: str
    name: str
    path: str
    created: dt.datetime
    account_id: str
    tags: tuple[tuple[str, str], ...] = ()
    permissions_boundary: str | None = None

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:user{self.path}{self.name}"


def find_user(tables: Tables, name: str) -> User | None:
    """The user of that name, in any case."""
    an_id = tables.sorted(NAMES).get(name.casefold())
    user: User | None = None if an_id is None else tables.table(USERS)[an_id]
    return user


def user_of_id(tables: Tables, user_id: str) -> User:
    """The user of that id, even a removed one."""
    user: User = tables.table(USERS)[user_id]
    return user


def is_there(tables: Tables, user: User) -> bool:
    """Whether it has not been removed."""
    return bool(tables.sorted(NAMES).get(user.name.casefold()) == user.id)


def users_there(tables: Tables) -> list[User]:
    """All users, sorted by name."""
    names, rows = tables.sorted(NAMES), tables.table(USERS)
    return [rows[names[key]] for key in names.order]


def put_user(state: State, name: str, at: dt.datetime, *, id: str = "", **rest: Any) -> User:
    """Add a user, made at that time; its id is made up unless given."""
    rows = state.table(USERS)
    an_id = id or free(state.ids.user, rows)
    user = User(id=an_id, name=name, created=whole_seconds(at), account_id=state.id, **rest)
    rows[user.id] = user
    state.sorted(NAMES)[name.casefold()] = user.id
    return user


def change_user(state: State, user: User, **changes: Any) -> None:
    """Credentials and keys refer to a user by its id, so it keeps them under another name."""
    state.table(USERS)[user.id] = after = replace(user, **changes)
    if after.name.casefold() != user.name.casefold():
        del state.sorted(NAMES)[user.name.casefold()]
        state.sorted(NAMES)[after.name.casefold()] = user.id


def take_out(state: State, user: User) -> None:
    """Remove the user, but nothing that belongs to it."""
    del state.sorted(NAMES)[user.name.casefold()]


def free(make: Callable[[], str], taken: Container[str]) -> str:
    """An id that nobody has had: a loaded one may come from the same seed."""
    while (an_id := make()) in taken:
        pass
    return an_id


# The user that a call is about


def named_user(tables: Tables, name: str) -> User:
    """The user of that name, in any case; NoSuchEntity if there is none."""
    user = find_user(tables, name)
    if user is None:
        raise no_such_user(name)
    return user


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
    user: User = tables.table(USERS).get(caller.id, caller)
    return user
