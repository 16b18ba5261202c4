"""What the model calls sensitive: masked in a call's record, and in the clients' logs."""

from __future__ import annotations

import pytest

from pytest_sscred.protocol.model import has_secret, load_model, secrets_in, without_secrets
from pytest_sscred.secrets import Secrets

MODEL = load_model()


def test_a_secret_is_masked_among_the_parameters_and_nothing_else():
    params = {"UserName": "Anika", "Password": "hunter2", "PasswordResetRequired": True}
    masked = MODEL.masked("CreateLoginProfile", params)
    assert masked == {**params, "Password": "***"}
    assert params["Password"] == "hunter2"


@pytest.mark.parametrize(
    ("operation", "result", "secrets"),
    [
        (
            "CreateVirtualMFADevice",
            {
                "VirtualMFADevice": {
                    "SerialNumber": "arn:aws:iam::123456789012:mfa/Anika",
                    "Base32StringSeed": b"ABCDEFGHIJKLMNOP",
                    "QRCodePNG": b"\x89PNG",
                }
            },
            ["ABCDEFGHIJKLMNOP", "\x89PNG"],
        ),
        (
            "ListVirtualMFADevices",
            {"VirtualMFADevices": [{"Base32StringSeed": b"SEED"}, {"SerialNumber": "x"}]},
            ["SEED"],
        ),
        (
            "CreateAccessKey",
            {"AccessKey": {"AccessKeyId": "AKIA", "SecretAccessKey": "FakePytest"}},
            ["FakePytest"],
        ),
        ("ListUsers", {"Users": [{"UserName": "Anika"}]}, []),
    ],
)
def test_secrets_are_found_in_an_answer_however_deep(operation, result, secrets):
    assert list(secrets_in(MODEL.operation(operation).output_shape, result)) == secrets


def test_what_has_no_shape_has_no_secret():
    assert not has_secret(None)
    assert list(secrets_in(None, {})) == []


def test_a_password_that_a_call_brings_is_masked_from_then_on(iam, ask):
    ask("CreateLoginProfile", UserName="Anika", Password="a long enough password")
    masked = iam._account.state.secrets.mask("it is a long enough password.")
    assert masked == "it is ***."


def test_nothing_is_no_secret():
    secrets = Secrets()
    secrets.add("")
    assert secrets.mask("Anika") == "Anika"


def test_a_short_one_too(iam, ask):
    ask("CreateLoginProfile", UserName="Anika", Password="hunter2!")
    assert iam._account.state.secrets.mask("pw=hunter2!, hunter2%21.") == "pw=***, ***."


def test_what_is_secret_is_left_out_of_lists_too():
    shape = load_model().operation("ListVirtualMFADevices").output_shape
    device = {"SerialNumber": "arn:aws:iam::123456789012:mfa/a", "Base32StringSeed": b"SEED"}
    kept = {"SerialNumber": device["SerialNumber"]}
    shown = without_secrets(shape, {"VirtualMFADevices": [device], "IsTruncated": False})
    assert shown == {"VirtualMFADevices": [kept], "IsTruncated": False}
