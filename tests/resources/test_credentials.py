"""The five operations on service-specific credentials, beyond what `recorded.json` holds."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from names import BEDROCK, CODECOMMIT, DELETE, secret_of

from pytest_sscred.resources.services import SERVICES

ONE_DAY = dt.timedelta(days=1)


@pytest.mark.parametrize("service", SERVICES)
def test_a_secret_is_given_by_create_and_reset_alone(iam, ask, service):
    iam.add_user("Anika")
    made = ask("CreateServiceSpecificCredential", UserName="Anika", ServiceName=service)
    member = made.result["ServiceSpecificCredential"]
    handle = iam.credential(member["ServiceSpecificCredentialId"])
    secret = "ServiceCredentialSecret" if handle.alias else "ServicePassword"
    assert member[secret] == secret_of(handle)

    listed = ask("ListServiceSpecificCredentials", UserName="Anika")
    assert secret not in listed.result["ServiceSpecificCredentials"][0]

    reset = ask(
        "ResetServiceSpecificCredential", UserName="Anika", ServiceSpecificCredentialId=handle.id
    )
    again = reset.result["ServiceSpecificCredential"]
    assert again[secret] == secret_of(handle) != member[secret]
    assert again.keys() == member.keys()


def test_the_first_free_suffix_is_taken(iam, ask):
    """A guess, in one place: no recording shows the name after the first of two is deleted."""
    first = iam.add_credential("Anika", CODECOMMIT)
    iam.add_credential("Anika", CODECOMMIT)
    iam.remove_credential(first)
    made = ask("CreateServiceSpecificCredential", UserName="Anika", ServiceName=CODECOMMIT)
    member = made.result["ServiceSpecificCredential"]
    assert member["ServiceUserName"] == "Anika-at-123456789012"


def test_the_expiry_is_read_off_the_clock(iam, ask):
    iam.clock.move_to(dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc))
    key = iam.add_credential("Anika", "bedrock.amazonaws.com", age_days=1)

    iam.clock.shift(ONE_DAY - dt.timedelta(seconds=1))
    assert listed_status(ask) == key.status == "Active"
    assert key.is_active

    iam.clock.shift(dt.timedelta(seconds=1))
    assert listed_status(ask) == key.status == "Expired"
    assert not key.is_active
    assert key.statuses == ["Active", "Expired"]
    assert key.transitions[-1].operation == "ExpirationDate"
    assert key.transitions[-1].at == key.expires

    iam.clock.shift(-ONE_DAY)
    assert listed_status(ask) == key.status == "Active"


def listed_status(ask):
    listed = ask("ListServiceSpecificCredentials", UserName="Anika")
    return listed.result["ServiceSpecificCredentials"][0]["Status"]


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("UpdateServiceSpecificCredential", {"Status": "Inactive"}),
        ("UpdateServiceSpecificCredential", {"Status": "Active"}),
        ("ResetServiceSpecificCredential", {}),
    ],
)
def test_an_expired_credential_is_neither_updated_nor_reset(iam, ask, operation, params):
    key = iam.add_credential("Anika", "bedrock.amazonaws.com", age_days=1)
    iam.clock.shift(ONE_DAY)
    answer = ask(operation, UserName="Anika", ServiceSpecificCredentialId=key.id, **params)
    assert answer.code == "InvalidInput"
    assert "expired" in answer.message


def test_an_expired_credential_is_deleted_and_its_history_tells(iam, ask):
    key = iam.add_credential("Anika", "bedrock.amazonaws.com", age_days=1)
    iam.clock.shift(ONE_DAY)
    ask("DeleteServiceSpecificCredential", UserName="Anika", ServiceSpecificCredentialId=key.id)
    assert key.statuses == ["Active", "Expired", "Deleted"]
    assert key.transitions[-1].previous == "Expired"


def test_an_expired_credential_keeps_its_place(iam, ask):
    for _ in range(2):
        iam.add_credential("Anika", "bedrock.amazonaws.com", age_days=1)
    iam.clock.shift(ONE_DAY)
    answer = ask(
        "CreateServiceSpecificCredential", UserName="Anika", ServiceName="bedrock.amazonaws.com"
    )
    assert answer.code == "LimitExceeded"


def test_another_users_is_refused_with_the_name_as_it_was_sent(iam, ask):
    other, key = iam.add_user("Other"), iam.add_credential("Anika", CODECOMMIT)
    answer = ask(DELETE, UserName="oTHER", ServiceSpecificCredentialId=key.id)
    assert answer.message == (
        f"User oTHER does not have a service specific credential with id {key.id}"
    )
    assert other.name == "Other"


def test_a_key_that_was_reset_bears_its_alias(iam, ask):
    key = iam.add_credential("Anika", BEDROCK)
    ask("UpdateUser", UserName="Anika", NewUserName="Bela")
    ask("ResetServiceSpecificCredential", UserName="Bela", ServiceSpecificCredentialId=key.id)
    inside = base64.b64decode(key.secret.removeprefix("ABSK")).decode()
    assert inside.startswith("Anika-at-123456789012:")


def test_a_status_it_has_already_leaves_no_transition(iam, ask):
    credential = iam.add_credential("Anika", CODECOMMIT)
    for status in ("Active", "Inactive", "Inactive", "Active"):
        answer = ask(
            "UpdateServiceSpecificCredential",
            UserName="Anika",
            ServiceSpecificCredentialId=credential.id,
            Status=status,
        )
        assert answer.status == 200
    assert credential.statuses == ["Active", "Inactive", "Active"]


def test_an_id_is_looked_up_before_the_status_is_refused(iam, ask):
    iam.add_user("Anika")
    answer = ask(
        "UpdateServiceSpecificCredential",
        UserName="Anika",
        ServiceSpecificCredentialId="ACCA" + "A" * 17,
        Status="Expired",
    )
    assert answer.code == "NoSuchEntity"


def test_a_deleted_one_cannot_be_deleted_again(iam, ask):
    credential = iam.add_credential("Anika", CODECOMMIT)
    about = {"UserName": "Anika", "ServiceSpecificCredentialId": credential.id}
    assert ask("DeleteServiceSpecificCredential", **about).status == 200
    answer = ask("DeleteServiceSpecificCredential", **about)
    assert (answer.code, answer.message) == (
        "NoSuchEntity",
        f"No such credential {credential.id} exists",
    )


def test_an_age_makes_an_expiration_date_for_passwords_as_well(iam, ask):
    iam.add_user("Anika")
    made = ask(
        "CreateServiceSpecificCredential",
        UserName="Anika",
        ServiceName="cassandra.amazonaws.com",
        CredentialAgeDays=36600,
    )
    member = made.result["ServiceSpecificCredential"]
    assert member["ExpirationDate"] - member["CreateDate"] == 36600 * ONE_DAY


def test_a_user_of_the_quota_given(ask, iam):
    from waist import Waist

    from pytest_sscred import FakeIAM

    roomy = FakeIAM(quota=3)
    for _ in range(3):
        roomy.add_credential("Anika", CODECOMMIT)
    answer = Waist(roomy)(
        "CreateServiceSpecificCredential", UserName="Anika", ServiceName=CODECOMMIT
    )
    assert answer.message == (
        "Cannot exceed quota for ContextSpecificCredentialsPerUserPerContext: 3"
    )
    assert [c.service_user_name for c in roomy.credentials()] == [
        "Anika-at-123456789012",
        "Anika+1-at-123456789012",
        "Anika+2-at-123456789012",
    ]


# Expiry, given with the seed


def test_a_deadline_may_be_given_as_a_date(iam, ask):
    key = iam.add_credential("Anika", BEDROCK, expires=iam.clock.now() + dt.timedelta(hours=1))
    assert key.status == "Active"
    iam.clock.shift(dt.timedelta(hours=2))
    assert (key.status, key.statuses) == ("Expired", ["Active", "Expired"])
    assert listed_status(ask) == "Expired"
    assert not iam.authenticate(BEDROCK, secret=key.secret)


def test_a_deadline_that_has_passed_makes_an_expired_credential(iam):
    passed = iam.clock.now() - dt.timedelta(minutes=1)
    key = iam.add_credential("Anika", BEDROCK, expires=passed)
    assert key.status == "Expired"
    assert key.expires == passed.replace(microsecond=0)
    assert key.created == key.expires - dt.timedelta(days=1)
    inactive = iam.add_credential("Anika", BEDROCK, expires=passed, status="Inactive")
    assert inactive.statuses == ["Inactive", "Expired"]


def test_a_deadline_that_makes_no_sense(iam):
    now = iam.clock.now()
    with pytest.raises(ValueError, match="give one of age_days and expires"):
        iam.add_credential("Anika", BEDROCK, expires=now, age_days=1)
    with pytest.raises(ValueError, match="is not after created"):
        iam.add_credential("Anika", BEDROCK, expires=now - dt.timedelta(2), created=now)
    with pytest.raises(ValueError, match="has no time zone"):
        iam.add_credential("Anika", BEDROCK, expires=now.replace(tzinfo=None))
    assert iam.users() == []
