"""Assertions, faults, rules, propagation, sweeps and reports work over all that hangs on users."""

from __future__ import annotations

import pytest
from every_thing import DOCUMENT, everything

from pytest_sscred import FakeIAM
from pytest_sscred.sweep import Sweeping


@pytest.fixture
def anika(iam):
    return iam.add_user("Anika")


# Assertions


def with_status(anika):
    return [
        (anika.add_access_key(), "AccessKey", "AccessKeyId"),
        (anika.add_ssh_public_key(), "SSHPublicKey", "SSHPublicKeyId"),
        (anika.add_signing_certificate(), "SigningCertificate", "CertificateId"),
    ]


@pytest.mark.parametrize("place", range(3))
def test_whatever_has_a_status_is_asserted_on(iam, ask, anika, place):
    thing, noun, param = with_status(anika)[place]
    about = {"UserName": "Anika", param: thing.id}
    iam.assert_active(thing)
    with pytest.raises(AssertionError, match=f"still Active: {thing.id} of Anika"):
        iam.assert_deactivated(thing)
    ask(f"Update{noun}", **about, Status="Inactive")
    iam.assert_deactivated(thing.id)
    with pytest.raises(AssertionError, match=f"Inactive, not Deleted: {thing.id} of Anika"):
        iam.assert_deleted(thing)
    ask(f"Delete{noun}", **about)
    iam.assert_deleted(thing)
    iam.assert_deleted(thing.id)
    iam.assert_statuses(thing, ["Active", "Inactive", "Deleted"])
    assert [each.operation for each in thing.transitions[1:]] == [f"Update{noun}", f"Delete{noun}"]
    iam.assert_called(f"Delete{noun}", times=1, **{param: thing})
    iam.assert_order(f"Update{noun}", f"Delete{noun}")
    with pytest.raises(AssertionError, match=f"out of order: Update{noun}"):
        iam.assert_order(f"Delete{noun}", f"Update{noun}")


def test_what_has_no_status_is_asserted_to_be_gone_and_nothing_else(iam, ask):
    user, group, policy, made = everything(iam)
    device, profile = made[-2:]
    for thing, label in (
        (user, "a user"),
        (group, "a group"),
        (policy, "a policy"),
        (device, "an MFA device"),
        (profile, "a login profile"),
    ):
        with pytest.raises(AssertionError, match=r"^still there: "):
            iam.assert_deleted(thing)
        for refused in (iam.assert_active, iam.assert_deactivated):
            with pytest.raises(TypeError, match=f"{label} has no status: use assert_deleted"):
                refused(thing)
        with pytest.raises(TypeError, match=f"{label} has no status"):
            iam.assert_statuses(thing, ["Active"])
    ask("DeleteLoginProfile", UserName="Anika")
    iam.assert_deleted(profile)


def test_what_is_still_there_is_told_with_the_calls_about_it(iam, ask):
    group = iam.add_group("admins")
    iam.add_group("devs")
    iam.add_user("Anika").add_to_group(group)
    ask("DeleteGroup", GroupName="devs")
    with pytest.raises(AssertionError) as red:
        iam.assert_deleted(group)
    assert str(red.value).splitlines() == [
        "still there: group admins",
        "- seen: it exists",
        "- expected: deleted",
        "- no call named this group",
        "- another one was named: DeleteGroup GroupName=devs: ok, tests/waist.py:40",
    ]
    ask("DeleteGroup", GroupName="ADMINS")
    with pytest.raises(AssertionError, match="- DeleteGroup GroupName=ADMINS: DeleteConflict"):
        iam.assert_deleted(group)


def test_a_handle_stands_for_what_names_it_in_a_call(iam, ask):
    user, group, policy, made = everything(iam)
    device = made[-2]
    ask("RemoveUserFromGroup", UserName="Anika", GroupName="admins")
    ask("DetachUserPolicy", UserName="Anika", PolicyArn=policy.arn)
    ask("DeactivateMFADevice", UserName="Anika", SerialNumber=device.id)
    iam.assert_called("RemoveUserFromGroup", UserName=user, GroupName=group)
    iam.assert_called("DetachUserPolicy", PolicyArn=policy)
    iam.assert_called("DeactivateMFADevice", SerialNumber=device)
    iam.assert_not_called("DeactivateMFADevice", SerialNumber="other")


def test_every_secret_is_looked_for_in_logs(iam):
    made = everything(iam)[3]
    credential, key, ssh, _, device, profile = made
    secrets = credential.secret, key.secret, device.seed, profile.password
    for thing, secret in zip((credential, key, device, profile), secrets, strict=True):
        iam.assert_secret_not_logged(thing, "nothing")
        with pytest.raises(AssertionError, match=r"^in the output: a secret of ") as red:
            iam.assert_secret_not_logged(thing, f"new: {secret}")
        assert secret not in str(red.value)
    with pytest.raises(TypeError, match="an SSH public key has no secret"):
        iam.assert_secret_not_logged(ssh, "")


# Faults, interruptions, permissions


def test_a_fault_chooses_by_user_name(iam, ask, anika):
    iam.add_user("Li")
    fault = iam.add_fault("ServiceFailure", on="DeleteLoginProfile", user_name="anika")
    for user in iam.users():
        user.add_login_profile()
    assert ask("DeleteLoginProfile", UserName="Li").code is None
    assert ask("DeleteLoginProfile", UserName="Anika").code == "ServiceFailure"
    assert fault.hits == 1


def test_a_fault_chooses_by_whatever_names_a_thing(iam, ask):
    user, group, policy, made = everything(iam)
    key, ssh, certificate, device = made[1:5]
    user_only, others = {"UserName": user.name}, {"UserName": user.name, "GroupName": "devs"}
    iam.add_group("devs")
    for thing, operation, other, meant in (
        (key, "DeleteAccessKey", {}, {"AccessKeyId": key.id}),
        (ssh, "DeleteSSHPublicKey", {}, {"SSHPublicKeyId": ssh.id}),
        (certificate, "DeleteSigningCertificate", {}, {"CertificateId": certificate.id}),
        (device, "DeactivateMFADevice", {}, {"SerialNumber": device.id}),
        (group, "RemoveUserFromGroup", others, {"GroupName": "admins"}),
        (policy, "DetachUserPolicy", {}, {"PolicyArn": policy.arn}),
        ("admins", "AddUserToGroup", others, {"GroupName": "ADMINS"}),
    ):
        fault = iam.add_fault("ServiceFailure", on=operation, credential_id=thing)
        if other:
            assert ask(operation, **other).code is None
        assert ask(operation, **user_only, **meant).code == "ServiceFailure"
        assert fault.hits == 1
    fault = iam.add_fault("ServiceFailure", on="AttachGroupPolicy", credential_id=policy)
    assert ask("AttachGroupPolicy", GroupName="devs", PolicyArn=policy.arn).code == "ServiceFailure"
    assert fault.hits == 1


def test_a_fault_by_what_a_call_does_not_name_is_refused(iam):
    user, group, _, _ = everything(iam)
    with pytest.raises(ValueError, match="DeleteAccessKey names no group"):
        iam.add_fault("ServiceFailure", on="DeleteAccessKey", credential_id=group)
    with pytest.raises(ValueError, match="DeleteGroup names no user: give user_name"):
        iam.add_fault("ServiceFailure", on="DeleteGroup", credential_id=user)
    with pytest.raises(ValueError, match="ListUsers names no credential"):
        iam.add_fault("ServiceFailure", on="ListUsers", credential_id=group)
    with pytest.raises(ValueError, match="belongs to another account"):
        iam.add_fault("Throttling", on="DeleteGroup", credential_id=FakeIAM().add_group("a"))


def test_a_fault_that_never_fired_says_what_it_was_about(iam):
    group = iam.add_group("admins")
    iam.add_fault("Throttling", on="DeleteGroup", credential_id=group)
    (problem,) = iam.problems()
    assert "- expected: a call with GroupName=admins, to be answered with Throttling" in problem


def test_a_user_is_removed_by_someone_just_before_a_call(iam, ask):
    iam.add_group("admins")
    iam.before("AddUserToGroup", lambda: iam.remove_user("Anika"))
    iam.add_user("Anika")
    assert ask("AddUserToGroup", UserName="Anika", GroupName="admins").code == "NoSuchEntity"
    assert iam.problems() == []


def test_what_is_denied_is_not_done(iam, ask, anika):
    key = anika.add_access_key()
    with iam.deny("iam:Delete*"):
        assert ask("DeleteAccessKey", UserName="Anika", AccessKeyId=key.id).code == "AccessDenied"
    iam.assert_active(key)


# Rules, propagation, sweeps, reset


def test_a_rule_of_ones_own_sees_all(iam, ask, anika):
    anika.add_mfa_device()
    rule = iam.require(lambda iam: iam.user("Anika").mfa_devices, "Anika has a device")
    (device,) = anika.mfa_devices
    ask("DeactivateMFADevice", UserName="Anika", SerialNumber=device.id)
    assert "Anika has a device" in rule.broken


def test_a_read_may_not_see_a_write_yet_but_a_handle_does(iam, ask, anika):
    group = iam.add_group("admins")
    iam.set_propagation(calls=1)
    ask("AddUserToGroup", UserName="Anika", GroupName="admins")
    assert anika.groups == [group]
    assert ask("ListGroupsForUser", UserName="Anika").result["Groups"] == []
    assert len(ask("ListGroupsForUser", UserName="Anika").result["Groups"]) == 1


def test_a_sweep_puts_all_back(iam, ask):
    user, group, _policy, made = everything(iam)
    device, profile = made[-2:]
    before = iam.dump()

    def scenario():
        ask("DeactivateMFADevice", UserName="Anika", SerialNumber=device.id)
        ask("DeleteVirtualMFADevice", SerialNumber=device.id)
        ask("DeleteLoginProfile", UserName="Anika")
        ask("RemoveUserFromGroup", UserName="Anika", GroupName="admins")
        ask("CreateGroup", GroupName="new")

    sweeping = Sweeping(iam._account, ["AccessDenied"], None)
    scenario()
    made_by_a_run = iam.group("new")
    states = [
        (profile.exists, bool(user.groups), len(user.mfa_devices))
        for _ in sweeping.results(scenario)
    ]
    assert states[2] == (True, False, 0)
    assert states[3] == (False, True, 0)
    assert len(states) == 5
    sweeping.end()
    assert (group.exists, made_by_a_run.name) == (True, "new")
    assert iam.dump() != before


def test_a_reset_takes_all_along(iam):
    user, group, policy, made = everything(iam)
    iam.reset()
    assert not any(each.exists for each in (user, group, policy, made[4], made[5]))
    assert iam.users() == []
    again = everything(iam)
    assert again[3][1].exists


# The report


def test_a_report_names_all_and_who_made_it(iam, ask):
    everything(iam)
    ask("CreateGroup", GroupName="devs")
    ask("CreateAccessKey", UserName="Anika")
    ask("CreateVirtualMFADevice", VirtualMFADeviceName="spare")
    ask("CreatePolicy", PolicyName="deploy", PolicyDocument="x")
    lines = iam.report().splitlines()
    assert [" ".join(line.split()[1:]) for line in lines[1:9] if line[0] == " "] == [
        "Anika bedrock Active seeded",
        "Anika Active seeded",
        "Anika Active made by call 2",
        "Anika Active seeded",
        "Anika Active seeded",
    ]
    assert lines[9:13] == [
        "1 login profile: of Anika",
        "2 MFA devices: Anika of Anika, spare (made by call 3)",
        "2 groups: admins, devs (made by call 1)",
        "1 policy: deploy",
    ]


def test_a_report_of_much_is_short_still_unless_all_is_asked_for(iam, ask):
    for number in range(6):
        everything(iam, f"{number}")
    for _ in range(30):
        ask("ListUsers")
    lines = iam.report().splitlines()
    assert len(lines) == 25
    assert "6 groups: 0-admins, 1-admins, 2-admins, 3-admins, and 2 more" in lines
    assert "6 policies: 0-deploy, 1-deploy, 2-deploy, 3-deploy, and 2 more" in lines
    assert "6 access keys, 2 of them here (-vv shows all)" in lines
    whole = iam.report(whole=True).splitlines()
    assert "30 calls" in whole
    assert "6 groups: 0-admins, 1-admins, 2-admins, 3-admins, 4-admins, 5-admins" in whole


def test_keys_that_calls_have_changed_have_a_timeline_where_it_has_room(iam, ask, anika):
    keys = [anika.add_access_key(), anika.add_ssh_public_key()]
    for key, param in zip(keys, ("AccessKeyId", "SSHPublicKeyId"), strict=True):
        noun = param.removesuffix("Id")
        ask(f"Update{noun}", UserName="Anika", **{param: key.id}, Status="Inactive")
    assert iam.report().splitlines()[-3:] == [
        "after call  12  # Active - Inactive ! Expired x deleted",
        f"  …{keys[0].id[-5:]}    --",
        f"  …{keys[1].id[-5:]}    #-",
    ]
    iam.reset()
    for number in range(6):
        everything(iam, f"{number}")
        for key in iam.user(f"{number}-Anika").access_keys:
            about = {"UserName": key.user_name, "AccessKeyId": key.id}
            ask("UpdateAccessKey", **about, Status="Inactive")
    lines = iam.report().splitlines()
    assert len(lines) <= 25
    assert lines[-1].startswith("  6. UpdateAccessKey 5-Anika ")
    assert "after call  123456" in iam.report(whole=True)


def test_a_certificate_that_is_uploaded_again_is_made_by_that_call(iam, ask, anika):
    certificate = anika.add_signing_certificate()
    about = {"UserName": "Anika", "CertificateId": certificate.id}
    ask("DeleteSigningCertificate", **about)
    ask("UploadSigningCertificate", UserName="Anika", CertificateBody=certificate.body)
    assert certificate.statuses == ["Active", "Deleted", "Active"]
    iam.assert_active(certificate)
    anika.add_access_key()
    ask("CreateAccessKey", UserName="Anika")
    assert f"  …{certificate.id[-5:]}    x##" in iam.report().splitlines()


def test_inline_documents_are_given_as_they_were(iam):
    user, group, _, _ = everything(iam)
    assert user.policies == group.policies == {"inline": DOCUMENT}
