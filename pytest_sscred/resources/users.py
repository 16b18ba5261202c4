"""IAM users.

Answers and texts as recorded from AWS by LocalStack (2026-02/03) and radkawar/stackd (2026-09).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_sscred import resources
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import HANGING, tags
from pytest_sscred.resources.owned import Operation
from pytest_sscred.resources.people import (
    USERS,
    User,
    named_user,
    put_user,
    user_or_caller,
)
from pytest_sscred.state.state import State, Tables

TAGGED = tags.Tagged(
    "user",
    lambda tables, ask: named_user(tables, ask.params["UserName"]),
    lambda state, user, pairs: USERS.change(state, user, tags=pairs),
    by_case=False,
)


def create(state: State, ask: Ask) -> Mapping[str, Any]:
    params = ask.params
    pairs = TAGGED.checked(params.get("Tags", []))
    USERS.refuse_taken(state, params["UserName"])
    path = params.get("Path", "/")
    user = put_user(state, params["UserName"], ask.at, path=path, tags=pairs)
    if "PermissionsBoundary" in params:
        user = resources.boundaries.bound(state, user, params["PermissionsBoundary"])
    return {"User": whole(user)}


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    return {"User": whole(user_or_caller(tables, ask))}


def list_(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    return USERS.page(tables, ask, "Users", summary)


def update(state: State, ask: Ask) -> None:
    user = named_user(state, ask.params["UserName"])
    name = ask.params.get("NewUserName", user.name)
    if name.casefold() != user.name.casefold():  # its own name in another case is free
        USERS.refuse_taken(state, name)
    USERS.change(state, user, name=name, path=ask.params.get("NewPath", user.path))


def delete(state: State, ask: Ask) -> None:
    user = named_user(state, ask.params["UserName"])
    for kind in HANGING:
        if kind.holds(state, user.id):
            raise AwsError("DeleteConflict", kind.conflict)
    _take_out(state, user)


def remove(state: State, ask: Ask, user: User) -> None:
    """Remove a user with everything that hangs on it, as no IAM operation does."""
    for kind in HANGING:
        kind.clear(state, user.id, ask)
    _take_out(state, user)


def _take_out(state: State, user: User) -> None:
    if user.permissions_boundary is not None:
        resources.policies.BOUNDARIES.clear(state, user.id)
    USERS.take_out(state, user)


def summary(user: User) -> dict[str, Any]:
    """A user as ListUsers returns it: without tags and permissions boundary."""
    members = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.created,
    }
    if user.password_last_used is not None:
        members["PasswordLastUsed"] = user.password_last_used
    return members


def whole(user: User) -> dict[str, Any]:
    """A user as CreateUser and GetUser return it: with tags and boundary, if set."""
    members = summary(user)
    if user.permissions_boundary is not None:
        boundary = resources.policies.boundary_wire(user.permissions_boundary)
        members["PermissionsBoundary"] = boundary
    if user.tags:
        members["Tags"] = tags.wire(user.tags)
    return members


READS: dict[str, Operation] = {"GetUser": get, "ListUsers": list_, "ListUserTags": TAGGED.list}
WRITES: dict[str, Operation] = {
    "CreateUser": create,
    "DeleteUser": delete,
    "UpdateUser": update,
    "TagUser": TAGGED.tag,
    "UntagUser": TAGGED.untag,
}
