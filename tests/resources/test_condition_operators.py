"""The operators of a policy's conditions, and which operands IAM takes for each."""

from __future__ import annotations

import pytest

from pytest_sscred.resources.condition_operators import OPERATORS

# PutUserPolicy, as recorded from AWS by radkawar/stackd, 2026-09-12.
RECORDED = [
    ("NumericEquals", "01", True),
    ("NumericEquals", "no-number", False),
    ("Bool", "TRUE", True),
    ("Bool", "yes", True),
    ("Null", "TRUE", True),
    ("Null", "yes", True),
    ("ArnLike", "not-an-arn", False),
    ("IpAddress", "not-an-ip", False),
    ("IpAddress", "192.0.2.1", True),
    ("IpAddress", "192.000.002.1", True),
    ("IpAddress", "192.0.2.0/0", True),
    ("IpAddress", "192.0.2.0/24", True),
    ("IpAddress", "192.0.2.0/024", True),
    ("IpAddress", "192.0.2.0/31", True),
    ("IpAddress", "192.0.2.0/33", False),
    ("IpAddress", "::ffff:192.0.2.1", False),
    ("IpAddress", "::192.0.2.0/120", False),
    ("IpAddress", "2001:db8::1", True),
    ("IpAddress", "2001:db8::1/128", True),
    ("IpAddress", "2001:db8:::1/128", True),
    ("IpAddress", "2001:db8::/64", True),
    ("IpAddress", "2001:DB8::/064", True),
    ("IpAddress", "2001:db8::/129", False),
    ("IpAddress", "2001:db8::5/64", False),
    ("IpAddress", "2001:db8::4/127", True),
    ("IpAddress", "2001:db8::5/127", False),
    ("IpAddress", "2001:db8::1/0", False),
]
# Another value under each of those rules, and under the dates that LocalStack recorded.
INFERRED = [
    ("NumericLessThanEqualsIfExists", "-1.5", True),
    ("NumericNotEquals", "", False),
    ("NumericEquals", "1e3", True),
    ("NumericEquals", "٣", False),
    ("NumericEquals", "${aws:username}", False),
    ("NumericEquals", "1" * 5000, True),
    ("ArnEquals", "arn:aws:iam::123456789012:user/u", True),
    ("ArnNotLike", "*", True),
    ("ArnLikeIfExists", "${aws:PrincipalArn}", True),
    ("ForAnyValue:ArnLike", "user/u", False),
    ("NotIpAddress", "203.0.113.5/24", True),
    ("NotIpAddress", "203.0.113.256", False),
    ("IpAddress", "203.0.113", False),
    ("IpAddress", "203.0.113.0/255.255.255.0", False),
    ("IpAddress", "fe80::1%eth0", False),
    ("IpAddress", "cafe", False),
    ("IpAddress", "", False),
    ("IpAddress", "1.2.3.4/" + "1" * 5000, False),
    ("BinaryEquals", "YQ==", True),
    ("BinaryEquals", "YR==", True),
    ("BinaryEquals", "YWE=", True),
    ("BinaryEquals", "", True),
    ("BinaryEquals", "no-binary", False),
    ("BinaryEquals", "YQ=", False),
    ("DateEquals", "2017", True),
    ("DateEquals", "2017-02", True),
    ("DateEquals", "2017-02-28", True),
    ("DateEquals", "2017-02-29", False),
    ("DateEquals", "2016-02-29", True),
    ("DateEquals", "1900-02-29", False),
    ("DateEquals", "2017-13-01", False),
    ("DateEquals", "2017-00-01", False),
    ("DateEquals", "2017-07-01T24:00:00Z", False),
    ("DateEquals", "2017-07-01T23:59:60Z", False),
    ("DateEquals", "2017-07-01T23:59Z", True),
    ("DateEquals", "2017-07-01T23:59:59,5+01:30", True),
    ("DateEquals", "2017-07-01T23:59:59.123456789Z", True),
    ("DateEquals", "2017-07-01T23:59:59.1234567890Z", False),
    ("DateEquals", "2017-07-01T23:59:59+24:00", False),
    ("DateEquals", "2017-07-01 23:59:59", False),
    ("DateEquals", "9223372036854775807", True),
    ("DateEquals", "-9223372036854775808", True),
    ("DateEquals", "-9223372036854775809", False),
    ("DateEquals", "9" * 5000, False),
    ("DateEquals", "", False),
    ("DateEqualsIfExists", "soon", False),
    ("ForAllValues:DateLessThan", "soon", False),
    ("StringLike", "", True),
    ("StringEquals", "\ud800", True),
]


@pytest.mark.parametrize(
    ("operator", "operand", "fits"),
    RECORDED + INFERRED,
    ids=lambda value: value[:40] if isinstance(value, str) and value.isascii() else None,
)
def test_an_operand_fits_its_operator(operator, operand, fits):
    assert bool(OPERATORS[operator](operand)) is fits


@pytest.mark.parametrize(
    "operator",
    [
        "StringEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericGreaterThan",
        "NumericNotEquals", "DateLessThanEquals", "DateGreaterThanEquals", "Bool", "BoolIfExists",
        "BinaryEquals", "IpAddress", "NotIpAddressIfExists", "ArnNotEquals", "ArnNotLike", "Null",
        "ForAllValues:StringLike", "ForAnyValue:StringEqualsIfExists",
    ],
)  # fmt: skip
def test_what_is_an_operator(operator):
    assert operator in OPERATORS


@pytest.mark.parametrize(
    "operator",
    [
        "", "String", "StringLessThan", "StringEqual", "stringequals", "NumericLike", "DateLike",
        "BoolEquals", "BinaryNotEquals", "ArnEqualsIgnoreCase", "NullIfExists", "IfExists",
        "ForAnyValue::StringEquals", "ForAnyValue:", "ForSomeValues:StringEquals",
        "StringEqualsIfExistsIfExists", "StringEquals ",
    ],
)  # fmt: skip
def test_what_is_not_an_operator(operator):
    assert operator not in OPERATORS
