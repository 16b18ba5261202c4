"""All users, groups, roles and policies of an account in one list, with what they may.

As recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import groups, policies, policy_versions, roles
from pytest_sscred.resources.attachments import attached_wire
from pytest_sscred.resources.inline_policies import INLINE
from pytest_sscred.resources.owned import Operation
from pytest_sscred.resources.pages import page
from pytest_sscred.resources.people import User, users_there
from pytest_sscred.resources.policy_documents import encoded
from pytest_sscred.resources.users import whole
from pytest_sscred.state.state import Tables

_LISTS = {
    "User": "UserDetailList",
    "Role": "RoleDetailList",
    "Group": "GroupDetailList",
    "LocalManagedPolicy": "Policies",
    "AWSManagedPolicy": "Policies",
}
"""Pages are filled in this order."""


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    wanted = ask.params.get("Filter") or list(_LISTS)
    things = {
        f"{place} {key}": (_LISTS[kind], wire)
        for place, kind in enumerate(_LISTS)
        for key, wire in (_THINGS[kind](tables) if kind in wanted else ())
    }
    # A marker is of one filter.
    about = "details" + "".join(sorted(ask.params.get("Filter", [])))
    try:
        found, rest = page(tables, ask.params, about, sorted(things))
    except AwsError:
        if not ask.params.get("Filter"):
            raise
        raise AwsError("ValidationError", "Marker and Filter do not match") from None
    members: dict[str, list[Any]] = {name: [] for name in _LISTS.values()}
    for key in found:
        name, wire = things[key]
        members[name].append(wire())
    return {**members, **rest}


_Wired = Iterator[tuple[str, Callable[[], dict[str, Any]]]]
"""Keys in the order of a list, and what makes the member: a page makes its own only."""


def _users(tables: Tables) -> _Wired:
    for user in users_there(tables):
        yield user.name.casefold(), lambda user=user: user_detail(tables, user)  # type: ignore[misc]


def user_detail(tables: Tables, user: User) -> dict[str, Any]:
    members = whole(user)
    members["GroupList"] = [
        group.name
        for group in groups.GROUPS.of_ids(tables, groups.MEMBERS.of(tables, user.id)).values()
    ]
    inline = _inline(tables, user.id)
    return {
        **members,
        **_attached(tables, user.id),
        **({"UserPolicyList": inline} if inline else {}),
    }


def _groups(tables: Tables) -> _Wired:
    for group in groups.GROUPS.there(tables):
        yield group.name.casefold(), lambda group=group: group_detail(tables, group)  # type: ignore[misc]


def group_detail(tables: Tables, group: groups.Group) -> dict[str, Any]:
    inline = {"GroupPolicyList": _inline(tables, group.id)}
    return {**groups.wire(group), **_attached(tables, group.id), **inline}


def _roles(tables: Tables) -> _Wired:
    for role in roles.ROLES.there(tables):
        yield role.name.casefold(), lambda role=role: role_detail(tables, role)  # type: ignore[misc]


def role_detail(tables: Tables, role: roles.Role) -> dict[str, Any]:
    inline = {"RolePolicyList": _inline(tables, role.id)}
    return {**roles.detail(role), **_attached(tables, role.id), **inline}


def _inline(tables: Tables, an_id: str) -> list[dict[str, str]]:
    return [
        {"PolicyName": each.name, "PolicyDocument": encoded(each.document)}
        for each in INLINE.of(tables, an_id)
    ]


def _attached(tables: Tables, an_id: str) -> dict[str, Any]:
    arns = policies.ATTACHED.of(tables, an_id)
    return {"AttachedManagedPolicies": [attached_wire(arn) for arn in arns]}


def _own_policies(tables: Tables) -> _Wired:
    return _policies(tables, policies.POLICIES.there(tables))


def _aws_policies(tables: Tables) -> _Wired:
    return _policies(tables, policies.aws_in_use(tables))


def _policies(tables: Tables, found: list[policies.Policy]) -> _Wired:
    for policy in found:
        yield policy.arn, lambda policy=policy: policy_detail(tables, policy)  # type: ignore[misc]


def policy_detail(tables: Tables, policy: policies.Policy) -> dict[str, Any]:
    """With all versions, without description and tags."""
    versions = [
        {**policy_versions.wire(policy, each), "Document": encoded(each.document)}
        for each in policy.versions
    ]
    return {**policies.wire(tables, policy), "PolicyVersionList": versions}


_THINGS: dict[str, Callable[[Tables], _Wired]] = {
    "User": _users,
    "Role": _roles,
    "Group": _groups,
    "LocalManagedPolicy": _own_policies,
    "AWSManagedPolicy": _aws_policies,
}

READS: dict[str, Operation] = {"GetAccountAuthorizationDetails": get}
WRITES: dict[str, Operation] = {}
