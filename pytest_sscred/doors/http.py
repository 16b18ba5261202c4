"""Answers a request over HTTP, whoever sent it; it need not be one for IAM."""

from __future__ import annotations

from urllib.parse import urlsplit

from pytest_sscred import cloudtrail_api, iam_api
from pytest_sscred.account import Account
from pytest_sscred.asking import signed_for
from pytest_sscred.cloudtrail_api import LOOKUP
from pytest_sscred.outcomes import Lost
from pytest_sscred.protocol.model import SERVICES
from pytest_sscred.protocol.parse import read_form
from pytest_sscred.refusals import NOT_MOCKED
from pytest_sscred.wire import Request, Response


def handle(account: Account, method: str, request: Request) -> Response | Lost:
    """The account's answer, or one of AWS's errors for a request of another kind."""
    try:
        path = urlsplit(request.url).path
    except ValueError:
        return iam_api.error_answer(account, "MalformedHttpRequestException")
    called = signed_for(request)
    if (called, request.target) == LOOKUP:
        return cloudtrail_api.answer(account, request)
    if called not in (None, *SERVICES):  # from a process whose AWS calls are all led here
        operation = request.target or read_form(request).get("Action", method)
        refused = account.refuse(f"{called}:{operation}", NOT_MOCKED)
        return iam_api.error_answer(account, "UnknownOperationException", refused.text())
    if method not in ("GET", "POST") or path not in ("", "/"):
        return iam_api.error_answer(account, "UnknownOperationException")
    return iam_api.handle(account, request)
