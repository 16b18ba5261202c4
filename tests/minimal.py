"""For every operation of IAM: parameters that its model takes, as few as it lets be."""

from __future__ import annotations

from typing import Any

from botocore.model import Shape
from key_bodies import CERTIFICATE, SSH

from pytest_sscred.protocol.model import load_model
from pytest_sscred.protocol.validate import compile_pattern

_LIKELY = {
    "UserName": "Anika",
    "NewUserName": "Bela",
    "GroupName": "git",
    "PolicyArn": "arn:aws:iam::123456789012:policy/git",
    "PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess",
    "PolicyDocument": '{"Version":"2012-10-17","Statement":[]}',
    "SerialNumber": "arn:aws:iam::123456789012:mfa/Anika",
    "AuthenticationCode1": "123456",
    "AuthenticationCode2": "654321",
    "Password": "Corr3ct-horse",
    "OldPassword": "Corr3ct-horse",
    "NewPassword": "Batt3ry-staple",
    "SSHPublicKeyBody": SSH,
    "CertificateBody": CERTIFICATE,
    "ServiceName": "codecommit.amazonaws.com",
    "AccountAlias": "lime-corp",
    "VersionId": "v1",
    "EntityPath": "o-a1b2c3d4e5/r-f6g7/ou-f6g7-a1b2c3d4",
}
_LETTERS = "a", "A", "1", "/", "arn:", "{}", "a.b"


def minimal(operation: str, *, whole: bool = False) -> dict[str, Any]:
    """Values for the required members of an operation; with `whole`, for every member."""
    shape = load_model().operation(operation).input_shape
    return _structure(shape, whole) if shape else {}


def _structure(shape: Any, whole: bool) -> dict[str, Any]:
    return {
        name: _LIKELY.get(name) or _value(member, whole)
        for name, member in shape.members.items()
        if whole or name in shape.required_members
    }


def _value(shape: Any, whole: bool) -> Any:
    if shape.type_name == "structure":
        return _structure(shape, whole)
    if shape.type_name == "list":
        return [_value(shape.member, whole)]
    if shape.type_name == "map":
        return {}
    if shape.type_name == "string":
        return _text(shape)
    return {"integer": max(1, shape.metadata.get("min", 1)), "boolean": True}[shape.type_name]


def _text(shape: Shape) -> str:
    if shape.enum:
        return shape.enum[0]
    pattern = compile_pattern(shape.metadata["pattern"]) if "pattern" in shape.metadata else None
    least = max(1, shape.metadata.get("min", 1))
    for letters in _LETTERS:
        text = letters * -(-least // len(letters))
        if pattern is None or pattern.fullmatch(text):
            return text
    raise LookupError(f"no text found for {shape.name}")
