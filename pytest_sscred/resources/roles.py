"""Roles: another mock of IAM keeps them, and the account is told of them.

Their own operations are the other's. Where users, groups and policies meet roles, in lists, counts
and conflicts, the account goes by the copies here, which `take` brings up to date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pytest_sscred.ask import Ask
from pytest_sscred.resources.inline_policies import INLINE
from pytest_sscred.resources.named import Named
from pytest_sscred.resources.policies import ATTACHED, BOUNDARIES, boundary_wire, find
from pytest_sscred.resources.policy_documents import encoded
from pytest_sscred.state.state import State, Tables

_OTHERS = "counted by the other mock"


class InstanceProfile(NamedTuple):
    id: str
    name: str
    path: str
    arn: str
    created: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role, with all that hangs on it; `attached` and `permissions_boundary` are ARNs."""

    id: str
    name: str
    path: str
    arn: str
    created: dt.datetime
    trust: str
    description: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    attached: tuple[str, ...] = ()
    inline: tuple[tuple[str, str], ...] = ()
    permissions_boundary: str | None = None
    instance_profiles: tuple[InstanceProfile, ...] = ()


ROLES: Named[Role] = Named("role", "The role with name {} cannot be found.")


def take(state: State, ask: Ask, roles: Iterable[Role], counts: Mapping[str, int]) -> None:
    """Have these roles and no others; `counts` are GetAccountSummary's, of things beside roles."""
    now = {role.id: role for role in roles}
    for role in ROLES.there(state):
        if now.get(role.id) == role:
            del now[role.id]
            continue
        for links in (ATTACHED, BOUNDARIES):
            links.clear(state, role.id)
        INLINE.clear(state, role.id, ask)
        ROLES.take_out(state, role)
    for role in now.values():
        ROLES.put(state, role)
        for arn in role.attached:
            if find(state, arn) is not None:
                ATTACHED.add(state, role.id, arn)
        if role.permissions_boundary is not None:
            BOUNDARIES.add(state, role.id, role.permissions_boundary)
        for name, document in role.inline:
            INLINE.put(state, role.id, name, document)
    if state.cells.get(_OTHERS, {}) != counts:
        state.cells[_OTHERS] = dict(counts)


def counts(tables: Tables) -> dict[str, int]:
    """Of roles, and of what the other mock has counted."""
    others: dict[str, int] = tables.table("cells").get(_OTHERS, {})
    return {"Roles": len(ROLES.names(tables)), **others}


def detail(role: Role) -> dict[str, Any]:
    """A role as GetAccountAuthorizationDetails returns it, without its policies."""
    members = _wire(role)
    members["InstanceProfileList"] = [
        {
            "Path": each.path,
            "InstanceProfileName": each.name,
            "InstanceProfileId": each.id,
            "Arn": each.arn,
            "CreateDate": each.created,
            "Roles": [{**_wire(role), "Description": role.description or ""}],
        }
        for each in role.instance_profiles
    ]
    members["Tags"] = [{"Key": key, "Value": value} for key, value in role.tags]
    return members


def _wire(role: Role) -> dict[str, Any]:
    bound = role.permissions_boundary
    return {
        **({} if bound is None else {"PermissionsBoundary": boundary_wire(bound)}),
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.created,
        "AssumeRolePolicyDocument": encoded(role.trust),
    }
