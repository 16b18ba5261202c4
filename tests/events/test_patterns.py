"""Patterns, by the examples of AWS's own pages and of github.com/aws/event-ruler."""

from __future__ import annotations

import json
import re

import pytest

from pytest_sscred.events.patterns import compiled

# The event of event-ruler's README, and fields of EventBridge's page on comparison operators.
EVENT = {
    "version": "0",
    "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2",
    "time": "2017-10-02T16:24:49Z",
    "region": "us-west-1",
    "resources": [
        "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:eb56d16b",
        "arn:aws:ec2:us-east-1:123456789012:instance/i-b188560f",
    ],
    "service": "EventBridge",
    "FileName": "cat.png",
    "FilePath": "dir/lib/cat.png",
    "UserID": None,
    "LastName": "",
    "empty": [],
    "detail": {
        "c-count": 5,
        "d-count": 3,
        "x-limit": 301.8,
        "source-ip": "10.0.0.33",
        "v6": "2001:db8::1",
        "state": "running",
        "star": "a*b\\c",
        "flag": True,
    },
    "employees": [
        [{"firstName": "John", "lastName": "Doe"}, {"firstName": "Anna", "lastName": "Smith"}],
        [{"firstName": "Peter", "lastName": "Jones"}],
    ],
}

FITS = {
    "a value": {"source": ["aws.ec2"]},
    "one of several values": {"detail": {"state": ["initializing", "running"]}},
    "one value of an array": {
        "resources": [
            "arn:aws:ec2:us-east-1:123456789012:instance/i-b188560f",
            "arn:aws:ec2:us-east-1:111122223333:instance/i-b188560f",
        ]
    },
    "null": {"UserID": [None]},
    "empty": {"LastName": [""]},
    "true": {"detail": {"flag": [True]}},
    "a number": {"detail": {"c-count": [5]}},
    "prefix": {"time": [{"prefix": "2017-10-02"}]},
    "prefix in any case": {"service": [{"prefix": {"equals-ignore-case": "EVENTB"}}]},
    "suffix": {"FileName": [{"suffix": ".png"}]},
    "suffix in any case": {"service": [{"suffix": {"equals-ignore-case": "tBridge"}}]},
    "equals-ignore-case": {"service": [{"equals-ignore-case": "EVENTbridge"}]},
    "wildcard": {"FilePath": [{"wildcard": "dir/*.png"}]},
    "wildcard with several": {"FilePath": [{"wildcard": "*/lib/*"}]},
    "wildcard escaped": {"detail": {"star": [{"wildcard": r"a\*b\\*"}]}},
    "anything-but": {"detail": {"state": [{"anything-but": "initializing"}]}},
    "anything-but a list": {"detail": {"state": [{"anything-but": ["stopped", "overloaded"]}]}},
    "anything-but a number": {"detail": {"x-limit": [{"anything-but": 123}]}},
    "anything-but numbers": {"detail": {"x-limit": [{"anything-but": [100, 200, 300]}]}},
    "anything-but prefix": {"detail": {"state": [{"anything-but": {"prefix": "init"}}]}},
    "anything-but prefixes": {"region": [{"anything-but": {"prefix": ["eu-", "ap-"]}}]},
    "anything-but suffix": {"FileName": [{"anything-but": {"suffix": ".txt"}}]},
    "anything-but in any case": {
        "detail": {"state": [{"anything-but": {"equals-ignore-case": "INITIALIZING"}}]}
    },
    "anything-but wildcard": {"FilePath": [{"anything-but": {"wildcard": "*/bin/*"}}]},
    "anything-but for null": {"UserID": [{"anything-but": "a"}]},
    "numeric range": {"detail": {"c-count": [{"numeric": [">", 0, "<=", 5]}]}},
    "numeric bound": {"detail": {"d-count": [{"numeric": ["<", 10]}]}},
    "numeric equal": {"detail": {"x-limit": [{"numeric": ["=", 3.018e2]}]}},
    "cidr": {"detail": {"source-ip": [{"cidr": "10.0.0.0/24"}]}},
    "cidr of IPv6": {"detail": {"v6": [{"cidr": "2001:db8::/32"}]}},
    "exists": {"detail": {"c-count": [{"exists": True}]}},
    "exists, with null": {"UserID": [{"exists": True}]},
    "not there": {"detail": {"e-count": [{"exists": False}]}},
    "not there, nor what it is in": {"other": {"e-count": [{"exists": False}]}},
    "not there for an object": {"detail": [{"exists": False}]},
    "not there for an empty array": {"empty": [{"exists": False}]},
    "or": {"$or": [{"source": ["aws.rds"]}, {"detail": {"state": ["running"]}}]},
    "or, nested": {
        "source": ["aws.ec2"],
        "detail": {
            "$or": [
                {"c-count": [4]},
                {"d-count": [3], "$or": [{"state": ["off"]}, {"flag": [True]}]},
            ]
        },
    },
    "an object in an array": {"employees": {"firstName": ["Anna"], "lastName": ["Smith"]}},
    "several operators": {"region": [{"prefix": "eu-"}, {"suffix": "-1"}]},
    "all of event-ruler's example": {
        "time": [{"prefix": "2017-10-02"}],
        "detail": {
            "state": [{"anything-but": "initializing"}],
            "c-count": [{"numeric": [">", 0, "<=", 5]}],
            "d-count": [{"numeric": ["<", 10]}],
            "x-limit": [{"anything-but": [100, 200, 300]}],
            "source-ip": [{"cidr": "10.0.0.0/8"}],
        },
    },
}

FITS_NOT = {
    "another value": {"source": ["aws.rds"]},
    "another case": {"source": ["AWS.EC2"]},
    "a missing field": {"state": ["running"]},
    "one field of two": {"source": ["aws.ec2"], "region": ["eu-west-1"]},
    "a number as text": {"detail": {"c-count": ["5"]}},
    "a number written otherwise": {"detail": {"c-count": [5.0]}},
    "true as a number": {"detail": {"flag": [1]}},
    "null for a missing field": {"nothing": [None]},
    "null for an empty text": {"LastName": [None]},
    "an object for a value": {"detail": ["running"]},
    "a value for an object": {"source": {"name": ["aws.ec2"]}},
    "prefix of a number": {"detail": {"c-count": [{"prefix": "5"}]}},
    "prefix in another case": {"service": [{"prefix": "eventb"}]},
    "suffix": {"FileName": [{"suffix": ".txt"}]},
    "equals-ignore-case": {"service": [{"equals-ignore-case": "event"}]},
    "wildcard": {"FilePath": [{"wildcard": "lib/*"}]},
    "wildcard escaped": {"FilePath": [{"wildcard": r"dir/\*"}]},
    "a dot is no wildcard": {"FileName": [{"wildcard": "cat?png"}]},
    "anything-but": {"detail": {"state": [{"anything-but": ["running", "off"]}]}},
    "anything-but a number": {"detail": {"c-count": [{"anything-but": 5}]}},
    "anything-but prefix": {"region": [{"anything-but": {"prefix": "us-"}}]},
    "anything-but suffixes": {"FileName": [{"anything-but": {"suffix": [".txt", ".png"]}}]},
    "anything-but in any case": {
        "detail": {"state": [{"anything-but": {"equals-ignore-case": "RUNNING"}}]}
    },
    "anything-but wildcard": {"FilePath": [{"anything-but": {"wildcard": "*/lib/*"}}]},
    "anything-but for a missing field": {"state": [{"anything-but": "off"}]},
    "numeric range": {"detail": {"c-count": [{"numeric": [">", 5, "<", 9]}]}},
    "numeric of text": {"region": [{"numeric": [">", 0]}]},
    "numeric of true": {"detail": {"flag": [{"numeric": [">", 0]}]}},
    "cidr": {"detail": {"source-ip": [{"cidr": "10.0.1.0/24"}]}},
    "cidr of no address": {"region": [{"cidr": "10.0.0.0/8"}]},
    "cidr of a number": {"detail": {"c-count": [{"cidr": "10.0.0.0/8"}]}},
    "exists": {"detail": {"e-count": [{"exists": True}]}},
    "exists for an object": {"detail": [{"exists": True}]},
    "not there": {"detail": {"c-count": [{"exists": False}]}},
    "or": {"$or": [{"source": ["aws.rds"]}, {"detail": {"state": ["off"]}}]},
    "fields of different objects": {"employees": {"firstName": ["Anna"], "lastName": ["Jones"]}},
}

REFUSED = {
    "the pattern: expected an object": [],
    "the pattern: an object names at least one field": {},
    "detail: an object names at least one field": {"detail": {}},
    "detail.eventName: expected an object or a list of values, not 'CreateUser'": {
        "detail": {"eventName": "CreateUser"}
    },
    "source: a list holds at least one value": {"source": []},
    "source[1]: expected text, a number": {"source": ["a", ["b"]]},
    "source[0]: there is no operator 'prefx': did you mean 'prefix'?": {"source": [{"prefx": ""}]},
    "source[0]: an operator stands alone": {"source": [{"prefix": "a", "suffix": "b"}]},
    "source[0].prefix: expected text, not 5": {"source": [{"prefix": 5}]},
    "source[0].suffix.equals-ignore-case: expected text": {
        "source": [{"suffix": {"equals-ignore-case": None}}]
    },
    "source[0].suffix: expected text": {"source": [{"suffix": {"any-case": "b"}}]},
    "source[0].wildcard: two wildcards": {"source": [{"wildcard": "a**"}]},
    "source[0].wildcard: a backslash": {"source": [{"wildcard": r"a\b"}]},
    "source[0].wildcard: a backslash stands": {"source": [{"wildcard": "a\\"}]},
    "n[0].numeric: expected a comparison": {"n": [{"numeric": 5}]},
    "n[0].numeric: expected a comparison and": {"n": [{"numeric": [">", 5, "<"]}]},
    "n[0].numeric: expected one of": {"n": [{"numeric": ["!=", 5]}]},
    "n[0].numeric: expected a number": {"n": [{"numeric": ["=", "5"]}]},
    "n[0].numeric: expected a number from -5.0e9": {"n": [{"numeric": ["=", 5e9 + 1]}]},
    "n[0].numeric: expected a number from": {"n": [{"numeric": [">", float("nan")]}]},
    "n[0].numeric: of two bounds": {"n": [{"numeric": ["<", 5, ">", 0]}]},
    "n[0].numeric: no number is over 5": {"n": [{"numeric": [">", 5, "<", 5]}]},
    "ip[0].cidr: expected addresses": {"ip": [{"cidr": "10.0.0.0/33"}]},
    "ip[0].cidr: expected addresses as in": {"ip": [{"cidr": "10.0.0.1"}]},
    "a[0].anything-but.prefix: an empty text": {"a": [{"anything-but": {"prefix": ""}}]},
    "a[0].anything-but.suffix: an empty text": {"a": [{"anything-but": {"suffix": ["b", ""]}}]},
    "a[0].exists: expected true or false": {"a": [{"exists": "true"}]},
    "a[0].anything-but: expected texts, or numbers": {"a": [{"anything-but": ["b", 5]}]},
    "a[0].anything-but: expected texts": {"a": [{"anything-but": []}]},
    "a[0].anything-but: expected one of equals-ignore-case, prefix": {
        "a": [{"anything-but": {"numeric": ["=", 5]}}]
    },
    "a[0].anything-but: expected one of": {"a": [{"anything-but": {"prefix": "b", "suffix": "c"}}]},
    "a[0].anything-but.prefix: expected text": {"a": [{"anything-but": {"prefix": [5]}}]},
    "a[0].anything-but.suffix: expected text": {"a": [{"anything-but": {"suffix": []}}]},
    "$or: expected a list of two objects or more": {"$or": [{"a": ["b"]}]},
    "detail.$or: expected a list": {"detail": {"$or": {"a": ["b"]}}},
    "a: expected an object or a list of values": {"$or": [{"a": "b"}, {"c": ["d"]}]},
    "the pattern is not JSON": "{",
}


@pytest.mark.parametrize("name", FITS)
def test_an_event_fits(name):
    assert compiled(FITS[name])(EVENT)
    assert compiled(json.dumps(FITS[name]))(json.loads(json.dumps(EVENT)))


@pytest.mark.parametrize("name", FITS_NOT)
def test_an_event_does_not_fit(name):
    assert not compiled(FITS_NOT[name])(EVENT)


@pytest.mark.parametrize("message", REFUSED)
def test_a_pattern_that_eventbridge_refuses_is_refused_with_the_place(message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        compiled(REFUSED[message])


def test_values_and_operators_are_told_with_their_fields():
    told = []
    compiled(
        {"$or": [{"source": ["a", {"prefix": "b"}]}, {"detail": {"eventName": ["c", 5]}}]},
        lambda path, node: told.append((path, node)),
    )
    assert told == [
        ("source", "a"),
        ("source", {"prefix": "b"}),
        ("detail.eventName", "c"),
        ("detail.eventName", 5),
    ]
