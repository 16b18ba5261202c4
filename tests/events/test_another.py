"""What the test does as if someone else had: no calls, but records and events."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from minimal import minimal

BEDROCK = "bedrock.amazonaws.com"
ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


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
    assert re.fullmatch("ASIA[A-Z2-7]{16}", made["userIdentity"]["accessKeyId"])
    assert list(made.items())[-1] == ("sessionCredentialFromConsole", "true")


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
    user = iam.user("Anika")
    user.add_login_profile()
    user.add_signing_certificate()
    device = user.add_mfa_device()
    user.put_policy("git", ALL)
    user.attach_policy("arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.add_group("admins")
    user.add_to_group("admins")
    before = len(iam.cloudtrail)
    iam.remove_user("Anika", recorded=True)
    records = iam.cloudtrail[before:]
    assert sorted(names(records)[:-1]) == [
        "DeactivateMFADevice", "DeleteAccessKey", "DeleteLoginProfile", "DeleteSSHPublicKey",
        "DeleteServiceSpecificCredential", "DeleteSigningCertificate", "DeleteUserPolicy",
        "DetachUserPolicy", "RemoveUserFromGroup",
    ]  # fmt: skip
    assert names(records)[-1] == "DeleteUser"
    params = {each["eventName"]: dict(each["requestParameters"]) for each in records}
    assert {each.pop("userName") for each in params.values()} == {"Anika"}
    assert params["DeleteServiceSpecificCredential"] == {"serviceSpecificCredentialId": key.id}
    assert params["DeactivateMFADevice"] == {"serialNumber": device.id}
    assert params["DeleteUserPolicy"] == {"policyName": "git"}
    assert params["DetachUserPolicy"] == {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    assert params["RemoveUserFromGroup"] == {"groupName": "admins"}
    assert params["DeleteLoginProfile"] == {}
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


def test_the_calls_that_remove_a_user_would_remove_it(iam, ask):
    """What is recorded could have been done: AWS refuses to delete a user on whom things hang."""
    user, before = iam.add_user("Anika"), iam.add_group("admins")
    user.add_to_group(before)
    user.add_login_profile()
    iam.remove_user("Anika", recorded=True)
    records = iam.cloudtrail
    again = iam.add_user("Anika")
    again.add_to_group(before)
    again.add_login_profile()
    for record in records:
        params = record["requestParameters"].items()
        answer = ask(record["eventName"], **{name[:1].upper() + name[1:]: x for name, x in params})
        assert answer.code is None
    assert iam.users() == []


DAY = dt.timedelta(days=1)


@pytest.mark.parametrize("late", [dt.timedelta(0), dt.timedelta(seconds=1)])
def test_the_age_that_was_asked_for_is_recorded(iam, late):
    iam.clock.move_to(dt.datetime(2026, 9, 13, tzinfo=dt.timezone.utc))
    iam.add_credential("Anika", BEDROCK, expires=iam.clock.now() + 30 * DAY - late, recorded=True)
    assert iam.cloudtrail[-1]["requestParameters"]["credentialAgeDays"] == 30


@pytest.mark.parametrize("life", [1.5 * DAY, DAY / 24, dt.timedelta(seconds=30)])
def test_a_life_that_nobody_can_ask_for_is_refused(iam, life):
    with pytest.raises(ValueError, match="recorded=True takes an expires whole days after created"):
        iam.add_credential("Anika", BEDROCK, expires=iam.clock.now() + life, recorded=True)
    assert iam.users() == []
    iam.add_credential("Anika", BEDROCK, expires=iam.clock.now() + life + DAY)


def test_a_key_that_bedrocks_console_made_is_recorded(iam):
    key = iam.add_bedrock_key(recorded=True)
    user, made = iam.cloudtrail
    assert names([user, made]) == ["CreateUser", "CreateServiceSpecificCredential"]
    assert made["requestParameters"] == {
        "userName": key.user_name, "serviceName": BEDROCK, "credentialAgeDays": 30,
    }  # fmt: skip


def test_what_is_refused_is_not_recorded(iam):
    with pytest.raises(ValueError, match="no credentials for a service"):
        iam.add_credential("Anika", "s3.amazonaws.com", recorded=True)
    assert iam.cloudtrail == []
