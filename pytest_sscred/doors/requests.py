"""The door for code that uses `requests`: IAM's Query API, and the services that take credentials.

`responses` builds the answers, with a RequestsMock of our own that is never started: it would
patch `HTTPAdapter.send`, which any mock of the user's patches too, and the first to stop would
remove the other's patch. Instead a session's adapter for our hosts is one that asks this mock
first. Other requests go on to the session's own adapter, and to whatever lies behind it.
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
from pytest_sscred.protocol.model import SERVICES
from pytest_sscred.wire import Request, Response, as_ours

__tracebackhide__ = True

_Session: Any = requests.Session

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


class _Opened:
    """The wrapped method, and the open doors behind it. One per process, as `requests` is."""

    def __init__(self) -> None:
        self.doors: tuple[tuple[Account, Consumers], ...] = ()
        self._get_adapter: Any = None
        self._lock = threading.Lock()

    def open(self, door: tuple[Account, Consumers]) -> Callable[[], None]:
        with self._lock:
            if not self.doors:
                self._get_adapter = _Session.get_adapter
                _Session.get_adapter = self._wrap(self._get_adapter)
            self.doors = (*self.doors, door)

        def close() -> None:
            with self._lock:
                self.doors = tuple(each for each in self.doors if each is not door)
                if not self.doors:
                    _Session.get_adapter = self._get_adapter

        return close

    def _wrap(self, real: Any) -> Any:
        @functools.wraps(real)
        def get_adapter(session: Any, url: str) -> Any:
            adapter = real(session, url)
            doors = self.doors
            return _Adapter(adapter, *doors[-1]) if doors and first_label(url) else adapter

        return get_adapter


class _Adapter(BaseAdapter):
    """Stands in front of a session's own adapter, for a host that may be ours."""

    def __init__(self, theirs: Any, account: Account, consumers: Consumers) -> None:
        super().__init__()
        self._theirs = theirs
        self._account = account
        self._consumers = consumers

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        answerer = self._answerer(request)
        if answerer is None:
            return self._theirs.send(request, *args, **kwargs)
        if hasattr(request.body, "read"):
            request.body = request.body.read()
        mock = responses.RequestsMock(assert_all_requests_are_fired=False)
        answer = functools.partial(_answer, answerer)
        mock.add_callback(request.method, re.compile(""), answer, content_type=None)
        # An adapter of `requests` does the retries and builds the response.
        adapter = self._theirs if isinstance(self._theirs, HTTPAdapter) else HTTPAdapter()
        return mock.unbound_on_send()(adapter, request, *args, **kwargs)

    def close(self) -> None:
        self._theirs.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._theirs, name)

    def _answerer(self, request: Any) -> Callable[[Request], Response | Lost] | None:
        """The function that answers this request; None if the request is for somebody else."""
        asked = as_ours(request, patience=functools.partial(_patience, request))
        if first_label(asked.url).removesuffix("-fips") in SERVICES:
            return functools.partial(handle, self._account, request.method)
        service = self._consumers.consumer(asked)
        if service is None:
            return None
        return functools.partial(self._consumers.handle, service=service)


def _answer(
    answerer: Callable[[Request], Response | Lost], request: Any
) -> tuple[int, dict[str, str], bytes]:
    answer = answerer(as_ours(request, patience=functools.partial(_patience, request)))
    if isinstance(answer, Lost):
        raise _as_requests(answer, request)
    return answer.status, dict(answer.headers), answer.body


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
