"""Waiters wait by the account's clock."""

from __future__ import annotations

import asyncio
import time

import boto3
import pytest
from botocore.exceptions import WaiterError

from pytest_sscred import FakeIAM


@pytest.fixture(autouse=True)
def _takes_no_time():
    started = time.monotonic()
    yield
    assert time.monotonic() - started < 5


def test_a_user_that_comes_late_is_waited_for_in_no_time(sscred_iam):
    client, begun = boto3.client("iam"), sscred_iam.clock.now()
    sscred_iam.set_propagation(calls=3)
    client.create_user(UserName="Anika")
    client.get_waiter("user_exists").wait(UserName="Anika")
    assert [wait.total_seconds() for wait in sscred_iam.waits] == [1, 1, 1]
    assert (sscred_iam.clock.now() - begun).total_seconds() >= 3
    sscred_iam.assert_called("GetUser", times=4)


def test_a_user_that_never_comes_is_given_up(sscred_iam):
    waiter = boto3.client("iam").get_waiter("user_exists")
    with pytest.raises(WaiterError):
        waiter.wait(UserName="Ghost", WaiterConfig={"Delay": 600, "MaxAttempts": 4})
    assert [wait.total_seconds() for wait in sscred_iam.waits] == [600] * 3
    assert waiter.config.delay == 1


def test_time_that_a_waiter_takes_lets_writes_be_seen(sscred_iam):
    from datetime import timedelta

    client = boto3.client("iam")
    sscred_iam.set_propagation(after=timedelta(seconds=5))
    client.create_user(UserName="Anika")
    client.get_waiter("user_exists").wait(UserName="Anika")
    assert len(sscred_iam.waits) == 5


def test_other_services_waiters_are_left_alone(sscred_iam, monkeypatch):
    from moto import mock_aws

    slept = []
    monkeypatch.setattr("botocore.waiter.time.sleep", slept.append)
    with mock_aws():
        waiter = boto3.client("s3", region_name="us-east-1").get_waiter("bucket_exists")
        with pytest.raises(WaiterError):
            waiter.wait(Bucket="none", WaiterConfig={"Delay": 7, "MaxAttempts": 2})
    assert slept == [7]
    assert sscred_iam.waits == []


def test_they_can_really_sleep(monkeypatch):
    slept = []
    monkeypatch.setattr("botocore.waiter.time.sleep", slept.append)
    with FakeIAM(waits="sleep") as iam:
        with pytest.raises(WaiterError):
            boto3.client("iam").get_waiter("user_exists").wait(
                UserName="Ghost", WaiterConfig={"Delay": 3, "MaxAttempts": 2}
            )
        assert [wait.total_seconds() for wait in iam.waits] == slept == [3]


def test_afterwards_they_sleep_as_ever(monkeypatch):
    from botocore.waiter import Waiter

    real = Waiter.wait
    with FakeIAM():
        assert Waiter.wait is not real
    assert Waiter.wait is real


def test_aiobotocores_likewise(sscred_iam):
    session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")

    async def main():
        async with session.get_session().create_client("iam", region_name="us-east-1") as client:
            sscred_iam.set_propagation(calls=3)
            await client.create_user(UserName="Anika")
            await client.get_waiter("user_exists").wait(
                UserName="Anika", WaiterConfig={"Delay": 90}
            )

    asyncio.run(main())
    assert [wait.total_seconds() for wait in sscred_iam.waits] == [90] * 3
