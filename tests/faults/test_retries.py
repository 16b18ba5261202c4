"""Retries take no time, and the network may fail: through botocore's own retry handlers."""

from __future__ import annotations

import time
from datetime import timedelta

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    ReadTimeoutError,
)
from names import DELETE

from pytest_sscred import FakeIAM


@pytest.fixture
def slept(monkeypatch):
    """What the process really sleeps."""
    taken = []
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken


def client(mode):
    return boto3.client("iam", config=Config(retries={"mode": mode}))


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_exhausted_retries_move_the_clock_and_sleep_nothing(sscred_iam, slept, mode):
    sscred_iam.add_fault("Throttling", on="ListUsers", times=None)
    before = sscred_iam.clock.now()
    iam = client(mode)
    with pytest.raises(iam.exceptions.ClientError, match="Rate exceeded"):
        iam.list_users()
    assert sum(slept) == 0
    waited = sum(sscred_iam.waits, timedelta())
    assert waited > timedelta(milliseconds=1)
    assert sscred_iam.clock.now() - before >= waited
    sscred_iam.assert_retried("ListUsers", times=len(sscred_iam.waits))
    sscred_iam.assert_called("ListUsers", times=len(sscred_iam.waits) + 1)


@pytest.mark.sscred_iam(waits="sleep")
def test_real_sleeping_can_be_had_back(sscred_iam, slept):
    sscred_iam.add_fault("Throttling", on="ListUsers")
    client("standard").list_users()
    (waited,) = sscred_iam.waits
    assert slept == pytest.approx([waited.total_seconds()], abs=1e-5)


def test_other_sleeps_are_let_alone(sscred_iam, slept):
    time.sleep(3)
    assert slept == [3]


@pytest.mark.parametrize("mode", ["legacy", "standard"])
@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError,
        ReadTimeoutError,
        EndpointConnectionError,
        ConnectionClosedError,
        ProxyConnectionError,
        "ReadTimeoutError",
        ReadTimeoutError(endpoint_url="https://iam.amazonaws.com", error="mine"),
    ],
    ids=str,
)
def test_a_network_that_fails_once_is_tried_again(sscred_iam, mode, error):
    fault = sscred_iam.add_fault(error, on="ListUsers")
    assert client(mode).list_users()["Users"] == []
    assert fault.hits == 1
    sscred_iam.assert_retried("ListUsers")
    assert [call.error for call in sscred_iam.calls] == [fault.code, None]
    sscred_iam.assert_retried("ListUsers", times=1)


def test_an_error_that_says_more_than_where_it_was_to_go_is_wanted_as_an_instance(iam):
    class LostError(HTTPClientError):
        fmt = "lost on hop {hop}"

    with pytest.raises(ValueError, match=r"LostError says more .*: give an instance of it"):
        iam.add_fault(LostError, on="ListUsers")
    assert iam.add_fault(LostError(hop=3), on="ListUsers").code == "LostError"


def test_a_network_that_always_fails_raises_what_botocore_raises(sscred_iam):
    sscred_iam.add_fault(EndpointConnectionError, on="ListUsers", times=None)
    with pytest.raises(EndpointConnectionError, match=r"https://iam\.amazonaws\.com"):
        client("standard").list_users()


def test_a_lost_answer_makes_a_delete_fail_the_second_time(sscred_iam):
    """Is the user's retry idempotent? botocore's own is not."""
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    sscred_iam.add_fault(ReadTimeoutError, on=DELETE, applied=True)
    iam = client("legacy")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.delete_service_specific_credential(
            UserName="Anika", ServiceSpecificCredentialId=credential.id
        )
    sscred_iam.assert_deleted(credential)


def test_what_was_not_retried_is_told():
    with FakeIAM() as iam:
        iam.client().list_users()
        with pytest.raises(AssertionError) as caught:
            iam.assert_retried("ListUsers", times=2)
    assert str(caught.value) == (
        "never retried: ListUsers\n"
        "- seen: 0 retries of it, 0 of others\n"
        "- expected: 2 times\n"
        "- SDKs retry Throttling, 5xx and the network's errors, as their retry mode says"
    )


def test_what_was_never_retried_is_told_without_a_number_too(sscred_iam):
    sscred_iam.client().list_users()
    with pytest.raises(AssertionError, match="never retried: ListUsers"):
        sscred_iam.assert_retried("ListUsers")
