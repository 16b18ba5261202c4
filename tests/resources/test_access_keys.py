"""Access keys: who signs with them is who calls."""

from __future__ import annotations

import datetime as dt

import pytest

INVALID = ("InvalidClientTokenId", "The security token included in the request is invalid.")


@pytest.fixture
def key(iam, ask):
    iam.add_user("Anika")
    return ask("CreateAccessKey", UserName="Anika").result["AccessKey"]


def test_a_key_is_made_with_its_secret_and_listed_without(ask, key):
    assert len(key["SecretAccessKey"]) == 40
    (listed,) = ask("ListAccessKeys", UserName="Anika").result["AccessKeyMetadata"]
    assert listed == {name: key[name] for name in key if name != "SecretAccessKey"}


def test_a_key_tells_when_it_was_made(iam, ask):
    iam.add_user("Anika")
    made = dt.datetime(2026, 1, 31, 9, 30, 15, 999, dt.timezone.utc)
    iam.clock.move_to(made)
    key = ask("CreateAccessKey", UserName="Anika").result["AccessKey"]
    iam.clock.shift(dt.timedelta(days=1))
    (listed,) = ask("ListAccessKeys", UserName="Anika").result["AccessKeyMetadata"]
    assert key["CreateDate"] == listed["CreateDate"] == made.replace(microsecond=0)


def test_the_signer_is_the_caller(ask, key):
    answer = ask("GetUser", key["AccessKeyId"])
    assert answer.result["User"]["UserName"] == "Anika"


def test_a_caller_may_leave_its_own_name_out_everywhere(iam, ask, key):
    mine = iam.add_credential("Anika", "codecommit.amazonaws.com")
    signer = key["AccessKeyId"]
    about = {"ServiceSpecificCredentialId": mine.id}
    listed = ask("ListServiceSpecificCredentials", signer)
    assert len(listed.result["ServiceSpecificCredentials"]) == 1
    assert ask("UpdateServiceSpecificCredential", signer, Status="Inactive", **about).status == 200
    assert ask("ResetServiceSpecificCredential", signer, **about).status == 200
    assert ask("DeleteServiceSpecificCredential", signer, **about).status == 200
    assert {t.caller for t in mine.transitions[1:]} == {iam.user("Anika").arn}
    assert len(ask("ListAccessKeys", signer).result["AccessKeyMetadata"]) == 1
    second = ask("CreateAccessKey", signer).result["AccessKey"]["AccessKeyId"]
    assert ask("UpdateAccessKey", signer, AccessKeyId=second, Status="Inactive").status == 200
    assert ask("DeleteAccessKey", signer, AccessKeyId=second).status == 200


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("GetUser", {}),
        ("ListAccessKeys", {}),
        ("CreateAccessKey", {}),
        ("UpdateAccessKey", {"AccessKeyId": "AKIA" + "A" * 16, "Status": "Active"}),
        ("DeleteAccessKey", {"AccessKeyId": "AKIA" + "A" * 16}),
        ("ListServiceSpecificCredentials", {}),
        ("ResetServiceSpecificCredential", {"ServiceSpecificCredentialId": "A" * 20}),
        ("DeleteServiceSpecificCredential", {"ServiceSpecificCredentialId": "A" * 20}),
        (
            "UpdateServiceSpecificCredential",
            {"ServiceSpecificCredentialId": "A" * 20, "Status": "Active"},
        ),
    ],
)
def test_the_administrator_must_name_the_user(ask, operation, params):
    """Recorded for GetUser and DeleteAccessKey (LocalStack's snapshots of AWS, 2026-02/03)."""
    answer = ask(operation, **params)
    assert (answer.status, answer.code, answer.message) == (
        400,
        "ValidationError",
        "Must specify userName when calling with non-User credentials",
    )


def test_a_key_that_is_inactive_or_deleted_signs_nothing(iam, ask, key):
    about = {"UserName": "Anika", "AccessKeyId": key["AccessKeyId"]}
    ask("UpdateAccessKey", Status="Inactive", **about)
    answer = ask("GetUser", key["AccessKeyId"])
    assert (answer.code, answer.message) == INVALID
    assert iam.calls[-1].caller == key["AccessKeyId"]
    ask("UpdateAccessKey", Status="Active", **about)
    assert ask("GetUser", key["AccessKeyId"]).status == 200
    ask("DeleteAccessKey", **about)
    answer = ask("GetUser", key["AccessKeyId"])
    assert (answer.status, answer.code, answer.message) == (403, *INVALID)
    assert iam.calls[-1].error == "InvalidClientTokenId"


def test_a_key_goes_with_its_user(iam, ask, key):
    iam.remove_user("Anika")
    assert ask("GetUser", key["AccessKeyId"]).code == "InvalidClientTokenId"


def test_expired_is_no_status_to_set(ask, key):
    answer = ask(
        "UpdateAccessKey", UserName="Anika", AccessKeyId=key["AccessKeyId"], Status="Expired"
    )
    assert answer.code == "InvalidInput"


def test_another_users_key_is_not_found(iam, ask, key):
    iam.add_user("sofia")
    answer = ask("DeleteAccessKey", UserName="sofia", AccessKeyId=key["AccessKeyId"])
    assert (answer.code, answer.message) == (
        "NoSuchEntity",
        f"The Access Key with id {key['AccessKeyId']} cannot be found.",
    )
