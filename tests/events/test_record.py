"""The records of calls, beside those that CloudTrail wrote for real accounts."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import pickle
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from minimal import minimal
from waist import form_of

from pytest_sscred import FakeIAM
from pytest_sscred.ask import Ask, Caller
from pytest_sscred.events.record import trace_of
from pytest_sscred.iam_api import answer_to, handle
from pytest_sscred.journal import Call
from pytest_sscred.outcomes import Answered
from pytest_sscred.protocol.model import load_model
from pytest_sscred.resources import OPERATIONS
from pytest_sscred.running import run
from pytest_sscred.seeding import keys_of
from pytest_sscred.wire import Request, Response

RECORDED = json.loads(
    (Path(__file__).with_name("recorded_cloudtrail.json")).read_text(encoding="utf-8")
)["records"]
OTHERWISE = {  # what is newer now, or made up by every account
    "eventVersion", "principalId", "accessKeyId", "userId", "createDate", "requestID", "eventID",
    "tlsVersion", "cipherSuite",
}  # fmt: skip
ORDER = [
    "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion",
    "sourceIPAddress", "userAgent", "errorCode", "errorMessage", "requestParameters",
    "responseElements", "requestID", "eventID", "readOnly", "eventType", "managementEvent",
    "recipientAccountId", "eventCategory", "tlsDetails",
]  # fmt: skip
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def send(iam, operation, key_id="AKIAIOSFODNN7EXAMPLE", agent="Boto3/1.42.97", **params):
    form = form_of(load_model().operation(operation), params)
    signature = f"AWS4-HMAC-SHA256 Credential={key_id}/20261122/us-east-1/iam/aws4_request"
    handle(
        iam._account,
        Request(
            "https://iam.amazonaws.com/",
            signature if key_id else "",
            urlencode(form).encode(),
            agent=agent,
            address="192.168.10.20",
        ),
    )
    return iam.calls[-1]


def shape(value):
    """A JSON value with its keys in order, and without what differs from account to account."""
    if isinstance(value, dict):
        return [
            (key, type(each) if key in OTHERWISE else shape(each)) for key, each in value.items()
        ]
    return [shape(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seen", RECORDED, ids=lambda seen: f"{seen['about']} [{seen['source']}]")
def test_a_record_is_what_aws_wrote(seen):
    theirs = seen["record"]
    identity = theirs["userIdentity"]
    iam = FakeIAM(account_id=identity["accountId"])
    iam.clock.move_to(dt.datetime.fromisoformat(theirs["eventTime"].replace("Z", "+00:00")))
    iam.add_user(identity["userName"])
    params = {
        key[0].upper() + key[1:]: each for key, each in (theirs["requestParameters"] or {}).items()
    }
    if "UserName" in params and theirs["eventName"] != "CreateUser":
        iam.add_user(params["UserName"])
    if "AccessKeyId" in params:
        send(iam, "CreateAccessKey", UserName=params["UserName"])
        params["AccessKeyId"] = iam.cloudtrail[-1]["responseElements"]["accessKey"]["accessKeyId"]
    key_id, _ = keys_of(iam._account, iam.user(identity["userName"]))
    ours = send(iam, theirs["eventName"], key_id, theirs["userAgent"], **params).cloudtrail
    ours["sourceIPAddress"] = theirs["sourceIPAddress"]
    assert shape(ours) == shape(theirs)


@pytest.fixture
def anika(iam):
    iam.add_user("Anika")
    return {"UserName": "Anika"}


def test_a_create_shows_what_it_made_without_the_secret(iam, anika):
    """Members that production rules match on: Datadog's def-000-l7a."""
    about = {**anika, "ServiceName": "bedrock.amazonaws.com"}
    record = send(
        iam, "CreateServiceSpecificCredential", CredentialAgeDays=36600, **about
    ).cloudtrail
    (key,) = iam.credentials()
    assert record["requestParameters"] == {
        "userName": "Anika", "serviceName": "bedrock.amazonaws.com", "credentialAgeDays": 36600,
    }  # fmt: skip
    made = record["responseElements"]["serviceSpecificCredential"]
    assert made == {
        "createDate": record["eventTime"],
        "expirationDate": key.expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "serviceName": "bedrock.amazonaws.com",
        "serviceCredentialAlias": key.alias,
        "serviceSpecificCredentialId": key.id,
        "userName": "Anika",
        "status": "Active",
    }
    assert made["expirationDate"].startswith("21")


@pytest.mark.parametrize("service", ["bedrock.amazonaws.com", "codecommit.amazonaws.com"])
def test_a_reset_shows_what_it_made_as_a_create_does(iam, service):
    key = iam.add_credential("Anika", service)
    about = {"UserName": "Anika", "ServiceSpecificCredentialId": key.id}
    record = send(iam, "ResetServiceSpecificCredential", **about).cloudtrail
    made = record["responseElements"]["serviceSpecificCredential"]
    assert made["serviceSpecificCredentialId"] == key.id
    assert not {"servicePassword", "serviceCredentialSecret"} & set(made)


@pytest.mark.parametrize("operation", ["Update", "Delete"])
def test_an_update_and_a_delete_show_nothing(iam, operation):
    key = iam.add_credential("Anika", "bedrock.amazonaws.com")
    about = {"UserName": "Anika", "ServiceSpecificCredentialId": key.id}
    status = {"Status": "Inactive"} if operation == "Update" else {}
    record = send(iam, f"{operation}ServiceSpecificCredential", **about, **status).cloudtrail
    assert record["responseElements"] is None
    assert record["readOnly"] is False


def test_a_denied_call_has_no_parameters_but_its_message_names_the_user(iam, anika):
    """As recorded in September 2026 of a containment function's UpdateAccessKey."""
    iam.deny("iam:UpdateAccessKey")
    key = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Inactive"}
    record = send(iam, "UpdateAccessKey", **anika, **key).cloudtrail
    assert record["errorCode"] == "AccessDenied"
    assert "on resource: user Anika because" in record["errorMessage"]
    assert (record["requestParameters"], record["responseElements"]) == (None, None)


def test_another_error_keeps_its_parameters(iam, anika):
    """As recorded (panther-labs/panther-analysis, aws_iam_user_key_created)."""
    for _ in range(3):
        record = send(iam, "CreateAccessKey", **anika).cloudtrail
    assert record["errorCode"] == "LimitExceededException"
    assert record["errorMessage"] == "Cannot exceed quota for AccessKeysPerUser: 2"
    assert record["requestParameters"] == {"userName": "Anika"}
    assert record["responseElements"] is None


def test_an_error_without_a_class_keeps_the_code_of_the_wire(iam):
    iam.add_fault("Throttling", on="ListUsers")
    assert send(iam, "ListUsers").cloudtrail["errorCode"] == "Throttling"


def test_secrets_that_were_sent_are_left_out(iam, anika):
    record = send(iam, "CreateLoginProfile", **anika, Password="Corr3ct-horse").cloudtrail
    assert record["requestParameters"] == {"userName": "Anika"}
    about = {"OldPassword": "Corr3ct-horse", "NewPassword": "Batt3ry-staple"}
    assert send(iam, "ChangePassword", **about).cloudtrail["requestParameters"] is None


def test_parameters_that_could_not_be_read_are_as_sent(iam):
    call = send(iam, "ListUsers", MaxItems="many")
    assert call.error == "MalformedInput"
    assert call.cloudtrail["requestParameters"] == {"maxItems": "many"}


def test_lists_and_objects_are_spelled_alike(iam):
    tags = [{"Key": "Team", "Value": "red"}]
    record = send(iam, "CreateUser", UserName="Anika", Tags=tags).cloudtrail
    assert record["requestParameters"]["tags"] == [{"key": "Team", "value": "red"}]
    assert record["responseElements"]["user"]["tags"] == [{"key": "Team", "value": "red"}]


def test_a_role_calls_in_a_session(iam):
    iam.clock.move_to(dt.datetime(2026, 9, 13, 15, 38, 40, tzinfo=dt.timezone.utc))
    record = send(iam, "ListUsers").cloudtrail
    identity = record["userIdentity"]
    role_id = identity["sessionContext"]["sessionIssuer"]["principalId"]
    assert re.fullmatch("AROA[A-Z2-7]{17}", role_id)
    account = iam.account_id
    assert identity == {
        "type": "AssumedRole",
        "principalId": f"{role_id}:pytest-sscred",
        "arn": f"arn:aws:sts::{account}:assumed-role/Administrator/pytest-sscred",
        "accountId": account,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role_id,
                "arn": f"arn:aws:iam::{account}:role/Administrator",
                "accountId": account,
                "userName": "Administrator",
            },
            "attributes": {"creationDate": "2026-09-13T15:00:00Z", "mfaAuthenticated": "false"},
        },
    }


def test_a_call_without_a_signature_names_no_key(iam):
    assert "accessKeyId" not in send(iam, "ListUsers", "").cloudtrail["userIdentity"]


ROLE_SESSION = "arn:aws:sts::123456789012:assumed-role/Administrator/pytest-sscred"


def traced(operation="CreateUser", answer=None, caller=ROLE_SESSION, **params):
    at = dt.datetime(2026, 9, 13, 15, 38, 40, 999, tzinfo=dt.timezone.utc)
    masked = load_model().masked(operation, params)
    ask = Ask(operation, Caller(caller), at, params, request_id="r-1")
    return Call(operation, masked, caller, None, at, trace=trace_of(ask, Answered(answer or {})))


def test_where_a_call_came_from_is_that_calls_own(iam):
    one, other = send(iam, "ListUsers", agent="one"), send(iam, "ListUsers", agent="other")
    assert [each.cloudtrail["userAgent"] for each in (one, other)] == ["one", "other"]
    assert one.cloudtrail["sourceIPAddress"] == "192.168.10.20"
    ids = {each.cloudtrail[name] for each in (one, other) for name in ("requestID", "eventID")}
    assert len(ids) == 4
    assert all(re.fullmatch(UUID, each) for each in ids)


def test_the_request_id_is_the_answers(iam, ask):
    response = ask("ListUsers").response
    assert iam.cloudtrail[-1]["requestID"] == response.headers["x-amzn-requestid"]


def test_a_call_without_a_network_comes_from_an_address_for_documents(iam, ask):
    ask("ListUsers")
    assert iam.cloudtrail[-1]["sourceIPAddress"] == "192.0.2.1"


def test_a_refused_key_leaves_no_record(iam, anika):
    key_id, _ = keys_of(iam._account, iam.user("Anika"))
    about = {"AccessKeyId": key_id, "Status": "Inactive"}
    send(iam, "UpdateAccessKey", **anika, **about)
    assert send(iam, "ListUsers", key_id).cloudtrail is None
    assert [each["eventName"] for each in iam.cloudtrail] == ["UpdateAccessKey"]


def test_a_call_that_never_arrived_leaves_no_record(iam):
    iam.add_fault("EndpointConnectionError", on="ListUsers")
    assert send(iam, "ListUsers").cloudtrail is None


def test_a_call_whose_answer_was_lost_has_the_record_of_what_it_did(iam):
    iam.add_fault("ReadTimeoutError", on="CreateUser", applied=True)
    record = send(iam, "CreateUser", UserName="Anika").cloudtrail
    assert "errorCode" not in record
    assert record["responseElements"]["user"]["userId"] == iam.user("Anika").id


def test_a_call_whose_refusal_was_lost_has_the_record_of_that(iam):
    iam.add_fault("ReadTimeoutError", on="DeleteUser", applied=True)
    call = send(iam, "DeleteUser", UserName="Anika")
    assert (call.error, call.applied) == ("ReadTimeoutError", False)
    assert call.cloudtrail["errorCode"] == "NoSuchEntityException"


def test_an_error_after_the_change_is_an_error(iam):
    iam.add_fault("ServiceFailure", on="CreateUser", applied=True)
    record = send(iam, "CreateUser", UserName="Anika").cloudtrail
    assert record["errorCode"] == "ServiceFailureException"
    assert record["responseElements"] is None


ROLE = (
    b"<CreateRoleResponse><CreateRoleResult><Role><Path>/</Path><RoleName>git</RoleName>"
    b"<CreateDate>2026-09-13T15:38:40Z</CreateDate>"
    b"<AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument><Tags/>"
    b"<PermissionsBoundary></PermissionsBoundary></Role></CreateRoleResult>"
    b"<ResponseMetadata><RequestId>x</RequestId></ResponseMetadata></CreateRoleResponse>"
)
GONE = (
    b"<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>None.</Message></Error>"
    b"</ErrorResponse>"
)


def answered_by_another(iam, operation, status, body):
    async def others():
        return Response(status, {}, body)

    form = urlencode({"Action": operation, "RoleName": "git", "Version": "2010-05-08"})
    run(answer_to(iam._account, Request("/", body=form.encode()), others))
    (record,) = iam.cloudtrail
    assert record["requestParameters"] == {"roleName": "git"}
    return record


def test_what_another_mock_answered_is_recorded_from_its_response(iam):
    record = answered_by_another(iam, "CreateRole", 200, ROLE)
    assert record["responseElements"] == {
        "role": {
            "path": "/",
            "roleName": "git",
            "createDate": "2026-09-13T15:38:40Z",
            "assumeRolePolicyDocument": "%7B%7D",
        }
    }


def test_a_list_that_another_mock_answered_is_recorded(iam):
    tags = b"<Tags><member><Key>Team</Key><Value>red</Value></member></Tags>"
    record = answered_by_another(iam, "CreateRole", 200, ROLE.replace(b"<Tags/>", tags))
    assert record["responseElements"]["role"]["tags"] == [{"key": "Team", "value": "red"}]


@pytest.mark.parametrize(
    ("body", "error"),
    [(GONE, ("NoSuchEntityException", "None.")), (b"not XML", ("404", ""))],
    ids=["an error", "anything"],
)
def test_what_another_mock_refused_is_recorded_from_its_response(iam, body, error):
    record = answered_by_another(iam, "DeleteRole", 404, body)
    assert (record["errorCode"], record["errorMessage"]) == error


def filled(shape):
    """A value of that shape with all its members."""
    if shape.type_name == "structure":
        return {name: filled(each) for name, each in shape.members.items()}
    if shape.type_name == "list":
        return [] if "Type" in shape.name else [filled(shape.member)]
    if shape.type_name == "map":
        return {"Key": filled(shape.value)}
    if shape.metadata.get("sensitive"):
        return b"hush" if shape.type_name == "blob" else "hush"
    return {
        "timestamp": dt.datetime(2026, 9, 13, tzinfo=dt.timezone.utc),
        "blob": b"some",
    }.get(shape.type_name, "some")


def keys(value):
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from keys(each)
    elif isinstance(value, list):
        for each in value:
            yield from keys(each)


@pytest.mark.parametrize("operation", sorted(load_model().iam.operation_names))
def test_every_operation_has_a_record_of_the_same_form(operation):
    model = load_model().operation(operation)
    params = filled(model.input_shape) if model.input_shape else {}
    answer = filled(model.output_shape) if model.output_shape else {}
    record = traced(operation, answer, **params).cloudtrail
    assert list(record) == [name for name in ORDER if not name.startswith("error")]
    assert json.loads(json.dumps(record)) == record
    assert "hush" not in json.dumps(record)
    assert record["readOnly"] == operation.startswith(("Get", "List", "Simulate"))
    if params.keys() - {"OldPassword", "NewPassword"}:
        first = [key for key in keys(record["requestParameters"]) if key != "Key"]
        assert all(key[0].islower() for key in first)
    else:
        assert record["requestParameters"] is None
    if operation.startswith(("Get", "List", "Simulate", "Update", "Delete")) or not answer:
        assert record["responseElements"] is None
    else:
        assert [key for key in keys(record["responseElements"]) if not key[0].islower()] == []


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_faked_call_has_a_record(iam, operation):
    iam.add_user("Anika")
    call = send(iam, operation, **minimal(operation))
    record = call.cloudtrail
    wanted = [name for name in ORDER if call.error or not name.startswith("error")]
    assert list(record) == wanted
    assert json.loads(json.dumps(record)) == record
    text = json.dumps(record)
    assert not [secret for secret in iam._account.state.secrets._made if secret in text]


def test_neither_a_call_nor_what_is_kept_for_its_record_shows_a_secret(iam):
    call = send(iam, "CreateAccessKey", UserName=iam.add_user("Anika").name)
    secrets = list(iam._account.state.secrets._made)
    assert secrets
    assert not [each for each in secrets if each in repr(call) + repr(call.trace)]
    assert re.fullmatch(f"<Trace {UUID}>", repr(call.trace))


@pytest.mark.parametrize(
    "operation",
    ["CreateAccessKey", "CreateServiceSpecificCredential", "CreateVirtualMFADevice"],
)
def test_what_is_kept_of_a_call_holds_no_secret(iam, operation):
    iam.add_user("Anika")
    about = {} if operation == "CreateVirtualMFADevice" else {"UserName": "Anika"}
    call = send(iam, operation, **minimal(operation) | about)
    assert call.error is None
    secrets = list(iam._account.state.secrets._made)
    assert secrets
    for kept in (pickle.dumps(call), pickle.dumps(dataclasses.asdict(call))):
        assert not [each for each in secrets if each.encode() in kept]


def test_records_are_in_the_order_of_their_seconds(iam, ask):
    """Someone else's may be of an earlier time than calls that were made before."""
    iam.clock.move_to(dt.datetime(2026, 9, 13, 15, 38, 40, 600, tzinfo=dt.timezone.utc))
    ask("CreateUser", UserName="Anika")
    now = iam.clock.now()
    for days in (10, 0):
        created = now - dt.timedelta(days=days)
        iam.add_credential("Anika", "bedrock.amazonaws.com", created=created, recorded=True)
    names = [(each["eventTime"][:10], each["eventName"]) for each in iam.cloudtrail]
    assert names == [
        ("2026-09-03", "CreateServiceSpecificCredential"),
        ("2026-09-13", "CreateUser"),
        ("2026-09-13", "CreateServiceSpecificCredential"),
    ]


def test_what_the_test_itself_does_leaves_no_record(iam):
    key = iam.add_bedrock_key()
    iam.remove_credential(key)
    iam.remove_user(key.user_name)
    assert iam.cloudtrail == []


def test_records_are_in_the_order_of_the_calls_and_new_each_time(iam, ask):
    for name in ("b", "a"):
        ask("CreateUser", UserName=name)
    first = iam.cloudtrail
    assert [each["requestParameters"]["userName"] for each in first] == ["b", "a"]
    first[0].clear()
    assert iam.cloudtrail[0]["eventName"] == "CreateUser"


def test_a_call_of_sts_names_its_service(iam, ask):
    ask("GetCallerIdentity")
    (record,) = iam.cloudtrail
    assert (record["eventSource"], record["eventName"]) == (
        "sts.amazonaws.com",
        "GetCallerIdentity",
    )
    assert (record["readOnly"], record["requestParameters"]) == (True, None)


@pytest.mark.parametrize(
    ("url", "region", "host"),
    [
        ("https://sts.amazonaws.com/", "us-east-1", "sts.amazonaws.com"),
        (
            "https://sts.eu-central-1.amazonaws.com/",
            "eu-central-1",
            "sts.eu-central-1.amazonaws.com",
        ),
        ("http://127.0.0.1:5000/", "eu-central-1", "sts.eu-central-1.amazonaws.com"),
        ("/", "us-east-1", "sts.us-east-1.amazonaws.com"),
    ],
)
def test_a_call_of_sts_is_in_the_region_of_its_endpoint(iam, url, region, host):
    signature = f"AWS4-HMAC-SHA256 Credential=AKIA/20261122/{region}/sts/aws4_request"
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    handle(iam._account, Request(url, signature, body))
    (record,) = iam.cloudtrail
    assert record["awsRegion"] == region
    assert record["tlsDetails"]["clientProvidedHostHeader"] == host
