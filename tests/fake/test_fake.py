"""FakeIAM's verbs: seeding, reading, who calls, without any door where none is needed."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import json

import pytest
from names import BEDROCK, CODECOMMIT, DELETE

from pytest_sscred import FakeIAM

UTC = dt.timezone.utc


# Seeding


def test_a_seeded_user_is_there(iam):
    user = iam.add_user("Anika", path="/team/")
    assert (user.name, user.path) == ("Anika", "/team/")
    assert user.arn == f"arn:aws:iam::{iam.account_id}:user/team/Anika"
    assert user.id.startswith("AIDA")
    assert user.created.tzinfo is UTC
    assert user.credentials == []
    assert iam.user("anika") == user == iam.users()[0]
    assert iam.calls == []


def test_a_seeded_password(iam):
    credential = iam.add_credential("Anika", "CodeCommit.amazonaws.com")
    assert credential.id.startswith("ACCA")
    assert credential.user_name == "Anika"
    assert credential.service_name == CODECOMMIT
    assert credential.service_user_name == "Anika-at-123456789012"
    assert len(credential.password) == 60
    assert credential.alias is credential.expires is None
    with pytest.raises(AttributeError, match=r"has no secret but a password: ask for \.password"):
        credential.secret  # noqa: B018 - None would equal what another has not either
    assert credential.status == "Active"
    assert credential.is_active
    assert iam.user("Anika").credentials == [credential]


def test_a_seeded_api_key(iam):
    key = iam.add_credential("Anika", BEDROCK, age_days=30)
    assert key.alias == "Anika-at-123456789012"
    assert key.secret.startswith("ABSK")
    assert key.service_user_name is None
    with pytest.raises(AttributeError, match=r"is an API key, which .*: ask for \.secret"):
        key.password  # noqa: B018
    assert key.expires - key.created == dt.timedelta(days=30)


def test_a_seed_has_the_history_it_is_given(iam):
    created = dt.datetime(2026, 1, 1, 9, 30, 15, 999, tzinfo=UTC)
    credential = iam.add_credential("Anika", CODECOMMIT, status="Inactive", created=created)
    assert credential.created == created.replace(microsecond=0)
    (made,) = credential.transitions
    assert (made.status, made.previous) == ("Inactive", None)
    assert (made.operation, made.caller) == ("add_credential", "test")
    assert made.at == credential.created


def test_a_seed_may_have_expired_long_ago(iam):
    created = dt.datetime(2026, 1, 1, tzinfo=UTC)
    key = iam.add_credential("Anika", BEDROCK, created=created, age_days=1)
    assert key.status == "Expired"
    assert key.statuses == ["Active", "Expired"]


def test_what_someone_else_takes_away_is_put_down_to_the_test(iam):
    first = iam.add_credential("Anika", CODECOMMIT)
    second = iam.add_credential("Anika", BEDROCK)
    iam.remove_credential(first.id)
    assert first.transitions[-1].operation == "remove_credential"
    iam.remove_user("anika")
    assert second.statuses == ["Active", "Deleted"]
    assert second.transitions[-1].operation == "remove_user"
    assert second.transitions[-1].caller == "test"
    assert iam.users() == iam.credentials() == []


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        (lambda iam: iam.add_user("a b"), "CreateUser would refuse this: The specified value for"),
        (lambda iam: iam.add_user("a" * 65), "have length less than or equal to 64"),
        (lambda iam: iam.add_user("a", "x"), "The specified value for path is invalid"),
        (
            lambda iam: iam.add_user("SOFIA"),
            r"a user 'sofia' already \(names that differ only by case are the same\)",
        ),
        (
            lambda iam: iam.add_credential("Anika", "keyspaces.amazonaws.com"),
            "'keyspaces.amazonaws.com': AWS calls it 'cassandra.amazonaws.com'",
        ),
        (
            lambda iam: iam.add_credential("Anika", "bedrok.amazonaws.com"),
            "did you mean 'bedrock.amazonaws.com'?",
        ),
        (
            lambda iam: iam.add_credential("Anika", BEDROCK, status="Expired"),
            "not 'Expired': give an expires that has passed",
        ),
        (
            lambda iam: iam.add_credential("Anika", BEDROCK, status="active"),
            "status takes 'Active' or 'Inactive', not 'active'",
        ),
        (
            lambda iam: iam.add_credential("Anika", BEDROCK, created=dt.datetime(2026, 1, 1)),
            "has no time zone",
        ),
        (
            lambda iam: iam.add_credential(
                "Anika", BEDROCK, created=dt.datetime(2999, 1, 1, tzinfo=UTC)
            ),
            "created lies in the future",
        ),
        (
            lambda iam: iam.add_credential("Anika", BEDROCK, age_days=0),
            "age_days takes a whole number from 1, not 0",
        ),
        (
            lambda iam: [iam.add_credential("Anika", BEDROCK) for _ in range(3)],
            "Anika has as many credentials for bedrock.amazonaws.com as this account's quota "
            r"allows, 2; FakeIAM\(quota=...\) sets another",
        ),
        (lambda iam: iam.credentials(status="Actve"), "did you mean 'Active'?"),
        (lambda iam: iam.credentials(service_name="keyspaces"), "AWS calls it 'cassandra"),
        (lambda iam: iam.assert_statuses("x", ["Off"]), "a credential has no status 'Off'"),
        (
            lambda iam: iam.assert_called("UpdateCredential"),
            "is not an IAM operation: did you mean",
        ),
        (
            lambda iam: iam.assert_called("RotateCredential"),
            "none of the 114 that are faked",
        ),
        (
            lambda iam: iam.assert_not_called("s3:PutObject"),
            "'s3:PutObject' is not an IAM operation: IAM only, there is no s3 here$",
        ),
        (lambda iam: iam.assert_called("iam:GetUser"), "did you mean 'GetUser'?"),
        (lambda iam: iam.add_user("sofia"), r"has a user 'sofia' already: user\('sofia'\)"),
        (
            lambda iam: iam.add_credential("Anika", BEDROCK, status="Deleted"),
            "not 'Deleted': remove_credential deletes one",
        ),
        (
            lambda iam: iam.assert_not_called("GetUser", UserNam="x"),
            "GetUser has no parameter 'UserNam': did you mean 'UserName'?",
        ),
    ],
)
def test_a_seed_or_question_that_makes_no_sense_is_refused_at_once(iam, seed, message):
    iam.add_user("sofia")
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        seed(iam)


def test_a_refused_seed_leaves_nothing_behind(iam):
    with pytest.raises(ValueError, match="credentialAgeDays"):
        iam.add_credential("Anika", BEDROCK, age_days=36601)
    assert iam.users() == []


@pytest.mark.parametrize(
    "seed",
    [
        lambda iam: iam.add_user(7),
        lambda iam: iam.add_user(None),
        lambda iam: iam.add_credential("Anika", None),
        lambda iam: iam.add_credential("Anika", BEDROCK, age_days="30"),
        lambda iam: iam.add_credential("Anika", BEDROCK, age_days=True),
        lambda iam: iam.add_credential("Anika", BEDROCK, created="2026-01-01"),
    ],
)
def test_a_seed_of_another_type_is_refused_at_once(iam, seed):
    with pytest.raises(TypeError):
        seed(iam)


def test_a_backdated_credential_has_a_user_as_old(iam):
    created = dt.datetime(2020, 1, 1, tzinfo=UTC)
    credential = iam.add_credential("Anika", BEDROCK, created=created)
    assert iam.user("Anika").created == credential.created == created


def test_an_expiry_past_the_end_of_time_is_the_last_moment(iam, ask):
    iam.clock.move_to(dt.datetime(9950, 1, 1, tzinfo=UTC))
    key = iam.add_credential("Anika", BEDROCK, age_days=36600)
    assert key.expires.year == 9999
    assert ask("ListServiceSpecificCredentials", UserName="Anika").status == 200


def test_an_expired_credential_counts_where_it_is_assumed_to(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.assumed.EXPIRED_COUNTS_TOWARD_QUOTA", False)
    for _ in range(2):
        iam.add_credential("Anika", BEDROCK, age_days=1)
    iam.clock.shift(dt.timedelta(days=1))
    assert iam.add_credential("Anika", BEDROCK).is_active


# Reading


def test_a_users_handle_will_do_for_its_name(iam):
    anika = iam.add_user("Anika")
    credential = iam.add_credential("Anika", BEDROCK)
    assert iam.user(anika) == anika
    assert iam.credentials(anika) == [credential]
    iam.act_as(anika)
    fault = iam.add_fault("Throttling", on="GetUser", user_name=anika)
    assert fault.user_name == "Anika"
    iam.remove_user(anika)
    assert iam.users() == []


def test_groups_and_policies_are_listed_by_name(iam):
    assert iam.groups() == iam.policies() == []
    listing = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [listing]}
    policies = [iam.add_policy(name, document) for name in ("read", "Deploy")]
    groups = [iam.add_group(name) for name in ("git", "Admins")]
    assert iam.groups() == groups[::-1]
    assert iam.policies() == policies[::-1]


@pytest.mark.parametrize(
    "question",
    [
        lambda iam: iam.user(None),
        lambda iam: iam.remove_user(3),
        lambda iam: iam.credential(None),
        lambda iam: iam.credentials(3),
        lambda iam: iam.add_fault(5, on="GetUser"),
        lambda iam: iam.add_fault("Throttling", on=None),
        lambda iam: iam.add_fault("Throttling", on="GetUser", message=5),
        lambda iam: iam.add_fault("Throttling", on="GetUser", user_name=5),
        lambda iam: iam.add_fault("Throttling", on=DELETE, credential_id=5),
        lambda iam: iam.assert_called(None),
        lambda iam: iam.assert_statuses("x", "Active"),
    ],
)
def test_what_is_no_text_is_refused_at_once(iam, question):
    with pytest.raises(TypeError):
        question(iam)


def test_a_handle_of_another_account_is_refused(iam):
    other = FakeIAM(seed="other").add_credential("Anika", BEDROCK)
    for verb in (iam.assert_active, iam.assert_deleted, iam.remove_credential):
        with pytest.raises(ValueError, match="belongs to another account"):
            verb(other)


def test_a_record_of_a_call_stays_as_it_is(iam, ask):
    ask("GetUser", UserName="Anika")
    (call,) = iam.calls
    assert json.loads(json.dumps(call.params)) == {"UserName": "Anika"}
    assert copy.deepcopy(call) == call == dataclasses.replace(call)
    assert {call, copy.copy(call)} == {call}
    with pytest.raises(dataclasses.FrozenInstanceError):
        call.params = {}


def test_a_handle_of_a_user_stands_for_its_name(iam, ask):
    anika = iam.add_user("Anika")
    credential = iam.add_credential(anika, "codecommit.amazonaws.com")
    ask("GetUser", UserName="anika")
    iam.assert_called("GetUser", UserName=anika)
    with pytest.raises(AssertionError, match="called 1 time"):
        iam.assert_not_called("GetUser", UserName=anika)
    assert credential.user_name == "Anika"


def test_a_call_is_found_by_what_is_no_text(iam, ask):
    ask("ListServiceSpecificCredentials", AllUsers=True)
    iam.assert_called("ListServiceSpecificCredentials", AllUsers=True)
    iam.assert_not_called("ListServiceSpecificCredentials", AllUsers=False)


def test_a_service_is_found_among_the_calls_in_whatever_case(iam, ask):
    ask("ListServiceSpecificCredentials", UserName="Anika", ServiceName="CodeCommit.amazonaws.com")
    iam.assert_called("ListServiceSpecificCredentials", ServiceName="codecommit.amazonaws.com")
    with pytest.raises(ValueError, match="did you mean 'codecommit"):
        iam.assert_not_called("ListServiceSpecificCredentials", ServiceName="codecommit")


@pytest.mark.parametrize(
    "params", [{"UserName": b"Anika"}, {"ServiceName": None}, {"UserName": None}]
)
def test_what_no_call_could_have_is_refused(iam, params):
    with pytest.raises(TypeError, match="is text, not"):
        iam.assert_not_called("CreateServiceSpecificCredential", **params)


def test_a_call_refused_for_its_key_is_recorded_with_what_was_sent(iam, ask):
    iam.add_user("Anika")
    key = ask("CreateAccessKey", UserName="Anika").result["AccessKey"]["AccessKeyId"]
    iam.remove_user("Anika")
    ask("GetUser", key, UserName="Anika")
    iam.assert_called("GetUser", UserName="anika")
    assert iam.calls[-1].error == "InvalidClientTokenId"


@pytest.mark.parametrize(
    ("ask_for", "message"),
    [
        (lambda iam: iam.user("sofie"), "the account has no user 'sofie': did you mean 'sofia'?"),
        (lambda iam: iam.remove_user("x"), "the account has no user 'x': there are: sofia"),
        (lambda iam: iam.act_as("x"), "no user 'x'"),
        (
            lambda iam: iam.assert_deleted("AKIA"),
            "no credential, key or certificate has the id 'AKIA': the account has had none",
        ),
        (lambda iam: iam.credential("ACCA"), "no credential 'ACCA': add_credential makes one"),
        (lambda iam: FakeIAM().user("x"), "the account has none now; add_user makes one"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(iam, ask_for, message):
    iam.add_user("sofia")
    with pytest.raises(LookupError) as caught:
        ask_for(iam)
    assert message in str(caught.value)


def test_a_credential_cannot_be_removed_twice(iam):
    credential = iam.add_credential("Anika", BEDROCK)
    iam.remove_credential(credential)
    with pytest.raises(LookupError, match="is deleted already"):
        iam.remove_credential(credential)
    with pytest.raises(LookupError, match="did you mean 'ACCA"):
        iam.credential(credential.id[:-1])


def test_credentials_are_chosen_by_user_service_and_status(iam):
    a = iam.add_credential("Anika", CODECOMMIT)
    b = iam.add_credential("Anika", BEDROCK, status="Inactive")
    c = iam.add_credential("sofia", BEDROCK)
    iam.remove_credential(c)
    assert iam.credentials() == [a, b]
    assert iam.credentials("anika") == [a, b]
    assert iam.credentials(service_name=BEDROCK) == [b]
    assert iam.credentials(status="Inactive") == [b]
    assert iam.credentials(status="Deleted") == [c]
    assert iam.credentials("nobody") == []


def test_handles_are_live_equal_and_read_only(iam):
    credential = iam.add_credential("Anika", BEDROCK)
    again = iam.credential(credential.id)
    assert credential == again
    assert credential != credential.id
    assert len({credential, again, iam.user("Anika"), iam.user("anika")}) == 2
    assert iam.user("Anika") != "Anika"
    for handle, name in [(credential, "status"), (iam.user("Anika"), "name")]:
        with pytest.raises(AttributeError):
            setattr(handle, name, "x")
    iam.remove_credential(credential)
    assert again.status == "Deleted"


def test_no_secret_is_in_any_repr(iam, ask):
    credential = iam.add_credential("Anika", CODECOMMIT)
    key = iam.add_credential("Anika", BEDROCK)
    ask("CreateAccessKey", UserName="Anika")
    ask("ResetServiceSpecificCredential", UserName="Anika", ServiceSpecificCredentialId=key.id)
    shown = repr([iam, credential, key, iam.user("Anika"), iam.calls, credential.transitions])
    shown += repr(
        list(vars(iam._account).values()) + list(vars(iam._account.state).values())
    ) + iam.report(whole=True)
    for secret in (credential.password, key.secret, "FakePytestSscred"):
        assert secret not in shown


def test_reprs_tell_what_is_what(iam):
    credential = iam.add_credential("Anika", CODECOMMIT)
    assert repr(iam) == "<FakeIAM 123456789012: 1 user, 1 credential, 0 calls>"
    assert repr(iam.user("Anika")) == "<User Anika>"
    assert repr(credential) == f"<Credential {credential.id} of Anika, {CODECOMMIT}, Active>"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"account_id": 123456789012}, "account_id takes a string of 12 digits, not 123456789012"),
        ({"account_id": "1"}, "account_id takes a string of 12 digits"),
        ({"quota": 0}, "quota takes a whole number from 1, not 0"),
        ({"quota": True}, "quota takes a whole number"),
        ({"page_size": 1001}, "page_size takes a whole number from 1 to 1000, not 1001"),
        ({"unused_faults": "ignore"}, "unused_faults takes 'fail' or 'allow', not 'ignore'"),
        ({"unsupported": False}, "unsupported takes 'fail' or 'allow'"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        FakeIAM(**options)


def test_the_same_seed_makes_the_same_account():
    def ids(seed):
        iam = FakeIAM(seed=seed)
        credential = iam.add_credential("Anika", CODECOMMIT)
        return credential.id, credential.password, iam.user("Anika").id

    assert ids("a") == ids("a") != ids("b")


# Who calls


def test_act_as_makes_a_user_the_caller_until_taken_back(iam, ask):
    iam.add_user("Anika")
    iam.act_as("anika")
    assert ask("GetUser").result["User"]["UserName"] == "Anika"
    assert ask("GetUser", "AKIAIOSFODNN7EXAMPLE").result["User"]["UserName"] == "Anika"
    iam.act_as(None)
    assert ask("GetUser").code == "ValidationError"


def test_acting_follows_a_rename_and_ends_with_the_user(iam, ask):
    iam.add_user("Anika")
    iam.act_as("Anika")
    ask("UpdateUser", UserName="Anika", NewUserName="Annika")
    assert ask("GetUser").result["User"]["UserName"] == "Annika"
    iam.remove_user("Annika")
    iam.add_user("Annika", "/another/")
    assert ask("GetUser").code == "InvalidClientTokenId"
    assert iam.calls[-1].caller == "arn:aws:iam::123456789012:user/Annika"


# Assertions on calls


def test_calls_are_asserted_by_operation_and_parameters(iam, ask):
    credential = iam.add_credential("Anika", CODECOMMIT)
    about = {"UserName": "Anika", "ServiceSpecificCredentialId": credential.id}
    ask("UpdateServiceSpecificCredential", Status="Inactive", **about)
    ask("UpdateServiceSpecificCredential", Status="Active", **about)
    iam.assert_called("UpdateServiceSpecificCredential")
    iam.assert_called("UpdateServiceSpecificCredential", times=2, UserName="Anika")
    iam.assert_called("UpdateServiceSpecificCredential", times=1, Status="Active")
    iam.assert_called("UpdateServiceSpecificCredential", ServiceSpecificCredentialId=credential)
    iam.assert_not_called("UpdateServiceSpecificCredential", UserName="sofia")
    iam.assert_not_called("DeleteServiceSpecificCredential")
    iam.assert_called("DeleteServiceSpecificCredential", times=0)


# Without pytest


def test_leaving_the_block_tells_of_what_went_unnoticed():
    with pytest.raises(AssertionError, match="never fired: Throttling"), FakeIAM() as iam:
        iam.add_fault("Throttling", on="ListUsers")
    with FakeIAM(unused_faults="allow") as iam:
        iam.add_fault("Throttling", on="ListUsers")


def test_an_exception_is_not_masked_by_what_went_unnoticed():
    def fail():
        with FakeIAM() as iam:
            iam.add_fault("Throttling", on="ListUsers")
            raise KeyError

    with pytest.raises(KeyError):
        fail()


def test_an_account_is_opened_once_at_a_time(iam):
    with iam, pytest.raises(RuntimeError, match="open already"):
        iam.open()
    with iam:
        pass
    iam.close()  # closed already: nothing to do


def test_a_user_has_two_keys_at_most_also_by_the_test(iam, ask):
    iam.add_user("Anika")
    for _ in range(2):
        key = ask("CreateAccessKey", UserName="Anika").result["AccessKey"]["AccessKeyId"]
        ask("UpdateAccessKey", UserName="Anika", AccessKeyId=key, Status="Inactive")
    with iam, pytest.raises(ValueError, match="has 2 access keys, none of them Active"):
        iam.client(user_name="Anika")


@pytest.mark.parametrize("times", [-1, True, "1"])
def test_times_is_a_number(iam, times):
    with pytest.raises(ValueError, match="times takes a whole number from 0"):
        iam.assert_called("GetUser", times=times)


def test_a_client_needs_an_open_account(iam):
    with pytest.raises(RuntimeError, match="open the account first"):
        iam.client()


def test_a_status_in_another_case_is_meant(iam):
    with pytest.raises(ValueError, match="not 'inactive': did you mean 'Inactive'"):
        iam.add_credential("Anika", CODECOMMIT, status="inactive")
    with pytest.raises(ValueError, match="no status 'active': did you mean 'Active'"):
        iam.credentials(status="active")


def test_a_history_has_a_status_at_least(iam):
    key = iam.add_credential("Anika", CODECOMMIT)
    with pytest.raises(ValueError, match="assert_statuses takes at least one status"):
        iam.assert_statuses(key, [])


def test_a_handle_of_another_account_names_nothing_here(iam):
    other = FakeIAM(account_id="210987654321")
    user, key = other.add_user("Anika"), other.add_credential("Bela", CODECOMMIT)
    for ask_about in (
        lambda: iam.assert_called("GetUser", UserName=user),
        lambda: iam.assert_not_called(DELETE, ServiceSpecificCredentialId=key),
        lambda: iam.assert_statuses(key, ["Active"]),
        lambda: iam.assert_deleted(key),
    ):
        with pytest.raises(ValueError, match="belongs to another account than this one, 123456789"):
            ask_about()


def test_statuses_may_come_from_an_iterator(iam):
    key = iam.add_credential("Anika", CODECOMMIT)
    iam.assert_statuses(key, iter(["Active"]))
    with pytest.raises(AssertionError, match="never Inactive"):
        iam.assert_statuses(key, iter(["Active", "Inactive"]))


def test_a_seed_may_be_made_at_this_very_moment(iam):
    now = dt.datetime(2026, 1, 1, tzinfo=UTC)
    iam.clock.move_to(now)
    assert iam.add_credential("Anika", CODECOMMIT, created=now).created == now
