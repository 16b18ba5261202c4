"""Groups, and who is in them.

As recorded from AWS by LocalStack (2026-02), radkawar/stackd (2026-09) and Cloud Custodian.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pytest_sscred import assumed
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import policies
from pytest_sscred.resources.inline_policies import INLINE
from pytest_sscred.resources.links import Links, linked
from pytest_sscred.resources.named import Named, free
from pytest_sscred.resources.owned import Hanging, Operation
from pytest_sscred.resources.pages import page
from pytest_sscred.resources.people import USERS, named_user, user_or_caller
from pytest_sscred.resources.users import summary
from pytest_sscred.state.clock import whole_seconds
from pytest_sscred.state.state import State, Tables

GROUPS_PER_USER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    id: str
    name: str
    path: str
    created: dt.datetime
    account_id: str

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:group{self.path}{self.name}"


GROUPS: Named[Group] = Named("group", "The group with name {} cannot be found.")
MEMBERS = Links("group members")
"""From users to groups, by their ids."""


def put_group(state: State, name: str, at: dt.datetime, *, path: str = "/", id: str = "") -> Group:
    """A new one; its id is made up unless given."""
    an_id = id or free(lambda: state.ids.unique("AGPA"), GROUPS.rows(state))
    about = {"id": an_id, "name": name, "path": path, "account_id": state.id}
    return GROUPS.put(state, Group(**about, created=whole_seconds(at)))


def _group(tables: Tables, ask: Ask) -> Group:
    return GROUPS.named(tables, ask.params["GroupName"])


def create(state: State, ask: Ask) -> Mapping[str, Any]:
    name = ask.params["GroupName"]
    GROUPS.refuse_taken(state, name)
    return {"Group": wire(put_group(state, name, ask.at, path=ask.params.get("Path", "/")))}


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    group = _group(tables, ask)
    names, keep = linked(tables, [MEMBERS], USERS, group.id)
    found, rest = page(tables, ask.params, "group members", names, keep)
    users = [summary(named_user(tables, key)) for key in found]
    return {"Group": wire(group), "Users": users, **rest}


def list_(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    return GROUPS.page(tables, ask, "Groups", wire)


def list_for_user(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    user = user_or_caller(tables, ask)
    groups = GROUPS.of_ids(tables, MEMBERS.of(tables, user.id))
    found, rest = page(tables, ask.params, "groups of a user", list(groups))
    return {"Groups": [wire(groups[key]) for key in found], **rest}


def update(state: State, ask: Ask) -> None:
    group = _group(state, ask)
    name = ask.params.get("NewGroupName", group.name)
    if name.casefold() != group.name.casefold():
        GROUPS.refuse_taken(state, name)
    GROUPS.change(state, group, name=name, path=ask.params.get("NewPath", group.path))


def delete(state: State, ask: Ask) -> None:
    """Members are named before policies, which is a guess."""
    group = _group(state, ask)
    if MEMBERS.number_to(state, group.id):
        what = "remove users from group"
    elif INLINE.holds(state, group.id):
        what = "delete policies"
    elif policies.ATTACHED.of(state, group.id):
        what = "detach all policies"
    else:
        GROUPS.take_out(state, group)
        return
    raise AwsError("DeleteConflict", f"Cannot delete entity, must {what} first.")


def remove(state: State, ask: Ask, group: Group) -> None:
    """Remove a group with all that hangs on it, as no IAM operation does."""
    for user_id in MEMBERS.to(state, group.id):
        MEMBERS.remove(state, user_id, group.id)
    policies.ATTACHED.clear(state, group.id)
    INLINE.clear(state, group.id, ask)
    GROUPS.take_out(state, group)


def add_user(state: State, ask: Ask) -> None:
    user, group = named_user(state, ask.params["UserName"]), _group(state, ask)
    groups = MEMBERS.of(state, user.id)
    if len(groups) >= GROUPS_PER_USER and group.id not in groups:
        raise AwsError("LimitExceeded", assumed.TOO_MANY_GROUPS.format(most=GROUPS_PER_USER))
    MEMBERS.add(state, user.id, group.id)


def remove_user(state: State, ask: Ask) -> None:
    """Of two unknown names the user's is named (recorded). Not to be a member is not an error."""
    user, group = named_user(state, ask.params["UserName"]), _group(state, ask)
    if MEMBERS.has(state, user.id, group.id):
        MEMBERS.remove(state, user.id, group.id)


def wire(group: Group) -> dict[str, Any]:
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": group.created,
    }


class _Memberships(Hanging):
    conflict = "Cannot delete entity, must remove users from group first."

    def holds(self, tables: Tables, user_id: str) -> bool:
        return bool(MEMBERS.of(tables, user_id))

    def clear(self, state: State, user_id: str, ask: Ask) -> None:
        MEMBERS.clear(state, user_id)

    def removals(self, tables: Tables, user_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for group_id in MEMBERS.of(tables, user_id):
            yield "RemoveUserFromGroup", {"GroupName": GROUPS.of_id(tables, group_id).name}


MEMBERSHIPS = _Memberships()

READS: dict[str, Operation] = {
    "GetGroup": get,
    "ListGroups": list_,
    "ListGroupsForUser": list_for_user,
}
WRITES: dict[str, Operation] = {
    "AddUserToGroup": add_user,
    "CreateGroup": create,
    "DeleteGroup": delete,
    "RemoveUserFromGroup": remove_user,
    "UpdateGroup": update,
}
