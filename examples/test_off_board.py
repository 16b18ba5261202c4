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
    iam.create_access_key(UserName="sofia")

    off_board(iam, ["anika", "sofia"])

    for credential in held:
        sscred_iam.assert_statuses(credential, ["Active", "Inactive", "Deleted"])
    sscred_iam.assert_active(kept)
    assert [user.name for user in sscred_iam.users()] == ["Li"]


def test_who_is_gone_already_is_left_alone(sscred_iam, iam):
    credential = sscred_iam.add_credential("Anika", CODECOMMIT)
    sscred_iam.add_fault("NoSuchEntity", on="DeleteServiceSpecificCredential")
    sscred_iam.add_fault("NoSuchEntity", on="DeleteUser")
    off_board(iam, ["Anika", "Ghost"])
    sscred_iam.assert_deactivated(credential)


def test_a_key_that_vanishes_does_not_keep_the_leaver(sscred_iam, iam):
    sscred_iam.add_user("Anika")
    iam.create_access_key(UserName="Anika")
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
