"""The private parts of moto that we rely on, checked when an account begins to be shared."""

from __future__ import annotations

import dis
import functools
import inspect
from typing import Any

from pytest_sscred.doors.moto.methods import NOT_ASKED, methods_of, names_of
from pytest_sscred.doors.moto.rows import SORTS
from pytest_sscred.doors.moto.things import LIVE


class MotoChanged(UserWarning):
    """This moto does not fit: it keeps users, groups and policies of its own."""


CHANGED = (
    "moto has changed {}, which pytest-sscred relies on: its users, groups and policies are not "
    "those of the account. Upgrade pytest-sscred, or install an earlier moto."
)
_USED = {
    "IAMBackend": {
        *SORTS, "account_aliases", "account_password_policy", "certificates",
        "instance_profiles", "open_id_providers", "roles", "saml_providers", "tagger",
    },
    "AccountPasswordPolicy": set(names_of("UpdateAccountPasswordPolicy")),
    "InstanceProfile": {"create_date", "id", "name", "path", "roles"},
    "Role": {
        "assume_role_policy_document", "create_date", "id", "managed_policies", "name", "path",
        "policies", "tags",
    },
}  # fmt: skip
"""Attributes that are read."""
_METHODS = (
    "attach_role_policy", "attach_user_policy", "create_access_key", "create_group",
    "create_policy", "create_user", "delete_access_key_by_name", "delete_policy",
    "delete_user", "list_user_tags", "put_group_policy", "put_user_policy", "update_access_key",
)  # fmt: skip
_NAMES = (
    "AccessKeyLastUsed", "MFADevice", "NoSuchEntity", "PolicyVersion", "RESTError",
    "SigningCertificate", "SshPublicKey", "VirtualMfaDevice", "load_iam_aws_managed_policies",
    *LIVE, *_USED,
)  # fmt: skip


@functools.cache
def what_has_changed(models: Any) -> str:
    """What of moto does not fit; empty if all does."""
    missing = [name for name in _NAMES if not hasattr(models, name)]
    if missing:
        return missing[0]
    for kind, attributes in _USED.items():
        for name in sorted(attributes - _set_by(getattr(models, kind))):
            return f"{kind}.{name}"
    for kind, fields in LIVE.items():
        for name in sorted(_set_by(getattr(models, kind)) - set(fields)):
            return f"{kind}.{name}"
    for name in _METHODS:
        if name not in vars(models.IAMBackend):
            return f"IAMBackend.{name}"
    for operation, name in methods_of(models.IAMBackend).items():
        parameters = inspect.signature(getattr(models.IAMBackend, name)).parameters
        if set(parameters) - set(names_of(operation)) - NOT_ASKED:
            return f"IAMBackend.{name}"
    return ""


def _set_by(kind: Any) -> set[str]:
    """The attributes that its constructor sets."""
    return {
        each.argval for each in dis.get_instructions(kind.__init__) if each.opname == "STORE_ATTR"
    }
