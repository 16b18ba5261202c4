import datetime as dt

import boto3
import pytest
import rotate_codecommit

CODECOMMIT = "codecommit.amazonaws.com"
LAST_YEAR = dt.datetime(2025, 1, 1, tzinfo=dt.timezone.utc)


@pytest.fixture
def iam():
    return boto3.client("iam", region_name="us-east-1")


@pytest.fixture
def handed_over():
    return {}


@pytest.fixture
def hand_over(handed_over):
    def hand_over(user_name, git_user_name, git_password):
        handed_over[user_name] = (git_user_name, git_password)

    return hand_over


def test_the_old_password_goes_when_the_new_one_is_handed_over(
    sscred_iam, iam, handed_over, hand_over
):
    old = sscred_iam.add_credential("Anika", CODECOMMIT, created=LAST_YEAR)

    rotate_codecommit.rotate(iam, "Anika", hand_over)

    (new,) = sscred_iam.credentials("Anika")
    assert handed_over == {"Anika": (new.service_user_name, new.password)}
    sscred_iam.assert_active(new)
    sscred_iam.assert_statuses(old, ["Active", "Inactive", "Deleted"])


def test_the_old_password_works_until_the_new_one_is_handed_over(sscred_iam, iam):
    old = sscred_iam.add_credential("Anika", CODECOMMIT, created=LAST_YEAR)

    def hand_over(user_name, git_user_name, git_password):
        assert old.is_active

    rotate_codecommit.rotate(iam, "Anika", hand_over)
    sscred_iam.assert_deleted(old)


@pytest.mark.parametrize(
    "broken",
    [
        "UpdateServiceSpecificCredential",
        "DeleteServiceSpecificCredential",
    ],
)
def test_a_run_that_crashed_is_taken_up_by_the_next_one(
    sscred_iam, iam, handed_over, hand_over, broken
):
    old = sscred_iam.add_credential("Anika", CODECOMMIT, created=LAST_YEAR)
    sscred_iam.add_fault("AccessDenied", on=broken)
    with pytest.raises(iam.exceptions.ClientError):
        rotate_codecommit.rotate(iam, "Anika", hand_over)

    rotate_codecommit.rotate(iam, "Anika", hand_over)

    sscred_iam.assert_deleted(old)
    (new,) = sscred_iam.credentials("Anika")
    assert handed_over["Anika"] == (new.service_user_name, new.password)
    sscred_iam.assert_called("CreateServiceSpecificCredential", times=1)


def test_a_password_that_was_never_handed_over_is_reset(sscred_iam, iam, handed_over, hand_over):
    old = sscred_iam.add_credential("Anika", CODECOMMIT, created=LAST_YEAR)

    def crash(*git):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_codecommit.rotate(iam, "Anika", crash)
    sscred_iam.assert_active(old)

    rotate_codecommit.rotate(iam, "Anika", hand_over)
    (new,) = sscred_iam.credentials("Anika")
    assert handed_over["Anika"] == (new.service_user_name, new.password)


def test_a_successor_that_someone_switched_off_is_switched_on_again(sscred_iam, iam, hand_over):
    sscred_iam.add_credential("Anika", CODECOMMIT, created=LAST_YEAR)
    successor = sscred_iam.add_credential("Anika", CODECOMMIT, status="Inactive")
    rotate_codecommit.rotate(iam, "Anika", hand_over)
    sscred_iam.assert_statuses(successor, ["Inactive", "Active"])


def test_users_that_vanished_are_named_and_the_others_rotated(sscred_iam, iam, hand_over):
    never_there = "Ghost"
    leaving = sscred_iam.add_credential("sofia", CODECOMMIT)
    staying = sscred_iam.add_credential("Anika", CODECOMMIT, created=LAST_YEAR)

    def hand_over_while_sofia_leaves(user_name, *git):
        if user_name == "sofia":
            sscred_iam.remove_user("sofia")

    gone = rotate_codecommit.rotate_all(
        iam, [never_there, "sofia", "Anika"], hand_over_while_sofia_leaves
    )

    assert gone == [never_there, "sofia"]
    sscred_iam.assert_deleted(leaving)
    sscred_iam.assert_deleted(staying)
    assert len(sscred_iam.credentials("Anika")) == 1


def test_a_throttled_call_is_made_again(sscred_iam, iam, hand_over):
    old = sscred_iam.add_credential("Anika", CODECOMMIT, created=LAST_YEAR)
    sscred_iam.add_fault("Throttling", on="UpdateServiceSpecificCredential")
    rotate_codecommit.rotate(iam, "Anika", hand_over)
    sscred_iam.assert_deleted(old)
