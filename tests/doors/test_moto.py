"""moto beside us: what it answers of IAM is a call like any other."""

from __future__ import annotations

import sys
import types

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws
from names import CODECOMMIT

from pytest_sscred import FakeIAM
from pytest_sscred.doors import attempts
from pytest_sscred.doors.emitters import _Raw
from pytest_sscred.doors.moto.door import is_elsewhere


def use_both(iam):
    """Our operations ours, S3 moto's, and what we lack of IAM moto's."""
    client = boto3.client("iam")
    credential = iam.add_credential("Anika", CODECOMMIT)
    client.update_service_specific_credential(
        UserName="Anika", ServiceSpecificCredentialId=credential.id, Status="Inactive"
    )
    iam.assert_deactivated(credential)
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="reports")
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["reports"]
    client.create_instance_profile(InstanceProfileName="git")
    assert client.list_instance_profiles()["InstanceProfiles"][0]["InstanceProfileName"] == "git"
    assert [(call.operation, call.answered_by) for call in iam.calls] == [
        ("UpdateServiceSpecificCredential", "sscred"),
        ("CreateInstanceProfile", "moto"),
        ("ListInstanceProfiles", "moto"),
    ]
    assert iam.problems() == []


def test_moto_entered_before():
    with mock_aws(), FakeIAM() as iam:
        use_both(iam)


def test_moto_entered_after():
    with FakeIAM() as iam, mock_aws():
        use_both(iam)


@mock_aws
def test_moto_as_a_decorator(sscred_iam):
    use_both(sscred_iam)


@pytest.fixture
def both(sscred_iam):
    with mock_aws():
        yield sscred_iam


def group(name="git"):
    return boto3.client("iam").create_instance_profile(InstanceProfileName=name)


def test_what_moto_answers_is_asserted_on(both):
    both.add_user("Anika")
    group()
    boto3.client("iam").delete_user(UserName="Anika")
    with pytest.raises(boto3.client("iam").exceptions.NoSuchEntityException):
        boto3.client("iam").get_instance_profile(InstanceProfileName="none")
    both.assert_called("CreateInstanceProfile", times=1, InstanceProfileName="git")
    both.assert_order("CreateInstanceProfile", "DeleteUser")
    both.assert_not_called("CreateRole")
    (call,) = [each for each in both.calls if each.operation == "GetInstanceProfile"]
    assert (call.error, call.answered_by) == ("NoSuchEntity", "moto")
    assert "CreateInstanceProfile InstanceProfileName=git: ok, by moto" in both.report()
    with pytest.raises(
        AssertionError, match="called 1 time, expected no call: CreateInstanceProfile"
    ):
        both.assert_not_called("CreateInstanceProfile")


def test_a_rule_judges_what_moto_answers():
    iam = FakeIAM()
    iam.open()
    dry_run = iam.require_no_changes()
    counted = iam.require(lambda iam: len(iam.calls) < 2, "one call at most")
    with mock_aws():
        boto3.client("iam").list_instance_profiles()
        assert dry_run.broken is None
        group()
        group("other")
    iam.close()
    assert dry_run.broken.startswith("a change: CreateInstanceProfile at ")
    assert counted.broken is not None


def test_a_fault_answers_before_moto_does(both):
    both.add_fault("Throttling", on="CreateInstanceProfile")
    both.add_fault("ReadTimeoutError", on="DeleteInstanceProfile", applied=True)
    iam = boto3.client("iam")
    made = iam.create_instance_profile(InstanceProfileName="git")
    assert made["ResponseMetadata"]["RetryAttempts"] == 1
    both.assert_retried("CreateInstanceProfile", times=1)
    with pytest.raises(iam.exceptions.NoSuchEntityException):  # made, its answer lost, made again
        iam.delete_instance_profile(InstanceProfileName="git")
    assert [(call.error, call.applied) for call in both.calls] == [
        ("Throttling", False),
        (None, False),
        ("ReadTimeoutError", True),
        ("NoSuchEntity", False),
    ]


def test_a_list_of_motos_that_nobody_reads_on_is_told(both):
    for number in range(3):
        boto3.client("iam").create_role(RoleName=f"r{number}", AssumeRolePolicyDocument="{}")
    first = boto3.client("iam").list_roles(MaxItems=2)
    assert "the rest never asked for: 4. ListRoles" in both.report()
    boto3.client("iam").list_roles(Marker=first["Marker"])
    assert "never asked for" not in both.report()


def test_what_happens_before_a_call_of_motos(both):
    both.before("CreateInstanceProfile", lambda: group("first"))
    group()
    names = [
        each["InstanceProfileName"]
        for each in boto3.client("iam").list_instance_profiles()["InstanceProfiles"]
    ]
    assert sorted(names) == ["first", "git"]
    both.assert_called("CreateInstanceProfile", times=1)


def test_a_refusal_of_motos_changes_nothing_unseen(both):
    both.add_fault("ServiceFailure", on="DeleteInstanceProfile", applied=True, times=None)
    with pytest.raises(boto3.client("iam").exceptions.ServiceFailureException):
        boto3.client("iam").delete_instance_profile(InstanceProfileName="none")
    assert {call.applied for call in both.calls} == {False}


def test_another_mock_of_the_users_own_counts_too(sscred_iam):
    client = boto3.client("iam")

    def answer(request, **kwargs):
        return AWSResponse(request.url, 418, {}, _Raw(b"<tea/>"))

    client.meta.events.register("before-send.iam.CreateInstanceProfile", answer)
    with pytest.raises(client.exceptions.ClientError):
        client.create_instance_profile(InstanceProfileName="git")
    assert [(call.error, call.answered_by) for call in sscred_iam.calls] == [("418", "moto")]


def test_a_mock_that_raises_leaves_a_record_and_no_lock(sscred_iam):
    client = boto3.client("iam")

    def answer(request, **kwargs):
        raise KeyError("mine")

    client.meta.events.register("before-send.iam.CreateInstanceProfile", answer)
    with pytest.raises(KeyError, match="mine"):
        client.create_instance_profile(InstanceProfileName="git")
    assert [call.error for call in sscred_iam.calls] == ["KeyError"]
    assert client.list_users()["Users"] == []


def test_a_dry_run_may_simulate_and_generate(both):
    rule = both.require_no_changes()
    iam = boto3.client("iam")
    iam.generate_credential_report()
    assert rule.broken is None


def test_a_secret_parameter_is_not_compared(both):
    both.add_user("Anika")
    for check in (both.assert_called, both.assert_not_called):
        with pytest.raises(ValueError, match="Password of CreateLoginProfile is a secret"):
            check("CreateLoginProfile", UserName="Anika", Password="x")


def test_what_moto_leaves_of_another_account_is_answered_here(both, monkeypatch):
    monkeypatch.setattr(attempts, "is_elsewhere", lambda account, request: True)
    monkeypatch.setattr(attempts, "first_non_none_response", lambda answers: None)
    both.add_user("Anika")
    assert [user["UserName"] for user in boto3.client("iam").list_users()["Users"]] == ["Anika"]


def test_no_account_is_elsewhere_while_moto_is_being_imported(both, monkeypatch):
    monkeypatch.setitem(sys.modules, "moto.iam.models", types.ModuleType("moto.iam.models"))
    assert not is_elsewhere(both._account, None)
