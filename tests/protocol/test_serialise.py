"""IAM's bodies, byte for byte.

The lengths are content-lengths of real answers, from Cloud Custodian's recordings (2016 to 2020),
each with a request id of 36 characters.
"""

from __future__ import annotations

import datetime as dt

import pytest

from pytest_sscred.errors import ErrorKind
from pytest_sscred.protocol.model import load_model
from pytest_sscred.protocol.serialise import error_body, result_body

MODEL = load_model()
REQUEST_ID = "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE0"


@pytest.mark.parametrize(
    ("operation", "result", "length"),
    [
        ("DeleteUser", {}, 200),
        ("DeleteAccessKey", {}, 210),
        ("DeleteLoginProfile", {}, 216),
        ("TagUser", {}, 194),
        ("UntagUser", {}, 198),
        ("RemoveUserFromGroup", {}, 218),
        ("ListGroupsForUser", {"Groups": [], "IsTruncated": False}, 322),
        ("ListUserPolicies", {"PolicyNames": [], "IsTruncated": False}, 323),
        ("ListMFADevices", {"MFADevices": [], "IsTruncated": False}, 314),
        ("ListSSHPublicKeys", {"SSHPublicKeys": [], "IsTruncated": False}, 329),
        ("ListSigningCertificates", {"Certificates": [], "IsTruncated": False}, 352),
        ("ListAccessKeys", {"AccessKeyMetadata": [], "IsTruncated": False}, 321),
        ("ListAttachedUserPolicies", {"AttachedPolicies": [], "IsTruncated": False}, 360),
    ],
)
def test_a_body_is_as_long_as_the_real_one(operation, result, length):
    body = result_body(MODEL.operation(operation), result, MODEL.iam.namespace, REQUEST_ID)
    assert len(body) == length


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
