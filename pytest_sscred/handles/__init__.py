"""Live handles: what a test holds of a thing. Each says what is so now."""

from __future__ import annotations

from collections.abc import Iterator
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
from pytest_sscred.resources import KINDS
from pytest_sscred.resources.owned import Kind
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
    "making_of",
    "named_by",
    "own",
    "removed_by",
    "secrets_of",
    "service_of",
    "title_of",
    "without_status",
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


_Plain = LoginProfile | MFADevice | Group | Policy
_WITHOUT_STATUS: tuple[type[_Plain], ...] = (LoginProfile, MFADevice, Group, Policy)


def without_status(state: State) -> Iterator[list[_Plain]]:
    """All login profiles, all MFA devices, all groups, all policies that there are."""
    for each in _WITHOUT_STATUS:
        with state.lock:
            yield [each(state, an_id) for an_id in each._ids(state)]


def making_of(handle: _Plain) -> tuple[str, str]:
    """The operation that makes such a thing, and what it names this one."""
    return handle._made_by, handle._made_as


def id_names() -> list[str]:
    """The parameters with which calls name things, but for users: ids, names, ARNs."""
    return [*(kind.id_name for kind in KINDS), "SerialNumber", "GroupName", "PolicyArn"]
