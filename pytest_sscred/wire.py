"""The two records that cross the waist: a door's request, and the response it gets back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pytest_sscred.journal import Call


def not_told() -> None:
    """The patience of a client that does not say how long it waits."""


class Request(NamedTuple):
    """The parts of an HTTP request that IAM reads, whichever library made it.

    `url` may be a whole URL or a path with its query string; `authorization` is the header;
    `attempt` counts the requests that its client made for the same call, and `call_id` is the same
    for all of them, if the client sends it;
    `patience`, called if an answer is late, returns how many seconds the client waits for one,
    or None if that is unknown; `target` is the operation that JSON protocols name in a header;
    `headers` are looked at for CloudTrail's records, and `address` is the sender's, if known.
    """

    url: str
    authorization: str = ""
    body: bytes = b""
    attempt: int = 1
    call_id: object = None
    patience: Callable[[], float | None] = not_told
    target: str = ""
    headers: Any = None
    address: str = ""


class Response(NamedTuple):
    """One HTTP response of IAM. `call` is the call it answers; None if there was none."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    call: Call | None = None


def as_ours(prepared: Any, *of_the_client: Any, **rest: Any) -> Request:
    """Converts a request of botocore or `requests`. A body that is not in memory is left out."""
    authorization = prepared.headers.get("Authorization", "")
    body = prepared.body or b""
    return Request(
        prepared.url,
        authorization.decode("latin-1") if isinstance(authorization, bytes) else authorization,
        body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b"",
        *of_the_client,
        **{"headers": prepared.headers, **rest},
    )
