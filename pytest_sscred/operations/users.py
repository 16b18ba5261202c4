"""IAM users.

Answers and texts as recorded from AWS by LocalStack (2026-02/03); of DeleteUser's conflicts some
are reported by third parties only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_sscred import assumed
from pytest_sscred.account import Account, UserRecord
from pytest_sscred.errors import AwsError
from pytest_sscred.operations.context import Context, named_user, user_or_caller
from pytest_sscred.operations.pages import page


def create(account: Account, context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    _refuse_taken(account, params["UserName"])
    user = account.add_user(
        params["UserName"],
        params.get("Path", "/"),
        tags=_tags(params.get("Tags", [])),
        permissions_boundary=params.get("PermissionsBoundary"),
    )
    return {"User": _whole(user)}


def get(account: Account, context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    return {"User": _whole(user_or_caller(account, context, params))}


def list_(account: Account, context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    prefix = params.get("PathPrefix", "/")
    found, rest = page(
        account,
        params,
        "users",
        account.user_keys,
        lambda key: account.users[key].path.startswith(prefix),
    )
    return {"Users": [_summary(account.users[key]) for key in found], **rest}


def update(account: Account, context: Context, params: dict[str, Any]) -> None:
    user = named_user(account, params["UserName"])
    if "NewUserName" in params:
        name = params["NewUserName"]
        if account.user(name) is not user:  # its own name in another case is free
            _refuse_taken(account, name)
        account.rename_user(user, name)
    user.path = params.get("NewPath", user.path)


def delete(account: Account, context: Context, params: dict[str, Any]) -> None:
    user = named_user(account, params["UserName"])
    for held, message in assumed.DELETE_CONFLICTS:
        if getattr(user, held):
            raise AwsError("DeleteConflict", message)
    account.remove_user(user, context.cause)


def _refuse_taken(account: Account, name: str) -> None:
    if account.user(name) is not None:
        raise AwsError("EntityAlreadyExists", f"User with name {name} already exists.")


def _tags(members: list[dict[str, str]]) -> dict[str, str]:
    tags = {member["Key"]: member["Value"] for member in members}
    if len({key.casefold() for key in tags}) < len(members):
        raise AwsError(
            "InvalidInput",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        )
    return tags


def _summary(user: UserRecord) -> dict[str, Any]:
    """What ListUsers gives: neither tags nor the permissions boundary."""
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.created,
    }


def _whole(user: UserRecord) -> dict[str, Any]:
    """What CreateUser and GetUser give: with tags and boundary, where set."""
    members = _summary(user)
    if user.permissions_boundary is not None:
        members["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": user.permissions_boundary,
        }
    if user.tags:
        members["Tags"] = [{"Key": key, "Value": value} for key, value in user.tags.items()]
    return members
