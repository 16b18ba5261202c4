"""IAM users.

Answers and texts as recorded from AWS by LocalStack (2026-02/03); some of DeleteUser's conflicts
are only reported by third parties.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.owned import KINDS, Operation
from pytest_sscred.resources.pages import page
from pytest_sscred.resources.people import (
    NAMES,
    User,
    change_user,
    find_user,
    named_user,
    put_user,
    take_out,
    user_of_id,
    user_or_caller,
)
from pytest_sscred.state.state import State, Tables


def create(state: State, ask: Ask) -> Mapping[str, Any]:
    params = ask.params
    _refuse_taken(state, params["UserName"])
    user = put_user(
        state,
        params["UserName"],
        ask.at,
        path=params.get("Path", "/"),
        tags=_tags(params.get("Tags", [])),
        permissions_boundary=params.get("PermissionsBoundary"),
    )
    return {"User": whole(user)}


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    return {"User": whole(user_or_caller(tables, ask))}


def list_(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    prefix, names = ask.params.get("PathPrefix", "/"), tables.sorted(NAMES)

    def user(key: str) -> User:
        return user_of_id(tables, names[key])

    found, rest = page(
        tables, ask.params, "users", names.order, lambda key: user(key).path.startswith(prefix)
    )
    return {"Users": [_summary(user(key)) for key in found], **rest}


def update(state: State, ask: Ask) -> None:
    user = named_user(state, ask.params["UserName"])
    name = ask.params.get("NewUserName", user.name)
    if name.casefold() != user.name.casefold():  # its own name in another case is free
        _refuse_taken(state, name)
    change_user(state, user, name=name, path=ask.params.get("NewPath", user.path))


def delete(state: State, ask: Ask) -> None:
    user = named_user(state, ask.params["UserName"])
    for kind in KINDS:
        if kind.ids_of(state, user.id):
            raise AwsError("DeleteConflict", kind.conflict)
    take_out(state, user)


def remove(state: State, ask: Ask, user: User) -> None:
    """Remove a user with everything it owns, as no IAM operation does."""
    for kind in KINDS:
        for row in kind.of(state, user.id):
            kind.remove(state, row, ask)
    take_out(state, user)


def _refuse_taken(state: State, name: str) -> None:
    if find_user(state, name) is not None:
        raise AwsError("EntityAlreadyExists", f"User with name {name} already exists.")


def _tags(members: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    tags = {member["Key"]: member["Value"] for member in members}
    if len({key.casefold() for key in tags}) < len(members):
        raise AwsError(
            "InvalidInput",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        )
    return tuple(tags.items())


def _summary(user: User) -> dict[str, Any]:
    """A user as ListUsers returns it: without tags and permissions boundary."""
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.created,
    }


def whole(user: User) -> dict[str, Any]:
    """A user as CreateUser and GetUser return it: with tags and boundary, if set."""
    members = _summary(user)
    if user.permissions_boundary is not None:
        members["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": user.permissions_boundary,
        }
    if user.tags:
        members["Tags"] = [{"Key": key, "Value": value} for key, value in user.tags]
    return members


READS: dict[str, Operation] = {"GetUser": get, "ListUsers": list_}
WRITES: dict[str, Operation] = {"CreateUser": create, "DeleteUser": delete, "UpdateUser": update}
