"""Calls through the waist: botocore writes the request and reads the answer, nothing is patched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from pytest_sscred.iam_api import handle
from pytest_sscred.outcomes import Lost
from pytest_sscred.protocol.model import load_model
from pytest_sscred.wire import Request, Response


@dataclass
class Answer:
    status: int
    code: str | None
    message: str | None
    result: dict[str, Any]
    response: Response


class Waist:
    def __init__(self, iam):
        self.account = iam._account

    def __call__(self, operation, access_key_id="", /, **params):
        model = load_model().operation(operation)
        return self.form(form_of(model, params), access_key_id, model.output_shape)

    def form(self, form, access_key_id="", output_shape=None):
        signature = (
            f"AWS4-HMAC-SHA256 Credential={access_key_id}/20261122/us-east-1/iam/aws4_request"
        )
        body = urlencode(form).encode()
        response = handle(self.account, Request("/", signature if access_key_id else "", body))
        if isinstance(response, Lost):
            return Answer(0, response.how, None, {}, response)
        return read(response, output_shape)


def form_of(model, params):
    """As botocore writes it, but for numbers that are given as text: those stay as they are."""
    members = model.input_shape.members if model.input_shape else {}
    raw = {
        name: value
        for name, value in params.items()
        if isinstance(value, str) and members[name].type_name == "integer"
    }
    rest = {name: value for name, value in params.items() if name not in raw}
    return create_serializer("query").serialize_to_request(rest, model)["body"] | raw


def read(response, output_shape=None):
    parsed = create_parser("query").parse(
        {"status_code": response.status, "headers": response.headers, "body": response.body},
        output_shape,
    )
    error = parsed.pop("Error", {})
    parsed.pop("ResponseMetadata", None)
    return Answer(response.status, error.get("Code"), error.get("Message"), parsed, response)
