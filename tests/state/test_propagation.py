"""Eventual consistency: reads that do not see yet what was written."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import boto3
import pytest
import requests
from names import BEDROCK, UPDATE

from pytest_sscred import FakeIAM


def listed(ask, **params):
    answer = ask("ListServiceSpecificCredentials", **(params or {"AllUsers": True}))
    if answer.code:
        return answer.code
    return [member["Status"] for member in answer.result["ServiceSpecificCredentials"]]


def create(ask):
    answer = ask("CreateServiceSpecificCredential", UserName="Anika", ServiceName=BEDROCK)
    return answer.result["ServiceSpecificCredential"]


def set_status(ask, credential_id, status):
    about = {"UserName": "Anika", "ServiceSpecificCredentialId": credential_id}
    return ask(UPDATE, Status=status, **about)


def test_the_next_reads_do_not_see_what_was_written(iam, ask):
    iam.add_user("Anika")
    iam.set_propagation(calls=2)
    create(ask)
    assert [listed(ask) for _ in range(4)] == [[], [], ["Active"], ["Active"]]
    assert len(iam.credentials()) == 1, "the test sees it at once"


def test_nobody_sees_it_before_the_clock_is_there(iam, ask):
    iam.add_user("Anika")
    iam.set_propagation(after=timedelta(seconds=10))
    made = create(ask)
    iam.clock.shift(timedelta(seconds=6))
    set_status(ask, made["ServiceSpecificCredentialId"], "Inactive")
    assert listed(ask) == []
    iam.clock.shift(timedelta(seconds=4))
    assert listed(ask) == ["Active"]
    iam.clock.shift(timedelta(seconds=6))
    assert listed(ask) == ["Inactive"]


def test_it_is_seen_at_that_very_moment(iam, ask):
    iam.clock.move_to(datetime(2026, 1, 1, tzinfo=timezone.utc))
    iam.add_user("Anika")
    iam.set_propagation(after=timedelta(seconds=10))
    create(ask)
    iam.clock.shift(timedelta(seconds=10, microseconds=-1))
    assert listed(ask) == []
    iam.clock.shift(timedelta(microseconds=1))
    assert listed(ask) == ["Active"]


def test_what_is_unseen_stays_so_though_it_is_set_anew(iam, ask):
    iam.add_user("Anika")
    iam.set_propagation(calls=3)
    create(ask)
    iam.set_propagation(calls=1)
    create(ask)
    assert [len(listed(ask)) for _ in range(4)] == [0, 0, 0, 2]
    set_status(ask, iam.credentials()[0].id, "Inactive")
    assert [listed(ask).count("Inactive") for _ in range(2)] == [0, 1]


def test_each_write_is_unseen_by_the_reads_after_it(iam, ask):
    key = iam.add_credential("Anika", BEDROCK)
    iam.set_propagation(calls=2)
    set_status(ask, key.id, "Inactive")
    assert listed(ask) == ["Active"]
    set_status(ask, key.id, "Active")
    set_status(ask, key.id, "Inactive")
    assert [listed(ask) for _ in range(3)] == [["Active"], ["Inactive"], ["Inactive"]]


def test_writes_see_everything(iam, ask):
    iam.add_user("Anika")
    iam.set_propagation(calls=5)
    made = create(ask)
    assert set_status(ask, made["ServiceSpecificCredentialId"], "Inactive").status == 200
    create(ask)
    refused = ask("CreateServiceSpecificCredential", UserName="Anika", ServiceName=BEDROCK)
    assert refused.code == "LimitExceeded"


def test_a_write_that_was_refused_hides_nothing(iam, ask):
    iam.add_user("Anika")
    iam.set_propagation(calls=1)
    assert ask("CreateUser", UserName="Anika").code == "EntityAlreadyExists"
    iam.add_user("Bela")
    assert len(ask("ListUsers").result["Users"]) == 2


@pytest.mark.parametrize("operation", ["GetUser", "ListAccessKeys"])
def test_users_and_keys_likewise(iam, ask, operation):
    iam.set_propagation(calls=1)
    ask("CreateUser", UserName="Anika")
    assert ask(operation, UserName="Anika").code == "NoSuchEntity"
    assert ask(operation, UserName="Anika").status == 200
    ask("DeleteUser", UserName="Anika")
    assert ask(operation, UserName="Anika").status == 200
    assert ask(operation, UserName="Anika").code == "NoSuchEntity"


def test_the_caller_is_who_it_was_then(iam, ask):
    iam.add_credential("Anika", BEDROCK)
    iam.act_as("Anika")
    iam.set_propagation(calls=2)
    ask("UpdateUser", UserName="Anika", NewUserName="Bela")
    assert ask("GetUser").result["User"]["UserName"] == "Anika"
    assert listed(ask, ServiceName=BEDROCK) == ["Active"]
    assert ask("GetUser").result["User"]["UserName"] == "Bela"
    ask("CreateUser", UserName="Cleo")
    iam.act_as("Cleo")
    assert ask("GetUser").result["User"]["UserName"] == "Cleo"


READS = [
    ("ListUsers", {}),
    ("ListServiceSpecificCredentials", {"AllUsers": True}),
    ("ListServiceSpecificCredentials", {"UserName": "Anika"}),
    ("ListAccessKeys", {"UserName": "Anika"}),
    ("GetUser", {"UserName": "Anika"}),
    ("GetUser", {"UserName": "Bo"}),
]
WRITES = {
    "CreateUser": {"UserName": "Carla"},
    "UpdateUser": {"UserName": "Anika", "NewUserName": "Zoe", "NewPath": "/z/"},
    "DeleteUser": {"UserName": "Bo"},
    "CreateServiceSpecificCredential": {"UserName": "Bo", "ServiceName": BEDROCK},
    UPDATE: {"UserName": "Anika", "ServiceSpecificCredentialId": "", "Status": "Inactive"},
    "ResetServiceSpecificCredential": {"UserName": "Anika", "ServiceSpecificCredentialId": ""},
    "DeleteServiceSpecificCredential": {"UserName": "Anika", "ServiceSpecificCredentialId": ""},
    "CreateAccessKey": {"UserName": "Anika"},
    "UpdateAccessKey": {"UserName": "Anika", "AccessKeyId": "", "Status": "Inactive"},
    "DeleteAccessKey": {"UserName": "Anika", "AccessKeyId": ""},
}


@pytest.mark.parametrize("operation", WRITES)
def test_no_read_sees_a_write_of_any_kind(iam, ask, operation):
    key = iam.add_credential("Anika", BEDROCK)
    access_key = ask("CreateAccessKey", UserName="Anika").result["AccessKey"]["AccessKeyId"]
    iam.add_user("Bo")

    def reads():
        answers = [ask(read, **params) for read, params in READS]
        secrets = [iam.authenticate(BEDROCK, secret=each).reason for each in known]
        return [each.code or each.result for each in answers], secrets

    known = [key.secret]
    before = reads()
    ids = {"ServiceSpecificCredentialId": key.id, "AccessKeyId": access_key}
    params = {name: value or ids[name] for name, value in WRITES[operation].items()}
    iam.set_propagation(calls=len(READS) + 1)
    assert ask(operation, **params).code is None
    seen, (verdict,) = reads()
    assert seen == before[0]
    assert verdict == ("reset" if operation.startswith("Reset") else "accepted")
    if operation != "ResetServiceSpecificCredential":  # no read shows a secret
        assert reads() != before


def test_a_secret_between_two_resets_was_never_seen(iam, ask):
    key = iam.add_credential("Anika", BEDROCK)
    iam.set_propagation(calls=9)
    about = {"UserName": "Anika", "ServiceSpecificCredentialId": key.id}
    ask("ResetServiceSpecificCredential", **about)
    between = key.secret
    ask("ResetServiceSpecificCredential", **about)
    assert iam.authenticate(BEDROCK, secret=between).reason == "unknown"


def test_what_the_test_does_is_seen_at_once(iam, ask):
    iam.add_credential("Bela", BEDROCK)
    iam.set_propagation(calls=5)
    ask("CreateUser", UserName="Cleo")
    key = iam.add_credential("Anika", BEDROCK)
    assert iam.authenticate(BEDROCK, secret=key.secret).accepted
    ask("DeleteUser", UserName="Cleo")
    iam.remove_user("Bela")
    assert listed(ask) == ["Active"]


def test_what_is_loaded_is_seen_at_once(iam, ask):
    iam.set_propagation(calls=5)
    ask("CreateUser", UserName="Cleo")
    iam.load({"Users": [{"UserName": "Bela", "CreateDate": "2019-04-18T20:45:36+00:00"}]})
    assert len(ask("ListUsers").result["Users"]) == 2


def test_what_all_have_seen_is_not_kept(iam, ask):
    iam.set_propagation(after=timedelta(seconds=1))
    for number in range(5):
        ask("CreateUser", UserName=f"u{number}")
        iam.clock.shift(timedelta(seconds=2))
    assert len(iam._account.state.table("unseen writes")) == 1


def test_reads_that_do_not_see_leave_nothing_behind(iam, ask):
    """Or each would take longer than the one before."""
    iam.set_propagation(after=timedelta(hours=1))
    ask("CreateUser", UserName="Anika")
    log = iam._account.state.log
    kept = len(log._writes)
    for _ in range(50):
        assert ask("GetUser", UserName="Anika").code == "NoSuchEntity"
    assert len(log._writes) == kept


def test_by_reads_and_by_time_in_turn(iam, ask):
    iam.set_propagation(after=timedelta(minutes=1))
    ask("CreateUser", UserName="Anika")
    iam.set_propagation(calls=2)
    ask("CreateUser", UserName="Bela")
    seen = []
    for _ in range(2):
        seen.append(len(ask("ListUsers").result["Users"]))
    iam.clock.shift(timedelta(minutes=1))
    seen.append(len(ask("ListUsers").result["Users"]))
    assert seen == [0, 0, 2]


def test_a_client_that_only_looks_ends_nothing(iam, ask):
    with iam:
        iam.add_user("Anika")
        iam.client("Anika")
        iam.set_propagation(calls=5)
        create(ask)
        answer = iam.client("Anika").list_service_specific_credentials()
    assert answer["ServiceSpecificCredentials"] == []


def test_none_of_both_ends_it(iam, ask):
    iam.add_user("Anika")
    iam.set_propagation(calls=5)
    create(ask)
    assert listed(ask) == []
    iam.set_propagation()
    assert listed(ask) == ["Active"]
    create(ask)
    assert listed(ask) == ["Active", "Active"]


def test_ids_go_on_as_without_it():
    def ids(**propagation):
        iam = FakeIAM()
        iam.add_user("Anika")
        with iam:
            client = boto3.client("iam")
            if propagation:
                iam.set_propagation(**propagation)
            for _ in range(2):
                client.create_service_specific_credential(UserName="Anika", ServiceName=BEDROCK)
                client.list_users()
        return [each.id for each in iam.credentials()]

    assert ids(calls=1) == ids(after=timedelta(1)) == ids()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"calls": 1, "after": timedelta(1)}, ValueError, "give one of calls and after, not both"),
        ({"calls": 0}, ValueError, "calls takes a whole number from 1, not 0"),
        ({"after": 3}, TypeError, "after takes a datetime.timedelta, not 3"),
        ({"after": timedelta(0)}, ValueError, "after takes a timedelta over 0"),
    ],
)
def test_what_makes_no_sense(iam, arguments, error, message):
    with pytest.raises(error, match=message):
        iam.set_propagation(**arguments)


def test_a_failed_test_tells_of_it(iam, ask):
    iam.add_user("Anika")
    iam.set_propagation(calls=1)
    create(ask)
    assert "latest writes" not in iam.report()
    listed(ask)
    assert "did not see the latest writes: ListServiceSpecificCredentials" in iam.report()


# Services


def test_a_service_takes_a_new_key_when_it_sees_it(iam, ask):
    iam.add_user("Anika")
    iam.set_propagation(after=timedelta(seconds=10))
    made = create(ask)
    secret = made["ServiceCredentialSecret"]
    assert iam.authenticate(BEDROCK, secret=secret).reason == "unknown"
    assert "did not see the latest writes: Authenticate" in iam.report()
    iam.clock.shift(timedelta(seconds=10))
    accepted = iam.authenticate(BEDROCK, secret=secret)
    assert accepted.accepted
    assert accepted.credential == iam.credential(made["ServiceSpecificCredentialId"])
    assert accepted.credential.last_used == iam.calls[-1].at


def test_and_refuses_a_deactivated_one_when_it_sees_that(iam, ask):
    key = iam.add_credential("Anika", BEDROCK)
    iam.set_propagation(calls=1)
    set_status(ask, key.id, "Inactive")
    reasons = [iam.authenticate(BEDROCK, secret=key.secret).reason for _ in range(2)]
    assert reasons == ["accepted", "inactive"]
    assert key.last_used is not None


def test_a_secret_that_was_reset_stops_at_once(iam, ask):
    key = iam.add_credential("Anika", BEDROCK)
    old = key.secret
    iam.set_propagation(calls=2)
    ask("ResetServiceSpecificCredential", UserName="Anika", ServiceSpecificCredentialId=key.id)
    assert iam.authenticate(BEDROCK, secret=old).reason == "reset"
    assert iam.authenticate(BEDROCK, secret=key.secret).reason == "unknown"
    assert iam.authenticate(BEDROCK, secret=key.secret).accepted


# Through the doors


def through_boto3(iam):
    client = boto3.client("iam")
    client.create_service_specific_credential(UserName="Anika", ServiceName=BEDROCK)

    def count():
        answer = client.list_service_specific_credentials(UserName="Anika")
        return len(answer["ServiceSpecificCredentials"])

    return [count(), count()]


def through_http(iam):
    with iam.serve() as endpoint:
        return _by_hand(endpoint.url)


def through_requests(iam):
    with iam.open_services():
        return _by_hand("https://iam.amazonaws.com/")


def _by_hand(url):
    def call(action):
        form = {"Action": action, "Version": "2010-05-08", "UserName": "Anika"}
        return requests.post(url, data={**form, "ServiceName": BEDROCK}).text

    call("CreateServiceSpecificCredential")
    return [call("ListServiceSpecificCredentials").count("ACCA") for _ in range(2)]


def through_aiobotocore(iam):
    session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")

    async def main():
        async with session.get_session().create_client("iam", region_name="us-east-1") as client:
            await client.create_service_specific_credential(UserName="Anika", ServiceName=BEDROCK)
            answers = [
                await client.list_service_specific_credentials(UserName="Anika") for _ in range(2)
            ]
        return [len(answer["ServiceSpecificCredentials"]) for answer in answers]

    return asyncio.run(main())


@pytest.mark.parametrize(
    "door", [through_boto3, through_http, through_requests, through_aiobotocore]
)
def test_through_every_door(sscred_iam, door):
    sscred_iam.add_user("Anika")
    sscred_iam.set_propagation(calls=1)
    assert door(sscred_iam) == [0, 1]
