"""What seeds make easy to reach: quotas, conflicts, and what policies grant."""

from __future__ import annotations

import csv
import datetime as dt
import json

import pytest
from every_thing import DOCUMENT, everything

from pytest_sscred.assumed import REPORT_TAKES


@pytest.fixture
def anika(iam):
    return iam.add_user("Anika")


def test_quotas_of_keys_and_groups(iam, anika):
    for _ in range(5):
        anika.add_ssh_public_key()
    with pytest.raises(ValueError, match="exceed quota for SSHPublicKeysPerUser: 5"):
        anika.add_ssh_public_key()
    for number in range(10):
        anika.add_to_group(iam.add_group(f"group-{number}"))
    with pytest.raises(ValueError, match="exceed quota for GroupsPerUser: 10"):
        anika.add_to_group(iam.add_group("one-more"))


def test_a_group_with_an_attached_policy_is_not_deleted(iam, ask):
    group = iam.add_group("admins")
    group.attach_policy("arn:aws:iam::aws:policy/ReadOnlyAccess")
    refused = ask("DeleteGroup", GroupName="admins")
    assert (refused.code, "detach all policies" in refused.message) == ("DeleteConflict", True)
    iam.reset()
    assert not group.exists


def test_what_grants_access_to_a_service(iam, ask):
    user, group, policy, _ = everything(iam)

    def granting(arn):
        about = {"Arn": arn, "ServiceNamespaces": ["s3"]}
        (found,) = ask("ListPoliciesGrantingServiceAccess", **about).result[
            "PoliciesGrantingServiceAccess"
        ]
        return [(each["PolicyName"], each.get("EntityName")) for each in found["Policies"]]

    own = [("deploy", None), ("inline", "Anika")]
    assert granting(user.arn) == [*own, ("deploy", None), ("inline", "admins")]
    assert granting(group.arn) == [("deploy", None), ("inline", "admins")]
    assert granting(policy.arn) == [("deploy", None)]


def test_a_policy_that_all_was_taken_from_is_deleted(iam, ask):
    policy = iam.add_policy("deploy", DOCUMENT)
    assert ask("DeletePolicy", PolicyArn=policy.arn).code is None
    iam.assert_deleted(policy)
    assert policy.document == json.loads(json.dumps(DOCUMENT))


def test_a_report_that_is_still_being_made_is_refused(iam, ask):
    ask("GenerateCredentialReport")
    assert ask("GetCredentialReport").code == "ReportInProgress"


def test_a_report_is_there_when_its_time_is_over(iam, ask):
    asked = dt.datetime(2026, 1, 1, 0, 0, 0, 900, dt.timezone.utc)
    iam.clock.move_to(asked)
    iam.add_user("Anika")
    ask("GenerateCredentialReport")
    iam.clock.shift(REPORT_TAKES - dt.timedelta(microseconds=1))
    assert ask("GetCredentialReport").code == "ReportInProgress"
    iam.clock.shift(dt.timedelta(microseconds=1))
    report = ask("GetCredentialReport").result
    assert report["GeneratedTime"] == asked.replace(microsecond=0)
    head, *rows = csv.reader(report["Content"].decode().splitlines())
    assert [row[0] for row in rows] == ["<root_account>", "Anika"]
    assert {len(row) for row in rows} == {len(head)} == {22}
