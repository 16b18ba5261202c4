"""Which managed policies are attached to whom, and inline policies, of users and groups.

As recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import inline_policies, policies
from pytest_sscred.resources.groups import GROUPS
from pytest_sscred.resources.links import linked
from pytest_sscred.resources.named import Named
from pytest_sscred.resources.owned import Hanging, Operation
from pytest_sscred.resources.pages import Parts, page, parted
from pytest_sscred.resources.people import USERS, named_user
from pytest_sscred.resources.policies import ATTACHED, POLICIES, attachable, listed
from pytest_sscred.resources.roles import ROLES
from pytest_sscred.state.state import State, Tables

_ENTITIES: dict[str, Named[Any]] = {"Group": GROUPS, "Role": ROLES, "User": USERS}
MOST = 10
"""Managed policies of one user, group or role."""


class _Attachments(Hanging):
    conflict = "Cannot delete entity, must detach all policies first."

    def holds(self, tables: Tables, user_id: str) -> bool:
        return bool(ATTACHED.of(tables, user_id))

    def clear(self, state: State, user_id: str, ask: Ask) -> None:
        ATTACHED.clear(state, user_id)

    def removals(self, tables: Tables, user_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for arn in ATTACHED.of(tables, user_id):
            yield "DetachUserPolicy", {"PolicyArn": arn}


ATTACHMENTS = _Attachments()


class _Of:
    """The three operations over what is attached to one sort."""

    def __init__(self, noun: str, find: Callable[[Any, Ask], Any]) -> None:
        self.noun = noun
        self._find = find

    def attach(self, state: State, ask: Ask) -> None:
        owner = self._find(state, ask)
        policy = attachable(state, ask.params["PolicyArn"])
        attached = ATTACHED.of(state, owner.id)
        if len(attached) >= MOST and policy.arn not in attached:
            text = f"Cannot exceed quota for PoliciesPer{self.noun}: {MOST}"
            raise AwsError("LimitExceeded", text)
        ATTACHED.add(state, owner.id, policy.arn)

    def detach(self, state: State, ask: Ask) -> None:
        owner, arn = self._find(state, ask), ask.params["PolicyArn"]
        if not ATTACHED.has(state, owner.id, arn):
            raise AwsError("NoSuchEntity", POLICIES.missing.format(arn))
        ATTACHED.remove(state, owner.id, arn)

    def list(self, tables: Tables, ask: Ask) -> Mapping[str, Any]:
        owner, prefix = self._find(tables, ask), ask.params.get("PathPrefix", "/")
        wired = {arn: attached_wire(arn) for arn in ATTACHED.of(tables, owner.id)}
        kept = [arn for arn in wired if f"/{arn.partition('/')[2]}".startswith(prefix)]
        found, rest = page(tables, ask.params, "attached policies", kept)
        return {"AttachedPolicies": [wired[arn] for arn in found], **rest}


def attached_wire(arn: str) -> dict[str, str]:
    return {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}


def list_entities(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    """Who has the policy; those whom it bounds too, unless PolicyUsageFilter says."""
    policy = listed(tables, ask.params["PolicyArn"])
    usage = ask.params.get("PolicyUsageFilter", "")
    prefix, wanted = ask.params.get("PathPrefix", "/"), ask.params.get("EntityFilter")
    nouns = [noun for noun in _ENTITIES if wanted in (None, noun)]
    parts = [linked(tables, policies.uses(usage), _ENTITIES[noun], policy.arn) for noun in nouns]

    def entity(key: str) -> tuple[str, Any]:
        part, name = parted(key)
        return nouns[part], _ENTITIES[nouns[part]].named(tables, name)

    def keep(key: str) -> bool:
        part, name = parted(key)
        return entity(key)[1].path.startswith(prefix) and parts[part][1](name)

    names = Parts([names for names, _ in parts])
    found, rest = page(tables, ask.params, "entities", names, keep)
    members: dict[str, list[Any]] = {"PolicyGroups": [], "PolicyUsers": [], "PolicyRoles": []}
    for noun, row in map(entity, found):
        members[f"Policy{noun}s"].append({f"{noun}Name": row.name, f"{noun}Id": row.id})
    return {**members, **rest}


def _user(tables: Tables, ask: Ask) -> Any:
    return named_user(tables, ask.params["UserName"])


def _group(tables: Tables, ask: Ask) -> Any:
    return GROUPS.named(tables, ask.params["GroupName"])


READS: dict[str, Operation] = {"ListEntitiesForPolicy": list_entities}
WRITES: dict[str, Operation] = {}
for _noun, _row in (("User", _user), ("Group", _group)):
    _of = _Of(_noun, _row)
    READS[f"ListAttached{_noun}Policies"] = _of.list
    WRITES[f"Attach{_noun}Policy"] = _of.attach
    WRITES[f"Detach{_noun}Policy"] = _of.detach
    _reads, _writes = inline_policies.operations(_noun.lower(), _row)
    READS |= _reads
    WRITES |= _writes
