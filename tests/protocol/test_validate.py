"""The model's constraints, in IAM's words: sources in `protocol/validate.py`."""

from __future__ import annotations

import pytest
from botocore.model import ShapeResolver
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_sscred.errors import AwsError
from pytest_sscred.protocol.model import load_model
from pytest_sscred.protocol.validate import _rules, _string, compile_pattern, validate

MODEL = load_model()
VALUE = "Value at '{}' failed to satisfy constraint: Member must "
ONE = "1 validation error detected: " + VALUE


@pytest.mark.parametrize(
    ("operation", "params", "message"),
    [
        (
            "UpdateServiceSpecificCredential",
            {"ServiceSpecificCredentialId": "A" * 20, "Status": "Invalid"},
            ONE.format("status") + "satisfy enum value set",
        ),
        (
            "UpdateServiceSpecificCredential",
            {"ServiceSpecificCredentialId": "A-" * 10, "Status": "Active"},
            ONE.format("serviceSpecificCredentialId")
            + r"satisfy regular expression pattern: [\w]+",
        ),
        (
            "UpdateServiceSpecificCredential",
            {"ServiceSpecificCredentialId": "ä" * 20, "Status": "Active"},
            ONE.format("serviceSpecificCredentialId")
            + r"satisfy regular expression pattern: [\w]+",
        ),
        (
            "UpdateServiceSpecificCredential",
            {"ServiceSpecificCredentialId": "A" * 19, "Status": "Active"},
            ONE.format("serviceSpecificCredentialId") + "have length greater than or equal to 20",
        ),
        (
            "UpdateServiceSpecificCredential",
            {"ServiceSpecificCredentialId": "A" * 129, "Status": "Active"},
            ONE.format("serviceSpecificCredentialId") + "have length less than or equal to 128",
        ),
        (
            "UpdateServiceSpecificCredential",
            {"Status": "Active"},
            ONE.format("serviceSpecificCredentialId") + "not be null",
        ),
        (
            "UpdateServiceSpecificCredential",
            {},
            "2 validation errors detected: "
            + VALUE.format("serviceSpecificCredentialId")
            + "not be null; "
            + VALUE.format("status")
            + "not be null",
        ),
        (
            "CreateServiceSpecificCredential",
            {"UserName": "u", "ServiceName": "s", "CredentialAgeDays": 0},
            ONE.format("credentialAgeDays") + "have value greater than or equal to 1",
        ),
        (
            "CreateServiceSpecificCredential",
            {"UserName": "u", "ServiceName": "s", "CredentialAgeDays": 36601},
            ONE.format("credentialAgeDays") + "have value less than or equal to 36600",
        ),
        (
            "CreateUser",
            {"UserName": "a b"},
            "The specified value for userName is invalid. It must contain only alphanumeric "
            "characters and/or the following: +=,.@_-",
        ),
        (
            "CreateUser",
            {"UserName": "a b", "Path": "x"},
            "The specified value for path is invalid. It must begin and end with / and contain "
            "only alphanumeric characters and/or / characters.",
        ),
        (
            "CreateUser",
            {"UserName": "u", "Tags": [{"Key": "k"}] * 51},
            "10 validation errors detected: ",
        ),
        (
            "CreateUser",
            {"UserName": "u", "Tags": [{"Key": "k", "Value": "v"}, None]},
            ONE.format("tags.2.member") + "not be null",
        ),
        (
            "UntagUser",
            {"UserName": "u", "TagKeys": ["k", None]},
            ONE.format("tagKeys") + "satisfy constraint: [Member must have length less than or "
            "equal to 128, Member must have length greater than or equal to 1, Member must satisfy "
            r"regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+, Member must not be null]",
        ),
        (
            "GetSSHPublicKey",
            {"UserName": "u", "SSHPublicKeyId": "A" * 20, "Encoding": "ssh"},
            ONE.format("encoding") + "satisfy enum value set: [SSH, PEM]",
        ),
        (
            "GetAccountAuthorizationDetails",
            {"Filter": ["Wrong"]},
            ONE.format("filter") + "satisfy constraint: [Member must satisfy enum value set: "
            "[LocalManagedPolicy, User, AWSManagedPolicy, Role, Group]]",
        ),
        (
            "CreateUser",
            {"UserName": "u", "Tags": [{"Key": "k", "Value": "v"}, {"Key": "k"}]},
            ONE.format("tags.2.member.value") + "not be null",
        ),
        (
            "CreateUser",
            {"UserName": "u", "Tags": [{"Key": "k!", "Value": "v"}]},
            ONE.format("tags.1.member.key")
            + r"satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+",
        ),
    ],
)
def test_a_broken_constraint_is_answered_in_iams_words(operation, params, message):
    with pytest.raises(AwsError) as caught:
        validate(MODEL.operation(operation).input_shape, params)
    assert caught.value.code == "ValidationError"
    assert caught.value.message.startswith(message)
    assert caught.value.message == message or message.endswith(": ")


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("CreateUser", {"UserName": "A_z0+=,.@-", "Path": "/a/b/"}),
        ("CreateUser", {"UserName": "u", "Tags": [{"Key": "Größe \u0661", "Value": ""}]}),
        ("ListUsers", {"MaxItems": 1000}),
        ("GetAccountSummary", {}),
    ],
)
def test_what_satisfies_the_model_passes(operation, params):
    validate(MODEL.operation(operation).input_shape, params)


def test_a_map_is_held_to_its_bounds_and_its_members():
    """IAM's inputs have no map today; its model may have one tomorrow."""
    shape = ShapeResolver(
        {
            "Input": {
                "type": "structure",
                "members": {"Pairs": {"shape": "Pairs"}, "Blob": {"shape": "Blob"}},
            },
            "Pairs": {
                "type": "map",
                "key": {"shape": "Key"},
                "value": {"shape": "Number"},
                "max": 1,
            },
            "Key": {"type": "string", "max": 2},
            "Number": {"type": "integer", "min": 1},
            "Blob": {"type": "blob"},
        }
    ).get_shape_by_name("Input")
    with pytest.raises(AwsError) as caught:
        validate(shape, {"Pairs": {"long": 0, "ok": 1}, "Blob": b"free"})
    assert caught.value.message == (
        "3 validation errors detected: "
        + VALUE.format("pairs")
        + "have length less than or equal to 1; "
        + VALUE.format("pairs.1.key")
        + "have length less than or equal to 2; "
        + VALUE.format("pairs.1.value")
        + "have value greater than or equal to 1"
    )


def all_texts():
    """Every shape of a text that an input of the model leads to."""

    def walk(shape):
        if shape.name in found:
            return
        found[shape.name] = shape
        children = list(getattr(shape, "members", {}).values())
        children += [getattr(shape, name) for name in ("member", "key") if hasattr(shape, name)]
        for child in children:
            walk(child)

    found = {}
    for name in MODEL.iam.operation_names:
        shape = MODEL.operation(name).input_shape
        if shape:
            walk(shape)
    return [found[name] for name in sorted(found) if found[name].type_name == "string"]


TEXTS = all_texts()


@pytest.mark.parametrize(
    "pattern", sorted({shape.metadata["pattern"] for shape in TEXTS if "pattern" in shape.metadata})
)
def test_every_pattern_of_the_model_is_one_that_python_reads(pattern):
    assert r"\p{" not in compile_pattern(pattern).pattern


def likely(shape):
    """Texts of which some satisfy the shape, and texts of a length about its bounds."""
    texts = st.text() | st.sampled_from(shape.enum or [""])
    if "pattern" in shape.metadata:
        texts |= st.from_regex(compile_pattern(shape.metadata["pattern"]))
    bounds = [
        shape.metadata[name] for name in ("min", "max") if shape.metadata.get(name, 10**4) < 10**4
    ]
    return texts | st.sampled_from(bounds or [0]).map(lambda size: "/" + "a" * (size - 2) + "/")


@given(st.sampled_from(TEXTS).flatmap(lambda shape: st.tuples(st.just(shape), likely(shape))))
@settings(max_examples=400, deadline=None)
def test_a_text_is_accepted_where_there_is_nothing_to_say_against_it(shape_and_text):
    shape, text = shape_and_text
    found = []
    _string(shape, text, "", found)
    assert bool(_rules(shape).acceptor()(text)) is not bool(found)
