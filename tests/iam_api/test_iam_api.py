"""The waist: whatever comes in, AWS's XML comes out."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from waist import Waist, read

from pytest_sscred import FakeIAM
from pytest_sscred.iam_api import handle
from pytest_sscred.protocol.model import load_model
from pytest_sscred.wire import Request

VERSION = "2010-05-08"
NAMES = [
    "Action",
    "Version",
    "UserName",
    "ServiceName",
    "ServiceSpecificCredentialId",
    "Status",
    "MaxItems",
    "Marker",
    "AllUsers",
    "CredentialAgeDays",
    "Tags.member.1.Key",
    "Tags.member.x.Key",
    "Tags",
    "AccessKeyId",
    "NewUserName",
    "Path",
]
VALUES = st.sampled_from(
    [
        "",
        "Anika",
        "codecommit.amazonaws.com",
        "Active",
        "1",
        "true",
        VERSION,
        "\0",
        "\ud7ff<&>",
        "/",
    ]
) | st.text(max_size=30)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    action=st.sampled_from(sorted(load_model().iam.operation_names)) | st.text(max_size=10),
    form=st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=10), VALUES, max_size=8),
)
def test_any_form_is_answered(action, form):
    waist = Waist(FakeIAM())
    answer = waist.form({"Version": VERSION, "Action": action, **form})
    assert answer.status == 200 or answer.code


@settings(max_examples=300, deadline=None)
@given(url=st.text(max_size=60), authorization=st.text(max_size=60), body=st.binary(max_size=200))
def test_any_bytes_are_answered(url, authorization, body):
    response = handle(FakeIAM()._account, Request(url, authorization, body))
    assert read(response).code
    assert response.headers["content-length"] == str(len(response.body))


@pytest.mark.parametrize(
    ("form", "status", "code", "message"),
    [
        ({}, 400, "MissingAction", "The request is missing an action."),
        (
            {"Action": "Fly", "Version": VERSION},
            400,
            "InvalidAction",
            f"Could not find operation Fly for version {VERSION}",
        ),
        (
            {"Action": "ListUsers", "Version": "2009-01-01"},
            400,
            "InvalidAction",
            "Could not find operation ListUsers for version 2009-01-01",
        ),
        (
            {"Action": "ListUsers"},
            400,
            "InvalidAction",
            "Could not find operation ListUsers for version NO_VERSION_SPECIFIED",
        ),
        (
            {"Action": "ListUsers", "Version": VERSION, "MaxItems": "1.0"},
            400,
            "MalformedInput",
            "Invalid Argument: 1.0",
        ),
    ],
)
def test_a_request_that_names_no_operation_is_refused(ask, form, status, code, message):
    answer = ask.form(form)
    assert (answer.status, answer.code, answer.message) == (status, code, message)


def test_an_operation_that_is_not_faked_is_no_action_and_is_noted(iam, ask):
    answer = ask.form({"Action": "TagRole", "Version": VERSION})
    assert answer.code == "InvalidAction"
    assert "not faked, and not sent: TagRole" in answer.message
    assert "TagRole" in iam.problems()[0]


def test_the_headers_are_iams(iam, ask):
    response = ask("ListUsers").response
    assert sorted(response.headers) == [
        "content-length",
        "content-type",
        "date",
        "x-amzn-requestid",
    ]
    assert response.headers["content-type"] == "text/xml"
    assert response.headers["x-amzn-requestid"].encode() in response.body
    assert response.headers["date"].endswith(" GMT")


@pytest.mark.parametrize(
    "url",
    [
        "/?X-Amz-Credential={key}%2F20261122%2Fus-east-1%2Fiam%2Faws4_request",
        "/?AWSAccessKeyId={key}",
    ],
    ids=["presigned", "signature version 2"],
)
def test_a_signature_in_the_query_string_names_the_caller(iam, ask, url):
    iam.add_user("Anika")
    key = ask("CreateAccessKey", UserName="Anika").result["AccessKey"]["AccessKeyId"]
    url = url.format(key=key) + f"&Action=GetUser&Version={VERSION}"
    assert b"<UserName>Anika</UserName>" in handle(iam._account, Request(url)).body


def test_a_call_is_recorded_whatever_comes_of_it(iam, ask):
    iam.add_user("Anika")
    ask("GetUser", UserName="Anika")
    ask("GetUser", UserName="nobody")
    ask("GetUser", UserName="a b")
    assert [(call.operation, dict(call.params), call.error) for call in iam.calls] == [
        ("GetUser", {"UserName": "Anika"}, None),
        ("GetUser", {"UserName": "nobody"}, "NoSuchEntity"),
        ("GetUser", {"UserName": "a b"}, "ValidationError"),
    ]
    assert iam.calls[0].caller == (
        "arn:aws:sts::123456789012:assumed-role/Administrator/pytest-sscred"
    )


def test_what_the_model_calls_sensitive_is_masked():
    masked = load_model().masked("CreateLoginProfile", {"UserName": "u", "Password": "hunter2"})
    assert masked == {"UserName": "u", "Password": "***"}
    assert load_model().masked("CreateLoginProfile", {"UserName": "u"}) == {"UserName": "u"}
