"""Stand-ins for botocore's endpoints: the same in all but their network, which is an account.

A real endpoint's methods run over one for a call, so that signing, retries, events, parsing and
exceptions stay botocore's. What they touch of its private side, the door beside them checks.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.hooks import first_non_none_response

from pytest_sscred.doors import aiobotocore
from pytest_sscred.frontends import Frontends
from pytest_sscred.service import Service
from pytest_sscred.wire import NoAnswer, Request, Response

__tracebackhide__ = True


def stood_in_for(endpoint: Any, stand_in: type) -> Any:
    """What looks like the endpoint, of its own class too, and is a stand-in."""
    kind: Any = type(endpoint)
    made = object.__new__(_stand_in_class(stand_in, kind))
    made.__dict__.update(endpoint.__dict__)
    return made


@functools.cache
def _stand_in_class(stand_in: type, kind: Any) -> Any:
    if not aiobotocore.is_awaited(kind):
        return type(stand_in.__name__, (stand_in, kind), {"emitter": _Emitter})
    bases = (aiobotocore.AwaitedEndpoint, stand_in, kind)
    return type(stand_in.__name__, bases, {"emitter": _AwaitedEmitter})


class IamEndpoint:
    """An endpoint of botocore's in all but its network, which is the account.

    One for a call: all its attempts go to the account that the first one went to, even where that
    is closed while a thread still backs off.
    """

    emitter: type[_Emitter]

    def lead_to(self, service: Service, operation: str) -> None:
        self._service = service
        self._operation = operation
        self._attempts = 0
        self._is_ours = not service.lacks(operation)
        # For what we lack, whoever mocks by `before-send` is asked first: moto, for one.
        if self._is_ours:
            self._event_emitter = self.emitter(self.__dict__["_event_emitter"], self)

    def keeps(self, request: Any) -> bool:
        return True

    def wait(self, seconds: float) -> float:
        return self._service.wait(self._operation, seconds)

    def _send(self, request: AWSPreparedRequest) -> AWSResponse:
        """What botocore calls where everything after it would be the network."""
        if not self._is_ours:
            raise self._service.refuse(self._operation)
        self._attempts += 1
        patience = functools.partial(_patience, self, request)
        asked = _as_ours(request, self._attempts, self, patience)
        try:
            response = self._service.handle(asked)
        except NoAnswer as lost:
            raise lost.as_botocore_raises(request.url) from None
        return _as_botocore_reads(request.url, response)


class KeyEndpoint:
    """An endpoint of a service that takes API keys; calls that are signed otherwise go on."""

    emitter: type[_Emitter]

    def lead_to(self, frontends: Frontends, host: str, operation: str) -> None:
        self._frontends = frontends
        self._host = host
        self._operation = operation
        self._is_answered = False  # the last attempt was, here
        self._event_emitter = self.emitter(self.__dict__["_event_emitter"], self)

    def keeps(self, request: Any) -> bool:
        self._is_answered = self._frontends.taker(_as_ours(request), self._host) is not None
        return self._is_answered

    def wait(self, seconds: float) -> float:
        if not self._is_answered:
            return seconds
        return self._frontends.iam.wait(self._operation, seconds)

    def _send(self, request: AWSPreparedRequest) -> Any:
        asked = _as_ours(request)
        taker = self._frontends.taker(asked, self._host)
        if taker is None:
            return super()._send(request)  # type: ignore[misc]
        return _as_botocore_reads(request.url, self._frontends.handle(asked, taker))


def _as_botocore_reads(url: str, response: Response) -> AWSResponse:
    raw: Any = _Raw(response.body)
    headers: Any = response.headers
    return AWSResponse(url, response.status, headers, raw)


class _Emitter:
    """An event emitter that keeps two events to itself.

    `before-send`, for the requests that the stand-in keeps: somebody else might answer it.
    `needs-retry`: its answer is what the endpoint sleeps before the next attempt, and the stand-in
    says how much of it.
    """

    def __init__(self, real: Any, stand_in: IamEndpoint | KeyEndpoint) -> None:
        self._real = real
        self.keeps = stand_in.keeps
        self._wait = stand_in.wait

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        if event_name.startswith("before-send.") and self.keeps(kwargs["request"]):
            return []
        answers = self._real.emit(event_name, **kwargs)
        return self.waits(answers) if event_name.startswith("needs-retry.") else answers

    def waits(self, answers: Any) -> Any:
        delay = first_non_none_response(answers)
        if delay is None or delay is False:
            return answers
        return [(None, self._wait(delay))]


class _AwaitedEmitter(aiobotocore.AwaitedEmitter, _Emitter):
    """The same, for aiobotocore."""


class _Raw(io.BytesIO):
    """A body, as botocore reads one from the network."""

    def stream(self, **kwargs: Any) -> Iterator[bytes]:
        yield self.read()


def _as_ours(request: Any, *of_the_client: Any) -> Request:
    authorization = request.headers.get("Authorization", "")
    body = request.body or b""
    return Request(
        request.url,
        authorization.decode("latin-1") if isinstance(authorization, bytes) else authorization,
        body.encode() if isinstance(body, str) else body,
        *of_the_client,
    )


def _patience(endpoint: Any, request: Any) -> float | None:
    """Seconds that the client waits for an answer; None where it does not tell.

    Sessions keep it in a timeout of their library's: urllib3's, aiohttp's, httpx's.
    """
    asked = getattr(request, "context", None) or {}
    if asked.get("read_timeout") is not None:  # of this call alone
        return float(asked["read_timeout"])
    timeout = getattr(endpoint.http_session, "_timeout", None)
    for name in ("read_timeout", "sock_read", "read"):
        timeout = getattr(timeout, name, timeout)
    return float(timeout) if isinstance(timeout, (int, float)) else None
