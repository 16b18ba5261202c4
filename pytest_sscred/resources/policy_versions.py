"""The versions of managed policies.

As recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import policies
from pytest_sscred.resources.owned import Operation
from pytest_sscred.resources.pages import page
from pytest_sscred.resources.policies import Policy, Version
from pytest_sscred.resources.policy_documents import encoded
from pytest_sscred.state.clock import whole_seconds
from pytest_sscred.state.state import State, Tables

MOST_VERSIONS = 5


def create(state: State, ask: Ask) -> Mapping[str, Any]:
    policies.refuse_aws(ask.params["PolicyArn"], "create versions for")
    policy = policies.named(state, ask.params["PolicyArn"])
    policies.check_document(ask.params["PolicyDocument"])
    if len(policy.versions) >= MOST_VERSIONS:
        text = (
            f"A managed policy can have up to {MOST_VERSIONS} versions. Before you create a new "
            "version, you must delete an existing version."
        )
        raise AwsError("LimitExceeded", text)
    made, now = policy.made + 1, whole_seconds(ask.at)
    version = Version(f"v{made}", ask.params["PolicyDocument"], now)
    policy = policies.POLICIES.change(
        state,
        policy,
        versions=(version, *policy.versions),
        made=made,
        updated=now,
        default=version.id if ask.params.get("SetAsDefault") else policy.default,
    )
    return {"PolicyVersion": wire(policy, version)}


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    policy, version = _versioned(tables, ask)
    members = {**wire(policy, version), "Document": encoded(version.document)}
    return {"PolicyVersion": members}


def list_(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    policy = policies.named(tables, ask.params["PolicyArn"])
    by_place = {f"{place}": each for place, each in enumerate(policy.versions)}
    found, rest = page(tables, ask.params, "versions", list(by_place))
    return {"Versions": [wire(policy, by_place[place]) for place in found], **rest}


def set_default(state: State, ask: Ask) -> None:
    policies.refuse_aws(ask.params["PolicyArn"], "update")
    policy, version = _versioned(state, ask)
    policies.POLICIES.change(state, policy, default=version.id)


def delete(state: State, ask: Ask) -> None:
    policies.refuse_aws(ask.params["PolicyArn"], "delete policy versions for")
    policy, version = _versioned(state, ask)
    if version.id == policy.default:
        raise AwsError("DeleteConflict", "Cannot delete the default version of a policy.")
    rest = tuple(each for each in policy.versions if each is not version)
    policies.POLICIES.change(state, policy, versions=rest)


def _versioned(tables: Tables, ask: Ask) -> tuple[Policy, Version]:
    """The policy and the version that a call names; one text if either is missing."""
    arn, an_id = policies.checked_arn(ask.params["PolicyArn"]), ask.params["VersionId"]
    policy = policies.find(tables, arn)
    if policy is None:
        raise policies.no_version(arn, an_id)
    return policy, policy.version(an_id)


def wire(policy: Policy, version: Version) -> dict[str, Any]:
    """A version as ListPolicyVersions returns it."""
    return {
        "VersionId": version.id,
        "IsDefaultVersion": version.id == policy.default,
        "CreateDate": version.created,
    }


READS: dict[str, Operation] = {
    "GetPolicyVersion": get,
    "ListPolicyVersions": list_,
}
WRITES: dict[str, Operation] = {
    "CreatePolicyVersion": create,
    "DeletePolicyVersion": delete,
    "SetDefaultPolicyVersion": set_default,
}
