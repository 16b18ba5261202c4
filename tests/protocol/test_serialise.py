"""IAM's bodies, byte for byte.

The lengths are content-lengths of real answers, from Cloud Custodian's recordings (2016 to 2020),
each with a request id of 36 characters: `wire_lengths.json` has all of them (operation, length,
length of what the recorded data make, recording, date, status), `wire_answers.json` the data.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from every_door import typed

from pytest_sscred.errors import ErrorKind
from pytest_sscred.protocol.model import load_model
from pytest_sscred.protocol.serialise import error_body, result_body
from pytest_sscred.resources import OPERATIONS, YIELDING

HERE = Path(__file__).parents[1]
ANSWERS = json.loads((HERE / "wire_answers.json").read_text())["answers"]
LENGTHS = json.loads((HERE / "wire_lengths.json").read_text())
# Their recordings are in no copy of the repository that this was made from.
NOT_TO_BE_HAD = {
    ("GetGroup", 526),
    ("GetUser", 576),
    ("ListAccessKeys", 557),
    ("ListAccountAliases", 400),
}
MODEL = load_model()
REQUEST_ID = "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE0"


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(each, id=f"{each['operation']}-{each['length']} [{each['recorded']}]")
        for each in ANSWERS
    ],
)
def test_a_body_is_as_long_as_the_real_one(seen):
    if "error" in seen:
        code, message = seen["error"]
        body = error_body(MODEL.errors[code], message, MODEL.iam.namespace, REQUEST_ID)
    else:
        operation = MODEL.operation(seen["operation"])
        result = typed(seen["operation"], seen["result"])
        body = result_body(operation, result, MODEL.iam.namespace, REQUEST_ID)
    assert len(body) == seen["length"]


def test_every_length_that_can_be_rebuilt_is():
    """Of the operations that are ours; others' data were made anonymous after the recording."""
    known = {
        (operation, real)
        for operation, real, rebuilt, *_ in LENGTHS
        if real == rebuilt and operation in {*OPERATIONS} - {*YIELDING}
    }
    rebuilt = {(seen["operation"], seen["length"]) for seen in ANSWERS}
    assert known - rebuilt == NOT_TO_BE_HAD


@pytest.mark.parametrize(
    ("operation", "result", "order"),
    [
        (
            "ListUserTags",
            {"Tags": [{"Key": "Team", "Value": "red"}], "IsTruncated": False},
            ["Tags", "member", "Value", "Key", "IsTruncated"],
        ),
        (
            "GetAccountAuthorizationDetails",
            {
                "UserDetailList": [],
                "GroupDetailList": [],
                "RoleDetailList": [],
                "Policies": [],
                "IsTruncated": False,
            },
            ["Policies", "UserDetailList", "RoleDetailList", "GroupDetailList", "IsTruncated"],
        ),
    ],
)
def test_members_come_in_the_order_of_the_wire(operation, result, order):
    """radkawar/stackd, 2026-09; the model has another order."""
    body = result_body(MODEL.operation(operation), result, MODEL.iam.namespace, REQUEST_ID).decode()
    within = body.split(f"<{operation}Result>")[1].split(f"</{operation}Result>")[0]
    assert re.findall(r"<(\w+)", within) == order


def test_a_result_is_indented_and_its_lists_are_members():
    result = {
        "ServiceSpecificCredentials": [
            {
                "UserName": "A&B",
                "CreateDate": dt.datetime(2019, 9, 5, 19, 29, 2, 9, dt.timezone.utc),
            }
        ],
        "IsTruncated": True,
        "Marker": "",
    }
    operation = MODEL.operation("ListServiceSpecificCredentials")
    assert result_body(operation, result, MODEL.iam.namespace, REQUEST_ID).decode() == (
        '<ListServiceSpecificCredentialsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n'
        "  <ListServiceSpecificCredentialsResult>\n"
        "    <ServiceSpecificCredentials>\n"
        "      <member>\n"
        "        <UserName>A&amp;B</UserName>\n"
        "        <CreateDate>2019-09-05T19:29:02Z</CreateDate>\n"
        "      </member>\n"
        "    </ServiceSpecificCredentials>\n"
        "    <Marker/>\n"
        "    <IsTruncated>true</IsTruncated>\n"
        "  </ListServiceSpecificCredentialsResult>\n"
        "  <ResponseMetadata>\n"
        f"    <RequestId>{REQUEST_ID}</RequestId>\n"
        "  </ResponseMetadata>\n"
        "</ListServiceSpecificCredentialsResponse>\n"
    )


@pytest.mark.parametrize(("by_sender", "type_"), [(True, "Sender"), (False, "Receiver")])
def test_an_error_has_its_request_id_beside_it(by_sender, type_):
    kind = ErrorKind("NoSuchEntity", 404, by_sender)
    assert error_body(kind, "not <here>\0", MODEL.iam.namespace, REQUEST_ID).decode() == (
        '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n'
        "  <Error>\n"
        f"    <Type>{type_}</Type>\n"
        "    <Code>NoSuchEntity</Code>\n"
        "    <Message>not &lt;here&gt;\N{REPLACEMENT CHARACTER}</Message>\n"
        "  </Error>\n"
        f"  <RequestId>{REQUEST_ID}</RequestId>\n"
        "</ErrorResponse>\n"
    )


def test_a_map_has_entries_of_a_key_and_a_value():
    operation = MODEL.operation("GetAccountSummary")
    body = result_body(operation, {"SummaryMap": {"Users": 7}}, MODEL.iam.namespace, REQUEST_ID)
    assert (
        "    <SummaryMap>\n"
        "      <entry>\n"
        "        <key>Users</key>\n"
        "        <value>7</value>\n"
        "      </entry>\n"
        "    </SummaryMap>\n"
    ) in body.decode()
