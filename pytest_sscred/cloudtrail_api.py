"""CloudTrail's LookupEvents over its JSON protocol, of version 1.1."""

from __future__ import annotations

import json
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.asking import region_of
from pytest_sscred.errors import AwsError
from pytest_sscred.wire import Request, Response

LOOKUP = ("cloudtrail", "LookupEvents")
"""The service and its operation."""


def answer(account: Account, request: Request) -> Response:
    """The events of the region that the request was signed for; IAM's are in us-east-1 alone."""
    from pytest_sscred.events.lookup import lookup  # only when it is needed

    with account.lock:
        request_id, now = account.state.ids.request(), account.state.clock.now()
        calls = account.journal.trail()
    region = region_of(request)
    records = [call.trace.record(call) for call in calls]
    there = [each for each in records if each["awsRegion"] == region]
    try:
        return _response(200, request_id, lookup(there, _params(request), now))
    except AwsError as error:
        told = {"__type": error.code, "message": error.message}
        return _response(400, request_id, told)


def _params(request: Request) -> dict[str, Any]:
    try:
        params = json.loads(request.body or b"{}")
    except ValueError:
        params = None
    if not isinstance(params, dict):
        raise AwsError("SerializationException", "The request is not an object of JSON.")
    return params


def _response(status: int, request_id: str, what: Any) -> Response:
    body = json.dumps(what).encode()
    headers = {
        "x-amzn-requestid": request_id,
        "content-type": "application/x-amz-json-1.1",
        "content-length": str(len(body)),
    }
    return Response(status, headers, body)
