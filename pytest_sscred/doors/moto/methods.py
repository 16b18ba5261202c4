"""moto's methods that are operations of the account."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name

from pytest_sscred.doors.moto.rows import ALIASES, SORTS, note_made
from pytest_sscred.doors.moto.things import Things
from pytest_sscred.errors import AwsError
from pytest_sscred.iam_api import write
from pytest_sscred.protocol.model import load_model
from pytest_sscred.protocol.validate import validate
from pytest_sscred.resources import WRITES, account_alias, password_policy
from pytest_sscred.resources.groups import GROUPS
from pytest_sscred.resources.people import USERS
from pytest_sscred.resources.policies import named

__tracebackhide__ = True

_ALSO_CALLED = {
    "alias": "AccountAlias",
    "authentication_code_1": "AuthenticationCode1",
    "authentication_code_2": "AuthenticationCode2",
    "body": "CertificateBody",
    "cert_id": "CertificateId",
    "device_name": "VirtualMFADeviceName",
    "name": "UserName",
    "policy_json": "PolicyDocument",
}
NOT_ASKED = {"prefix", "region_name", "self", "status"}
_MOTOS = ("DeleteAccountPasswordPolicy", "UpdateAccountPasswordPolicy")


@functools.cache
def methods_of(backend: Any) -> dict[str, str]:
    """moto's methods by our operations."""
    methods = {name: xform_name(name) for name in WRITES if name not in _MOTOS}
    return {name: method for name, method in methods.items() if method in vars(backend)}


@functools.cache
def names_of(operation: str) -> dict[str, str]:
    """AWS's names of an operation's parameters, by moto's."""
    members = load_model().members(operation)
    other = {name: member for name, member in _ALSO_CALLED.items() if member in members}
    return {**{xform_name(name): name for name in members}, **other}


def take_password_policy(things: Things, own: Mapping[str, Any]) -> None:
    """Take over moto's, unless the account has one. What moto leaves out is None, False or 0."""
    theirs, operation = own["account_password_policy"], "UpdateAccountPasswordPolicy"
    with things.state.lock:
        if theirs is not None and password_policy.find(things.state) is None:
            names = names_of(operation).items()
            params = {name: value for key, name in names if (value := vars(theirs)[key])}
            password_policy.update(things.state, things.ask(operation, **params))


def do(things: Things, operation: str, params: dict[str, Any], status: str | None = None) -> Any:
    """Do it as a call would, and return what moto's method does."""
    params = {name: value for name, value in params.items() if value not in (None, "", {}, [])}
    if operation == "DeleteAccountAlias":
        params["AccountAlias"] = account_alias.find(things.state)
    if operation == "UpdateAccessKey" and "Status" not in params:
        return _access_key(things, params, {})
    try:
        validate(load_model().operation(operation).input_shape, params)
        result = write(things.state, things.ask(operation, **params))
    except AwsError as error:
        if error.code == "NoSuchEntity":
            raise things.models.NoSuchEntity(error.message) from None
        raise things.models.RESTError(error.code, error.message) from None
    if operation in _MADE:
        sort, member, id_name = _MADE[operation]
        note_made(things, sort, result[member][id_name] if result else params[member])
    if operation == "CreateAccessKey" and status == "Inactive":
        about = {"AccessKeyId": result["AccessKey"]["AccessKeyId"], "Status": status}
        do(things, "UpdateAccessKey", {**about, "UserName": params["UserName"]})
    return _RETURNS.get(operation, _nothing)(things, params, result)


_MADE = {
    "CreateAccessKey": (SORTS["access_keys"], "AccessKey", "AccessKeyId"),
    "CreateAccountAlias": (ALIASES, "AccountAlias", ""),
    "CreateGroup": (SORTS["groups"], "Group", "GroupId"),
    "CreatePolicy": (SORTS["managed_policies"], "Policy", "PolicyId"),
    "CreateUser": (SORTS["users"], "User", "UserId"),
    "CreateVirtualMFADevice": (
        SORTS["virtual_mfa_devices"], "VirtualMFADevice", "SerialNumber"
    ),
}  # fmt: skip
"""Where the result of an operation has the id of what it has made."""

_Params = Mapping[str, Any]


def _nothing(things: Things, params: _Params, result: _Params) -> None:
    return None


def _user(things: Things, params: _Params, result: _Params) -> Any:
    return things.user(USERS.named(things.state, params["UserName"]).id)


def _group(things: Things, params: _Params, result: _Params) -> Any:
    return things.group(GROUPS.named(things.state, params["GroupName"]).id)


def _policy(things: Things, params: _Params, result: _Params) -> Any:
    arn = result["Policy"]["Arn"] if "Policy" in result else params["PolicyArn"]
    return things.policy(named(things.state, arn))


def _access_key(things: Things, params: _Params, result: _Params) -> Any:
    return things.access_key({**params, **result.get("AccessKey", {})}["AccessKeyId"])


def _certificate(things: Things, params: _Params, result: _Params) -> Any:
    found = _user(things, params, result).signing_certificates
    return found[result["Certificate"]["CertificateId"]]


def _device(things: Things, params: _Params, result: _Params) -> Any:
    sort = SORTS["virtual_mfa_devices"]
    return sort.show(things, sort.find(things, result["VirtualMFADevice"]["SerialNumber"]))


_RETURNS: dict[str, Callable[[Things, _Params, _Params], Any]] = {
    "CreateAccessKey": _access_key,
    "CreateGroup": _group,
    "CreateLoginProfile": _user,
    "CreatePolicy": _policy,
    "CreatePolicyVersion": lambda *about: _policy(*about).versions[-1],
    "CreateUser": _user,
    "CreateVirtualMFADevice": _device,
    "SetDefaultPolicyVersion": lambda *about: True,
    "UpdateAccessKey": _access_key,
    "UpdateLoginProfile": _user,
    "UploadSSHPublicKey": lambda *about: _user(*about).ssh_public_keys[-1],
    "UploadSigningCertificate": _certificate,
}
