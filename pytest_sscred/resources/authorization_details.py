"""All users, groups, roles and policies of an account in one list, with what they may.

As recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import groups, policies, policy_versions, roles
from pytest_sscred.resources.attachments import attached_wire
from pytest_sscred.resources.inline_policies import INLINE
from pytest_sscred.resources.named import Named
from pytest_sscred.resources.owned import Operation
from pytest_sscred.resources.pages import Parts, page, parted
from pytest_sscred.resources.people import USERS, User
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
    names = Parts([_SORTS[sort].names(tables) if sort in wanted else [] for sort in _LISTS])
    # A marker is of one filter.
    about = "details" + "".join(sorted(ask.params.get("Filter", [])))
    try:
        found, rest = page(tables, ask.params, about, names)
    except AwsError:
        if not ask.params.get("Filter"):
            raise
        raise AwsError("ValidationError", "Marker and Filter do not match") from None
    members: dict[str, list[Any]] = {name: [] for name in _LISTS.values()}
    for part, name in map(parted, found):
        sort = list(_LISTS)[part]
        members[_LISTS[sort]].append(_SORTS[sort].detail(tables, name))
    return {**members, **rest}


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


def group_detail(tables: Tables, group: groups.Group) -> dict[str, Any]:
    inline = {"GroupPolicyList": _inline(tables, group.id)}
    return {**groups.wire(group), **_attached(tables, group.id), **inline}


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


def policy_detail(tables: Tables, policy: policies.Policy) -> dict[str, Any]:
    """With all versions, without description and tags."""
    versions = [
        {**policy_versions.wire(policy, each), "Document": encoded(each.document)}
        for each in policy.versions
    ]
    return {**policies.wire(tables, policy), "PolicyVersionList": versions}


class _Sort(NamedTuple):
    """One sort of things: their sorted names, or ARNs, and what is told of the one of a name."""

    names: Callable[[Tables], Sequence[str]]
    detail: Callable[[Tables, str], dict[str, Any]]


def _of(named: Named[Any], detail: Callable[[Tables, Any], dict[str, Any]]) -> _Sort:
    def detail_of(tables: Tables, name: str) -> dict[str, Any]:
        return detail(tables, named.named(tables, name))

    return _Sort(lambda tables: named.names(tables).order, detail_of)


_SORTS = {
    "User": _of(USERS, user_detail),
    "Role": _of(roles.ROLES, role_detail),
    "Group": _of(groups.GROUPS, group_detail),
    "LocalManagedPolicy": _of(policies.POLICIES, policy_detail),
    "AWSManagedPolicy": _Sort(
        lambda tables: [policy.arn for policy in policies.aws_in_use(tables)],
        lambda tables, arn: policy_detail(tables, policies.named(tables, arn)),
    ),
}

READS: dict[str, Operation] = {"GetAccountAuthorizationDetails": get}
WRITES: dict[str, Operation] = {}
