"""What goes on after its account is closed: calls that are under way, and threads."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import spawn

import boto3
import botocore.session
import pytest
from botocore.endpoint import Endpoint
from botocore.signers import RequestSigner

from pytest_sscred import AccountClosed, FakeIAM

AT_IMPORT = boto3.client(
    "iam", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y"
)


def is_as_found():
    methods = Endpoint.make_request, RequestSigner.get_auth_instance
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
    import asyncio

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
        "ListUsers: not sent\n- seen: a call of a thread that has gone on after the account of "
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
        iam, work = left_over(pool.submit)
        with FakeIAM() as another:
            work.finish()
            check(work, iam)
            assert pool.submit(AT_IMPORT.list_users).result(10)["Users"] == []
            another.assert_called("ListUsers", times=1)
        with FakeIAM() as third:
            assert pool.submit(AT_IMPORT.list_users).result(10)["Users"] == []
            third.assert_called("ListUsers", times=1)
    assert is_as_found()


def test_what_was_left_over_is_forgotten_at_the_next_call_of_anybody():
    """Nothing is wrapped any more, though no account was opened since."""
    _, work = left_over(in_a_thread)
    assert not is_as_found()
    assert "pytest_sscred" not in spawn.get_preparation_data("x")
    work.finish()
    client = boto3.client(
        "sts", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y"
    )
    until = time.monotonic() + 10
    while not is_as_found() and time.monotonic() < until:
        with pytest.raises(ZeroDivisionError):
            client._endpoint.make_request(client.meta.service_model.operation_model(STS), Broken())
    assert is_as_found()


STS = "GetCallerIdentity"


class Broken(dict):
    def __getitem__(self, name):
        raise ZeroDivisionError


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
