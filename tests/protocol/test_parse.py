"""Forms of the Query protocol: what passes, what is malformed, what is ignored."""

from __future__ import annotations

import pytest
from botocore.model import ShapeResolver

from pytest_sscred import assumed
from pytest_sscred.errors import AwsError
from pytest_sscred.protocol.model import load_model
from pytest_sscred.protocol.parse import parse, read_form
from pytest_sscred.wire import Request

SHAPE = ShapeResolver(
    {
        "Input": {
            "type": "structure",
            "members": {
                "Text": {"shape": "Text"},
                "Number": {"shape": "Number"},
                "Flag": {"shape": "Flag"},
                "Items": {"shape": "Items"},
                "Numbers": {"shape": "Numbers"},
                "Pairs": {"shape": "Pairs"},
                "Parts": {"shape": "Parts"},
                "Inner": {"shape": "Input"},
            },
        },
        "Text": {"type": "string"},
        "Number": {"type": "integer"},
        "Flag": {"type": "boolean"},
        "Items": {"type": "list", "member": {"shape": "Text"}},
        "Numbers": {"type": "list", "member": {"shape": "Number"}},
        "Parts": {"type": "list", "member": {"shape": "Input"}},
        "Pairs": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Number"}},
    }
).get_shape_by_name("Input")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param({"Text": "a"}, {"Text": "a"}, id="string"),
        pytest.param({"Text.x": "a"}, {"Text": ""}, id="a string that is given members"),
        pytest.param({"Number": "1"}, {"Number": 1}, id="integer"),
        pytest.param({"Number": "01"}, {"Number": 1}, id="integer with a zero before it"),
        pytest.param({"Number": "+1"}, {"Number": 1}, id="integer with a plus"),
        pytest.param({"Number": "-1"}, {"Number": -1}, id="negative integer"),
        pytest.param({"Flag": "true"}, {"Flag": True}, id="true"),
        pytest.param({"Flag": "1"}, {"Flag": True}, id="1"),
        pytest.param({"Flag": "false"}, {"Flag": False}, id="false"),
        pytest.param({"Flag": "0"}, {"Flag": False}, id="0"),
        pytest.param({"Items": ""}, {"Items": []}, id="empty list"),
        pytest.param({"Items.member": "x"}, {"Items": []}, id="a list without numbers"),
        pytest.param({"Items.other.1": "x"}, {"Items": []}, id="a list by another name"),
        pytest.param(
            {"Items.member.3": "c", "Items.member.02": "b", "Items.member.1": "a"},
            {"Items": ["a", "b", "c"]},
            id="list, by number",
        ),
        pytest.param(
            {"Items.member.1": "a", "Items.member.2": "b", "Items.member.02": "c"},
            {"Items": ["a", "c"]},
            id="a list with a number twice: the last",
        ),
        pytest.param(
            {"Items.member.11": "b"}, {"Items": [None] * 10 + ["b"]}, id="a list with a gap"
        ),
        pytest.param(
            {"Pairs.entry.1.key": "a", "Pairs.entry.1.value": "7"}, {"Pairs": {"a": 7}}, id="map"
        ),
        pytest.param({"Pairs": "x"}, {"Pairs": {}}, id="a map that is text"),
        pytest.param({"Inner.Text": "a"}, {"Inner": {"Text": "a"}}, id="structure"),
        pytest.param({"Inner": "a"}, {"Inner": {}}, id="a structure that is text"),
        pytest.param({"Inner": "Text"}, {"Inner": {}}, id="a structure that is a member's name"),
        pytest.param({"Inner.Inner": "Inner"}, {"Inner": {"Inner": {}}}, id="and one inside it"),
        pytest.param(
            {"Inner": "a", "Inner.Text": "b"}, {"Inner": {"Text": "b"}}, id="text, then members"
        ),
        pytest.param({"Unknown": "a", "Un.known": "b"}, {}, id="unknown"),
        pytest.param({"": "a", ".": "b", "Text.": "c"}, {"Text": ""}, id="names that are none"),
        pytest.param({"Inner." * 5000 + "Text": "a"}, None, id="very deep"),
    ],
)
def test_a_form_is_read_by_the_shape(form, expected):
    parsed = parse(SHAPE, form)
    assert expected is None or parsed == expected


@pytest.mark.parametrize(
    "form",
    [
        *({"Number": text} for text in ["", " 1 ", "1.0", "1e0", "x", "٣", "9" * 5000, "+"]),
        {"Number": "2147483648"},
        {"Number": "-2147483649"},
        *({"Flag": text} for text in ["", "True", "yes", "2", " true"]),
        {"Items.member.x": "a"},
        {"Items.member.-1": "a"},
        {"Pairs.entry.1.value": "x"},
    ],
    ids=str,
)
def test_what_is_no_value_is_malformed(form):
    with pytest.raises(AwsError) as caught:
        parse(SHAPE, form)
    assert caught.value.code == "MalformedInput"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Items.member.0", "0 is not a valid index"),
        ("Items.member.-1", "Key -1 may not have a leading '-'"),
        ("Items.member.12", "Excessively sparse input would skip 11 list elements"),
        ("Items..member", "Two index elements may not occur back to back"),
        ("Items.member.x", "Start of list found where not expected"),
        ("Items.member.+1", "Start of list found where not expected"),
        ("Numbers.member.x", assumed.MALFORMED.format(value="x")),
        ("Parts.member.x.Text", "Invalid Argument: x"),
    ],
)
def test_a_wrong_number_of_an_element_is_refused_in_iams_words(name, message):
    """Recorded by radkawar/stackd, 2026-09."""
    with pytest.raises(AwsError) as caught:
        parse(SHAPE, {name: "a"})
    assert caught.value.message == message


def test_an_operation_without_parameters_has_none():
    assert parse(None, {"UserName": "Anika"}) == {}


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(Request("https://iam.amazonaws.com/?A=1&B=2"), {"A": "1", "B": "2"}, id="GET"),
        pytest.param(Request("/", body=b"A=1&B=2"), {"A": "1", "B": "2"}, id="POST"),
        pytest.param(Request("/?A=1", body=b"B=2"), {"A": "1", "B": "2"}, id="both"),
        pytest.param(Request("/?A=1#B=2"), {"A": "1"}, id="fragment"),
        pytest.param(Request("/?A=1&A=2"), {"A": "2"}, id="repeated: the last"),
        pytest.param(Request("/?A=a%20b+c%2B"), {"A": "a b c+"}, id="quoted"),
        pytest.param(Request("/?A=%ff%zz%4"), {"A": "\ufffd%zz%4"}, id="badly quoted"),
        pytest.param(Request("/", body=b"A=\xff"), {"A": "\ufffd"}, id="no UTF-8"),
        pytest.param(Request("//[?A=1"), {"A": "1"}, id="no URL"),
        pytest.param(Request("/?A&&=&B=b=b"), {"A": "", "B": "b=b"}, id="odd pairs"),
    ],
)
def test_the_form_is_query_string_and_body(request_, expected):
    form = read_form(request_)
    form.pop("", None)
    assert form == expected


def test_no_input_of_iam_has_a_type_that_is_not_read():
    known = {"structure", "list", "map", "integer", "boolean", "string"}

    def walk(shape):
        if shape.name not in seen:
            seen.add(shape.name)
            assert shape.type_name in known, shape
            children = [*getattr(shape, "members", {}).values()]
            children += [
                getattr(shape, each) for each in ("member", "key", "value") if hasattr(shape, each)
            ]
            for child in children:
                walk(child)

    seen = set()
    model = load_model()
    for name in model.iam.operation_names:
        shape = model.operation(name).input_shape
        if shape is not None:
            walk(shape)
    assert len(seen) > 100
