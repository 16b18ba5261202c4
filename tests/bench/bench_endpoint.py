"""The endpoint beside moto_server, each in a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_sscred import FakeIAM

KEY = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/iam/aws4_request"
HEADERS = {"Authorization": KEY, "Content-Type": "application/x-www-form-urlencoded"}
BATCH = 80  # calls, all clients together


@contextlib.contextmanager
def server(module, option):
    """The port of a server that runs as `python -m module`. Both log their calls, to a file."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryFile() as log:
        command = [sys.executable, "-m", module, option, str(port)]
        with subprocess.Popen(command, stdout=log, stderr=log) as process:
            try:
                _wait_for(port)
                yield port
            finally:
                process.kill()


def _wait_for(port):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.05)
    raise TimeoutError(port)


@pytest.fixture(scope="module")
def ours():
    with server("pytest_sscred", "--port") as port:
        yield port


@pytest.fixture(scope="module")
def motos():
    with server("moto.server", "-p") as port:
        yield port


@contextlib.contextmanager
def client(port):
    """The cheapest client there is: the time is the server's."""
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def call(form):
        connection.request("POST", "/", f"Version=2010-05-08&{form}", HEADERS)
        answer = connection.getresponse()
        body = answer.read().decode()
        assert answer.status == 200, body
        return body

    with contextlib.closing(connection):
        yield call


def found(name, text):
    return re.search(f"<{name}>(.*?)</{name}>", text)[1]


def batches(stack, port, form, clients):
    """So many clients at once, each over a connection of its own, BATCH calls in all."""
    pool = stack.enter_context(ThreadPoolExecutor(clients))
    calls = [stack.enter_context(client(port)) for _ in range(clients)]

    def one(call):
        for _ in range(BATCH // clients):
            call(form)

    return contextlib.nullcontext, lambda: list(pool.map(one, calls))


@pytest.mark.parametrize("clients", [1, 8])
def test_calls_a_second_against_moto_server(compare, ours, motos, clients):
    user = f"UserName=u{clients}"
    with client(motos) as call:
        call(f"Action=CreateUser&{user}")
        key = found("AccessKeyId", call(f"Action=CreateAccessKey&{user}"))
    with client(ours) as call:
        call(f"Action=CreateUser&{user}")
        service = "ServiceName=bedrock.amazonaws.com"
        made = call(f"Action=CreateServiceSpecificCredential&{user}&{service}")
        credential = found("ServiceSpecificCredentialId", made)
    about = f"{user}&Status=Inactive"
    mine = (
        f"Action=UpdateServiceSpecificCredential&{about}&ServiceSpecificCredentialId={credential}"
    )
    theirs = f"Action=UpdateAccessKey&{about}&AccessKeyId={key}"
    with contextlib.ExitStack() as stack:
        compare(
            f"a call over HTTP / moto_server's, {clients} at once",
            batches(stack, ours, mine, clients),
            batches(stack, motos, theirs, clients),
            0.5,
            rounds=5,
        )


def test_up_and_down(benchmark, figure):
    iam = FakeIAM()
    up, down = [], []

    def serve():
        start = time.perf_counter()
        endpoint = iam.serve()
        socket.create_connection(("127.0.0.1", endpoint.port)).close()
        up.append(time.perf_counter() - start)
        start = time.perf_counter()
        endpoint.close()
        down.append(time.perf_counter() - start)

    benchmark.pedantic(serve, rounds=50)
    figure("the endpoint is up, ms", statistics.median(up) * 1000, 50)
    figure("the endpoint is down, ms", statistics.median(down) * 1000, 50)
