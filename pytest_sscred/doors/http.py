"""What a request over HTTP is answered, whoever sent it: it need not be one of IAM's."""

from __future__ import annotations

from urllib.parse import urlsplit

from pytest_sscred.callers import signed_for
from pytest_sscred.protocol.parse import read_form
from pytest_sscred.refusals import NOT_MOCKED
from pytest_sscred.service import Service
from pytest_sscred.wire import Request, Response


def handle(service: Service, method: str, request: Request) -> Response:
    """The account's answer, or one of AWS's errors for what IAM does not serve.

    Raises NoAnswer if a fault has the network fail.
    """
    try:
        path = urlsplit(request.url).path
    except ValueError:
        return service.error("MalformedHttpRequestException")
    called = signed_for(request)
    if called not in (None, "iam"):  # a process that was led here for all of AWS
        operation = request.target or read_form(request).get("Action", method)
        refused = service.refuse(f"{called}:{operation}", NOT_MOCKED)
        return service.error("UnknownOperationException", str(refused))
    if method not in ("GET", "POST") or path not in ("", "/"):
        return service.error("UnknownOperationException")
    return service.handle(request)
