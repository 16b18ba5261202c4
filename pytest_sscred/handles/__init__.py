"""Live handles: what a test holds of a thing. Each says what is so now."""

from __future__ import annotations

from typing import Any

from pytest_sscred.handles.base import (
    Handle,
    label_of,
    named_by,
    own,
    removed_by,
    secrets_of,
    title_of,
)
from pytest_sscred.handles.devices import LoginProfile, MFADevice
from pytest_sscred.handles.named import Policy
from pytest_sscred.handles.people import Group, User
from pytest_sscred.handles.things import (
    AccessKey,
    Credential,
    Held,
    SigningCertificate,
    SSHPublicKey,
    service_of,
)
from pytest_sscred.resources.owned import KINDS, Kind
from pytest_sscred.state.state import State

__all__ = [
    "AccessKey",
    "Credential",
    "Group",
    "Handle",
    "Held",
    "LoginProfile",
    "MFADevice",
    "Policy",
    "SSHPublicKey",
    "SigningCertificate",
    "User",
    "handle_of",
    "handles_of",
    "id_names",
    "kind_of",
    "label_of",
    "named_by",
    "own",
    "removed_by",
    "secrets_of",
    "service_of",
    "title_of",
]

_WITH_STATUS: tuple[type[Held], ...] = (Credential, AccessKey, SSHPublicKey, SigningCertificate)
_BY_KIND = {each._of: each for each in _WITH_STATUS}


def handle_of(state: State, kind: Kind[Any], an_id: str) -> Held:
    """The handle of one of a kind, which may be deleted."""
    return _BY_KIND.get(kind, Held)(state, an_id, kind)


def handles_of(state: State, kind: Kind[Any]) -> list[Held]:
    """Everything of a kind that ever existed, oldest first."""
    with state.lock:
        ids = list(kind.rows(state))
    return [handle_of(state, kind, an_id) for an_id in ids]


def kind_of(held: Held) -> Kind[Any]:
    """Its kind, with AWS's names."""
    return held._kind


def id_names() -> list[str]:
    """The parameters with which calls name things, but for users: ids, names, ARNs."""
    return [*(kind.id_name for kind in KINDS), "SerialNumber", "GroupName", "PolicyArn"]
