"""The outcomes of a call, as values: the waist returns them, and every door converts them.

An outcome has what its call's record says: `code`, the error or None; and `applied`, whether the
call took effect anyway. An answer has its `marker`, where the rest of a list begins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import unescape

from pytest_sscred.errors import AwsError
from pytest_sscred.wire import Response

_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_MESSAGE = re.compile(rb"<Message>([^<]+)</Message>")
_MARKER = re.compile(rb"<IsTruncated>true</IsTruncated>(?s:.*)<Marker>([^<]+)</Marker>")


@dataclass(frozen=True, slots=True)
class Answered:
    """The operation's result."""

    result: Mapping[str, Any]
    code = None
    applied = False

    @property
    def marker(self) -> str | None:
        return self.result.get("Marker")


@dataclass(frozen=True, slots=True)
class ByAnother:
    """The answer of another mock beside the fake."""

    response: Response
    applied = False

    @property
    def code(self) -> str | None:
        if self.response.status < 300:
            return None
        found = _CODE.search(self.response.body)
        return found[1].decode() if found else str(self.response.status)

    @property
    def message(self) -> str:
        """That of the error."""
        found = _MESSAGE.search(self.response.body)
        return unescape(found[1].decode()) if found else ""

    @property
    def marker(self) -> str | None:
        found = _MARKER.search(self.response.body)
        return unescape(found[1].decode()) if found else None


@dataclass(frozen=True, slots=True)
class Refused:
    """An AWS error."""

    error: AwsError
    applied: bool = False

    @property
    def code(self) -> str:
        return self.error.code


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer comes: the network failed.

    `how` is one of the four ways; `error` is an exception that the user chose, to be raised as
    it is.
    """

    how: str
    error: Exception | None = None
    done: Answered | ByAnother | Refused | None = field(default=None, repr=False, compare=False)
    """The answer that is lost; None if the call never reached IAM."""
    call: Any = field(default=None, repr=False, compare=False)
    """The call's record in the journal."""

    @property
    def applied(self) -> bool:
        return self.done is not None and self.done.code is None

    @property
    def code(self) -> str:
        return self.how


# The ways in which an answer is lost, named like botocore's errors.
NO_CONNECTION, CONNECT_TIMEOUT = "EndpointConnectionError", "ConnectTimeoutError"
READ_TIMEOUT, CONNECTION_CLOSED = "ReadTimeoutError", "ConnectionClosedError"
WAYS = (CONNECT_TIMEOUT, CONNECTION_CLOSED, NO_CONNECTION, READ_TIMEOUT)

Outcome = Answered | ByAnother | Refused | Lost
