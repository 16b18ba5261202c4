"""What a test adds to users: as IAM would, at once, and not recorded as calls."""

from __future__ import annotations

import datetime as dt
import json
import traceback

import pytest
from every_thing import DOCUMENT, everything
from key_bodies import CERTIFICATE, CERTIFICATE_ID, SSH, SSH_FINGERPRINT

from pytest_sscred import FakeIAM
from pytest_sscred.resources import certificate_bodies, ssh_bodies
from pytest_sscred.resources.named import Named
from pytest_sscred.resources.owned import Kind

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DENIED = {**DOCUMENT, "Statement": [{**DOCUMENT["Statement"][0], "Effect": "Deny"}]}


@pytest.fixture
def anika(iam):
    return iam.add_user("Anika", path="/team/", tags={"Team": "red"})


def test_an_access_key_signs_calls(iam, ask, anika):
    key = anika.add_access_key()
    assert anika.access_keys == [key]
    assert (key.user_name, key.status, key.is_active) == ("Anika", "Active", True)
    assert (len(key.secret), key.last_used) == (40, None)
    assert ask("GetUser", key.id).result["User"]["UserName"] == "Anika"
    assert key.last_used == iam.calls[0].at
    assert [each.operation for each in iam.calls] == ["GetUser"]
    assert (key.transitions[0].operation, key.transitions[0].caller) == ("add_access_key", "test")


def test_an_access_key_may_be_old_and_inactive(iam, anika):
    now = iam.clock.now()
    iam.clock.move_to(now)
    key = anika.add_access_key("Inactive", age_days=100)
    assert key.created == (now - dt.timedelta(days=100)).replace(microsecond=0)
    assert key.statuses == ["Inactive"]
    with pytest.raises(AssertionError, match="never Active"):
        iam.assert_deactivated(key)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"status": "inactive"}, "status takes 'Active' or 'Inactive', not 'inactive': did you"),
        ({"status": "Expired"}, "status takes 'Active' or 'Inactive', not 'Expired'$"),
        ({"age_days": -1}, "age_days takes a whole number from 0, not -1"),
        ({"age_days": 1.5}, "age_days takes a whole number from 0, not 1.5"),
        ({"age_days": 10**6}, "is in no year from 1 to 9999"),
        ({"age_days": 10**12}, "is in no year from 1 to 9999"),
    ],
)
def test_an_access_key_that_makes_no_sense_is_refused(anika, given, message):
    with pytest.raises(ValueError, match=message):
        anika.add_access_key(**given)
    assert anika.access_keys == []


def test_what_iam_would_refuse_is_refused_in_its_words(iam, anika):
    for _ in range(2):
        anika.add_access_key()
    with pytest.raises(
        ValueError,
        match="CreateAccessKey would refuse this: Cannot exceed quota for AccessKeysPerUser: 2",
    ):
        anika.add_access_key()
    with pytest.raises(ValueError, match="UploadSSHPublicKey would refuse this: Invalid public"):
        anika.add_ssh_public_key("ssh-rsa AAAA")
    with pytest.raises(ValueError, match="UploadSigningCertificate would refuse this: Certificate"):
        anika.add_signing_certificate("x")
    with pytest.raises(ValueError, match="AddUserToGroup would refuse this: The group with name"):
        anika.add_to_group("ghosts")
    with pytest.raises(ValueError, match="AttachUserPolicy would refuse this: 1 validation"):
        anika.attach_policy("deploy")
    with pytest.raises(ValueError, match="PutUserPolicy would refuse this: Syntax errors in poli"):
        anika.put_policy("deploy", {})
    with pytest.raises(ValueError, match="PutUserPermissionsBoundary would refuse this"):
        anika.set_permissions_boundary("arn:aws:iam::123456789012:policy/ghost")
    with pytest.raises(ValueError, match="TagUser would refuse this"):
        anika.tag()
    with pytest.raises(TypeError, match="a tag's key and value are text, not 1"):
        anika.tag(Team=1)
    with pytest.raises(
        ValueError, match="CreateGroup would refuse this: Group with name a already"
    ):
        [iam.add_group("a") for _ in range(2)]
    with pytest.raises(ValueError, match="CreatePolicy would refuse this: Policy document must be"):
        iam.add_policy("deploy", {**DOCUMENT, "Version": "2008-10-17"})
    with pytest.raises(ValueError, match="CreateUser would refuse this: Duplicate tag keys"):
        iam.add_user("Li", tags={"a": "1", "A": "2"})


def test_a_password_of_another_type_is_refused_without_its_value(anika):
    with pytest.raises(TypeError, match="Password takes str, not bytes") as red:
        anika.add_login_profile(b"hunter2")
    assert "hunter2" not in str(red.value)


def test_bodies_are_made_up_and_no_two_are_the_same(iam, anika):
    keys = [anika.add_ssh_public_key() for _ in range(5)]
    assert len({ssh_bodies.read(each.body).blob for each in keys}) == 5
    certificates = [anika.add_signing_certificate() for _ in range(2)]
    found = [certificate_bodies.read(each.body, iam.clock.now()).id for each in certificates]
    assert found == [each.id for each in certificates]
    assert len(set(found)) == 2
    assert anika.ssh_public_keys == keys
    assert anika.signing_certificates == certificates


def test_another_librarys_eyes_see_a_key_and_a_certificate(anika):
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    x509 = pytest.importorskip("cryptography.x509")
    key = serialization.load_ssh_public_key(anika.add_ssh_public_key().body.encode())
    assert key.key_size == 2048
    body = anika.add_signing_certificate().body
    certificate = x509.load_pem_x509_certificate(body.encode())
    assert certificate.subject.rfc4514_string() == "CN=pytest-sscred"
    assert certificate.public_key().key_size == 2048


def test_bodies_may_be_given(anika):
    assert anika.add_ssh_public_key(SSH).fingerprint == SSH_FINGERPRINT
    certificate = anika.add_signing_certificate(CERTIFICATE)
    assert (certificate.id, certificate.body) == (CERTIFICATE_ID, CERTIFICATE)


def test_the_same_test_makes_the_same(anika):
    again = FakeIAM().add_user("Anika", path="/team/")
    assert anika.add_ssh_public_key().body == again.add_ssh_public_key().body
    assert anika.add_signing_certificate().body == again.add_signing_certificate().body
    assert anika.add_access_key().secret == again.add_access_key().secret
    assert anika.add_mfa_device().seed == again.add_mfa_device().seed
    assert anika.add_login_profile().password == again.add_login_profile().password


def test_a_device_is_enabled_with_codes_of_its_own(iam, ask, anika):
    first, second, spare = (anika.add_mfa_device(enabled) for enabled in (True, True, False))
    assert [each.name for each in (first, second, spare)] == ["Anika", "Anika-2", "Anika-3"]
    assert anika.mfa_devices == [first, second]
    assert (first.user_name, spare.user_name) == ("Anika", None)
    assert spare.id == "arn:aws:iam::123456789012:mfa/Anika-3"
    one, two = spare.codes()
    codes = {"AuthenticationCode1": one, "AuthenticationCode2": two}
    enabled = ask("EnableMFADevice", UserName="Anika", SerialNumber=spare.id, **codes)
    assert enabled.code is None
    assert spare.codes() != (one, two)
    one, two = first.codes()
    codes = {"AuthenticationCode1": one, "AuthenticationCode2": two}
    assert ask("ResyncMFADevice", UserName="Anika", SerialNumber=first.id, **codes).code is None


def test_a_ninth_device_is_refused_and_leaves_none(iam, ask, anika):
    for _ in range(8):
        anika.add_mfa_device()
    with pytest.raises(ValueError, match="EnableMFADevice would refuse this"):
        anika.add_mfa_device()
    assert len(ask("ListVirtualMFADevices").result["VirtualMFADevices"]) == 8


def test_a_password_passes_whatever_classes_are_asked_for(iam, ask, anika):
    classes = ("Symbols", "Numbers", "UppercaseCharacters", "LowercaseCharacters")
    ask("UpdateAccountPasswordPolicy", **{f"Require{each}": True for each in classes})
    profile = anika.add_login_profile()
    assert anika.login_profile == profile
    assert (profile.user_name, profile.must_be_reset) == ("Anika", False)
    assert profile.created <= iam.clock.now()
    with pytest.raises(ValueError, match="CreateLoginProfile would refuse this: Login Profile"):
        anika.add_login_profile()


def test_policies_groups_tags_and_the_boundary_are_read_back(iam, anika):
    group, policy = iam.add_group("Admins", path="/all/"), iam.add_policy("deploy", DOCUMENT)
    anika.add_to_group(group)
    anika.add_to_group(iam.add_group("devs").name)
    anika.put_policy("one", DOCUMENT)
    anika.put_policy("two", json.dumps(DENIED))
    anika.attach_policy(policy)
    anika.attach_policy(READ_ONLY)
    anika.set_permissions_boundary(READ_ONLY)
    anika.tag(Team="blue", **{"Cost Center": "1"})
    assert anika.groups == [group, iam.group("DEVS")]
    assert group.users == [anika]
    assert anika.policies["one"] == DOCUMENT
    assert anika.policies["two"] == DENIED
    assert anika.attached_policies == [policy.arn, READ_ONLY]
    assert anika.permissions_boundary == READ_ONLY
    anika.set_permissions_boundary(policy)
    assert anika.permissions_boundary == policy.arn
    assert anika.tags == {"Team": "blue", "Cost Center": "1"}
    assert (group.arn, group.id[:4]) == ("arn:aws:iam::123456789012:group/all/Admins", "AGPA")


def test_a_group_has_policies_too(iam):
    group = iam.add_group("admins")
    policy = iam.add_policy("deploy", DOCUMENT, path="/ci/")
    group.put_policy("inline", DOCUMENT)
    group.attach_policy(policy)
    assert (group.policies, group.attached_policies) == ({"inline": DOCUMENT}, [policy.arn])
    assert (group.users, group.path) == ([], "/")


def test_a_policy_tells_its_versions(iam, ask):
    policy = iam.add_policy("deploy", DOCUMENT)
    about = {"PolicyArn": policy.arn, "PolicyDocument": json.dumps(DENIED), "SetAsDefault": True}
    ask("CreatePolicyVersion", **about)
    assert list(policy.versions) == ["v2", "v1"]
    assert policy.versions["v1"] == DOCUMENT
    assert policy.document == DENIED
    assert iam.policy("DEPLOY") == iam.policy(policy.arn) == iam.policy(policy) == policy
    assert policy.id.startswith("ANPA")
    assert policy.created <= iam.clock.now()


def test_what_is_not_there_is_looked_up_in_vain(iam):
    with pytest.raises(LookupError, match="no group 'x': the account has none now; add_group"):
        iam.group("x")
    group = iam.add_group("admins")
    with pytest.raises(LookupError, match="no group 'admin': did you mean 'admins'"):
        iam.group("admin")
    assert iam.group(group) is group
    policy = iam.add_policy("deploy", DOCUMENT)
    other = policy.arn.replace("123456789012", "210987654321")
    with pytest.raises(LookupError, match=f"no policy '{other}': did you mean '{policy.arn}'"):
        iam.policy(other)
    with pytest.raises(TypeError, match="a group's name is text, not 1"):
        iam.group(1)
    with pytest.raises(TypeError, match="a policy's name is text, not None"):
        iam.policy(None)


def test_a_handle_of_another_account_is_refused(iam, anika):
    other = FakeIAM()
    for verb, given in (
        (anika.add_to_group, other.add_group("a")),
        (anika.attach_policy, other.add_policy("a", DOCUMENT)),
        (anika.set_permissions_boundary, other.add_policy("b", DOCUMENT)),
        (iam.group, other.group("a")),
        (iam.policy, other.policy("a")),
    ):
        with pytest.raises(ValueError, match="belongs to another account"):
            verb(given)


def test_a_user_who_is_gone_takes_nothing_more(iam, anika):
    iam.remove_user(anika)
    again = iam.add_user("Anika")
    with pytest.raises(LookupError, match="the user Anika is deleted"):
        anika.add_access_key()
    with pytest.raises(LookupError, match="the user Anika is deleted"):
        anika.add_mfa_device()
    assert again.access_keys == again.mfa_devices == []
    assert (anika.exists, again.exists) == (False, True)


def test_handles_outlive_what_they_are_of(iam):
    user, group, policy, made = everything(iam)
    credential, key, ssh, certificate, device, profile = made
    assert all(each.exists for each in (user, group, policy, *made))
    password = profile.password
    iam.remove_user(user)
    for each in (credential, key, ssh, certificate):
        assert (each.exists, each.statuses) == (False, ["Active", "Deleted"])
        iam.assert_deleted(each)
    iam.assert_deleted(profile)
    iam.assert_deleted(user)
    assert (profile.password, profile.user_name) == (password, "Anika")
    assert (device.exists, device.user_name) == (True, None)
    assert (user.groups, user.attached_policies, user.policies) == ([], [], {})
    assert user.login_profile is None


def test_a_device_that_is_deleted_is_of_nobody(iam, ask):
    device = iam.add_user("Anika").add_mfa_device()
    ask("DeactivateMFADevice", UserName="Anika", SerialNumber=device.id)
    ask("DeleteVirtualMFADevice", SerialNumber=device.id)
    assert (device.exists, device.user_name) == (False, None)
    iam.assert_deleted(device)


def test_reprs_are_short_and_hold_no_secret(iam):
    user, group, policy, made = everything(iam)
    credential, key, ssh, _, device, profile = made
    assert [repr(each) for each in (user, group, policy, key, ssh, device, profile)] == [
        "<User Anika>",
        "<Group admins>",
        "<Policy deploy>",
        f"<Access key {key.id} of Anika, Active>",
        f"<SSH public key {ssh.id} of Anika, Active>",
        "<MFA device Anika of Anika>",
        "<Login profile of Anika>",
    ]
    told = f"{[user, group, policy, *made]} {iam.report(whole=True)} {iam.dump()}"
    for secret in (credential.secret, key.secret, device.seed, profile.password):
        assert secret not in told


def test_seeds_secrets_are_masked_in_the_clients_logs(iam):
    user = iam.add_user("Anika")
    own = user.add_login_profile("Correct-Horse-1")
    credential = iam.add_credential("Li", "bedrock.amazonaws.com", secret="sk-fixed-value")
    secrets = iam._account.state.secrets
    for secret in (
        own.password,
        credential.secret,
        user.add_access_key().secret,
        user.add_mfa_device().seed,
        iam.add_user("sofia").add_login_profile().password,
    ):
        assert secrets.mask(f"<{secret}>") == "<***>"


def test_a_credential_may_have_a_fixed_id_and_secret(iam):
    key = iam.add_credential(
        "Anika", "bedrock.amazonaws.com", id="ACCA" + "A" * 17, secret="s3cr3t"
    )
    assert (key.id, key.secret) == ("ACCA" + "A" * 17, "s3cr3t")
    assert iam.authenticate("bedrock.amazonaws.com", secret="s3cr3t").credential == key


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        ({"id": "ACCA"}, "^IAM would refuse this: 1 validation error"),
        ({"id": "ACCA" + "A" * 17}, "the account has had a credential 'ACCAAAAAAAAAAAAAAAAAA' al"),
        ({"secret": "s3cr3t"}, "another credential of the account has that secret"),
        ({"secret": ""}, "secret takes printable ASCII"),
        ({"secret": "ü"}, "secret takes printable ASCII"),
        ({"secret": "a\nb"}, "secret takes printable ASCII"),
    ],
)
def test_a_fixed_value_is_checked(iam, fixed, message):
    taken = {"id": "ACCA" + "A" * 17, "secret": "s3cr3t"}
    iam.remove_credential(iam.add_credential("Anika", "bedrock.amazonaws.com", **taken))
    with pytest.raises(ValueError, match=message):
        iam.add_credential("Li", "bedrock.amazonaws.com", **fixed)
    assert [user.name for user in iam.users()] == ["Anika"]


def test_a_fixed_value_of_another_type_is_refused_without_it(iam):
    with pytest.raises(TypeError, match="secret takes str, not bytes") as red:
        iam.add_credential("Li", "bedrock.amazonaws.com", secret=b"hunter2")
    assert "hunter2" not in str(red.value)
    with pytest.raises(TypeError, match="ServiceSpecificCredentialId takes str, not 1"):
        iam.add_credential("Li", "bedrock.amazonaws.com", id=1)


def test_seeds_are_seen_at_once_under_propagation(iam, ask):
    user = iam.add_user("Anika")
    iam.set_propagation(calls=5)
    user.add_access_key()
    assert len(ask("ListAccessKeys", UserName="Anika").result["AccessKeyMetadata"]) == 1


@pytest.mark.parametrize(
    ("kind", "method", "ask"),
    [
        (Named, "there", lambda iam: iam.user("ghost")),
        (Named, "there", lambda iam: iam.group("ghost")),
        (Named, "there", lambda iam: iam.policy("ghost")),
        (Kind, "rows", lambda iam: iam.credential("ghost")),
    ],
    ids=["user", "group", "policy", "credential"],
)
def test_the_names_there_are_gathered_under_the_lock(iam, monkeypatch, kind, method, ask):
    """Or "dictionary changed size during iteration", while threads add some."""
    real, held = getattr(kind, method), []

    def looked_at(self, tables):
        held.append(iam._account.lock._is_owned())
        return real(self, tables)

    monkeypatch.setattr(kind, method, looked_at)
    with pytest.raises(LookupError, match="ghost"):
        ask(iam)
    assert held
    assert all(held)


@pytest.mark.parametrize(
    ("seed", "hint"),
    [
        (lambda user: user.add_to_group("admins"), "add_group makes one"),
        (
            lambda user: user.attach_policy("arn:aws:iam::123456789012:policy/deploy"),
            "add_policy makes one",
        ),
        (lambda user: user.attach_policy("ReadOnlyAccess"), "arn:aws:iam::aws:policy/ReadOnly"),
        (lambda user: user.put_policy("p", "{"), "is it JSON, with statements"),
    ],
    ids=["group", "policy", "ARN", "document"],
)
def test_a_seed_that_iam_would_refuse_says_what_to_do(iam, seed, hint):
    with pytest.raises(ValueError, match=f"would refuse this: .*{hint}") as raised:
        seed(iam.add_user("Anika"))
    assert not [each for each in raised.traceback if each.path.name == "contextlib.py"]


def test_an_access_key_is_no_credential(iam):
    key = iam.add_user("Anika").add_access_key()
    with pytest.raises(LookupError, match="it is of an access key, which its user's handle has"):
        iam.credential(key.id)


def test_a_password_is_no_secret_and_no_name_of_ours_is_suggested(iam):
    credential = iam.add_credential("Anika", "codecommit.amazonaws.com")
    with pytest.raises(AttributeError, match=r"no secret but a password: ask for \.password$") as e:
        credential.secret  # noqa: B018
    assert "_secrets" not in "".join(traceback.format_exception_only(e.value))


def test_a_timedelta_is_no_date(iam):
    with pytest.raises(TypeError, match=r"not datetime.timedelta\(.*: add it to clock.now\(\)"):
        iam.add_credential("Anika", "codecommit.amazonaws.com", expires=dt.timedelta(days=3))
