"""The door for other processes: IAM over HTTP on 127.0.0.1, for any SDK and the AWS CLI.

The standard library's server, with a thread per connection. Whatever else arrives gets an AWS
error or a closed connection.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from http.client import responses as reasons
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.blocks import Block
from pytest_sscred.doors.forks import accounts, servers
from pytest_sscred.doors.http import handle
from pytest_sscred.environment import fake_credentials, led_to
from pytest_sscred.iam_api import error_answer
from pytest_sscred.options import is_whole
from pytest_sscred.outcomes import Lost
from pytest_sscred.wire import Request, Response

__tracebackhide__ = True

HOST = "127.0.0.1"
LARGEST_BODY = 1024 * 1024
"""Bytes; no request of IAM comes near it."""

_LARGEST_DRAINED = 32 * LARGEST_BODY  # read and discarded, so that the answer arrives
_ATTEMPT = re.compile(r"\battempt=(\d{1,3})\b")  # as SDKs number the requests of a call
_PATIENCE = 30.0  # seconds that a connection may take until its next request
_MOST_CONNECTIONS = 256  # beyond that, the one silent longest is closed
_LOOKS_EVERY = 0.005  # seconds between two checks whether to stop
_STOPS_WITHIN = 5.0  # seconds, even if a request is being answered

Answered = Callable[[Response], None]
"""Called with every answer before it is sent."""


class Endpoint(Block):
    """IAM over HTTP, while it is open: the address, and the variables that lead an SDK there."""

    def __init__(self, account: Account, port: int = 0, answered: Answered | None = None) -> None:
        if not is_whole(port) or not 0 <= port <= 65535:
            raise ValueError(f"port takes a whole number from 0 to 65535, not {port!r}")
        self._pid = os.getpid()
        try:
            self._server = _Server(account, port, answered or (lambda response: None))
        except OSError as error:
            hint = f"cannot listen on port {port} of 127.0.0.1; 0 takes a free one"
            raise OSError(error.errno, f"{hint} ({error.strerror})") from None
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_LOOKS_EVERY,), daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The address, as in `http://127.0.0.1:41234`."""
        return self._server.url

    @property
    def env(self) -> dict[str, str]:
        """Environment variables that a process needs besides its own: address, keys and region.

        The keys are nobody's, so `act_as` says who calls. An AWS CLI before 2.13 does not know
        `AWS_ENDPOINT_URL_IAM` and `_STS` and takes `--endpoint-url` instead.
        """
        return {
            **led_to(self.url),
            **fake_credentials(),
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
            "AWS_EC2_METADATA_DISABLED": "true",
            **{name: _beside_the_proxy(name) for name in ("NO_PROXY", "no_proxy")},
        }

    def close(self) -> None:
        """Stop listening, and end the open connections."""
        if self._pid != os.getpid():  # a fork lacks its thread, and has closed its sockets
            return
        self._server.shutdown()
        self._thread.join()
        self._server.close_all()

    def _leave(self, *, failed: bool) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Endpoint {self.url}>"


def _beside_the_proxy(name: str) -> str:
    """The hosts to reach without a proxy, ours among them."""
    return ",".join(filter(None, [HOST, os.environ.get(name)]))


class _Server(ThreadingMixIn, TCPServer):
    """Not `http.server.HTTPServer`, which looks up the name of its address."""

    allow_reuse_address = os.name != "nt"  # on Windows it would let two listen on one port
    request_queue_size = 128

    def __init__(self, account: Account, port: int, answered: Answered) -> None:
        self.account = account
        self.answered = answered
        self._connections: dict[Any, _Connection] = {}
        self._lock = threading.Lock()
        super().__init__((HOST, port), _Handler)
        self.url = f"http://{HOST}:{self.server_address[1]}"
        servers.add(self)
        accounts.add(account)

    def leave(self) -> None:
        """In a forked process: hold neither the port nor a connection open."""
        self.socket.close()
        for connection in self._connections:
            connection.close()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._lock:
            if len(self._connections) >= _MOST_CONNECTIONS:
                _hang_up(min(self._connections, key=lambda each: self._connections[each].since))
            self._connections[request] = _Connection(thread)
        thread.start()

    def answered_now(self, request: Any) -> None:
        """Restart a connection's time limit."""
        with self._lock:
            self._connections[request].since = time.monotonic()

    def service_actions(self) -> None:
        """Drop clients that hang, or send a byte now and then. Called at every check."""
        with self._lock:
            late = time.monotonic() - _PATIENCE
            for connection, its in self._connections.items():
                if its.since < late:
                    _hang_up(connection)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._lock:
            self._connections.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client hanging up is not an error; anything else is a bug of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def close_all(self) -> None:
        servers.discard(self)
        self.server_close()
        with self._lock:
            connections = dict(self._connections)
        until = time.monotonic() + _STOPS_WITHIN
        for connection in connections:
            _hang_up(connection)
        for its in connections.values():
            its.thread.join(max(0.0, until - time.monotonic()))


class _Connection:
    """The thread that serves it, and since when it has been without an answer."""

    def __init__(self, thread: threading.Thread) -> None:
        self.thread = thread
        self.since = time.monotonic()


def _hang_up(connection: Any) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise an answer waits for the client's acknowledgement
    server: _Server
    raw_requestline: bytes

    def parse_request(self) -> bool:
        """Skip an empty line before a request, as RFC 9112 (2.2) asks of servers.

        A request line without a version is refused: Python 3.14 leaves that request without
        headers, and earlier versions wait for some.
        """
        if self.raw_requestline in (b"\r\n", b"\n"):
            self.raw_requestline = self.rfile.readline(65537)
        if len(self.raw_requestline.split()) == 2:
            self.command = ""
            self.send_error(400)
            return False
        return super().parse_request()

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            return
        attempt = _ATTEMPT.search(self.headers.get("amz-sdk-request", ""))
        request = Request(
            self.path,
            self.headers.get("Authorization", ""),
            body,
            int(attempt[1]) if attempt else 1,
            self.headers.get("amz-sdk-invocation-id"),
            target=self.headers.get("X-Amz-Target", "").rpartition(".")[2],
        )
        answer = handle(self.server.account, self.command, request)
        if isinstance(answer, Lost):
            self.close_connection = True
        else:
            self._send(answer)

    # The names that http.server looks for; the last three are other services'.
    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST  # noqa: N815

    def _body(self) -> bytes | None:
        """The request's body; None if there is nothing to answer, or it is answered already."""
        lengths = self.headers.get_all("Content-Length", ["0"])
        digits = lengths[0].strip()
        countable = len(set(lengths)) == 1 and digits.isascii() and digits.isdigit()
        if not countable or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # nobody knows where the next request begins
            self._refuse("MalformedHttpRequestException")
            return None
        length = int(digits[:20])
        if length > LARGEST_BODY:
            self.close_connection = True
            self._drain(min(length, _LARGEST_DRAINED))
            self._refuse("RequestEntityTooLargeException")
            return None
        body = self.rfile.read(length)
        if len(body) < length:  # the client has left
            self.close_connection = True
            return None
        return body

    def _drain(self, length: int) -> None:
        while length > 0:
            read = len(self.rfile.read(min(length, 65536)))
            length = length - read if read else 0

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Called by http.server for an invalid request."""
        unknown_method = code == 501
        self.close_connection = True
        self._refuse(
            "UnknownOperationException" if unknown_method else "MalformedHttpRequestException"
        )

    def _refuse(self, code: str) -> None:
        self._send(error_answer(self.server.account, code))

    def _send(self, response: Response) -> None:
        """Send it in one piece: headers sent alone would be held back."""
        self.server.answered(response)
        head = [f"HTTP/1.1 {response.status} {reasons[response.status]}"]
        head += [f"{name}: {value}" for name, value in response.headers.items()]
        if self.close_connection:
            head.append("connection: close")
        body = b"" if self.command == "HEAD" else response.body
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)
        self.server.answered_now(self.connection)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: whoever wants the answers passes `answered`."""
