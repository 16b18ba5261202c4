"""botocore as the oracle: for every operation of IAM in its model, with generated values."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_sscred.protocol.model import load_model
from pytest_sscred.protocol.parse import parse, read_form
from pytest_sscred.protocol.serialise import error_body, result_body
from pytest_sscred.wire import Request

MODEL = load_model()
OPERATIONS = sorted(MODEL.iam.operation_names | MODEL.sts.operation_names)
FEW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))

XML_TEXT = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=("Cs",), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r&<>\"'"),
    max_size=12,
)
MOMENTS = st.datetimes(
    dt.datetime(1970, 1, 2), dt.datetime(2199, 1, 1), timezones=st.just(dt.timezone.utc)
).map(lambda moment: moment.replace(microsecond=0))
SCALARS = {
    "string": XML_TEXT,
    "integer": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63) + 1, 2**63 - 1),
    "boolean": st.booleans(),
    "timestamp": MOMENTS,
    "blob": st.binary(max_size=12),
}


def values(shape, depth=0):
    """Values of a shape; what the Query protocol cannot tell from nothing is left out."""
    if shape.type_name == "structure":
        members = {name: values(each, depth + 1) for name, each in shape.members.items()}
        if depth > 5:
            return st.just({})
        return st.fixed_dictionaries({}, optional=members)
    if shape.type_name == "list":
        items = values(shape.member, depth + 1)
        return st.lists(
            items.filter(lambda item: seen_by_server(shape.member, item) != {}), max_size=3
        )
    if shape.type_name == "map":
        return st.dictionaries(
            values(shape.key, depth + 1), values(shape.value, depth + 1), max_size=3
        )
    return SCALARS[shape.type_name]


def seen_by_server(shape, value):
    """`value` without the empty structures, for which the Query protocol has no spelling."""
    if shape.type_name == "structure":
        members = {name: seen_by_server(shape.members[name], each) for name, each in value.items()}
        return {
            name: each
            for name, each in members.items()
            if each != {} or shape.members[name].type_name != "structure"
        }
    if shape.type_name == "list":
        return [seen_by_server(shape.member, each) for each in value]
    if shape.type_name == "map":
        return {key: seen_by_server(shape.value, each) for key, each in value.items()}
    return value


def without_empty_maps(value):
    """botocore writes nothing at all for an empty map."""
    if isinstance(value, dict):
        kept = {name: without_empty_maps(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each != {}}
    if isinstance(value, list):
        return [without_empty_maps(each) for each in value]
    return value


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_botocore_sends_is_what_we_read(name):
    operation = MODEL.operation(name)
    shape = operation.input_shape
    serializer = create_serializer("query", include_validation=False)

    @FEW
    @given(st.data(), st.booleans())
    def check(data, by_get):
        params = data.draw(values(shape)) if shape else {}
        encoded = urlencode(serializer.serialize_to_request(params, operation)["body"])
        request = Request(f"/?{encoded}") if by_get else Request("/", body=encoded.encode())
        read = parse(shape, read_form(request))
        expected = seen_by_server(shape, params) if shape else {}
        assert without_empty_maps(read) == without_empty_maps(expected)

    check()


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_we_answer_is_what_botocore_reads(name):
    operation = MODEL.operation(name)
    parser = create_parser("query")

    @FEW
    @given(st.data())
    def check(data):
        shape = operation.output_shape
        result = data.draw(values(shape)) if shape else {}
        body = result_body(operation, result, MODEL.iam.namespace, "EXAMPLE8-90ab")
        parsed = parser.parse({"status_code": 200, "headers": {}, "body": body}, shape)
        assert parsed.pop("ResponseMetadata")["RequestId"] == "EXAMPLE8-90ab"
        assert parsed == result

    check()


@FEW
@given(st.sampled_from(sorted(MODEL.errors)), XML_TEXT.filter(bool))
def test_botocore_reads_our_errors(code, message):
    kind = MODEL.errors[code]
    body = error_body(kind, message, MODEL.iam.namespace, "EXAMPLE8-90ab")
    response = {"status_code": kind.status, "headers": {}, "body": body}
    parsed = create_parser("query").parse(response, None)
    assert parsed["Error"]["Code"] == code
    assert parsed["Error"]["Message"] == message
    assert parsed["ResponseMetadata"]["RequestId"] == "EXAMPLE8-90ab"
