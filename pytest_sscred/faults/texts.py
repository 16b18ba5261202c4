"""The messages of injected errors that name something of the call, in AWS's words.

What AccessDenied calls the resource is as third parties report it, 2018 to 2026, where AWS's own
snapshots (LocalStack, 2026-02; radkawar/stackd, 2026-09) do not show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_sscred import assumed, resources
from pytest_sscred.ask import Ask
from pytest_sscred.errors import no_such_user
from pytest_sscred.protocol.model import Model
from pytest_sscred.resources import KINDS
from pytest_sscred.resources.credentials import KIND as CREDENTIALS

_ARNS = {
    "CreateGroup": ("group", "GroupName"),
    "CreateUser": ("user", "UserName"),
    "CreateVirtualMFADevice": ("mfa", "VirtualMFADeviceName"),
    "ListGroups": ("group", ""),
    "ListUsers": ("user", ""),
    "ListVirtualMFADevices": ("mfa", ""),
}
"""Whose resource is an ARN: its type, and the parameter with its name."""
_NAMED = {"GroupName": "group", "UserName": "user", "PolicyArn": "policy", "PolicyName": "policy"}
"""The first that a call has is its resource: AddUserToGroup's is the group."""
_NULL = ("CreateAccessKey", "ListAccessKeys")
"""Without a name AWS calls the caller `nullNAME` in these."""


def access_denied(ask: Ask, model: Model) -> str:
    action = f"{model.of_operation(ask.operation).name}:{ask.operation}"
    about = {"caller": ask.caller.arn, "action": action, "resource": _resource(ask, model)}
    return assumed.ACCESS_DENIED.format(**about)


def _resource(ask: Ask, model: Model) -> str:
    params = ask.params
    if ask.operation in _ARNS:
        kind, name = _ARNS[ask.operation]
        account_id = ask.caller.arn.split(":")[4]
        path = params.get("Path", params.get("PathPrefix", "/"))
        return f"arn:aws:iam::{account_id}:{kind}{path}{params.get(name, '')}"
    if ask.operation == "ListPolicies":
        return f"policy path {params.get('PathPrefix', '/')}"
    for name, kind in _NAMED.items():
        if name in params:
            return f"{kind} {params[name]}"
    if "UserName" not in model.members(ask.operation):
        return "*"
    caller = ask.caller.arn.rpartition("/")[2]
    return f"user {'null' if ask.operation in _NULL else ''}{caller}"


def no_such_entity(params: Mapping[str, Any], user_name: str | None) -> str | None:
    """For the user if there is one in the call, or else for what it names; None if nothing."""
    if user_name:
        return no_such_user(user_name).message
    missing = {
        "GroupName": resources.groups.GROUPS.missing,
        "PolicyArn": resources.policies.POLICIES.missing,
        **{kind.id_name: kind.missing for kind in KINDS},
        **resources.no_roles.MISSING,
    }
    for name, text in missing.items():
        if name in params:
            return text.format(params[name])
    return None


def delete_conflict(operation: str) -> str | None:
    """DeleteUser's most general text."""
    return CREDENTIALS.conflict if operation == "DeleteUser" else None
