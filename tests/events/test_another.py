"""What the test does as if someone else had: no calls, but records and events."""

from __future__ import annotations

import datetime as dt

import pytest
from minimal import minimal

BEDROCK = "bedrock.amazonaws.com"


def names(records):
    return [each["eventName"] for each in records]


def test_a_key_that_someone_made_is_recorded_with_its_user(iam):
    key = iam.add_credential("Anika", BEDROCK, age_days=30, recorded=True)
    user, made = iam.cloudtrail
    assert names([user, made]) == ["CreateUser", "CreateServiceSpecificCredential"]
    assert user["responseElements"]["user"]["userId"] == iam.user("Anika").id
    assert made["requestParameters"] == {
        "userName": "Anika", "serviceName": BEDROCK, "credentialAgeDays": 30,
    }  # fmt: skip
    elements = made["responseElements"]["serviceSpecificCredential"]
    assert elements["serviceSpecificCredentialId"] == key.id
    assert "serviceCredentialSecret" not in elements
    assert made["userIdentity"]["arn"].endswith(":assumed-role/Administrator/another")
    assert made["userIdentity"]["principalId"].endswith(":another")
    assert made["userAgent"] == "AWS Internal"
    assert user["requestID"] != made["requestID"]


def test_it_is_no_call_of_the_code_under_test(iam):
    iam.add_credential("Anika", BEDROCK, recorded=True)
    assert iam.calls == []
    iam.assert_not_called("CreateServiceSpecificCredential")


def test_a_key_of_an_existing_user_is_recorded_alone_at_its_time(iam):
    iam.add_user("Anika")
    made = dt.datetime(2026, 1, 31, tzinfo=dt.timezone.utc)
    iam.add_credential("Anika", BEDROCK, created=made, recorded=True)
    (record,) = iam.cloudtrail
    assert record["eventTime"] == "2026-01-31T00:00:00Z"
    assert "credentialAgeDays" not in record["requestParameters"]


def test_an_inactive_key_was_made_and_then_updated(iam):
    iam.add_user("Anika")
    key = iam.add_credential("Anika", BEDROCK, status="Inactive", recorded=True)
    made, updated = iam.cloudtrail
    assert made["responseElements"]["serviceSpecificCredential"]["status"] == "Active"
    assert updated["eventName"] == "UpdateServiceSpecificCredential"
    assert updated["requestParameters"] == {
        "userName": "Anika", "serviceSpecificCredentialId": key.id, "status": "Inactive",
    }  # fmt: skip


def test_a_user_that_someone_removed_is_recorded_after_what_it_owned(iam, ask):
    key = iam.add_credential("Anika", BEDROCK)
    ask("CreateAccessKey", UserName="Anika")
    ask("UploadSSHPublicKey", **minimal("UploadSSHPublicKey"))
    before = len(iam.cloudtrail)
    iam.remove_user("Anika", recorded=True)
    records = iam.cloudtrail[before:]
    assert sorted(names(records)[:-1]) == [
        "DeleteAccessKey", "DeleteSSHPublicKey", "DeleteServiceSpecificCredential",
    ]  # fmt: skip
    assert names(records)[-1] == "DeleteUser"
    assert {"userName": "Anika", "serviceSpecificCredentialId": key.id} in [
        each["requestParameters"] for each in records
    ]
    assert all(each["responseElements"] is None for each in records)


def test_a_credential_that_someone_removed_is_recorded(iam):
    key = iam.add_credential("Anika", BEDROCK)
    iam.add_credential("Anika", BEDROCK)
    iam.remove_credential(key, recorded=True)
    assert names(iam.cloudtrail) == ["DeleteServiceSpecificCredential"]


def test_a_call_by_someone_else_makes_events(iam):
    rule = iam.on_event(lambda event, context: None)
    iam.add_credential("Anika", BEDROCK, recorded=True)
    assert names(each["detail"] for each in rule.events) == [
        "CreateUser", "CreateServiceSpecificCredential",
    ]  # fmt: skip


def test_what_is_refused_is_not_recorded(iam):
    with pytest.raises(ValueError, match="no credentials for a service"):
        iam.add_credential("Anika", "s3.amazonaws.com", recorded=True)
    assert iam.cloudtrail == []
