"""Processes that a test starts: none works on a copy of the account, and none reaches AWS."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import socket
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from types import SimpleNamespace

import pytest
import requests
from child_work import (
    awaited,
    awaited_of_s3,
    bucket_of_moto,
    call,
    create,
    create_at,
    create_bucket,
    environment,
    in_a_spawned_one,
    name_of_error,
    own_account,
    signed_by_hand,
    swallow,
    swallow_awaited,
    swallow_often,
    use_key,
)  # fmt: skip

from pytest_sscred import FakeIAM, OperationNotFaked
from pytest_sscred.doors import child

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
    # A fork beside threads, of pytest-xdist and of endpoints: what these tests are about.
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),
]


def in_a_pool(method, work, *arguments):
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as pool:
        return pool.submit(work, *arguments).result(timeout=60)


# Forked


@pytest.fixture
def opened():
    iam = FakeIAM()
    iam.open()
    yield iam
    iam.close()


def test_a_fork_is_refused_and_told_what_works(opened):
    with pytest.raises(OperationNotFaked) as caught:
        in_a_pool("fork", create, "Anika")
    assert str(caught.value) == (
        "in a forked process, and not sent: CreateUser\n"
        "- expected: calls of the test's own process, or of one that can reach it\n"
        "- ask for sscred_endpoint, or start processes by spawn or forkserver\n"
        "- called at tests/child_work.py:17"
    )
    assert opened.users() == []


def test_a_failed_assertion_names_the_fork(opened):
    user = opened.add_user("Anika")
    key = opened.add_credential(user, "codecommit.amazonaws.com")
    process = multiprocessing.get_context("fork").Process(target=swallow, args=("Anika",))
    process.start()
    process.join()
    for check in (
        lambda: opened.assert_deactivated(key),
        lambda: opened.assert_called("CreateUser", times=7),
        lambda: opened.assert_order("DeleteUser"),
    ):
        with pytest.raises(AssertionError) as caught:
            check()
        assert str(caught.value).splitlines()[-1] == (
            "- a call from a forked process was refused: ask for sscred_endpoint, or start "
            "processes by spawn or forkserver"
        )


@pytest.mark.parametrize("work", [swallow, swallow_awaited])
def test_so_is_every_call_of_a_fork(opened, work):
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        assert list(pool.map(work, ["Anika", "sofia", "Ghost"], timeout=60)) == ["refused"] * 3
    assert opened.users() == []


def test_a_fork_reaches_the_account_with_every_call(sscred_iam, sscred_endpoint):
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        list(pool.map(create, ["Anika", "sofia", "Ghost"], timeout=60))
    assert len(sscred_iam.users()) == 3


def test_a_fork_waits_for_nobody_to_hear_of_its_refusals(opened):
    assert in_a_pool("fork", swallow_often, 8000) == 8000
    assert opened.problems()


def test_other_services_of_a_fork_may_be_let_go():
    with FakeIAM(network="allow") as iam:
        error = in_a_pool("fork", name_of_error, "s3")
        assert error == "EndpointConnectionError"
        assert iam.problems() == []


def test_a_service_of_a_fork_does_not_take_a_key(opened):
    key = opened.add_credential("Anika", "bedrock.amazonaws.com")
    told = pytest.raises(OperationNotFaked, match="in a forked process, and not sent: Authenticate")
    with opened.open_services(), told:
        in_a_pool("fork", use_key, key.secret)
    assert key.last_used is None
    assert opened.problems()[0].startswith("called in a forked process: Authenticate")


def test_a_fork_that_swallows_the_refusal_fails_the_test(opened):
    assert in_a_pool("fork", swallow, "Anika") == "refused"
    (problem,) = opened.problems()
    assert problem.startswith(
        "called in a forked process: CreateUser\n- seen: a call of CreateUser"
    )
    assert "ask for sscred_endpoint" in problem
    assert "in a forked process, and refused: CreateUser" in opened.report()


def test_what_a_fork_was_refused_is_known_after_the_end():
    told = pytest.raises(AssertionError, match="called in a forked process: CreateUser")
    with told, FakeIAM():
        in_a_pool("fork", swallow, "Anika")


def test_a_fork_reaches_the_account_by_its_endpoint(sscred_iam, sscred_endpoint):
    in_a_pool("fork", create, "Anika")
    sscred_iam.user("Anika")
    sscred_iam.assert_called("CreateUser", times=1)


def test_a_client_that_was_led_to_the_endpoint_goes_there(sscred_iam, sscred_endpoint):
    in_a_pool("fork", create_at, sscred_endpoint.url)
    sscred_iam.user("Anika")


def test_a_client_of_the_account_is_refused_in_a_fork_too(opened):
    client = opened.client()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            client.list_users()
        except OperationNotFaked:
            os.write(write, b"refused")
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as said:
        assert said.read() == b"refused"


def test_awaited_clients_likewise(opened):
    pytest.importorskip("aiobotocore", reason="needs aiobotocore")
    with pytest.raises(OperationNotFaked):
        in_a_pool("fork", awaited)
    with opened.serve():
        in_a_pool("fork", awaited)
    opened.user("Anika")


def test_requests_likewise(opened):
    with opened.open_services(), pytest.raises(OperationNotFaked):
        in_a_pool("fork", signed_by_hand)
    assert opened.users() == []


def test_other_services_likewise(opened):
    with pytest.raises(OperationNotFaked, match="not mocked, and not sent: s3:CreateBucket"):
        in_a_pool("fork", create_bucket, "reports")
    (problem,) = opened.problems()
    assert problem.startswith("called, and not mocked: s3:CreateBucket")


def test_a_fork_may_open_an_account_of_its_own(opened):
    """As a test does under pytest-forked."""
    assert in_a_pool("fork", own_account) == ["Anika"]
    assert opened.users() == []


def test_a_fork_waits_for_no_lock(opened):
    """That another thread holds, which the child does not have."""
    held, done = threading.Event(), threading.Event()

    def hold():
        with opened._account.lock:
            held.set()
            done.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    child = os.fork()
    if child == 0:
        try:
            swallow("Anika")
            with opened._account.lock:
                os._exit(7)
        finally:
            os._exit(1)
    try:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    finally:
        done.set()
        holder.join()


def test_a_fork_keeps_no_port_open(iam):
    endpoint = iam.serve()
    kept = requests.Session()
    kept.get(endpoint.url)
    go_on, wait = os.pipe()
    ready, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(wait)
        os.write(there, b".")
        os.read(go_on, 1)
        os._exit(0)
    try:
        os.read(ready, 1)
        endpoint.close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", endpoint.port), 5)
    finally:
        kept.close()
        for end in (wait, go_on, ready, there):
            os.close(end)
        os.waitpid(child, 0)


def test_a_fork_that_exits_ends_no_server_of_its_parents(iam):
    with iam, iam.serve() as endpoint:
        child = os.fork()
        if child == 0:
            endpoint.close()  # as leaving its block does
            os._exit(3)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
        assert requests.get(endpoint.url).status_code == 400


# Started anew

METHODS = [
    name for name in ("spawn", "forkserver") if name in multiprocessing.get_all_start_methods()
]


@pytest.mark.parametrize("method", METHODS)
def test_a_process_that_is_started_anew_reaches_the_account(sscred_iam, method):
    url = in_a_pool(method, create, "Anika")
    assert url.startswith("http://127.0.0.1:")
    sscred_iam.user("Anika")
    sscred_iam.assert_called("CreateUser", times=1)
    assert "AWS_ENDPOINT_URL_IAM" not in os.environ
    sscred_iam.close()
    with pytest.raises(requests.ConnectionError):
        requests.get(url)


@pytest.mark.parametrize("service", ["s3", "sts", "secretsmanager", "dynamodb"])
def test_and_no_other_service(opened, service):
    with pytest.raises(Exception, match="not mocked, and not sent"):
        in_a_pool("spawn", call, service)
    (problem,) = opened.problems()
    assert problem.startswith(f"called, and not mocked: {service}:")
    assert "called, and not mocked" in problem


def test_nor_by_an_endpoint_of_its_own_choice(opened):
    url = "https://s3.us-east-1.amazonaws.com"
    assert in_a_pool("spawn", name_of_error, "s3", url) == "ClientError"
    (problem,) = opened.problems()
    assert problem.startswith("called, and not mocked: s3:GET")


def test_a_mock_of_its_own_answers_there(opened):
    assert in_a_pool("spawn", bucket_of_moto, "reports") == ["reports"]
    assert opened.problems() == []


def test_awaited_clients_are_led_there_too(opened):
    pytest.importorskip("aiobotocore", reason="needs aiobotocore")
    assert in_a_pool("spawn", awaited_of_s3) == "ClientError"
    in_a_pool("spawn", awaited)
    opened.user("Anika")


def test_other_services_may_be_let_go():
    with FakeIAM(network="allow") as iam:
        assert in_a_pool("spawn", name_of_error, "s3") == "EndpointConnectionError"
        assert iam.problems() == []


def test_a_process_that_a_fork_spawns_reaches_nobody_or_the_account(opened):
    assert in_a_pool("fork", in_a_spawned_one, "Anika") == "EndpointConnectionError"
    with opened.serve():
        assert in_a_pool("fork", in_a_spawned_one, "Anika") is None
    opened.user("Anika")


def test_an_endpoint_is_wrapped_when_it_is_imported(tmp_path, monkeypatch):
    """As in a process that is started anew, where the coverage of its lines is seen."""
    text = "class Endpoint:\n    def _send(self, request):\n        return request.url\n"
    (tmp_path / "endpoint_of_a_test.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(child, "_ENDPOINTS", {"endpoint_of_a_test": "Endpoint"})
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", "before")
    known = len(sys.meta_path)
    child.begin({"AWS_ENDPOINT_URL_IAM": "http://127.0.0.1:5"}, "http://127.0.0.1:5", ())
    assert len(sys.meta_path) == known
    child.begin({}, "http://127.0.0.1:5", (".amazonaws.com",))
    assert os.environ["AWS_ENDPOINT_URL_IAM"] == "http://127.0.0.1:5"
    endpoint = importlib.import_module("endpoint_of_a_test").Endpoint()
    child.begin({}, "http://127.0.0.1:6", (".example.com",))  # one that is there already
    assert endpoint._send(Request("https://example.com/a")) == "http://127.0.0.1:6/a"
    assert endpoint._send(Request("https://s3.amazonaws.com/a")) == "http://127.0.0.1:5/a"
    (tmp_path / "another_of_a_test.py").write_text("here = True")
    assert importlib.import_module("another_of_a_test").here
    assert child._Loader(SimpleNamespace(path="x"), None).path == "x"


class Request:
    def __init__(self, url):
        self.url = url


def test_a_host_is_led_there_if_it_is_one_of_awss():
    led = child._Finder("http://127.0.0.1:5", (".amazonaws.com",))._led
    assert led("https://s3.amazonaws.com./a?b=c") == "http://127.0.0.1:5/a?b=c"
    assert led("https://notamazonaws.com/a") == "https://notamazonaws.com/a"
    assert led("http://minio:9000/a") == "http://minio:9000/a"


def test_without_an_account_nothing_is_given_along():
    before = sys.modules["multiprocessing.spawn"].get_preparation_data
    with FakeIAM():
        assert sys.modules["multiprocessing.spawn"].get_preparation_data is not before
    assert sys.modules["multiprocessing.spawn"].get_preparation_data is before
    assert "AWS_ENDPOINT_URL_IAM" not in in_a_pool("spawn", environment)
