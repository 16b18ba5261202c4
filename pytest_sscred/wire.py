"""The two records that cross the waist: a door's request, and the response it gets back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pytest_sscred.journal import Call
from pytest_sscred.places import Place


def not_told() -> None:
    """The patience of a client that does not say how long it waits."""


class Request(NamedTuple):
    """The parts of an HTTP request that IAM reads, whichever library made it.

    `url` may be a whole URL or a path with its query string; `authorization` is the header;
    `attempt` counts the requests that its client made for the same call, and `call_id` is the same
    for all of them, if the client sends it;
    `patience`, called if an answer is late, returns how many seconds the client waits for one,
    or None if that is unknown; `target` is the operation that JSON protocols name in a header;
    `agent` is the User-Agent header, and `address` the sender's, if known;
    `place` is the user's line, if the door knows it already.
    """

    url: str
    authorization: str = ""
    body: bytes = b""
    attempt: int = 1
    call_id: object = None
    patience: Callable[[], float | None] = not_told
    target: str = ""
    agent: str = ""
    address: str = ""
    place: Place | None = None


class Response(NamedTuple):
    """One HTTP response of IAM. `call` is the call it answers; None if there was none."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    call: Call | None = None


def as_ours(
    prepared: Any,
    attempt: int = 1,
    call_id: object = None,
    patience: Callable[[], float | None] = not_told,
    place: Place | None = None,
) -> Request:
    """Converts a request of botocore or `requests`. A body that is not in memory is left out."""
    body = prepared.body or b""
    if not isinstance(body, bytes):
        body = body.encode() if isinstance(body, str) else b""
    headers = prepared.headers
    authorization = _text(headers.get("Authorization", ""))
    agent = _text(headers.get("User-Agent", ""))
    of_the_client = attempt, call_id, patience
    return Request(prepared.url, authorization, body, *of_the_client, "", agent, "", place)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
