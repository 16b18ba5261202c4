import boto3
import pytest
from off_board import off_board

CODECOMMIT = "codecommit.amazonaws.com"
BEDROCK = "bedrock.amazonaws.com"


@pytest.fixture
def iam():
    return boto3.client("iam", region_name="us-east-1")


@pytest.mark.parametrize(
    "page_size", [pytest.param(1, marks=pytest.mark.sscred_iam(page_size=1)), 100]
)
def test_leavers_lose_all_and_stayers_nothing(sscred_iam, iam, page_size):
    held = [
        sscred_iam.add_credential(name, service)
        for name in ("Anika", "sofia")
        for service in (CODECOMMIT, BEDROCK)
    ]
    kept = sscred_iam.add_credential("Li", CODECOMMIT)
    sscred_iam.user("sofia").add_access_key()

    off_board(iam, ["anika", "sofia"])

    for credential in held:
        sscred_iam.assert_statuses(credential, ["Active", "Inactive", "Deleted"])
    sscred_iam.assert_active(kept)
    assert [user.name for user in sscred_iam.users()] == ["Li"]


@pytest.mark.sscred_iam(page_size=1)
def test_a_leaver_loses_all_that_hangs_on_a_user(sscred_iam, iam):
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [read]}
    policy, group = sscred_iam.add_policy("read", document), sscred_iam.add_group("staff")
    for name in ("Anika", "Li"):
        user = sscred_iam.add_user(name)
        user.add_to_group(group)
        user.attach_policy(policy)
        user.attach_policy("arn:aws:iam::aws:policy/ReadOnlyAccess")
        user.put_policy("one", document)
        user.put_policy("two", document)
        user.set_permissions_boundary(policy)
        user.add_login_profile()
        for _ in range(2):
            user.add_access_key()
            user.add_ssh_public_key()
            user.add_signing_certificate()
            user.add_mfa_device()
    anika, li = sscred_iam.user("Anika"), sscred_iam.user("Li")
    held = [*anika.access_keys, *anika.ssh_public_keys, *anika.signing_certificates]
    devices, profile = anika.mfa_devices, anika.login_profile

    off_board(iam, ["Anika"])

    for thing in (*held, *devices, profile, anika):
        sscred_iam.assert_deleted(thing)
    assert group.users == [li]
    assert len(li.access_keys) == len(li.mfa_devices) == len(li.policies) == 2


def test_who_is_gone_already_is_left_alone(sscred_iam, iam):
    credential = sscred_iam.add_credential("Anika", CODECOMMIT)
    sscred_iam.add_fault("NoSuchEntity", on="DeleteServiceSpecificCredential")
    sscred_iam.add_fault("NoSuchEntity", on="DeleteUser")
    off_board(iam, ["Anika", "Ghost"])
    sscred_iam.assert_deactivated(credential)


def test_a_key_that_vanishes_does_not_keep_the_leaver(sscred_iam, iam):
    sscred_iam.add_user("Anika").add_access_key()
    sscred_iam.add_fault("NoSuchEntity", on="DeleteAccessKey", message="The Access Key is gone.")
    with pytest.raises(iam.exceptions.DeleteConflictException):
        off_board(iam, ["Anika"])  # it tried to: the fault left the key where it was
    off_board(iam, ["Anika"])
    assert sscred_iam.users() == []


def test_a_leaver_who_gets_a_new_key_meanwhile_is_not_removed(sscred_iam, iam):
    sscred_iam.add_user("Anika")
    sscred_iam.add_fault("DeleteConflict", on="DeleteUser")
    with pytest.raises(iam.exceptions.DeleteConflictException):
        off_board(iam, ["Anika"])
    assert sscred_iam.user("Anika")
