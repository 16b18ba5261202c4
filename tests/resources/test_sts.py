"""Who calls, as STS says it: true to the key that signs, and to `act_as`."""

from __future__ import annotations

import datetime as dt

import pytest
from minimal import minimal

from pytest_sscred import FakeIAM

ROLE = "arn:aws:sts::123456789012:assumed-role/Administrator/pytest-sscred"


@pytest.fixture
def key(iam, ask):
    iam.add_user("Anika", path="/eu/")
    return ask("CreateAccessKey", UserName="Anika").result["AccessKey"]["AccessKeyId"]


def who(ask, key=""):
    answer = ask("GetCallerIdentity", key)
    assert answer.status == 200, answer
    return answer.result


def anika(iam):
    user = iam.user("Anika")
    return {"UserId": user.id, "Account": iam.account_id, "Arn": user.arn}


def test_the_administrator_is_a_role(iam, ask):
    found = who(ask)
    role, _, session = found.pop("UserId").partition(":")
    assert found == {"Account": "123456789012", "Arn": ROLE}
    assert (role[:4], len(role), session) == ("AROA", 21, "pytest-sscred")


def test_its_id_follows_from_the_seed_and_costs_no_other_id():
    from waist import Waist

    first, again, other = (FakeIAM(seed=seed) for seed in "aab")
    ids = [who(Waist(each))["UserId"] for each in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]
    assert first.add_user("Anika").id == again.add_user("Anika").id
    first.reset()
    assert who(Waist(first))["UserId"] == ids[0]


def test_a_users_key_gives_the_user(iam, ask, key):
    assert who(ask, key) == anika(iam)
    assert who(ask)["Arn"] == ROLE


def test_act_as_gives_that_user(iam, ask, key):
    iam.add_user("sofia")
    iam.act_as("sofia")
    assert who(ask)["Arn"] == who(ask, "ASIAFOREIGN000000000")["Arn"] == iam.user("sofia").arn
    assert who(ask, key) == anika(iam)
    iam.act_as(None)
    assert who(ask)["Arn"] == ROLE


@pytest.mark.parametrize("status", ["Inactive", "Deleted"])
def test_a_key_that_is_no_longer_good_is_refused(iam, ask, key, status):
    if status == "Inactive":
        ask("UpdateAccessKey", UserName="Anika", AccessKeyId=key, Status="Inactive")
    else:
        ask("DeleteAccessKey", UserName="Anika", AccessKeyId=key)
    answer = ask("GetCallerIdentity", key)
    assert (answer.status, answer.code) == (403, "InvalidClientTokenId")
    assert answer.message == "The security token included in the request is invalid."
    assert iam.calls[-1].error == "InvalidClientTokenId"


def test_a_rename_is_seen_later_than_by_iam(iam, ask, key):
    """The caller is read as other reads are."""
    old = iam.user("Anika").arn
    iam.set_propagation(calls=1)
    ask("UpdateUser", UserName="Anika", NewUserName="Anna")
    assert who(ask, key)["Arn"] == old
    assert who(ask, key)["Arn"] == iam.user("Anna").arn


@pytest.mark.parametrize("asked", ["AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", None])
def test_every_key_is_the_accounts(ask, key, asked):
    assert ask("GetAccessKeyInfo", AccessKeyId=asked or key).result == {"Account": "123456789012"}


def test_parameters_are_checked(ask):
    answer = ask("GetAccessKeyInfo", AccessKeyId="not the id of a key")
    assert (answer.status, answer.code) == (400, "ValidationError")
    assert "accessKeyId" in answer.message


def test_the_use_of_a_key_is_one_of_sts(iam, ask, key, monkeypatch):
    import boto3

    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "regional")  # as newer boto3 does by itself
    secret = iam._account.state.table("AccessKey")[key].secret
    with iam:
        session = boto3.Session(key, secret, region_name="eu-central-1")
        session.client("sts").get_caller_identity()
    used = ask("GetAccessKeyLastUsed", AccessKeyId=key).result["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("sts", "eu-central-1")
    assert isinstance(used["LastUsedDate"], dt.datetime)


def test_the_call_is_one_like_any_other(iam, ask, key):
    iam.add_fault("Throttling", on="GetCallerIdentity")
    assert ask("GetCallerIdentity", key).code == "Throttling"
    who(ask, key)
    ask("GetAccessKeyInfo", key, AccessKeyId=key)
    iam.assert_called("GetCallerIdentity", times=2)
    iam.assert_called("GetAccessKeyInfo", AccessKeyId=key)
    iam.assert_order("GetCallerIdentity", "GetAccessKeyInfo")
    assert {call.caller for call in iam.calls[1:]} == {iam.user("Anika").arn}
    assert "GetCallerIdentity: Throttling" in iam.report()
    assert iam.problems() == []


def test_it_can_be_swept(iam, ask):
    def scenario():
        if ask("GetCallerIdentity").code is None:
            iam.assert_not_called("ListUsers")
            ask("ListUsers")

    with pytest.raises(ValueError, match="none of the calls"):
        iam.sweep(lambda: ask("GetCallerIdentity"), "NoSuchEntity", lost=None)
    iam.reset()
    iam.sweep(scenario, "Throttling")


def test_it_changes_nothing(iam, ask):
    rule = iam.require_no_changes()
    who(ask)
    assert rule.broken is None


def test_no_denied_action_of_iam_stops_it(iam, ask):
    iam.deny("iam:*")
    iam.deny("iam:Get*")
    who(ask)
    assert ask("GetUser").code == "AccessDenied"
    for action in ("iam:GetCallerIdentity", "sts:GetCallerIdentity", "iam:GetCaller*"):
        with pytest.raises(ValueError, match="action of IAM"):
            iam.deny(action)


def test_a_fault_names_the_service_of_the_action(iam, ask):
    iam.add_fault("AccessDenied", on="GetCallerIdentity")
    assert "perform: sts:GetCallerIdentity on resource" in ask("GetCallerIdentity").message


def test_operations_that_are_not_faked_are_unknown_to_a_test(iam):
    """Their calls are moto's or refused, and never in `calls`."""
    for verb in (iam.assert_called, iam.assert_not_called):
        with pytest.raises(ValueError, match="not an IAM operation"):
            verb("AssumeRole")
    with pytest.raises(ValueError, match="not an IAM operation"):
        iam.add_fault("Throttling", on="AssumeRole")


# On the wire


def form(**params):
    return {"Version": "2011-06-15", **params}


def test_answers_are_in_the_namespace_of_sts(ask):
    namespace = b'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'
    answer = ask.form(form(Action="GetCallerIdentity"))
    assert answer.response.body.startswith(b"<GetCallerIdentityResponse " + namespace)
    assert b"<GetCallerIdentityResult>" in answer.response.body
    refused = ask.form(form(Action="GetAccessKeyInfo", AccessKeyId="x"))
    assert refused.response.body.startswith(b"<ErrorResponse " + namespace)


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        (form(), "MissingAction", "The request is missing an action."),
        (form(Action="GetUser"), "InvalidAction",
         "Could not find operation GetUser for version 2011-06-15"),
        ({"Action": "GetCallerIdentity", "Version": "2010-05-08"}, "InvalidAction",
         "Could not find operation GetCallerIdentity for version 2010-05-08"),
        ({"Action": "GetCallerIdentity", "Version": "1999"}, "InvalidAction",
         "Could not find operation GetCallerIdentity for version 1999"),
        ({"Action": "GetCallerIdentity"}, "InvalidAction",
         "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED"),
    ],
)  # fmt: skip
def test_the_version_names_the_service(iam, ask, params, code, message):
    answer = ask.form(params)
    assert (answer.status, answer.code, answer.message) == (400, code, message)
    is_sts = b"doc/2011-06-15/" in answer.response.body
    assert is_sts == (params.get("Version") == "2011-06-15")
    assert iam.calls == []


def test_what_is_not_faked_is_refused_by_name(iam, ask):
    iam.require_no_changes()
    answer = ask("AssumeRole", **minimal("AssumeRole"))
    assert (answer.status, answer.code) == (400, "InvalidAction")
    assert answer.message.startswith("not mocked, and not sent: sts:AssumeRole\n")
    assert b"doc/2011-06-15/" in answer.response.body
    assert iam.calls == []
    (problem,) = iam.problems()
    assert problem.startswith("called, and not mocked: sts:AssumeRole")
