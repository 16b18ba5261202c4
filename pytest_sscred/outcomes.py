"""What comes of a call, and what can be read off it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import unescape

from pytest_sscred.errors import AwsError
from pytest_sscred.wire import NoAnswer, Response

Outcome = Mapping[str, Any] | Response | AwsError | None
"""An operation's result, an answer of somebody else's, or an error."""

_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_MARKER = re.compile(rb"<IsTruncated>true</IsTruncated>(?s:.*)<Marker>([^<]+)</Marker>")


def code_of(response: Response) -> str | None:
    """The code of the error that somebody else's answer is; None for a success."""
    if response.status < 300:
        return None
    found = _CODE.search(response.body)
    return found[1].decode() if found else str(response.status)


def marker_of(outcome: Outcome) -> str | None:
    """Where the rest of a list begins that was answered in part."""
    if isinstance(outcome, Response):
        found = _MARKER.search(outcome.body)
        return unescape(found[1].decode()) if found else None
    if isinstance(outcome, Mapping) and outcome.get("IsTruncated"):
        return str(outcome["Marker"])
    return None


def name_of(error: BaseException) -> str:
    """What a call's record names an exception that came in place of an answer."""
    if not isinstance(error, NoAnswer):
        return type(error).__name__
    kind = error.error if isinstance(error.error, type) else type(error.error)
    return kind.__name__
