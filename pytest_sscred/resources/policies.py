"""Managed policies, with their tags: the account's own, and AWS's.

As recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09). Every well-formed ARN
of a policy of AWS's own is taken for one that exists. What one says is known if another mock of IAM
knows it.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import re
from base64 import b32encode
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pytest_sscred import assumed, resources
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import tags
from pytest_sscred.resources.links import Links
from pytest_sscred.resources.named import Named, free
from pytest_sscred.resources.owned import Operation
from pytest_sscred.resources.pages import page
from pytest_sscred.resources.people import USERS
from pytest_sscred.resources.tags import Tags
from pytest_sscred.state.clock import whole_seconds
from pytest_sscred.state.state import State, Tables

LARGEST = 6144  # characters of a document, white space left out
_ARN = re.compile(r"arn:([\w-]+):iam::(\d{12}|aws):policy(/(?:[!-~]+/)?)([\w+=,.@-]+)", re.ASCII)

ATTACHED = Links("attached policies", used="policies in use")
"""Users, groups and roles by their ids; policies by their ARNs."""
BOUNDARIES = Links("permissions boundaries", used="policies in use")
"""Likewise."""
_OF_AWS = "policies of AWS"


@dataclass(frozen=True, slots=True)
class Version:
    id: str
    document: str
    created: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A managed policy; `versions` are the newest first."""

    id: str
    name: str
    path: str
    owner: str
    """The account's number, or `aws`."""
    created: dt.datetime
    updated: dt.datetime
    versions: tuple[Version, ...]
    default: str = "v1"
    made: int = 1
    """How many versions were ever made."""
    description: str | None = None
    tags: Tags = ()

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.owner}:policy{self.path}{self.name}"

    def version(self, an_id: str) -> Version:
        """The version of that id; NoSuchEntity if there is none."""
        for version in self.versions:
            if version.id == an_id:
                return version
        raise no_version(self.arn, an_id)


POLICIES: Named[Policy] = Named("policy", "Policy {} was not found.")


# Which one is meant


def find(tables: Tables, arn: str) -> Policy | None:
    """The account's own or AWS's of that ARN, which is case-sensitive."""
    found = _ARN.fullmatch(arn)
    if found is None:
        return None
    if found[1] != "aws":
        raise AwsError("ValidationError", "Invalid ARN partition")
    if found[2] == "aws":
        known: Policy | None = tables.table(_OF_AWS).get(arn)
        return known or _of_aws(found[3], found[4])
    policy = POLICIES.find(tables, found[4])
    return policy if policy and policy.arn == arn else None


def named(tables: Tables, arn: str) -> Policy:
    """The same; NoSuchEntity if there is none, ValidationError for what is not an ARN."""
    policy = find(tables, checked_arn(arn))
    if policy is None:
        raise AwsError("NoSuchEntity", POLICIES.missing.format(arn))
    return policy


def attachable(tables: Tables, arn: str) -> Policy:
    """The same, with the words for a policy that is to be attached."""
    policy = listed(tables, arn)
    _refuse_reserved(policy)
    return policy


def listed(tables: Tables, arn: str) -> Policy:
    """The same, though it may be one that nobody can attach."""
    policy = find(tables, checked_arn(arn))
    if policy is None:
        raise AwsError("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")
    return policy


def check_boundary(tables: Tables, arn: str) -> None:
    """Raise unless it can be a permissions boundary."""
    if not _ARN.fullmatch(arn):
        raise AwsError("InvalidInput", f"ARN {arn} is not valid.")
    policy = find(tables, arn)
    if policy is None:
        raise AwsError("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.")
    _refuse_reserved(policy)


def boundary_wire(arn: str) -> dict[str, str]:
    """`Policy` is not among the model's values; it is what AWS sends (recorded)."""
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}


def checked_arn(arn: str) -> str:
    """The text; ValidationError for what is not an ARN."""
    if not arn.startswith("arn:"):
        raise AwsError("ValidationError", f"ARN {arn} is not valid.")
    return arn


def _refuse_reserved(policy: Policy) -> None:
    if policy.owner == "aws" and policy.path.startswith(("/aws-service-role/", "/root-task/")):
        text = "Cannot attach AWS reserved policy to an IAM user."
        raise AwsError("PolicyNotAttachable", text)


@functools.lru_cache(maxsize=1024)
def _of_aws(path: str, name: str) -> Policy:
    made = dt.datetime(2015, 2, 6, 18, 39, 46, tzinfo=dt.timezone.utc)
    digest = hashlib.blake2b(name.encode(), digest_size=15).digest()
    an_id = "ANPA" + b32encode(digest).decode()[:17]
    document = assumed.AWS_POLICIES.get(name, assumed.AWS_POLICY)
    return Policy(
        id=an_id,
        name=name,
        path=path,
        owner="aws",
        created=made,
        updated=made,
        versions=(Version("v1", document, made),),
        description=f"AWS's own policy {name}",
    )


def refuse_aws(arn: str, what: str) -> None:
    """Raise if the policy is AWS's own."""
    if arn.startswith("arn:aws:iam::aws:"):
        text = f"Cannot {what} policies outside your own account."
        raise AwsError("AccessDenied", text)


def no_version(arn: str, an_id: str) -> AwsError:
    """NoSuchEntity, with the words for a version."""
    text = f"Policy {arn} version {an_id} does not exist or is not attachable."
    return AwsError("NoSuchEntity", text)


# The operations


def add(state: State, at: dt.datetime, name: str, document: str, **rest: Any) -> Policy:
    """A new one of the account's own."""
    now = whole_seconds(at)
    rest = {"path": "/", "versions": (Version("v1", document, now),), "id": "", **rest}
    rest["id"] = rest["id"] or free(lambda: state.ids.unique("ANPA"), POLICIES.rows(state))
    rest = {"created": now, "updated": now, **rest}
    return POLICIES.put(state, Policy(name=name, owner=state.id, **rest))


def create(state: State, ask: Ask) -> Mapping[str, Any]:
    params = ask.params
    name, document = params["PolicyName"], params["PolicyDocument"]
    pairs = TAGGED.checked(params.get("Tags", []))
    check_document(document)
    if POLICIES.find(state, name) is not None:
        text = f"A policy called {name} already exists. Duplicate names are not allowed."
        raise AwsError("EntityAlreadyExists", text)
    rest = {"path": params.get("Path", "/"), "description": params.get("Description")}
    policy = add(state, ask.at, name, document, tags=pairs, **rest)
    members = {**wire(state, policy), "Tags": tags.wire(pairs)}
    return {"Policy": members if pairs else wire(state, policy)}


def check_document(document: str) -> None:
    """Raise unless it can be a managed policy's."""
    resources.policy_documents.check(document, managed=True)
    if resources.policy_documents.size(document) > LARGEST:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PolicySize: {LARGEST}")


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    policy = named(tables, ask.params["PolicyArn"])
    members = {**wire(tables, policy), "Tags": tags.wire(policy.tags)}
    if policy.description is not None:
        members["Description"] = policy.description
    return {"Policy": members}


def set_known(state: State, of_aws: Mapping[str, Policy]) -> None:
    """Which of AWS's own are known, by their ARNs: these and no others."""
    table = state.table(_OF_AWS)
    for arn in list(table):
        del table[arn]
    for arn, policy in of_aws.items():
        table[arn] = policy


def list_(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    """Of AWS's own those that are known or attached."""
    scope, prefix = ask.params.get("Scope", "All"), ask.params.get("PathPrefix", "/")
    usage = ask.params.get("PolicyUsageFilter", "")
    only_used = ask.params.get("OnlyAttached", False)
    names = POLICIES.names(tables).order if scope != "AWS" else []
    # No policy's name has a space.
    known: Mapping[str, Policy] = tables.table(_OF_AWS)
    in_use = [each for each in aws_in_use(tables) if each.arn not in known]
    of_aws = {f"{each.name.casefold()} aws": each for each in (*known.values(), *in_use)}
    if scope != "Local":
        names = sorted([*names, *of_aws])

    def of_name(name: str) -> Policy:
        return of_aws.get(name) or POLICIES.named(tables, name)

    def keep(name: str) -> bool:
        policy = of_name(name)
        is_meant = policy.path.startswith(prefix)
        return is_meant and (not only_used or is_used(tables, policy.arn, usage))

    found, rest = page(tables, ask.params, "policies", names, keep)
    return {"Policies": [wire(tables, of_name(name)) for name in found], **rest}


def aws_in_use(tables: Tables) -> list[Policy]:
    """AWS's own policies that something is attached to, or that bound somebody."""
    order = ATTACHED.used(tables).order
    start, end = (bisect_left(order, f"arn:aws:iam::aws{mark}") for mark in ":;")
    found = [find(tables, arn) for arn in order[start:end]]
    return [policy for policy in found if policy is not None]


def uses(usage: str) -> list[Links]:
    """The links that PolicyUsageFilter means."""
    by_name = {"PermissionsPolicy": [ATTACHED], "PermissionsBoundary": [BOUNDARIES]}
    return by_name.get(usage, [ATTACHED, BOUNDARIES])


def is_used(tables: Tables, arn: str, usage: str = "") -> bool:
    return any(links.number_to(tables, arn) for links in uses(usage))


def delete(state: State, ask: Ask) -> None:
    refuse_aws(ask.params["PolicyArn"], "delete")
    policy = named(state, ask.params["PolicyArn"])
    if is_used(state, policy.arn):
        raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        text = (
            "This policy has more than one version. Before you delete a policy, you must delete "
            "the policy's versions. The default version is deleted with the policy."
        )
        raise AwsError("DeleteConflict", text)
    POLICIES.take_out(state, policy)


def remove(state: State, policy: Policy) -> None:
    """Remove a policy and detach it from everybody, as no IAM operation does."""
    for an_id in ATTACHED.to(state, policy.arn):
        ATTACHED.remove(state, an_id, policy.arn)
    for an_id in BOUNDARIES.to(state, policy.arn):
        BOUNDARIES.remove(state, an_id, policy.arn)
        if an_id in USERS.rows(state):
            USERS.change(state, USERS.of_id(state, an_id), permissions_boundary=None)
    POLICIES.take_out(state, policy)


def wire(tables: Tables, policy: Policy) -> dict[str, Any]:
    """What every answer has of a policy."""
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default,
        "AttachmentCount": ATTACHED.number_to(tables, policy.arn),
        "PermissionsBoundaryUsageCount": BOUNDARIES.number_to(tables, policy.arn),
        "IsAttachable": True,
        "CreateDate": policy.created,
        "UpdateDate": policy.updated,
    }


def default_document(policy: Policy) -> str:
    return policy.version(policy.default).document


def _tagged(tables: Tables, ask: Ask) -> Policy:
    policy = named(tables, ask.params["PolicyArn"])
    if policy.owner == "aws" and ask.operation != "ListPolicyTags":
        raise AwsError("InvalidInput", "Tags not supported for policies in this domain")
    return policy


def _put_tags(state: State, policy: Policy, pairs: Tags) -> None:
    state.table(POLICIES.table)[policy.id] = replace(policy, tags=pairs)


TAGGED = tags.Tagged("policy", _tagged, _put_tags, by_case=True)

READS: dict[str, Operation] = {
    "GetPolicy": get,
    "ListPolicies": list_,
    "ListPolicyTags": TAGGED.list,
}
WRITES: dict[str, Operation] = {
    "CreatePolicy": create,
    "DeletePolicy": delete,
    "TagPolicy": TAGGED.tag,
    "UntagPolicy": TAGGED.untag,
}
