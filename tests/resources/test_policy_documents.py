"""Documents of identity policies: what IAM refuses, how it counts them and gives them out."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from urllib.parse import unquote

import pytest

from pytest_sscred.errors import AwsError
from pytest_sscred.resources import policy_documents
from pytest_sscred.resources.policy_documents import encoded, size, statements

RECORDED = json.loads((Path(__file__).parents[1] / "recorded_users.json").read_text("utf-8"))
DOCUMENTS = RECORDED["fixtures"]
IS_MANAGED = {
    "CreatePolicy": True,
    "CreatePolicyVersion": True,
    "PutGroupPolicy": False,
    "PutUserPolicy": False,
}
SEEN = [
    pytest.param(seen, id=f"{seen['name']} [{seen['source']}, {seen['recorded']}]")
    for seen in RECORDED["observations"]
    if seen["call"][0] in IS_MANAGED
]

SYNTAX = "Syntax errors in policy."
VERSION = "Policy document must be version 2012-10-17 or greater."
PRINCIPAL = "Policy document should not specify a principal."
LEGACY = "The policy failed legacy parsing"
SID = (
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
    "expression [0-9A-Za-z]*"
)
SID_TWICE = "Statement IDs (SID) in a single policy must be unique."
NO_ACTIONS = "Policy statement must contain actions."
NO_RESOURCES = "Policy statement must contain resources."
NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
COLONS = "Actions/Condition can contain only one colon."
WILDCARD = "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards."
REGEX = "Resource vendor must be fully qualified and cannot contain regexes."
IAM_PATH = (
    'IAM resource path must either be "*", root, or start with user/, federated-user/, role/, '
    "group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, "
    "oidc-provider/, report/, access-report/."
)
GOOD = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}


def refused(document, managed=True):
    """The text of the refusal, or None."""
    try:
        policy_documents.check(document, managed=managed)
    except AwsError as error:
        return error.message if error.code == "MalformedPolicyDocument" else error
    return None


def policy(*given, **elements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(given), **elements})


def changed(without=(), **elements):
    """A policy of one statement that is good but for these elements."""
    kept = {name: value for name, value in GOOD.items() if name not in without}
    return policy({**kept, **elements})


@pytest.mark.parametrize("seen", SEEN)
def test_what_aws_said_of_a_document(seen):
    """Another code, as of a user or a quota, says that the document itself was good."""
    operation, params = seen["call"]
    document = DOCUMENTS[params["PolicyDocument"].strip("{}")]
    text = refused(document, IS_MANAGED[operation])
    if seen.get("code") == "MalformedPolicyDocument":
        assert text is not None
        assert text == seen.get("message", text)
    else:
        assert text is None


def test_the_recordings_hold_documents_of_both_kinds():
    """Or the test above would pass on an empty file."""
    codes = [seen.values[0].get("code") for seen in SEEN]
    assert codes.count("MalformedPolicyDocument") >= 69
    assert codes.count(None) >= 48


# The grammar


@pytest.mark.parametrize(
    "document",
    [
        "", " ", "{", "null", "true", "3", '"text"', "[]", "{}", "{'Version': '2012-10-17'}",
        "\ufeff" + policy(GOOD), policy(GOOD) + ",", policy(GOOD) * 2,
        '{"Version":"2012-10-17","Statement":[],}',
        policy(GOOD).replace("sqs:", "sqs:\x00"), policy(GOOD).replace("sqs:", "sqs:\n"),
        changed(Condition={"NumericEquals": {"a": float("nan")}}),
        changed(Condition={"NumericEquals": {"a": float("-inf")}}),
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_not_json_or_not_an_object(document):
    assert refused(document) == SYNTAX


@pytest.mark.parametrize("opening", ["[", '{"Statement":', '{"Statement":[{"Action":['])
@pytest.mark.parametrize("times", [1_000, 200_000])
def test_deep_nesting_is_a_syntax_error(opening, times):
    assert refused(opening * times) == SYNTAX


def test_deep_nesting_that_is_json_is_a_syntax_error():
    deep = "[" * 500 + "]" * 500
    assert refused(f'{{"Version":"2012-10-17","Statement":{deep}}}') == SYNTAX
    assert refused(f'{{"Version":"2012-10-17","Statement":{deep * 1000}}}') == SYNTAX


@pytest.mark.parametrize(
    "elements",
    [
        {"version": "2012-10-17"}, {"Statements": []}, {"": ""},
        {"Version": 20121017}, {"Version": ["2012-10-17"]}, {"Version": None}, {"Version": {}},
        {"Version": "2012-10-18"}, {"Version": "2012-10-17 "}, {"Id": 1}, {"Id": None}, {"Id": {}},
        {"Statement": None}, {"Statement": "text"}, {"Statement": 1}, {"Statement": {}},
        {"Statement": [GOOD, []]}, {"Statement": [[GOOD]]}, {"Statement": [GOOD, None]},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_what_a_policy_cannot_be(elements):
    assert refused(policy(GOOD, **elements)) == SYNTAX


@pytest.mark.parametrize(
    "elements",
    [
        {"effect": "Allow"}, {"Comment": "x"}, {"Effect": ""}, {"Effect": None}, {"Effect": True},
        {"Effect": ["Allow"]}, {"Effect": "Allow "}, {"Sid": 1}, {"Sid": None},
        {"Action": None}, {"Action": 5}, {"Action": ["a:b", 5]}, {"Action": [["a:b"]]},
        {"NotAction": "a:b"}, {"NotAction": []}, {"Resource": {}}, {"Resource": None},
        {"Resource": True}, {"NotResource": "*"},
        {"Condition": None}, {"Condition": 1}, {"Condition": {"StringEqual": {"a": "b"}}},
        {"Condition": {"stringequals": {"a": "b"}}}, {"Condition": {"StringEquals": None}},
        {"Condition": {"StringEquals": {"a": None}}}, {"Condition": {"StringEquals": {"a": {}}}},
        {"Condition": {"StringEquals": {"a": [["b"]]}}},
        {"Condition": {"StringEquals": {"a": "b"}, "x": {"a": "b"}}}, {"Condition": {"x": []}},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_what_a_statement_cannot_be(elements):
    assert refused(changed(**elements)) == SYNTAX
    assert refused(policy(GOOD, json.loads(changed(**elements))["Statement"][0])) == SYNTAX


@pytest.mark.parametrize(
    "elements",
    [
        {"Effect": "Deny"}, {"Sid": ""}, {"Sid": "0aZ"}, {"Condition": {}},
        {"Condition": {"Bool": {"aws:SecureTransport": True}}},
        {"Condition": {"NumericLessThan": {"s3:max-keys": 10}}},
        {"Condition": {"NumericLessThan": {"s3:max-keys": [1, 2.5, "3"]}}},
        {"Condition": {"DateLessThan": {"aws:CurrentTime": 1499000000}}},
        {"Condition": {"Null": {"no vendor": "x"}, "StringLike": {"": ""}}},
        {"Condition": {"StringEquals": {"a": "b"}, "x": {}}}, {"Condition": {"x": {}, "y": {}}},
        {"Resource": [None, "arn:aws:sqs:eu-west-1:123456789012:q"]},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_what_a_statement_can_be(elements):
    assert refused(changed(**elements)) is None
    assert refused(policy(json.loads(changed(**elements))["Statement"][0], GOOD)) is None


def test_of_two_members_of_a_name_the_last_counts():
    assert refused(policy(GOOD).replace('"Effect"', '"Effect": "x", "Effect"')) is None


# The version


@pytest.mark.parametrize("elements", [{}, {"Version": "2008-10-17"}], ids=["none", "2008"])
def test_managed_policies_alone_need_the_newest_version(elements):
    document = json.dumps({"Statement": GOOD, **elements})
    assert refused(document, managed=True) == VERSION
    assert refused(document, managed=False) is None


def test_a_version_that_there_is_not_is_a_syntax_error_of_both():
    assert {refused(policy(GOOD, Version="2024-01-01"), managed) for managed in (True, False)} == {
        SYNTAX
    }


# Legacy parsing


@pytest.mark.parametrize("effect", ["allow", "ALLOW", "DeNy"])
def test_an_effect_in_another_case(effect):
    assert refused(changed(Effect=effect)) == LEGACY


@pytest.mark.parametrize("white_space", [" ", "\n", "\t", "\r\n"])
def test_white_space_may_stand_between_words_and_at_the_end(white_space):
    assert refused(policy(GOOD).replace(" ", white_space) + white_space) is None


@pytest.mark.parametrize(
    ("start", "why"), [(" ", LEGACY), ("\t", LEGACY), ("\n", None), ("\r\n", None), ("\n  ", None)]
)
def test_the_first_line_may_be_empty_but_not_indented(start, why):
    assert refused(start + policy(GOOD)) == why


@pytest.mark.parametrize("name", ["Resource", "NotResource"])
@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:sqs:us-east-1:<ACCOUNT_ID>:q", "arn:aws:sqs:{region}:123456789012:q",
        "arn:aws:iam::${aws:PrincipalAccount}:role/r", "arn:aws:sqs:us_east_1:123456789012:q",
        "arn:aws:s3::my-bucket", "arn:aws:s3::bucket/*", "arn:aws:::x", "arn:aws::eu-west-1:1:x",
        "arn:aws:", "arn:*::", "ARN:aws:sqs:us-east-1:123456789012:q", "x:aws:sqs:::q",
    ],
)  # fmt: skip
def test_an_arn_that_has_no_vendor_or_no_such_place(name, resource):
    assert refused(changed(without=["Resource"], **{name: resource})) == LEGACY
    assert refused(changed(without=["Resource"], **{name: ["*", resource]})) == LEGACY


@pytest.mark.parametrize(
    "condition",
    [
        {"DateEquals": {"aws:CurrentTime": "soon"}},
        {"DateEquals": {"aws:CurrentTime": ["2020-01-01", "soon"]}},
        {"DateEquals": {"a": "2020-01-01", "b": "soon"}},
        {"StringEquals": {"a": "b"}, "ForAnyValue:DateLessThanIfExists": {"a": "soon"}},
        {"DateEquals": {"a": 9223372036854775808}},
        {"DateEquals": {"a": 1.5}},
        {"NumericEquals": {"a": True}},
        {"NumericEquals": {"a": "many"}},
        {"IpAddress": {"aws:SourceIp": "here"}},
        {"ArnLike": {"aws:SourceArn": "me"}},
        {"BinaryEquals": {"a": "?"}},
    ],
    ids=json.dumps,
)
def test_an_operand_that_does_not_fit(condition):
    assert refused(changed(Condition=condition)) == LEGACY
    assert refused(changed(Condition={"StringEquals": {"a": "b"}})) is None


# Texts of their own


@pytest.mark.parametrize("name", ["Principal", "NotPrincipal"])
@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"Service": ["ec2.amazonaws.com"]}])
def test_a_principal_is_for_policies_of_resources(name, principal):
    assert refused(changed(**{name: principal})) == PRINCIPAL
    assert refused(changed(without=["Resource"], **{name: principal})) == PRINCIPAL


@pytest.mark.parametrize("sid", ["a b", "a-b", "é", "a\n", "٣", " "])
def test_a_sid_is_alphanumeric(sid):
    assert refused(changed(Sid=sid)) == SID


def test_a_sid_is_there_once_and_its_case_counts():
    first, second = {**GOOD, "Sid": "a"}, {**GOOD, "Sid": "A"}
    assert refused(policy(first, second)) is None
    assert refused(policy(first, second, first)) == SID_TWICE


@pytest.mark.parametrize("name", ["Action", "NotAction"])
@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("*", None), ("sqs:*", None), ("sqs:Send?essage", None), ("SQS:sendmessage", None),
        ("nosuch-service2:NoSuch Action", None), ("sqs:", None), ("s3.s:Send", None),
        ("**", NO_VENDOR), ("SendMessage", NO_VENDOR), ("", NO_VENDOR), ("?", NO_VENDOR),
        ("sqs::Send", COLONS), (":::", COLONS),
        ("*:*", WILDCARD), ("sq?:Send", WILDCARD), ("*:Untag*", WILDCARD),
        (":Send", "Vendor  is not valid"), ("sqs :Send", "Vendor sqs  is not valid"),
        ("${x}:Send", "Vendor ${x} is not valid"), ("é:Send", "Vendor é is not valid"),
        ("s\n:Send", "Vendor s\n is not valid"),
    ],
)  # fmt: skip
def test_an_action_is_a_vendor_and_a_name(name, action, text):
    assert refused(changed(without=["Action"], **{name: action})) == text
    assert refused(changed(without=["Action"], **{name: ["sqs:Send", action]})) == text


ARN = "arn:aws:sqs:eu-west-1:123456789012:q"


@pytest.mark.parametrize("name", ["Resource", "NotResource"])
@pytest.mark.parametrize(
    ("resource", "text"),
    [
        (ARN, None), (ARN + ":x:${aws:username}", None), ("arn:*:sqs:*:*:q", None),
        ("arn:aws:sqs", None), ("arn:aws:sqs:*:1234*", None), ("arn:aws:logs:eu-west-1:1", None),
        ("arn:aws:apigateway:us-east-1::/restapis/*", None), ("arn:aws:sqs:::", None),
        ("arn:aws:ec2:eu-west-1:aws:prefix-list/pl-1", None),
        ("**", 'Resource ** must be in ARN format or "*".'),
        ("arn", 'Resource arn must be in ARN format or "*".'),
        (":", 'Partition "" is not valid for resource "arn::*:*:*:*".'),
        ("s3::b/*", 'Partition "" is not valid for resource "arn::b/*:*:*:*".'),
        (ARN.replace("aws", "aws-cn"),
         'Partition "aws-cn" is not valid for resource '
         '"arn:aws-cn:sqs:eu-west-1:123456789012:q".'),
        ("${a:b}", 'Partition "b}" is not valid for resource "arn:b}:*:*:*:*".'),
        ("arn:aws:s*:::b", REGEX), ("arn:aws:*", REGEX), ("arn:aws:s?:::b", REGEX),
        ("*:*:*", LEGACY),
        ("arn:aws:s3:us-east-1:123456789012:b",
         "Resource arn:aws:s3:us-east-1:123456789012:b can not contain region information."),
        ("arn:aws:s3:my-bucket",
         "Resource arn:aws:s3:my-bucket:*:* can not contain region information."),
        ("arn:aws:s3:*:*:b", None), ("arn:aws:s3:us-east-1:123456789012:job/x", None),
        ("arn:aws:s3:us-east-1:123456789012:storage-lens/x", None),
        ("arn:aws:route53:us-east-1::hostedzone/z",
         "Resource arn:aws:route53:us-east-1::hostedzone/z can not contain region information."),
        ("arn:aws:iam:eu-west-1:1:user/u",
         "IAM resource arn:aws:iam:eu-west-1:1:user/u cannot contain region information."),
        ("arn:aws:iam:*:*:role/r", None), ("arn:aws:iam", None), ("arn:aws:iam::1:root", None),
        ("arn:aws:iam::1:*", None), ("arn:aws:iam::aws:policy/*", None),
        ("arn:aws:iam::1:oidc-provider/x", None),
        ("arn:aws:iam::1:*/*", IAM_PATH), ("arn:aws:iam::1:user", IAM_PATH),
        ("arn:aws:iam::1:User/u", IAM_PATH), ("arn:aws:iam::1:root/x", IAM_PATH),
        ("arn:aws:iam::1:", IAM_PATH),
    ],
)  # fmt: skip
def test_a_resource_is_an_arn_or_a_star(name, resource, text):
    assert refused(changed(without=["Resource"], **{name: resource})) == text
    assert refused(changed(without=["Resource"], **{name: ["*", resource]})) == text


# The order

FAULTS = [
    ({"Effect": "x"}, SYNTAX),
    ({"Principal": "*"}, PRINCIPAL),
    ({"Effect": "allow"}, LEGACY),
    ({"Sid": "a b"}, SID),
    ({"Action": []}, NO_ACTIONS),
    ({"Resource": []}, NO_RESOURCES),
    ({"Resource": "q"}, 'Resource q must be in ARN format or "*".'),
    ({"Action": "q"}, NO_VENDOR),
]


@pytest.mark.parametrize(("earlier", "later"), list(combinations(FAULTS, 2)))
def test_the_order_holds_across_statements(earlier, later):
    (first, text), (second, _) = earlier, later
    assert refused(policy({**GOOD, **second}, {**GOOD, **first})) == text
    assert refused(policy({**GOOD, **first}, {**GOOD, **second})) == text


@pytest.mark.parametrize(("fault", "text"), FAULTS)
def test_the_version_comes_after_the_grammar_and_before_all_else(fault, text):
    document = json.dumps({"Statement": {**GOOD, **fault}})
    assert refused(document, managed=True) == (SYNTAX if text == SYNTAX else VERSION)
    assert refused(document, managed=False) == text


# Large, odd


def test_a_large_document_is_read():
    many = [{**GOOD, "Sid": f"s{number}", "Resource": [ARN] * 100} for number in range(200)]
    assert refused(policy(*many)) is None
    assert refused(policy(*many, GOOD | {"Action": "x"})) == NO_VENDOR


@pytest.mark.parametrize("digits", ["9" * 30, "9" * 5000, "-" + "9" * 5000, "1e999"], ids=len)
def test_a_number_of_any_length_is_read(digits):
    document = changed(Condition={"StringEquals": {"a": "NUMBER"}}).replace('"NUMBER"', digits)
    assert refused(document) is None
    assert refused(document.replace('"StringEquals"', '"DateEquals"')) == LEGACY


def test_half_a_surrogate_pair_is_a_character():
    document = changed(Resource="arn:aws:sqs:::\ud800")
    assert "\\ud800" in document
    assert refused(document) is None
    assert refused(document.replace("\\ud800", "\ud800")) is None
    assert encoded("\ud800") == "%ED%A0%80"


# Its size, what IAM gives out, its statements


def test_white_space_does_not_count():
    assert size(policy(GOOD)) == len(policy(GOOD).replace(" ", ""))
    assert size(' {"a":\t"b c"\r\n} ') == len('{"a":"bc"}')
    assert size("") == 0
    assert size("\u00a0é") == 2


def test_what_is_given_out_is_percent_encoded():
    assert encoded("AZaz09-._~") == "AZaz09-._~"
    assert encoded('{"a": "*"}') == "%7B%22a%22%3A%20%22%2A%22%7D"
    assert encoded("/+%&\n\té") == "%2F%2B%25%26%0A%09%C3%A9"


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name.startswith("doc_")])
def test_what_is_given_out_can_be_decoded(name):
    document = DOCUMENTS[name]
    assert unquote(encoded(document)) == document


def test_statements_have_lists():
    (one,) = statements(json.dumps({"Statement": GOOD | {"Sid": "s"}}))
    assert one == {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": ["*"], "Sid": "s"}
    condition = {"StringEquals": {"a": "b"}}
    other = {
        "Effect": "Deny", "NotAction": ["a:b", "c:d"], "NotResource": ARN, "Condition": condition
    }  # fmt: skip
    first, second = statements(policy(GOOD, other))
    assert first["Action"] == ["sqs:SendMessage"]
    assert second == {**other, "NotResource": [ARN]}
