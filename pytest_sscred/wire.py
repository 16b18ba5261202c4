"""The two records that cross the waist: what a door hands in, and what it gets back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pytest_sscred.calls import Call


class Request(NamedTuple):
    """One HTTP request to IAM, whichever library made it: what of it IAM reads.

    `url` may be a whole URL or a path with its query string; `authorization` is the header;
    `timeout` is how many seconds its client waits for an answer, where it tells.
    """

    url: str
    authorization: str = ""
    body: bytes = b""
    timeout: float | None = None


class NoAnswer(Exception):  # noqa: N818 - it says what is the case
    """The network failed: no answer comes. `error` is what botocore raises for it.

    `applied` where the change was made all the same.
    """

    def __init__(self, error: type[Exception] | Exception, *, applied: bool = False) -> None:
        super().__init__(error)
        self.error = error
        self.applied = applied


class Response(NamedTuple):
    """One HTTP response of IAM. `call` is what it answers; None where that was no call."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    call: Call | None = None
