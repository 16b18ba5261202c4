"""The door for other processes: HTTP on 127.0.0.1, and whatever else arrives there."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import boto3
import pytest
from botocore.config import Config
from botocore.parsers import create_parser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import SAMPLE_REQUEST, SAMPLE_RESPONSE, with_id

from pytest_sscred import Endpoint, FakeIAM
from pytest_sscred.doors.endpoint import LARGEST_BODY
from pytest_sscred.protocol.model import load_model

FUZZ = int(os.environ.get("SSCRED_FUZZ_REQUESTS", "300"))  # `tox -e fuzz` makes it 100,000
LIST_USERS = b"Action=ListUsers&Version=2010-05-08"


@pytest.fixture
def endpoint(iam):
    """Of an account that is not open: nothing is patched."""
    with iam.serve() as endpoint:
        yield endpoint


def connect(endpoint):
    return http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=10)


def ask(endpoint, method="POST", path="/", body=None, headers=None):
    connection = connect(endpoint)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def send(endpoint, raw, *, then_leave=False):
    """What comes back for these bytes, until the server closes."""
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=10) as connection:
        connection.sendall(raw)
        if then_leave:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


def code_of(body):
    parsed = create_parser("query").parse({"status_code": 400, "headers": {}, "body": body}, None)
    return parsed["Error"]["Code"]


def is_alive(endpoint):
    response, body = ask(endpoint, body=LIST_USERS)
    return response.status == 200 and b"<ListUsersResult>" in body


# The account, from outside


def test_the_account_of_the_test_answers(sscred_iam, sscred_endpoint, tmp_path):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    script = f"""
import boto3
boto3.client("iam").update_service_specific_credential(
    UserName="Anika", ServiceSpecificCredentialId="{credential.id}", Status="Inactive"
)
"""
    environment = {**os.environ, **sscred_endpoint.env}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment, cwd=tmp_path)
    sscred_iam.assert_deactivated(credential)
    sscred_iam.assert_called("UpdateServiceSpecificCredential", times=1)


def test_env_holds_address_keys_and_region_and_nothing_of_mine(iam, endpoint):
    assert (
        endpoint.env["AWS_ENDPOINT_URL_IAM"] == endpoint.url == f"http://127.0.0.1:{endpoint.port}"
    )
    assert set(endpoint.env) == {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_ENDPOINT_URL_IAM",
        "AWS_ENDPOINT_URL_STS",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_EC2_METADATA_DISABLED",
        "NO_PROXY",
        "no_proxy",
    }
    assert repr(endpoint) == f"<Endpoint {endpoint.url}>"


def test_the_key_of_env_is_nobodys_and_so_the_callers_are_told_apart(iam, endpoint):
    iam.add_user("Anika")
    iam.act_as("Anika")
    _, body = ask(endpoint, body=b"Action=GetUser&Version=2010-05-08")
    assert b"<UserName>Anika</UserName>" in body


@pytest.mark.parametrize(
    "authorization", ["", "AWS4-HMAC-SHA256 Credential=AKIAX/20261122/x/iam/y"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_sample_request_gets_the_sample_response(iam, endpoint, method, authorization):
    """UpdateServiceSpecificCredential, IAM API Reference."""
    credential = with_id(iam, "Anika", "ACCA12345ABCDEXAMPLE")
    query = SAMPLE_REQUEST.partition("?")[2]
    where = {"path": f"/?{query}"} if method == "GET" else {"body": query.encode()}
    response, body = ask(endpoint, method, headers={"Authorization": authorization}, **where)
    assert response.status == 200
    request_id = response.headers["x-amzn-requestid"]
    seen = body.decode().replace(request_id, "EXAMPLE8-90ab-cdef-fedc-ba987EXAMPLE")
    assert seen == SAMPLE_RESPONSE.lstrip()
    assert response.headers["content-type"] == "text/xml"
    assert int(response.headers["content-length"]) == len(body)
    iam.assert_statuses(credential, ["Inactive", "Active"])


def test_a_connection_is_kept_for_the_next_call(endpoint):
    connection = connect(endpoint)
    for _ in range(3):
        connection.request("POST", "/", LIST_USERS)
        response = connection.getresponse()
        assert response.read().startswith(b"<ListUsersResponse")
        assert not response.will_close
    connection.close()


def test_what_is_not_faked_is_an_invalid_action_and_noted(iam, endpoint):
    response, body = ask(endpoint, body=b"Action=ListOrganizationsFeatures&Version=2010-05-08")
    assert (response.status, code_of(body)) == (400, "InvalidAction")
    assert b"not faked, and not sent" in body
    assert [problem.splitlines()[0] for problem in iam.problems()] == [
        "called, and not faked: ListOrganizationsFeatures"
    ]


# Faults and retries, as another process sees them


def client_of(endpoint, **config):
    return boto3.client(
        "iam",
        endpoint_url=endpoint.url,
        region_name="us-east-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="x",
        config=Config(**config),
    )


def test_a_fault_arrives_and_is_retried_by_the_sdk(iam, endpoint):
    iam.add_fault("ServiceFailure", on="ListUsers", times=2)
    client = client_of(endpoint, retries={"mode": "standard", "max_attempts": 3})
    assert client.list_users()["Users"] == []
    assert [call.error for call in iam.calls] == ["ServiceFailure", "ServiceFailure", None]


@pytest.mark.parametrize(
    "error", ["ReadTimeoutError", "ConnectTimeoutError", "ConnectionClosedError"]
)
def test_a_network_that_fails_closes_the_connection(iam, endpoint, error):
    """No real waiting: whatever the network's fault, the client is left without an answer."""
    iam.add_fault(error, on="ListUsers", times=1)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(endpoint, body=LIST_USERS)
    assert is_alive(endpoint)
    assert [call.error for call in iam.calls] == [error, None]


def test_an_answer_that_is_lost_after_the_change(iam, endpoint):
    credential = iam.add_credential("Anika", "codecommit.amazonaws.com")
    iam.add_fault("ReadTimeoutError", on="DeleteServiceSpecificCredential", applied=True)
    client = client_of(endpoint)
    with pytest.raises(client.exceptions.NoSuchEntityException):
        client.delete_service_specific_credential(
            UserName="Anika", ServiceSpecificCredentialId=credential.id
        )
    iam.assert_deleted(credential)


# Up and down


def test_it_is_gone_without_a_trace(iam):
    before = set(threading.enumerate())
    endpoint = iam.serve()
    idle = connect(endpoint)
    idle.request("POST", "/", LIST_USERS)
    idle.getresponse().read()
    hanging = socket.create_connection(("127.0.0.1", endpoint.port))
    hanging.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nAction")
    endpoint.close()
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", endpoint.port))
    idle.close()
    hanging.close()


def test_it_listens_on_loopback_alone(endpoint):
    assert endpoint._server.server_address[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_said_so(iam, endpoint):
    with pytest.raises(
        OSError, match=f"cannot listen on port {endpoint.port} of 127.0.0.1; 0 takes"
    ):
        iam.serve(endpoint.port)


@pytest.mark.parametrize("port", [-1, 65536, "80", True])
def test_a_port_that_is_none_is_refused(iam, port):
    with pytest.raises(ValueError, match="port takes a whole number from 0 to 65535"):
        iam.serve(port)


def test_two_endpoints_keep_two_accounts(iam, endpoint):
    other = FakeIAM(account_id="210987654321")
    other.add_user("Elsewhere")
    with other.serve() as elsewhere:
        assert b"Elsewhere" in ask(elsewhere, body=LIST_USERS)[1]
        assert b"Elsewhere" not in ask(endpoint, body=LIST_USERS)[1]


def test_eight_clients_at_once(iam, endpoint):
    credentials = iam.add_many(8)

    def work(credential):
        connection = connect(endpoint)
        for status in ["Inactive", "Active"] * 10:
            form = {
                "Action": "UpdateServiceSpecificCredential",
                "Version": "2010-05-08",
                "UserName": credential.user_name,
                "ServiceSpecificCredentialId": credential.id,
                "Status": status,
            }
            connection.request("POST", "/", urlencode(form))
            assert connection.getresponse().read()
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, credentials))
    assert [len(each.statuses) for each in credentials] == [21] * 8


# Whatever arrives


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


def test_a_head_has_no_body(endpoint):
    received = send(endpoint, b"HEAD / HTTP/1.1\r\n\r\n", then_leave=True)
    assert received.endswith(b"\r\n\r\n")


def test_a_body_that_is_shorter_than_it_says_is_no_call(iam, endpoint, capfd):
    head = b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"
    assert send(endpoint, head + LIST_USERS, then_leave=True) == b""
    assert iam.calls == []
    assert is_alive(endpoint)
    assert capfd.readouterr() == ("", "")


def test_a_client_that_leaves_before_the_answer(iam, endpoint, capfd):
    gone = threading.Event()
    iam.before("ListUsers", lambda: gone.wait(10))
    connection = socket.create_connection(("127.0.0.1", endpoint.port))
    connection.sendall(b"GET /?%s HTTP/1.1\r\n\r\n" % LIST_USERS)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset
    connection.close()
    gone.set()
    assert is_alive(endpoint)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "said", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"]
)
def test_a_client_that_hangs_is_left(iam, monkeypatch, said, capfd):
    monkeypatch.setattr("pytest_sscred.doors.endpoint._PATIENCE", 0.1)
    with iam.serve() as endpoint:
        assert send(endpoint, said) == b""
        assert is_alive(endpoint)
    assert capfd.readouterr() == ("", "")


def test_a_body_that_is_too_large_and_does_not_end_is_left(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.doors.endpoint._LARGEST_DRAINED", LARGEST_BODY)
    with iam.serve() as endpoint:
        head = b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"
        assert send(endpoint, head + b"x" * LARGEST_BODY)[:12] == b"HTTP/1.1 413"


def test_a_client_that_trickles_is_left(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.doors.endpoint._PATIENCE", 0.2)
    with iam.serve() as endpoint:
        connection = socket.create_connection(("127.0.0.1", endpoint.port))
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9999\r\n\r\n")
        until, sent = time.monotonic() + 10, 0
        with contextlib.closing(connection), contextlib.suppress(OSError):
            while time.monotonic() < until:
                connection.sendall(b"x")
                sent += 1
                time.sleep(0.02)
        assert 1 < sent < 100


def test_an_sdk_of_another_process_that_asks_again_is_seen(iam):
    """By the header in which every SDK of AWS's tells which attempt a request is."""
    fault = iam.add_fault("Throttling", on="ListUsers")
    with iam.serve() as endpoint:
        client = boto3.client(
            "iam",
            endpoint_url=endpoint.url,
            region_name="us-east-1",
            config=Config(retries={"mode": "standard"}),
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="x",
        )
        assert client.list_users()["Users"] == []
        client.list_users()
    assert fault.hits == 1
    iam.assert_retried("ListUsers", times=1)
    with pytest.raises(AssertionError, match="retried 1 time, expected 2 times"):
        iam.assert_retried("ListUsers", times=2)


def test_a_client_that_goes_on_asking_is_not_left(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.doors.endpoint._PATIENCE", 1.0)
    with iam.serve() as endpoint, contextlib.closing(connect(endpoint)) as connection:
        for _ in range(10):
            connection.request("POST", "/", LIST_USERS)
            assert connection.getresponse().read()
            time.sleep(0.15)


def test_of_too_many_connections_the_most_silent_makes_room(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.doors.endpoint._MOST_CONNECTIONS", 3)
    with iam.serve() as endpoint:
        held = [socket.create_connection(("127.0.0.1", endpoint.port), 10) for _ in range(3)]
        until = time.monotonic() + 10
        while len(endpoint._server._connections) < 3 and time.monotonic() < until:
            time.sleep(0.001)
        assert is_alive(endpoint)
        assert held[0].recv(1) == b""
        held[2].sendall(b"GET /?%s HTTP/1.1\r\n\r\n" % LIST_USERS)
        assert held[2].recv(8) == b"HTTP/1.1"
        for each in held:
            each.close()


def test_it_closes_in_time_whatever_is_being_answered(iam, monkeypatch):
    monkeypatch.setattr("pytest_sscred.doors.endpoint._STOPS_WITHIN", 0.1)
    inside, go_on = threading.Event(), threading.Event()
    iam.before("ListUsers", lambda: (inside.set(), go_on.wait(10)))
    endpoint = iam.serve()
    with socket.create_connection(("127.0.0.1", endpoint.port)) as connection:
        connection.sendall(b"GET /?%s HTTP/1.1\r\n\r\n" % LIST_USERS)
        assert inside.wait(10)
        start = time.monotonic()
        endpoint.close()
        assert time.monotonic() - start < 5
    go_on.set()


def test_a_request_may_name_the_whole_url(endpoint):
    """As a client behind a proxy sends it."""
    raw = b"GET http://iam.amazonaws.com/?%s HTTP/1.1\r\n\r\n" % LIST_USERS
    assert send(endpoint, raw, then_leave=True).startswith(b"HTTP/1.1 200")


def test_a_proxy_is_passed_by(iam, endpoint, monkeypatch, tmp_path):
    monkeypatch.setenv("no_proxy", "example.com")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert endpoint.env["no_proxy"] == "127.0.0.1,example.com"
    script = "import boto3; print(boto3.client('iam').list_users()['Users'])"
    environment = {**os.environ, **endpoint.env}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.stdout == "[]\n", done.stderr


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


def test_a_request_line_without_a_version_is_refused_at_once(endpoint, capfd):
    with socket.create_connection(("127.0.0.1", endpoint.port), 5) as connection:
        connection.sendall(b"GET /?Action=ListUsers&Version=2010-05-08\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"MalformedHttpRequestException" in answer
    assert capfd.readouterr().err == ""


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
