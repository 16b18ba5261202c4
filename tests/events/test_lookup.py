"""LookupEvents: CloudTrail's event history, through boto3 and over HTTP."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json

import boto3
import pytest
import requests

from pytest_sscred import OperationNotFaked
from pytest_sscred.errors import AwsError
from pytest_sscred.events.lookup import lookup

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def trail(sscred_iam):
    """A client, and an account in which users a, b and c were made, a minute apart."""
    sscred_iam.clock.move_to(dt.datetime(2026, 9, 13, 15, 0, tzinfo=dt.timezone.utc))
    iam = boto3.client("iam")
    for name in "abc":
        iam.create_user(UserName=name)
        sscred_iam.clock.shift(MINUTE)
    return boto3.client("cloudtrail", region_name="us-east-1")


def names(answer):
    found = [json.loads(each["CloudTrailEvent"]) for each in answer["Events"]]
    return [(each["requestParameters"] or {}).get("userName") for each in found]


def test_the_latest_events_come_first(trail):
    assert names(trail.lookup_events()) == ["c", "b", "a"]


def test_an_event_wraps_its_record(sscred_iam, trail):
    event = trail.lookup_events()["Events"][0]
    record, user = sscred_iam.cloudtrail[-1], sscred_iam.user("c")
    assert json.loads(event.pop("CloudTrailEvent")) == record
    assert event.pop("EventTime") == sscred_iam.calls[-1].at
    assert event == {
        "EventId": record["eventID"],
        "EventName": "CreateUser",
        "ReadOnly": "false",
        "AccessKeyId": record["userIdentity"]["accessKeyId"],
        "EventSource": "iam.amazonaws.com",
        "Username": "pytest-sscred",
        "Resources": [
            {"ResourceType": "AWS::IAM::User", "ResourceName": name}
            for name in (user.arn, user.name, user.id)
        ],
    }


def test_the_search_itself_is_no_call(sscred_iam, trail):
    before = len(sscred_iam.calls)
    trail.lookup_events()
    assert len(sscred_iam.calls) == before


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("EventName", "CreateUser", ["c", "b", "a"]),
        ("EventName", "DeleteUser", []),
        ("EventSource", "iam.amazonaws.com", ["c", "b", "a"]),
        ("ReadOnly", "true", []),
        ("Username", "pytest-sscred", ["c", "b", "a"]),
        ("AccessKeyId", "ASIAIOSFODNN7EXAMPLE", ["c", "b", "a"]),
        ("ResourceType", "AWS::IAM::User", ["c", "b", "a"]),
        ("ResourceName", "b", ["b"]),
    ],
)
def test_an_attribute_filters(trail, key, value, expected):
    about = [{"AttributeKey": key, "AttributeValue": value}]
    assert names(trail.lookup_events(LookupAttributes=about)) == expected


def test_an_id_filters(sscred_iam, trail):
    about = {"AttributeKey": "EventId", "AttributeValue": sscred_iam.cloudtrail[0]["eventID"]}
    assert names(trail.lookup_events(LookupAttributes=[about])) == ["a"]


def test_times_filter_both_ends_included(sscred_iam, trail):
    second = sscred_iam.calls[1].at
    assert names(trail.lookup_events(StartTime=second)) == ["c", "b"]
    assert names(trail.lookup_events(EndTime=second)) == ["b", "a"]
    assert names(trail.lookup_events(StartTime=second, EndTime=second)) == ["b"]


def test_events_are_kept_for_ninety_days(sscred_iam, trail):
    sscred_iam.clock.move_to(sscred_iam.calls[1].at + dt.timedelta(days=90))
    assert names(trail.lookup_events()) == ["c", "b"]


def test_pages_are_read_to_the_end(sscred_iam, trail):
    first = trail.lookup_events(MaxResults=2)
    sscred_iam.client().create_user(UserName="d")  # between two pages
    second = trail.lookup_events(MaxResults=2, NextToken=first["NextToken"])
    assert (names(first), names(second)) == (["c", "b"], ["a"])
    assert "NextToken" not in second
    pages = trail.get_paginator("lookup_events").paginate(PaginationConfig={"PageSize": 1})
    assert [name for page in pages for name in names(page)] == ["d", "c", "b", "a"]


def test_a_region_has_only_its_own_events(trail):
    """IAM's are in us-east-1 alone, wherever the client is."""
    assert boto3.client("cloudtrail", region_name="eu-central-1").lookup_events()["Events"] == []


def test_insights_are_none(trail):
    assert trail.lookup_events(EventCategory="insight")["Events"] == []


def test_a_token_for_no_events_is_refused(trail):
    left, query = json.loads(base64.b64decode(trail.lookup_events(MaxResults=1)["NextToken"]))
    assert left > 0
    none_left = base64.b64encode(json.dumps([0, query]).encode()).decode()
    with pytest.raises(trail.exceptions.InvalidNextTokenException):
        trail.lookup_events(MaxResults=1, NextToken=none_left)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"NextToken": "x"}, "InvalidNextTokenException"),
        ({"NextToken": "e30="}, "InvalidNextTokenException"),
        ({"EventCategory": "other"}, "InvalidEventCategoryException"),
        ({"StartTime": 2_000_000_000, "EndTime": 1_000_000_000}, "InvalidTimeRangeException"),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "x"}] * 2},
            "InvalidLookupAttributesException",
        ),
        (
            {"LookupAttributes": [{"AttributeKey": "Name", "AttributeValue": "x"}]},
            "InvalidLookupAttributesException",
        ),
    ],
)
def test_a_mistake_is_refused_as_by_cloudtrail(trail, params, code):
    with pytest.raises(trail.exceptions.ClientError) as raised:
        trail.lookup_events(**params)
    assert raised.value.response["Error"]["Code"] == code


def test_a_token_of_another_search_is_refused(trail):
    token = trail.lookup_events(MaxResults=1)["NextToken"]
    with pytest.raises(trail.exceptions.InvalidNextTokenException):
        trail.lookup_events(MaxResults=2, NextToken=token)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"MaxResults": "many"}, "InvalidMaxResultsException"),
        ({"StartTime": "today"}, "InvalidTimeRangeException"),
        ({"EndTime": 1e300}, "InvalidTimeRangeException"),
        ({"LookupAttributes": {"AttributeKey": "EventId"}}, "InvalidLookupAttributesException"),
        ({"LookupAttributes": ["EventId"]}, "InvalidLookupAttributesException"),
    ],
)
def test_what_no_client_sends_is_refused_too(params, code):
    with pytest.raises(AwsError, match=code):
        lookup([], params, dt.datetime.now(dt.timezone.utc))


KEY = "AKIAEXAMPLE0000000001"


@pytest.mark.parametrize(
    ("operation", "params", "made", "expected"),
    [
        ("UpdateUser", {"userName": "a", "newUserName": "b"}, None, ["a"]),
        ("DeleteUser", {"userName": "a"}, None, ["a"]),
        ("CreateAccessKey", {}, {"accessKey": {"accessKeyId": KEY, "userName": "a"}}, [KEY, "a"]),
        ("CreateAccessKey", {}, {"accessKey": {"accessKeyId": KEY}}, [KEY]),
        ("UpdateAccessKey", {"userName": "a", "accessKeyId": KEY}, None, [KEY, "a"]),
        ("DeleteAccessKey", {"userName": "a", "accessKeyId": KEY}, None, [KEY, "a"]),
        ("DeleteAccessKey", None, None, []),
        ("TagUser", {"userName": "a"}, None, []),
    ],
)
def test_an_event_names_what_it_is_about(operation, params, made, expected):
    """As recorded of six operations (radkawar/stackd, 2026-09)."""
    about = {"requestParameters": params, "responseElements": made}
    event = looked_up({"eventName": operation, **about})
    assert [each["ResourceName"] for each in event["Resources"]] == expected


def test_a_failure_names_nothing():
    failed = {"eventName": "DeleteUser", "requestParameters": {"userName": "a"}, "errorCode": "x"}
    assert looked_up(failed)["Resources"] == []


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ({"type": "IAMUser", "userName": "anika"}, "anika"),
        ({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/Role/session"}, "session"),
    ],
)
def test_an_event_names_who_called(identity, name):
    event = looked_up({"eventName": "ListUsers", "userIdentity": identity})
    assert event["Username"] == name
    assert "AccessKeyId" not in event


def looked_up(record):
    whole = {
        "userIdentity": {"type": "IAMUser", "userName": "anika"},
        "eventTime": "2026-09-13T15:38:40Z", "eventSource": "iam.amazonaws.com",
        "eventID": "e-1", "readOnly": False, "requestParameters": None, "responseElements": None,
        **record,
    }  # fmt: skip
    now = dt.datetime(2026, 9, 13, 16, tzinfo=dt.timezone.utc)
    (event,) = lookup([whole], {}, now)["Events"]
    return event


def test_other_processes_search_over_http(sscred_iam, sscred_endpoint):
    sscred_iam.client().create_user(UserName="a")
    url = sscred_endpoint.env["AWS_ENDPOINT_URL_CLOUDTRAIL"]
    trail = boto3.client("cloudtrail", endpoint_url=url, region_name="us-east-1")
    scope = "AKIAEXAMPLE/20260913/us-east-1/cloudtrail/aws4_request"
    headers = {
        "X-Amz-Target": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}",
    }
    answers = [requests.post(url, data=body, headers=headers) for body in (b"", b"{}", b"[]", b"{")]
    assert [each.status_code for each in answers] == [200, 200, 400, 400]
    assert [len(each.json()["Events"]) for each in answers[:2]] == [1, 1]
    assert answers[2].json()["__type"] == answers[3].json()["__type"] == "SerializationException"
    assert answers[0].headers["content-type"] == "application/x-amz-json-1.1"
    assert names(trail.lookup_events()) == ["a"]


@pytest.mark.sscred_iam(unsupported="allow")
def test_another_operation_of_cloudtrail_is_refused_unless_a_mock_answers_it(sscred_iam):
    trail = boto3.client("cloudtrail", region_name="us-east-1")
    with pytest.raises(OperationNotFaked, match="cloudtrail:DescribeTrails"):
        trail.describe_trails()


def test_aiobotocore_searches_too(sscred_iam):
    session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")

    async def search():
        make = session.get_session().create_client
        async with make("cloudtrail", region_name="us-east-1") as trail:
            return await trail.lookup_events()

    sscred_iam.client().create_user(UserName="a")
    assert names(asyncio.run(search())) == ["a"]


def test_there_were_events_in_the_first_year_too(sscred_iam, trail):
    sscred_iam.clock.move_to(dt.datetime(1, 1, 2, tzinfo=dt.timezone.utc))
    boto3.client("iam").list_users()
    (found,) = trail.lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "ListUsers"}]
    )["Events"]
    assert found["EventName"] == "ListUsers"
