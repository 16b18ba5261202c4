"""What goes on after its account is closed: calls that are under way, and threads."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import spawn

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.endpoint import Endpoint
from botocore.exceptions import EndpointConnectionError
from botocore.signers import RequestSigner

from pytest_sscred import AccountClosed, FakeIAM

AT_IMPORT = boto3.client(
    "iam", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y"
)


def is_as_found():
    methods = Endpoint.make_request, RequestSigner.get_auth_instance
    methods += threading.Thread.start, ThreadPoolExecutor.submit
    return not any(hasattr(each, "__wrapped__") for each in methods)


# Calls that are under way


def closing(client, iam):
    """Close the account where a thread would sleep: before the next attempt."""
    client.meta.events.register_last("needs-retry.iam", lambda **rest: iam.close())


def with_a_profile_of_a_role(tmp_path, monkeypatch):
    config = tmp_path / "config"
    config.write_text(
        "[profile far]\nrole_arn = arn:aws:iam::123456789012:role/far\nsource_profile = near\n"
        "[profile near]\naws_access_key_id = x\naws_secret_access_key = y\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    return boto3.Session(profile_name="far", region_name="us-east-1").client("iam")


def without_keys(tmp_path, monkeypatch):
    session = botocore.session.Session()
    session.get_component("credential_provider").providers.clear()
    return session.create_client("iam", region_name="us-east-1")


@pytest.mark.parametrize("make", [with_a_profile_of_a_role, without_keys])
def test_all_attempts_of_a_call_belong_to_the_account_of_its_first(make, tmp_path, monkeypatch):
    iam = FakeIAM()
    client = make(tmp_path, monkeypatch)
    iam.open()
    iam.add_fault("Throttling", on="ListUsers")
    closing(client, iam)
    assert client.list_users()["Users"] == []
    assert [call.error for call in iam.calls] == ["Throttling", None]
    assert is_as_found()


def test_they_do_while_another_account_is_open():
    iam = FakeIAM()
    iam.open()
    iam.add_fault("Throttling", on="ListUsers")
    client = boto3.client("iam")
    closing(client, iam)
    with FakeIAM() as another:
        first = threading.Thread(target=client.list_users)
        first.start()
        first.join()
        assert another.calls == [] or iam.calls == []


def test_awaited_ones_too():
    session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")
    iam = FakeIAM()
    iam.open()
    iam.add_fault("Throttling", on="ListUsers")

    async def main():
        asked = session.get_session()
        asked.get_component("credential_provider").providers.clear()
        async with asked.create_client("iam", region_name="us-east-1") as client:
            closing(client, iam)
            return await client.list_users()

    assert asyncio.run(main())["Users"] == []
    assert [call.error for call in iam.calls] == ["Throttling", None]
    assert is_as_found()


# Threads


class Work:
    """A thread of a test's: calls IAM once, and again when it is let go on."""

    def __init__(self, start):
        self.began, self.go_on, self.over = threading.Event(), threading.Event(), threading.Event()
        self.error = None
        start(self.run)
        assert self.began.wait(10)

    def run(self):
        AT_IMPORT.list_users()
        self.began.set()
        self.go_on.wait(10)
        try:
            AT_IMPORT.list_users()
        except Exception as error:
            self.error = error
        finally:
            self.over.set()

    def finish(self):
        self.go_on.set()
        assert self.over.wait(10)


def in_a_thread(run):
    threading.Thread(target=run).start()


def left_over(start):
    iam = FakeIAM(seed="tests/test_it.py::test_first")
    iam.open()
    work = Work(start)
    iam.close()
    return iam, work


def check(work, iam):
    assert isinstance(work.error, AccountClosed)
    assert str(work.error).startswith(
        "account closed, and not sent: ListUsers\n"
        "- seen: a thread that has gone on after the account of "
        "tests/test_it.py::test_first was closed\n- expected: threads that end with the test"
    )
    assert len(iam.calls) == 1


def test_a_thread_that_outlives_its_account_does_not_reach_the_next_one():
    iam, work = left_over(in_a_thread)
    with FakeIAM() as another:
        work.finish()
        check(work, iam)
        assert another.calls == []


def test_nor_the_network():
    iam, work = left_over(in_a_thread)
    work.finish()
    check(work, iam)
    with FakeIAM():
        pass
    assert is_as_found()


def test_a_pools_thread_serves_the_next_test():
    """It is the work that is over with the account, not the thread."""
    with ThreadPoolExecutor(1) as pool:
        iam, work = left_over(lambda run: pool.submit(run))
        with FakeIAM() as another:
            work.finish()
            check(work, iam)
            assert pool.submit(AT_IMPORT.list_users).result(10)["Users"] == []
            another.assert_called("ListUsers", times=1)
        with FakeIAM() as third:
            assert pool.submit(AT_IMPORT.list_users).result(10)["Users"] == []
            third.assert_called("ListUsers", times=1)
    assert is_as_found()


def test_what_was_left_over_is_forgotten_when_it_ends():
    _, work = left_over(in_a_thread)
    assert not is_as_found()
    assert "pytest_sscred" not in spawn.get_preparation_data("x")
    work.finish()
    until = time.monotonic() + 10
    while not is_as_found() and time.monotonic() < until:
        time.sleep(0.01)
    assert is_as_found()


def later(call):
    threading.Timer(0.2, call).start()


def by_a_runner(call):
    async def main():
        await asyncio.sleep(0.2)
        call()

    threading.Thread(target=asyncio.run, args=(main(),)).start()


def behind_another_job(call):
    pool = ThreadPoolExecutor(1)
    pool.submit(time.sleep, 0.2)
    pool.submit(call)
    pool.shutdown(wait=False)


def by_a_thread_of_a_thread(call):
    def start():
        time.sleep(0.2)
        threading.Thread(target=call).start()

    threading.Thread(target=start).start()


def by_a_pool_of_a_thread(call):
    def start():
        time.sleep(0.2)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(call)

    threading.Thread(target=start).start()


LATE = [later, by_a_runner, behind_another_job, by_a_thread_of_a_thread, by_a_pool_of_a_thread]


@pytest.mark.parametrize("start", LATE)
def test_so_is_work_that_begins_late(start):
    errors, over = [], threading.Event()

    def call():
        try:
            AT_IMPORT.create_user(UserName="late")
        except Exception as error:
            errors.append(error)
        finally:
            over.set()

    with FakeIAM() as first:
        start(call)
    with FakeIAM() as second:
        assert over.wait(10)
    assert [type(error) for error in errors] == [AccountClosed]
    assert first.users() == second.users() == []
    until = time.monotonic() + 10
    while not is_as_found() and time.monotonic() < until:
        time.sleep(0.01)
    assert is_as_found()


def test_a_job_keeps_its_arguments_names():
    with FakeIAM(), ThreadPoolExecutor(1) as pool:
        names = {"account": 1, "work": 2, "self": 3, "pool": 4}
        assert pool.submit(lambda **given: given, **names).result(10) == names


def test_a_thread_that_is_left_over_may_ask_a_mock():
    from moto import mock_aws

    found, go_on, over = [], threading.Event(), threading.Event()

    def call():
        go_on.wait(10)
        s3 = boto3.Session(region_name="us-east-1").client("s3")
        found.append(s3.list_buckets()["Buckets"])
        try:
            boto3.Session(region_name="us-east-1").client("iam").list_users()
        except Exception as error:
            found.append(type(error))
        over.set()

    with FakeIAM():
        threading.Thread(target=call).start()
    with mock_aws():
        go_on.set()
        assert over.wait(10)
    assert found == [[], AccountClosed]


def test_a_thread_that_is_left_over_reaches_no_other_service_either():
    errors, go_on, over = [], threading.Event(), threading.Event()

    def call():
        go_on.wait(10)
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "y"}
        try:
            boto3.Session(region_name="us-east-1", **keys).client("s3").list_buckets()
        except Exception as error:
            errors.append(str(error))
        over.set()

    with FakeIAM():
        threading.Thread(target=call).start()
    go_on.set()
    assert over.wait(10)
    assert errors[0].startswith("account closed, and not sent: s3:ListBuckets\n")


def test_a_job_that_is_cancelled_leaves_nothing():
    with ThreadPoolExecutor(1) as pool, FakeIAM():
        pool.submit(time.sleep, 0.1)
        assert pool.submit(AT_IMPORT.list_users).cancel()
    assert is_as_found()
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with FakeIAM(), pytest.raises(RuntimeError):
        pool.submit(AT_IMPORT.list_users)
    with FakeIAM():
        thread = threading.Thread(target=lambda: None)
        thread.start()
        with pytest.raises(RuntimeError):
            thread.start()
    assert is_as_found()


def test_hosts_that_are_not_awss_are_reached_by_whatever_thread():
    errors, go_on, over = [], threading.Event(), threading.Event()

    def call():
        go_on.wait(10)
        config = Config(retries={"max_attempts": 0})
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "y"}
        client = boto3.Session(region_name="us-east-1", **keys).client(
            "s3", endpoint_url="http://127.0.0.1:9", config=config
        )
        try:
            client.list_buckets()
        except Exception as error:
            errors.append(type(error))
        over.set()

    with FakeIAM():
        threading.Thread(target=call).start()
    go_on.set()
    assert over.wait(10)
    assert errors == [EndpointConnectionError]


def test_a_thread_that_was_there_before_the_account_is_none_of_its():
    go_on, over = threading.Event(), threading.Event()

    def wait():
        go_on.wait(10)
        AT_IMPORT.list_users()
        over.set()

    thread = threading.Thread(target=wait)
    thread.start()
    with FakeIAM():
        pass
    with FakeIAM() as iam:
        go_on.set()
        assert over.wait(10)
        iam.assert_called("ListUsers", times=1)
    thread.join()


def test_a_thread_that_opens_accounts_itself_is_none_of_anothers():
    with FakeIAM():
        done = []

        def work():
            with FakeIAM() as mine:
                go_on.wait(10)
                AT_IMPORT.list_users()
                done.append(len(mine.calls))

        go_on = threading.Event()
        inner = FakeIAM()
        inner.open()
        thread = threading.Thread(target=work)
        thread.start()
        inner.close()
        go_on.set()
        thread.join()
    assert done == [1]
    assert is_as_found()
