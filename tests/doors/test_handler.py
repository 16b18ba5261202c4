"""Whatever arrives over HTTP gets an answer of AWS's, or a closed connection."""

from __future__ import annotations

import http.client
import os
import socket
from urllib.parse import urlencode

import pytest
from http_by_hand import LIST_USERS, ask, code_of, is_alive, send
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_sscred import Endpoint, FakeIAM
from pytest_sscred.doors.handler import LARGEST_BODY
from pytest_sscred.protocol.model import load_model

FUZZ = int(os.environ.get("SSCRED_FUZZ_REQUESTS", "300"))  # `tox -e fuzz` makes it 100,000


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"method": "PUT", "body": LIST_USERS}, 404, "UnknownOperationException"),
        ({"method": "DELETE"}, 404, "UnknownOperationException"),
        ({"path": "/users", "body": LIST_USERS}, 404, "UnknownOperationException"),
        ({"method": "GET"}, 400, "MissingAction"),
        ({"body": b""}, 400, "MissingAction"),
        ({"body": b"Action="}, 400, "MissingAction"),
        ({"body": b'{"Action": "ListUsers"}'}, 400, "MissingAction"),
        ({"body": b"Action=Nothing&Version=2010-05-08"}, 400, "InvalidAction"),
        ({"body": b"Action=ListUsers"}, 400, "InvalidAction"),
        ({"body": b"Action=ListUsers&Version=2011-01-01"}, 400, "InvalidAction"),
        ({"body": b"Action=\xff\xfe%zz%&Version=%f0%28"}, 400, "InvalidAction"),
        ({"body": b"x" * (LARGEST_BODY + 1)}, 413, "RequestEntityTooLargeException"),
        ({"body": b"x" * 10_000_000}, 413, "RequestEntityTooLargeException"),
        (
            {"body": LIST_USERS, "headers": {"Transfer-Encoding": "chunked"}},
            400,
            "MalformedHttpRequestException",
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_no_call_gets_an_error_of_aws(endpoint, request_, status, code):
    response, body = ask(endpoint, **request_)
    assert (response.status, code_of(body)) == (status, code)
    assert is_alive(endpoint)


@pytest.mark.parametrize(
    "body",
    [
        LIST_USERS + b"&Action=ListUsers&Unknown=1&MaxItems=1&MaxItems=2",
        LIST_USERS + b"&PathPrefix=%2F&&&=&x",
        b"Action=ListUsers&Version=2010-05-08&"
        + b"&".join(b"p%d=%d" % (i, i) for i in range(9999)),
        b"x" * (LARGEST_BODY - 36) + b"&" + LIST_USERS,
    ],
    ids=["repeated and unknown", "empty pairs", "very many", "very long"],
)
def test_what_is_unknown_or_repeated_is_passed_over(endpoint, body):
    response, answer = ask(endpoint, body=body)
    assert (response.status, answer[:18]) == (200, b"<ListUsersResponse")


@pytest.mark.parametrize("line", [b"\r\n", b"\n"])
def test_an_empty_line_before_a_request_is_passed_over(endpoint, line):
    length = b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(LIST_USERS)
    answer = send(endpoint, line + b"POST / HTTP/1.1\r\n" + length + LIST_USERS)
    assert answer.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),  # TLS says hello
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nx: " + b"y" * 70_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HEAD / HTTP/1.1\r\n\r\n",
    ],
    ids=lambda raw: repr(raw[:40]),
)
def test_what_is_no_http_is_refused_and_the_connection_closed(endpoint, raw, capfd):
    received = send(endpoint, raw, then_leave=True)
    assert received[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 413")
    assert is_alive(endpoint)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "line",
    [
        b"no colon",
        b"Content-Length : 74",
        b": x",
        b"x: y\r\r",
        b" x: y",
        b"From x",
        b"x\x0by: z",
        b"x: y\r\n folded",
    ],
    ids=repr,
)
def test_a_line_that_is_no_header_hides_no_body_to_be_the_next_request(iam, endpoint, line):
    hidden = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(LIST_USERS), LIST_USERS)
    head = b"POST / HTTP/1.1\r\n%s\r\nContent-Length: %d\r\n\r\n" % (line, len(hidden))
    received = send(endpoint, head + hidden, then_leave=True)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert b"\r\nconnection: close\r\n" in received
    assert received.count(b"HTTP/1.1") == 1
    assert iam.calls == []


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=x", "message/rfc822", "message/delivery-status"]
)
def test_no_content_type_makes_a_mail_of_a_request(endpoint, kind):
    response, body = ask(endpoint, body=LIST_USERS, headers={"Content-Type": kind})
    assert (response.status, body[:18]) == (200, b"<ListUsersResponse")


def test_a_request_line_without_a_version_is_refused_at_once(endpoint, capfd):
    with socket.create_connection(("127.0.0.1", endpoint.port), 5) as connection:
        connection.sendall(b"GET /?Action=ListUsers&Version=2010-05-08\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"MalformedHttpRequestException" in answer
    assert capfd.readouterr().err == ""


def test_a_head_has_no_body(endpoint):
    received = send(endpoint, b"HEAD / HTTP/1.1\r\n\r\n", then_leave=True)
    assert received.endswith(b"\r\n\r\n")


def test_a_body_that_is_shorter_than_it_says_is_no_call(iam, endpoint, capfd):
    head = b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"
    assert send(endpoint, head + LIST_USERS, then_leave=True) == b""
    assert iam.calls == []
    assert is_alive(endpoint)
    assert capfd.readouterr() == ("", "")


def test_a_body_that_is_too_large_and_does_not_end_is_left(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.doors.handler._LARGEST_DRAINED", LARGEST_BODY)
    with iam.serve() as endpoint:
        head = b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"
        assert send(endpoint, head + b"x" * LARGEST_BODY)[:12] == b"HTTP/1.1 413"


def test_a_request_may_name_the_whole_url(endpoint):
    """As a client behind a proxy sends it."""
    raw = b"GET http://iam.amazonaws.com/?%s HTTP/1.1\r\n\r\n" % LIST_USERS
    assert send(endpoint, raw, then_leave=True).startswith(b"HTTP/1.1 200")


def test_a_fault_of_this_package_is_not_hidden(iam, endpoint, capfd):
    """A traceback may be none of a request's doing; one of our own is to be seen."""
    iam._account.state = None
    with pytest.raises(http.client.RemoteDisconnected):
        ask(endpoint, body=LIST_USERS)
    assert "AttributeError" in capfd.readouterr().err


OPERATIONS = sorted(load_model().iam.operation_names)
NAMES = st.sampled_from(
    ["Action", "Version", "UserName", "MaxItems", "Marker", "Status", "AllUsers", "ServiceName",
     "ServiceSpecificCredentialId", "Tags.member.1.Key", "Tags.member.x", "X-Amz-Credential"]
)  # fmt: skip
TEXTS = st.text(max_size=20) | st.sampled_from(
    ["2010-05-08", "Anika", "Active", "1", "-1", "true", "bedrock.amazonaws.com"]
)
FORMS = st.lists(
    st.tuples(NAMES | st.text(max_size=8), TEXTS | st.sampled_from(OPERATIONS)), max_size=8
).map(lambda pairs: urlencode(pairs, errors="surrogatepass").encode())
CALLS = st.tuples(st.sampled_from(OPERATIONS), FORMS).map(
    lambda call: f"Version=2010-05-08&Action={call[0]}&".encode() + call[1]
)
BODIES = CALLS | FORMS | st.binary(max_size=200)
HEADERS = st.lists(
    st.sampled_from(
        [b"Authorization: AWS4-HMAC-SHA256 Credential=\xff", b"Authorization:", b"Host: x", b"x",
         b"Expect: 100-continue", b"Connection: close", b"Transfer-Encoding: x", b": y"]
    )
    | st.binary(max_size=20).map(lambda text: text.replace(b"\n", b"")),
    max_size=3,
)  # fmt: skip
REQUESTS = st.tuples(
    st.sampled_from([b"GET", b"POST", b"PUT", b"HEAD", b"x"]) | st.binary(max_size=4),
    st.sampled_from([b"/", b"/x", b"*", b"http://a/", b"/?Action=ListUsers"])
    | BODIES.map(lambda body: b"/?" + body),
    st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2", b""]),
    HEADERS,
    BODIES,
    st.sampled_from([-3, 0, 0, 0, 3]),
)


def raw_request(parts):
    method, path, version, headers, body, off = parts
    length = b"Content-Length: %d" % (len(body) + off)
    return b"\r\n".join([method + b" " + path + b" " + version, *headers, length, b"", b""]) + body


def test_fuzz(capfd):
    """Whatever arrives: an answer of AWS's or a closed connection, and the server is alive."""
    iam = FakeIAM(unsupported="allow")
    iam.add_credential("Anika", "bedrock.amazonaws.com")
    secrets = [each.secret.encode() for each in iam.credentials()]
    with iam.serve() as endpoint:

        @settings(max_examples=FUZZ, deadline=None, suppress_health_check=list(HealthCheck))
        @given(REQUESTS)
        def whatever_arrives(parts):
            received = send(endpoint, raw_request(parts), then_leave=True)
            assert not received or received[:9] == b"HTTP/1.1 "
            statuses = {piece[:3] for piece in received.split(b"HTTP/1.1 ")[1:]}
            assert statuses <= {b"100", b"200", b"400", b"403", b"404", b"409", b"413"}
            assert not any(secret in received for secret in secrets)

        whatever_arrives()
        assert is_alive(endpoint)
    assert capfd.readouterr().err == ""
    assert isinstance(endpoint, Endpoint)
