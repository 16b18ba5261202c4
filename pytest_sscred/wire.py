"""The two records that cross the waist: what a door hands in, and what it gets back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pytest_sscred.journal import Call


def not_told() -> None:
    """The patience of a client that does not tell."""


class Request(NamedTuple):
    """One HTTP request to IAM, whichever library made it: what of it IAM reads.

    `url` may be a whole URL or a path with its query string; `authorization` is the header;
    `attempt` counts the requests that its client made for the same call, and `call_id` is the same
    for all of them, where the client tells;
    `patience`, asked where an answer is late, gives how many seconds the client waits for one, or
    None where that is not known; `target` is the operation that JSON protocols name in a header.
    """

    url: str
    authorization: str = ""
    body: bytes = b""
    attempt: int = 1
    call_id: object = None
    patience: Callable[[], float | None] = not_told
    target: str = ""


class Response(NamedTuple):
    """One HTTP response of IAM. `call` is what it answers; None where that was no call."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    call: Call | None = None


def as_ours(prepared: Any, *of_the_client: Any, **rest: Any) -> Request:
    """A request as botocore and `requests` prepare it. A body that is not at hand is left out."""
    authorization = prepared.headers.get("Authorization", "")
    body = prepared.body or b""
    return Request(
        prepared.url,
        authorization.decode("latin-1") if isinstance(authorization, bytes) else authorization,
        body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b"",
        *of_the_client,
        **rest,
    )
