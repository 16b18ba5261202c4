"""What moto had before an account is opened is the account's too."""

from __future__ import annotations

import datetime as dt

import boto3
import key_bodies
import pytest
from moto import mock_aws
from motos import DOCUMENT, backend_of, make_user

from pytest_sscred import FakeIAM


@pytest.fixture
def backend():
    with mock_aws():
        yield backend_of()


@pytest.fixture
def iam(backend):
    """Opened in a test by entering it, once the test has filled moto."""
    return FakeIAM()


def client():
    return boto3.client("iam", region_name="us-east-1")


def test_seeds_of_devices_are_secrets(backend, iam):
    phone = backend.create_virtual_mfa_device("phone", "/")
    with iam:
        assert iam._account.state.secrets.mask(phone.base32_string_seed) == "***"


def test_users_with_all_that_hangs_on_them(backend, iam):
    tags = [{"Key": "Team", "Value": "red"}]
    user = make_user("Anika", path="/team/", tags=tags)
    user.password_last_used = dt.datetime(2026, 1, 1)
    backend.put_user_policy("Anika", "inline", DOCUMENT)
    policy = backend.create_policy("", "/", DOCUMENT, "p", [])
    backend.attach_user_policy(policy.arn, "Anika")
    used, unused = backend.create_access_key("Anika"), backend.create_access_key("Anika")
    backend.update_access_key("Anika", used.access_key_id, "Inactive")
    used.last_used = dt.datetime(2026, 2, 2)
    backend.create_login_profile("Anika", "Aa1!aaaaaaaa")
    ssh = backend.upload_ssh_public_key("Anika", key_bodies.SSH)
    backend.upload_ssh_public_key("Anika", "no key")
    certificate = backend.upload_signing_certificate("Anika", key_bodies.CERTIFICATE)
    phone = backend.create_virtual_mfa_device("phone", "/")
    for serial in (phone.serial_number, "GAHT12345678"):
        backend.enable_mfa_device("Anika", serial, "123456", "234567")
    with iam:
        found = client().get_user(UserName="Anika")["User"]
        assert (found["UserId"], found["Path"], found["Tags"]) == (user.id, "/team/", tags)
        assert found["PasswordLastUsed"].year == 2026
        assert client().list_user_policies(UserName="Anika")["PolicyNames"] == ["inline"]
        (attached,) = client().list_attached_user_policies(UserName="Anika")["AttachedPolicies"]
        assert attached["PolicyArn"] == policy.arn
        keys = client().list_access_keys(UserName="Anika")["AccessKeyMetadata"]
        assert {key["AccessKeyId"]: key["Status"] for key in keys} == {
            used.access_key_id: "Inactive",
            unused.access_key_id: "Active",
        }
        last = client().get_access_key_last_used(AccessKeyId=used.access_key_id)
        assert last["AccessKeyLastUsed"]["LastUsedDate"].month == 2
        assert client().get_login_profile(UserName="Anika")["LoginProfile"]
        (key,) = client().list_ssh_public_keys(UserName="Anika")["SSHPublicKeys"]
        assert key["SSHPublicKeyId"] == ssh.ssh_public_key_id
        (listed,) = client().list_signing_certificates(UserName="Anika")["Certificates"]
        assert listed["CertificateId"] == certificate.id
        devices = client().list_mfa_devices(UserName="Anika")["MFADevices"]
        assert [each["SerialNumber"] for each in devices] == ["GAHT12345678", phone.serial_number]


def test_groups_policies_and_the_alias(backend, iam):
    make_user("Anika")
    group = backend.create_group("auditors", "/team/")
    backend.add_user_to_group("auditors", "Anika")
    backend.put_group_policy("auditors", "inline", DOCUMENT)
    policy = backend.create_policy("Lists", "/", DOCUMENT, "p", [{"Key": "k", "Value": "v"}])
    backend.create_policy_version(policy.arn, DOCUMENT, False)
    backend.set_default_policy_version(policy.arn, "v2")
    backend.attach_group_policy(policy.arn, "auditors")
    backend.create_account_alias("ours")
    with iam:
        found = client().get_group(GroupName="auditors")
        assert (found["Group"]["GroupId"], found["Group"]["Path"]) == (group.id, "/team/")
        assert [user["UserName"] for user in found["Users"]] == ["Anika"]
        assert client().list_group_policies(GroupName="auditors")["PolicyNames"] == ["inline"]
        known = client().get_policy(PolicyArn=policy.arn)["Policy"]
        assert (known["DefaultVersionId"], known["AttachmentCount"]) == ("v2", 1)
        assert (known["Description"], known["Tags"]) == ("Lists", [{"Key": "k", "Value": "v"}])
        version = client().create_policy_version(PolicyArn=policy.arn, PolicyDocument=DOCUMENT)
        assert version["PolicyVersion"]["VersionId"] == "v3"
        assert client().list_account_aliases()["AccountAliases"] == ["ours"]


def test_the_same_name_stays_the_accounts(backend, iam):
    make_user("anika", tags=[{"Key": "Team", "Value": "red"}])
    backend.create_account_alias("motos")
    ours = iam.add_user("Anika")
    with iam:
        assert client().get_user(UserName="anika")["User"]["UserId"] == ours.id
        assert "Tags" not in client().get_user(UserName="Anika")["User"]


def test_the_password_policy(backend, iam):
    client().update_account_password_policy(MinimumPasswordLength=20, MaxPasswordAge=90)
    with iam:
        policy = client().get_account_password_policy()["PasswordPolicy"]
        assert (policy["MinimumPasswordLength"], policy["MaxPasswordAge"]) == (20, 90)
        assert not policy["RequireSymbols"]
        assert "PasswordReusePrevention" not in policy
        client().delete_account_password_policy()
        client().update_account_password_policy(MinimumPasswordLength=9)
    with iam:
        policy = client().get_account_password_policy()["PasswordPolicy"]
        assert policy["MinimumPasswordLength"] == 9


def test_an_alias_of_the_accounts_stays(backend, iam):
    with iam:
        client().create_account_alias(AccountAlias="ours")
    backend.create_account_alias("motos")
    with iam:
        assert client().list_account_aliases()["AccountAliases"] == ["ours"]


def test_what_moto_itself_does_not_tell_apart_is_left_out(backend, iam):
    make_user("gone")
    key = backend.create_access_key("gone")
    user = make_user("Anika")
    group = backend.create_group("auditors")
    group.users.append(backend.users["gone"])
    del backend.users["gone"]
    policy = backend.create_policy("", "/", DOCUMENT, "p", [])
    backend.attach_user_policy(policy.arn, "Anika")
    backend.delete_policy(policy.arn)
    assert user.managed_policies
    with iam:
        assert key.access_key_id not in backend.access_keys
        assert client().get_group(GroupName="auditors")["Users"] == []
        assert client().list_attached_user_policies(UserName="Anika")["AttachedPolicies"] == []


def test_an_attached_policy_that_is_gone_is_not_listed_for_a_role(backend, iam):
    backend.create_role("r", "{}", "/", None, "", {}, "3600")
    policy = backend.create_policy("", "/", DOCUMENT, "p", [])
    backend.attach_role_policy(policy.arn, "r")
    backend.delete_policy(policy.arn)
    with iam:
        (role,) = client().get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
        assert role["AttachedManagedPolicies"] == []


def test_policies_of_aws_that_moto_has_loaded_are_known():
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    with FakeIAM() as iam:
        iam.add_user("Anika")
        with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
            known = client().get_policy(PolicyArn=arn)["Policy"]
            assert known["DefaultVersionId"] != "v1"
            about = {"PolicyArn": arn, "VersionId": known["DefaultVersionId"]}
            assert client().get_policy_version(**about)["PolicyVersion"]["Document"]["Statement"]
            client().attach_user_policy(UserName="Anika", PolicyArn=arn)
            gone = "arn:aws:iam::aws:policy/OfLastYear"
            client().attach_user_policy(UserName="Anika", PolicyArn=gone)
            pages = client().get_paginator("list_policies").paginate(Scope="AWS")
            arns = [each["Arn"] for page in pages for each in page["Policies"]]
            assert len(arns) == len(set(arns)) > 100
            assert {arn, gone} < set(arns)
            assert arn in backend_of().managed_policies
            client().create_role(RoleName="r", AssumeRolePolicyDocument="{}")
            client().attach_role_policy(RoleName="r", PolicyArn=arn)
            assert client().get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 2
            del backend_of().managed_policies[arn]
            assert arn not in backend_of().managed_policies
        assert client().get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v1"
