"""What comes of a call, as values: the waist hands them up, and each door makes its own of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from xml.sax.saxutils import unescape

from pytest_sscred.errors import AwsError
from pytest_sscred.wire import Response


class Answered(NamedTuple):
    """What the operation gave."""

    result: Mapping[str, Any]


class ByAnother(NamedTuple):
    """The answer of whoever mocks beside the fake."""

    response: Response


class Refused(NamedTuple):
    """An error of AWS's; `applied` where the change was made all the same."""

    error: AwsError
    applied: bool = False


class Lost(NamedTuple):
    """No answer comes: the network failed. `applied` where the change was made all the same.

    `how` is one of the four ways; `error` an exception of the user's own choosing, to be raised as
    it is.
    """

    how: str
    error: Exception | None = None
    applied: bool = False


# The ways in which an answer is lost, under the names that botocore's errors have.
NO_CONNECTION, CONNECT_TIMEOUT = "EndpointConnectionError", "ConnectTimeoutError"
READ_TIMEOUT, CONNECTION_CLOSED = "ReadTimeoutError", "ConnectionClosedError"
WAYS = (CONNECT_TIMEOUT, CONNECTION_CLOSED, NO_CONNECTION, READ_TIMEOUT)

Outcome = Answered | ByAnother | Refused | Lost

_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_MARKER = re.compile(rb"<IsTruncated>true</IsTruncated>(?s:.*)<Marker>([^<]+)</Marker>")


def error_of(outcome: Outcome) -> str | None:
    """What a call's record says went wrong: an error's code, or how the answer was lost."""
    if isinstance(outcome, Refused):
        return outcome.error.code
    if isinstance(outcome, Lost):
        return outcome.how
    if isinstance(outcome, ByAnother) and outcome.response.status >= 300:
        found = _CODE.search(outcome.response.body)
        return found[1].decode() if found else str(outcome.response.status)
    return None


def marker_of(outcome: Outcome) -> str | None:
    """Where the rest of a list begins that was answered in part."""
    if isinstance(outcome, ByAnother):
        found = _MARKER.search(outcome.response.body)
        return unescape(found[1].decode()) if found else None
    if isinstance(outcome, Answered) and outcome.result.get("IsTruncated"):
        return str(outcome.result["Marker"])
    return None
