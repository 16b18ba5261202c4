"""One connection of the endpoint: reads its requests, and writes the answers.

The standard library reads HTTP. Whatever else arrives gets an AWS error or a closed connection.
"""

from __future__ import annotations

import re
from http.client import HTTPMessage
from http.client import responses as reasons
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from pytest_sscred.doors.http import handle
from pytest_sscred.doors.web_pages import why_refused
from pytest_sscred.iam_api import error_answer
from pytest_sscred.outcomes import Lost
from pytest_sscred.wire import Request, Response

if TYPE_CHECKING:
    from pytest_sscred.doors.server import Server

__tracebackhide__ = True

LARGEST_BODY = 1024 * 1024
"""Bytes; no request of IAM comes near it."""

_LARGEST_DRAINED = 32 * LARGEST_BODY  # read and discarded, so that the answer arrives
_ATTEMPT = re.compile(r"\battempt=(\d{1,3})\b")  # as SDKs number the requests of a call


class _Headers(HTTPMessage):
    """A request's, whose parser is not to look for the parts of a mail."""

    def get_content_type(self) -> str:
        return "application/octet-stream"


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise an answer waits for the client's acknowledgement
    server: Server
    MessageClass = _Headers
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
        return super().parse_request() and self._headers_are_whole()

    def _headers_are_whole(self) -> bool:
        """Refuse a line that is not a header: the parser takes it and all after it for a body.

        `Content-Length`, for one, with the real body as the next request (request smuggling).
        """
        headers = self.headers
        if headers.defects or headers.get_payload() or headers.get_unixfrom():
            self.send_error(400)
            return False
        return True

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            return
        refused = why_refused(self.headers, self.server.port)
        if refused:
            self._refuse("AccessDenied", refused)
        elif self.server.begins(self.connection):
            self._answer(body)
        else:
            self.close_connection = True

    # The names that http.server looks for; the last three are other services'.
    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST  # noqa: N815

    def _answer(self, body: bytes) -> None:
        attempt = _ATTEMPT.search(self.headers.get("amz-sdk-request", ""))
        request = Request(
            self.path,
            self.headers.get("Authorization", ""),
            body,
            int(attempt[1]) if attempt else 1,
            self.headers.get("amz-sdk-invocation-id"),
            target=self.headers.get("X-Amz-Target", "").rpartition(".")[2],
            agent=self.headers.get("User-Agent", ""),
            address=self.client_address[0],
        )
        answer = handle(self.server.account, self.command, request)
        if isinstance(answer, Lost):
            self.close_connection = True
        else:
            self._send(answer)

    def _body(self) -> bytes | None:
        """The request's body; None if there is nothing to answer, or it is answered already."""
        lengths = self.headers.get_all("Content-Length", ["0"])
        digits = lengths[0].strip()
        countable = len(set(lengths)) == 1 and digits.isascii() and digits.isdigit()
        is_folded = any("\n" in each for each in self.headers.values())  # over two lines
        if not countable or is_folded or "Transfer-Encoding" in self.headers:
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

    def _refuse(self, code: str, text: str = "") -> None:
        self._send(error_answer(self.server.account, code, text))

    def _send(self, response: Response) -> None:
        """Send it in one piece: headers sent alone would be held back."""
        self.server.answered(response)
        head = [f"HTTP/1.1 {response.status} {reasons[response.status]}"]
        head += [f"{name}: {value}" for name, value in response.headers.items()]
        if self.close_connection:
            head.append("connection: close")
        body = b"" if self.command == "HEAD" else response.body
        self.server.ends(self.connection)
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: whoever wants the answers passes `answered`."""
