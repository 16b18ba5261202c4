"""The door for code that uses `requests`: IAM's Query API, and the services that take credentials.

`responses` builds the answers, with a RequestsMock of our own that is never started. A session's
adapter for our hosts is one that asks this mock first. Other requests go on to the session's own
adapter, and to whatever lies behind it. `HTTPAdapter.send` is wrapped too, for adapters that no
session of `requests` has chosen. It alone would not do: any mock of the user's patches it as well,
and takes our wrapper away if it began before us and ends first.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable
from typing import Any

import requests
import responses
from requests.adapters import BaseAdapter, HTTPAdapter

from pytest_sscred.account import Account
from pytest_sscred.consumers.http import Consumers, first_label
from pytest_sscred.doors.forks import accounts
from pytest_sscred.doors.http import handle
from pytest_sscred.outcomes import CONNECT_TIMEOUT, READ_TIMEOUT, Lost
from pytest_sscred.patches import Patches, Switch
from pytest_sscred.protocol.model import SERVICES
from pytest_sscred.wire import Request, Response, as_ours

__tracebackhide__ = True

_Session: Any = requests.Session
_HTTPAdapter: Any = HTTPAdapter

_RAISES = {
    CONNECT_TIMEOUT: requests.exceptions.ConnectTimeout,
    READ_TIMEOUT: requests.exceptions.ReadTimeout,
}


def open_door(account: Account, consumers: Consumers) -> Callable[[], None]:
    """Have both answer what `requests` sends to their hosts. Returns a function that ends it.

    Doors can be nested and closed in any order: the one opened last answers.
    """
    accounts.add(account)
    return _opened.open((account, consumers))


_Door = tuple[Account, Consumers]


class _Opened:
    """The wrapped methods, and the open doors behind them. One per process, as `requests` is."""

    def __init__(self) -> None:
        self.doors: tuple[_Door, ...] = ()
        self._patches = Patches()
        self._lock = threading.Lock()

    def open(self, door: _Door) -> Callable[[], None]:
        with self._lock:
            if not self.doors:
                self._patches.wrap(_Session, "get_adapter", self._wrap_get_adapter)
                self._patches.wrap(_HTTPAdapter, "send", self._wrap_send)
            self.doors = (*self.doors, door)

        def close() -> None:
            with self._lock:
                self.doors = tuple(each for each in self.doors if each is not door)
                if not self.doors:
                    self._patches.undo()

        return close

    def _wrap_get_adapter(self, real: Any, switch: Switch) -> Any:
        @functools.wraps(real)
        def get_adapter(session: Any, url: str) -> Any:
            adapter = real(session, url)
            door = self._door(url) if switch.is_on else None
            return adapter if door is None else _Adapter(adapter, door)

        return get_adapter

    def _wrap_send(self, real: Any, switch: Switch) -> Any:
        @functools.wraps(real)
        def send(adapter: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            door = self._door(request.url) if switch.is_on else None
            theirs = functools.partial(real, adapter)
            if door is None:
                return theirs(request, *args, **kwargs)
            return _send(door, adapter, theirs, request, *args, **kwargs)

        return send

    def _door(self, url: str) -> _Door | None:
        """The one opened last, if the host may be ours."""
        doors = self.doors
        return doors[-1] if doors and first_label(url) else None


class _Adapter(BaseAdapter):
    """Stands in front of a session's own adapter, for a host that may be ours."""

    def __init__(self, theirs: Any, door: _Door) -> None:
        super().__init__()
        self._theirs = theirs
        self._door = door

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return _send(self._door, self._theirs, self._theirs.send, request, *args, **kwargs)

    def close(self) -> None:
        self._theirs.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._theirs, name)


def _send(
    door: _Door, adapter: Any, theirs: Callable[..., Any], request: Any, *args: Any, **kwargs: Any
) -> Any:
    """Our answer; that of `theirs` if the request is for somebody else."""
    answerer = _answerer(door, request)
    if answerer is None:
        return theirs(request, *args, **kwargs)
    request.body = _in_memory(request.body)
    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    answer = functools.partial(_answer, answerer)
    mock.add_callback(request.method, re.compile(""), answer, content_type=None)
    # An adapter of `requests` does the retries and builds the response.
    builder = adapter if isinstance(adapter, HTTPAdapter) else HTTPAdapter()
    return mock.unbound_on_send()(builder, request, *args, **kwargs)


def _answerer(door: _Door, request: Any) -> Callable[[Request], Response | Lost] | None:
    """The function that answers this request; None if the request is for somebody else."""
    account, consumers = door
    asked = as_ours(request)
    if first_label(asked.url).removesuffix("-fips") in SERVICES:
        return functools.partial(handle, account, request.method)
    service = consumers.consumer(asked)
    if service is None:
        return None
    return functools.partial(consumers.handle, service=service)


def _in_memory(body: Any) -> Any:
    """A whole body: of a file, or of whatever yields it in pieces."""
    if hasattr(body, "read"):
        return body.read()
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if body is None or isinstance(body, str):
        return body
    return b"".join(each.encode() if isinstance(each, str) else each for each in body)


def _answer(
    answerer: Callable[[Request], Response | Lost], request: Any
) -> tuple[int, dict[str, str], bytes]:
    answer = answerer(as_ours(request, patience=functools.partial(_patience, request)))
    if isinstance(answer, Lost):
        raise _as_requests(answer, request)
    headers = dict(answer.headers)
    if request.method == "HEAD":
        del headers["content-length"]  # urllib3 may wait for as many bytes, which never come
        return answer.status, headers, b""
    return answer.status, headers, answer.body


def _as_requests(lost: Lost, request: Any) -> Exception:
    """The error as `requests` raises it."""
    names = [lost.how, *(each.__name__ for each in type(lost.error).__mro__)]
    for name, raised in _RAISES.items():
        if name in names:
            return raised(f"a fault: {lost.how}", request=request)
    return requests.exceptions.ConnectionError(f"a fault: {lost.how}", request=request)


def _patience(request: Any) -> float | None:
    """Seconds that the caller waits for an answer: `timeout=5`, or `timeout=(connect, read)`."""
    timeout = getattr(request, "req_kwargs", {}).get("timeout")
    if isinstance(timeout, tuple):
        timeout = timeout[-1]
    timeout = getattr(timeout, "read_timeout", timeout)
    return float(timeout) if isinstance(timeout, (int, float)) else None


_opened = _Opened()
