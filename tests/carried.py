"""What a client does not send, or does not show: a rule each, for every recording and operation."""

from __future__ import annotations

import json

import pytest
from botocore.validate import ParamValidator
from client_programs import model_of_cli
from every_door import (
    DOORS,
    PROGRAMS,
    aiobotocore_,
    aws_cli_1,
    aws_cli_2,
    boto3_,
    javascript,
    service_of,
)

from pytest_sscred.protocol.model import load_model

CLIS = {aws_cli_1: 1, aws_cli_2: 2}
# Clients that check parameters by the model, before they send anything: what is missing or too
# short, and text where the model has a number.
CHECKING = [boto3_, aiobotocore_, *CLIS]
# The SDK for JavaScript has a package a service; `.ci/install-clients` installs IAM's.
OF_IAM_ALONE = [javascript]
# Members of an answer that a client keeps from its user, who then finds them in a file.
UNSEEN = dict.fromkeys(CLIS, ("QRCodePNG",))


def cases(observations):
    """Each observation with each door that can carry it, as a test's parameters."""
    return [
        pytest.param(
            door,
            seen,
            id=f"{door.__name__}-{seen['name']} [{seen['source']}, {seen['recorded']}]",
            marks=[pytest.mark.program] * (door in PROGRAMS),
        )
        for door in DOORS
        for seen in observations
        if can_carry(door, seen)
    ]


def can_carry(door, seen):
    """Whether the door's client sends the calls of an observation, and shows what is expected."""
    if any(quoted(name, seen.get("expect")) for name in UNSEEN.get(door, ())):
        return False
    if not all(can_send(door, operation) for operation, _ in calls(seen)):
        return False
    return door not in CHECKING or not any(why_unsent(load_model(), *call) for call in calls(seen))


def can_send(door, operation):
    """Whether the door's client has the operation's service."""
    return door not in OF_IAM_ALONE or service_of(operation) == "iam"


def skip_what_is_newer(door, seen):
    """Skip what the installed CLI's own model of IAM lacks."""
    model = cli_model(door)
    for operation, params in calls(seen) if model else ():
        why = why_unsent(model, operation, params)
        if why:
            pytest.skip(f"this CLI does not send it: {why}")
        for name in newer_members(model, operation):
            if quoted(name, seen.get("expect")):
                pytest.skip(f"this CLI does not know {name} of {operation}'s answer")


def cli_model(door):
    """IAM as the CLI knows it that is installed for this door; None for other clients."""
    return model_of_cli(CLIS[door]) if door in CLIS else None


def calls(seen):
    """The operations of an observation, each with parameters like those that will be sent."""
    for step in [*seen["setup"], seen]:
        operation, params = step["call"]
        yield operation.removeprefix("sts:"), likely(params)


def likely(value):
    """Placeholders as texts of some length: clients check that a text is not too short."""
    if isinstance(value, dict):
        return "123456" if "totp" in value else {name: likely(each) for name, each in value.items()}
    if isinstance(value, list):
        return [likely(each) for each in value]
    return value.format_map(_Filled()) if isinstance(value, str) else value


class _Filled(dict):
    def __missing__(self, name):
        return "x" * 64


def why_unsent(model, operation, params):
    """Why a client with this model refuses to send a call; None if it sends it."""
    if operation not in model.iam.operation_names | model.sts.operation_names:
        return f"it does not know {operation}"
    shape = model.operation(operation).input_shape
    found = ParamValidator().validate(params, shape) if shape else None
    return found.generate_report() if found and found.has_errors() else None


def newer_members(model, operation):
    """What the installed botocore knows of an operation's answer, and `model` does not."""
    new, old = (each.operation(operation).output_shape for each in (load_model(), model))
    return members_in(new) - members_in(old)


def members_in(shape):
    if shape is None:
        return set()
    if shape.type_name == "structure":
        return {*shape.members}.union(*map(members_in, shape.members.values()))
    return members_in(shape.member) if shape.type_name == "list" else set()


def quoted(name, value):
    return f'"{name}"' in json.dumps(value)
