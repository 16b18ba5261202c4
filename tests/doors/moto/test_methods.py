"""moto's methods do operations of the account, and return moto's objects."""

from __future__ import annotations

import datetime as dt
import inspect

import boto3
import key_bodies
import pytest
from moto import mock_aws
from moto.iam import models
from motos import ACCOUNT, DOCUMENT, backend_of, make_user, tags_of

from pytest_sscred.resources import totp


@pytest.fixture
def iam(sscred_iam):
    with mock_aws():
        yield boto3.client("iam")


@pytest.fixture
def backend(iam):
    return backend_of()


@pytest.fixture
def anika(iam):
    iam.create_user(UserName="Anika")
    return "Anika"


@pytest.fixture
def policy(backend):
    return backend.create_policy(
        description="Lists",
        path="/",
        policy_document=DOCUMENT,
        policy_name="p",
        tags=[{"Key": "Team", "Value": "red"}],
    )


def test_users(iam, backend):
    tags = [{"Key": "Team", "Value": "red"}]
    user = make_user("Anika", path="/team/", tags=tags)
    assert isinstance(user, models.User)
    assert (user.name, user.path, user.tags, user.account_id) == ("Anika", "/team/", tags, ACCOUNT)
    assert user.arn == f"arn:aws:iam::{ACCOUNT}:user/team/Anika"
    assert backend.get_user("Anika") is user
    backend.tag_user("Anika", [{"Key": "Level", "Value": "2"}])
    backend.untag_user("Anika", ["Team"])
    assert iam.list_user_tags(UserName="Anika")["Tags"] == tags_of(backend, "Anika")
    backend.update_user("Anika", new_user_name="Anja")
    assert (user.name, list(backend.users)) == ("Anja", ["Anja"])
    assert tags_of(backend, "Anja") == [{"Key": "Level", "Value": "2"}]
    backend.delete_user("Anja")
    assert iam.list_users()["Users"] == []


def test_tags_of_a_user_without_any(backend, anika):
    assert tags_of(backend, anika) == []


def test_groups(iam, backend, anika):
    group = backend.create_group("auditors", "/team/")
    assert isinstance(group, models.Group)
    backend.add_user_to_group("auditors", anika)
    assert group.users == [backend.get_user(anika)]
    assert backend.get_groups_for_user(anika) == [group]
    backend.put_group_policy("auditors", "inline", DOCUMENT)
    assert backend.get_group_policy("auditors", "inline")["policy_document"] == DOCUMENT
    backend.delete_group_policy("auditors", "inline")
    backend.remove_user_from_group("auditors", anika)
    backend.update_group("auditors", "readers", None)
    assert (group.name, list(backend.groups)) == ("readers", ["readers"])
    backend.delete_group("readers")
    assert iam.list_groups()["Groups"] == []


def test_managed_policies(iam, backend, anika, policy):
    assert isinstance(policy, models.ManagedPolicy)
    assert (policy.description, policy.tags["Team"]["Value"]) == ("Lists", "red")
    assert iam.get_policy(PolicyArn=policy.arn)["Policy"]["Description"] == "Lists"
    version = backend.create_policy_version(policy.arn, DOCUMENT, set_as_default=False)
    assert (version.version_id, version.document) == ("v2", DOCUMENT)
    assert backend.set_default_policy_version(policy.arn, "v2") is True
    assert (policy.default_version_id, policy.next_version_num) == ("v2", 3)
    backend.delete_policy_version(policy.arn, "v1")
    backend.tag_policy(policy.arn, [{"Key": "Level", "Value": "2"}])
    backend.untag_policy(policy.arn, ["Team"])
    assert iam.list_policy_tags(PolicyArn=policy.arn)["Tags"] == policy.get_tags()
    backend.attach_user_policy(policy.arn, anika)
    backend.create_group("auditors")
    backend.attach_group_policy(policy.arn, "auditors")
    assert policy.attachment_count == 2
    assert backend.get_user(anika).managed_policies == {policy.arn: policy}
    backend.detach_user_policy(policy.arn, anika)
    backend.detach_group_policy(policy.arn, "auditors")
    assert policy.to_config_dict()["configuration"]["attachmentCount"] == 0
    backend.delete_policy(policy.arn)
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_a_policy_of_aws_that_a_user_has(iam, backend, anika):
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam.attach_user_policy(UserName=anika, PolicyArn=arn)
    (held,) = backend.get_user(anika).managed_policies.values()
    assert (held.arn, held.attachment_count) == (arn, 1)


def test_access_keys(iam, backend, anika):
    key = backend.create_access_key(anika)
    assert isinstance(key, models.AccessKey)
    assert backend.access_keys[key.access_key_id] is key
    assert backend.get_user(anika).access_keys == [key]
    assert (key.user_name, key.status, key.role_arn, key.last_used) == (
        anika, "Active", None, None,
    )  # fmt: skip
    assert backend.update_access_key(anika, key.access_key_id, "Inactive") is key
    assert key.status == "Inactive"
    assert backend.update_access_key(anika, key.access_key_id) is key
    backend.delete_access_key(key.access_key_id, anika)
    other = backend.create_access_key(anika, status="Inactive")
    assert other.status == "Inactive"
    backend.delete_access_key_by_name(other.access_key_id)
    assert iam.list_access_keys(UserName=anika)["AccessKeyMetadata"] == []
    with pytest.raises(KeyError):
        backend.delete_access_key_by_name(other.access_key_id)


def test_an_access_key_that_is_used(backend, anika):
    key = backend.create_access_key(anika)
    moment = dt.datetime(2026, 1, 1)
    key.last_used = moment
    assert key.last_used.strftime("%Y-%m-%d") == "2026-01-01"
    used = backend.get_access_key_last_used(key.access_key_id)
    assert used["last_used"].service == "iam"


def test_login_profiles(iam, backend, anika):
    user = backend.create_login_profile(anika, "Aa1!aaaaaaaa")
    assert (user.password, user.password_reset_required) == ("Aa1!aaaaaaaa", False)
    assert backend.update_login_profile(anika, "Bb2!bbbbbbbb", True) is user
    assert (user.password, user.password_reset_required) == ("Bb2!bbbbbbbb", True)
    assert iam.get_login_profile(UserName=anika)["LoginProfile"]["PasswordResetRequired"]
    backend.delete_login_profile(anika)
    assert (user.password, user.password_reset_required) == (None, False)


def test_ssh_keys(iam, backend, anika):
    key = backend.upload_ssh_public_key(anika, key_bodies.SSH)
    assert (key.user_name, key.fingerprint) == (anika, key_bodies.SSH_FINGERPRINT)
    backend.update_ssh_public_key(anika, key.ssh_public_key_id, "Inactive")
    assert backend.get_ssh_public_key(anika, key.ssh_public_key_id).status == "Inactive"
    backend.delete_ssh_public_key(anika, key.ssh_public_key_id)
    assert iam.list_ssh_public_keys(UserName=anika)["SSHPublicKeys"] == []


def test_signing_certificates(iam, backend, anika):
    made = backend.upload_signing_certificate(anika, key_bodies.CERTIFICATE)
    assert made.id == key_bodies.CERTIFICATE_ID
    backend.update_signing_certificate(anika, made.id, "Inactive")
    (found,) = backend.list_signing_certificates(anika)
    assert (found.status, found.user_name, found.body) == ("Inactive", anika, made.body)
    backend.delete_signing_certificate(anika, made.id)
    assert iam.list_signing_certificates(UserName=anika)["Certificates"] == []


def test_mfa_devices(iam, sscred_iam, backend, anika):
    device = backend.create_virtual_mfa_device("phone", "/")
    assert (device.user, device.user_attribute, device.enable_date) == (None, None, None)
    now = int(sscred_iam.clock.now().timestamp()) // 30
    codes = [totp.code(device.base32_string_seed, now + step) for step in (-1, 0)]
    backend.enable_mfa_device(anika, device.serial_number, *codes)
    (known,) = backend.virtual_mfa_devices.values()
    assert (known.user.name, known.user_attribute["UserName"]) == (anika, anika)
    (held,) = backend.list_mfa_devices(anika)
    assert held.serial_number == device.serial_number
    assert backend.get_account_summary().summary_map["MFADevicesInUse"] == 1
    backend.deactivate_mfa_device(anika, device.serial_number)
    backend.delete_virtual_mfa_device(device.serial_number)
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []


def test_the_alias(iam, backend):
    backend.create_account_alias("ours")
    assert iam.list_account_aliases()["AccountAliases"] == backend.list_account_aliases()
    backend.delete_account_alias()
    assert iam.list_account_aliases()["AccountAliases"] == []


def test_a_refusal_is_motos_error_in_the_accounts_words(backend, anika):
    with pytest.raises(models.RESTError, match=r"User with name Anika already exists\."):
        make_user(anika)
    with pytest.raises(models.NoSuchEntity):
        backend.create_access_key("none")
    with pytest.raises(models.RESTError):
        backend.delete_account_alias()


def test_what_moto_does_is_no_call_of_the_test(sscred_iam, backend, anika):
    key = backend.create_access_key(anika)
    (transition,) = sscred_iam.user(anika).credentials or [None]
    assert transition is None
    assert [call.operation for call in sscred_iam.calls] == ["CreateUser"]
    assert key.access_key_id


# What a test sets of moto's objects


def test_dates_that_a_test_sets(iam, backend, anika, policy):
    old = dt.datetime(2020, 1, 1)
    user, key = backend.get_user(anika), backend.create_access_key(anika)
    user.create_date = key.create_date = old
    assert iam.get_user(UserName=anika)["User"]["CreateDate"].replace(tzinfo=None) == old
    (listed,) = iam.list_access_keys(UserName=anika)["AccessKeyMetadata"]
    assert listed["CreateDate"].replace(tzinfo=None) == old


def test_a_password_that_was_used(iam, backend, anika):
    user = backend.create_login_profile(anika, "Aa1!aaaaaaaa")
    assert user.password_last_used is None
    user.password_last_used = dt.datetime(2026, 1, 1)
    assert iam.get_user(UserName=anika)["User"]["PasswordLastUsed"].year == 2026
    iam.generate_credential_report()
    iam.generate_credential_report()
    assert "true,2026-01-01T00:00:00Z" in iam.get_credential_report()["Content"].decode()
    user.password_last_used = None
    assert "PasswordLastUsed" not in iam.get_user(UserName=anika)["User"]


def test_a_path_and_a_status_that_are_set(iam, backend, anika):
    backend.get_user(anika).path = "/team/"
    backend.create_access_key(anika).status = "Inactive"
    assert iam.get_user(UserName=anika)["User"]["Path"] == "/team/"
    assert iam.list_access_keys(UserName=anika)["AccessKeyMetadata"][0]["Status"] == "Inactive"


def test_anything_else_cannot_be_set(backend, anika):
    with pytest.raises(AttributeError):
        backend.get_user(anika).id = "AIDA"


def own_user(name):
    parameters = inspect.signature(models.User).parameters
    region = {"region_name": "us-east-1"} if "region_name" in parameters else {}
    return models.User(account_id=ACCOUNT, name=name, **region)


def test_users_as_a_dict(iam, backend, anika):
    user = own_user("Bruno")
    backend.users["Bruno"] = user
    assert iam.get_user(UserName="Bruno")["User"]["UserId"] == user.id
    again = own_user("Bruno")
    backend.users["Bruno"] = again
    assert iam.get_user(UserName="Bruno")["User"]["UserId"] == again.id
    assert len(backend.users) == 2
    assert "nobody" not in backend.users
    del backend.users["Bruno"]
    assert [user.name for user in backend.list_users("/", None, None)] == [anika]


def test_groups_policies_devices_and_keys_as_dicts(iam, backend, anika, policy):
    iam.attach_user_policy(UserName=anika, PolicyArn=policy.arn)
    iam.put_user_permissions_boundary(UserName=anika, PermissionsBoundary=policy.arn)
    del backend.managed_policies[policy.arn]
    assert "PermissionsBoundary" not in iam.get_user(UserName=anika)["User"]
    assert iam.list_attached_user_policies(UserName=anika)["AttachedPolicies"] == []
    backend.create_group("auditors")
    backend.add_user_to_group("auditors", anika)
    del backend.groups["auditors"]
    assert iam.list_groups_for_user(UserName=anika)["Groups"] == []
    device = backend.create_virtual_mfa_device("phone", "/")
    del backend.virtual_mfa_devices[device.serial_number]
    key = backend.create_access_key(anika)
    del backend.access_keys[key.access_key_id]
    iam.delete_user(UserName=anika)


def test_what_a_role_or_a_user_holds_goes_as_a_dict_too(iam, sscred_iam, backend, anika, policy):
    boundary = {"PermissionsBoundary": policy.arn, "AssumeRolePolicyDocument": "{}"}
    iam.create_role(RoleName="deployer", **boundary)
    assert iam.get_policy(PolicyArn=policy.arn)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    del backend.managed_policies[policy.arn]
    assert iam.list_policies(Scope="Local")["Policies"] == []
    sscred_iam.user(anika).add_mfa_device()
    (serial,) = backend.virtual_mfa_devices
    del backend.virtual_mfa_devices[serial]
    assert iam.list_mfa_devices(UserName=anika)["MFADevices"] == []


def test_another_accounts_roles_know_no_policy_of_ours(iam, policy):
    with pytest.raises(Exception, match="does not exist or is not attachable"):
        backend_of("111111111111").attach_role_policy(policy.arn, "deployer")
