"""The door for code that uses `requests`: IAM's Query API, and the services that take credentials.

Built on `responses`, with a RequestsMock of its own. A mock of the user's that was started later
would be asked first, and refuse what it does not know: so the method of `responses` by which any
mock answers is wrapped as well. What is not ours goes on to whatever was there before.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import requests
import responses
from botocore import exceptions
from requests.adapters import HTTPAdapter

from pytest_sscred.frontends import Frontends, is_iam
from pytest_sscred.service import Service
from pytest_sscred.wire import NoAnswer, Request, Response

__tracebackhide__ = True

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_ANYTHING = re.compile("")
_Mock: Any = responses.RequestsMock

_RAISES = (
    (exceptions.ConnectTimeoutError, requests.exceptions.ConnectTimeout),
    (exceptions.ReadTimeoutError, requests.exceptions.ReadTimeout),
)


def open_door(service: Service, frontends: Frontends) -> Callable[[], None]:
    """Have both answer what `requests` sends to their hosts; returns what ends that.

    Doors may be opened inside one another and closed in any order: the one opened last answers.
    """
    door = (service, frontends)
    if not _opened.doors:
        _opened.start()
    _opened.doors = (*_opened.doors, door)

    def close() -> None:
        _opened.doors = tuple(each for each in _opened.doors if each is not door)
        if not _opened.doors:
            _opened.stop()

    return close


class _Opened:
    """The mock, and who answers behind it. One for the process, because `requests` is."""

    def __init__(self) -> None:
        self.doors: tuple[tuple[Service, Frontends], ...] = ()
        self._mock: Any = None
        self._on_request: Any = None

    def start(self) -> None:
        _check_responses()
        before: Any = HTTPAdapter.send
        self._mock = _Mock(assert_all_requests_are_fired=False, real_adapter_send=before)
        self._mock.add_passthru(_ANYTHING)
        for method in _METHODS:
            self._mock.add_callback(
                method, _ANYTHING, self._callback, content_type=None, match=[self._matches]
            )
        self._on_request = _Mock._on_request
        _Mock._on_request = self._wrap(self._on_request)
        self._mock.start()

    def stop(self) -> None:
        self._mock.stop()
        _Mock._on_request = self._on_request

    def _wrap(self, real: Any) -> Any:
        @functools.wraps(real)
        def on_request(mock: Any, adapter: Any, request: Any, **kwargs: Any) -> Any:
            ours = self._answerer(request) is not None
            return real(self._mock if ours else mock, adapter, request, **kwargs)

        return on_request

    def _matches(self, request: Any) -> tuple[bool, str]:
        return self._answerer(request) is not None, "it is for somebody else"

    def _answerer(self, request: Any) -> Callable[[Request], Response] | None:
        """What answers this request; None where that is somebody else's."""
        if not self.doors:
            return None
        service, frontends = self.doors[-1]
        asked = _as_ours(request)
        if is_iam(asked.url):
            return service.handle
        taker = frontends.taker(asked)
        return None if taker is None else functools.partial(frontends.handle, service=taker)

    def _callback(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        answerer = self._answerer(request)
        if answerer is None:  # closed meanwhile, by another thread
            raise requests.exceptions.ConnectionError("the account was closed", request=request)
        try:
            answer = answerer(_as_ours(request))
        except NoAnswer as lost:
            raise _as_requests(lost, request) from None
        return answer.status, dict(answer.headers), answer.body


def _check_responses() -> None:
    """Say at once that this `responses` is not one that the door fits."""
    method = getattr(_Mock, "_on_request", None)
    parameters = list(inspect.signature(method).parameters) if method else []
    if parameters[:3] != ["self", "adapter", "request"]:
        raise RuntimeError(
            f"responses {version('responses')} has changed RequestsMock._on_request, which "
            "pytest-sscred relies on. Upgrade pytest-sscred, or install an earlier responses."
        )


def _as_requests(lost: NoAnswer, request: Any) -> Exception:
    """The error as `requests` raises it."""
    kind = lost.error if isinstance(lost.error, type) else type(lost.error)
    for theirs, raised in _RAISES:
        if issubclass(kind, theirs):
            return raised(f"a fault: {kind.__name__}", request=request)
    return requests.exceptions.ConnectionError(f"a fault: {kind.__name__}", request=request)


def _as_ours(request: Any) -> Request:
    authorization = request.headers.get("Authorization", "")
    body = request.body or b""
    return Request(
        request.url,
        authorization.decode("latin-1") if isinstance(authorization, bytes) else authorization,
        body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b"",
        _patience(request),
    )


def _patience(request: Any) -> float | None:
    """Seconds that the caller waits for an answer: `timeout=5`, or `timeout=(connect, read)`."""
    timeout = getattr(request, "req_kwargs", {}).get("timeout")
    if isinstance(timeout, tuple):
        timeout = timeout[-1]
    timeout = getattr(timeout, "read_timeout", timeout)
    return float(timeout) if isinstance(timeout, (int, float)) else None


_opened = _Opened()
