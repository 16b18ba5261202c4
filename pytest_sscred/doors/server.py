"""The endpoint's server: a thread per connection, so many at most, and none silent for long.

The standard library's, which alone accepts without a bound and waits without a limit.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import math
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from socketserver import TCPServer, ThreadingMixIn
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.doors.forks import accounts, servers
from pytest_sscred.doors.handler import Handler
from pytest_sscred.wire import Response

__tracebackhide__ = True

HOST = "127.0.0.1"

_PATIENCE = 30.0  # seconds that a client may take: for its next request, and for our answer
_MOST_CONNECTIONS = 256
_PAUSE = 0.05  # seconds, at most, until there may be room for another connection
_STOPS_WITHIN = 5.0  # seconds, even if a request is being answered
_NO_DESCRIPTORS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

# freezegun replaces `time.monotonic`, though not where a partial holds it, and neither it nor
# time-machine moves this clock of the system's, which Windows lacks.
_seconds: Callable[[], float] = (
    functools.partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    if hasattr(time, "clock_gettime")
    else functools.partial(time.monotonic)
)

Answered = Callable[[Response], None]
"""Called with every answer before it is sent."""


class _Connection:
    """A client, the thread that serves it, and since when it is the client's turn."""

    def __init__(self, client: Any, thread: threading.Thread) -> None:
        self.client = client
        self.thread = thread
        self.silent_since = _seconds()  # never: it is our turn, or over
        self.is_over = False

    def hang_up(self) -> None:
        self.is_over, self.silent_since = True, math.inf
        with contextlib.suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)


class Server(ThreadingMixIn, TCPServer):
    """Not `http.server.HTTPServer`, which looks up the name of its address."""

    allow_reuse_address = os.name != "nt"  # on Windows it would let two listen on one port
    request_queue_size = 128

    def __init__(self, account: Account, port: int, answered: Answered) -> None:
        self.account = account
        self.answered = answered
        self._connections: dict[Any, _Connection] = {}
        self._ended = threading.Condition()  # the lock of the connections, told when one ends
        super().__init__((HOST, port), Handler)
        self.port = int(self.server_address[1])
        self.url = f"http://{HOST}:{self.port}"
        servers.add(self)
        accounts.add(account)

    def leave(self) -> None:
        """In a forked process: hold neither the port nor a connection open."""
        self.socket.close()
        for connection in self._connections:
            connection.close()

    def get_request(self) -> Any:
        """The next connection; OSError if there is no room yet, and then the loop asks again."""
        if len(self._connections) >= _MOST_CONNECTIONS:
            self._make_room()
            raise BlockingIOError("no room yet")
        try:
            return super().get_request()
        except OSError as error:
            if error.errno in _NO_DESCRIPTORS:
                self._make_room()
            raise

    def _make_room(self) -> None:
        """Hang up on the client silent longest, and wait a moment until a connection ends."""
        with self._ended:
            silent = [each for each in self._connections.values() if each.silent_since < math.inf]
            if silent:
                min(silent, key=lambda each: each.silent_since).hang_up()
            self._ended.wait(_PAUSE)

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._ended:
            self._connections[request] = _Connection(request, thread)
        thread.start()

    def begins(self, request: Any) -> bool:
        """Whether to answer: from now on it is our turn, unless we have hung up already."""
        with self._ended:
            connection = self._connections[request]
            connection.silent_since = math.inf
            return not connection.is_over

    def ends(self, request: Any) -> None:
        """The client's turn: to read the answer, and to send its next request."""
        with self._ended:
            self._connections[request].silent_since = _seconds()

    def service_actions(self) -> None:
        """Drop clients that hang, or send a byte now and then. Called at every check."""
        with self._ended:
            late = _seconds() - _PATIENCE
            for connection in self._connections.values():
                if connection.silent_since < late:
                    connection.hang_up()

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._ended:
            self._connections.pop(request, None)
            self._ended.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client hanging up is not an error; anything else is a bug of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def close_all(self) -> None:
        servers.discard(self)
        self.server_close()
        with self._ended:
            connections = list(self._connections.values())
        until = _seconds() + _STOPS_WITHIN
        for connection in connections:
            connection.hang_up()
        for connection in connections:
            connection.thread.join(max(0.0, until - _seconds()))
