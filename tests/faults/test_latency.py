"""Answers that come late, by the fake's clock: nothing waits, and a client may give up."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from names import DELETE

FORM = {"Action": "ListUsers", "Version": "2010-05-08"}


def client(**config):
    return boto3.client("iam", config=Config(retries={"total_max_attempts": 1}, **config))


@pytest.fixture(autouse=True)
def nothing_waits():
    start = time.perf_counter()
    yield
    assert time.perf_counter() - start < 10


@pytest.fixture
def passed(sscred_iam):
    """Seconds that passed on the account's clock."""
    start = sscred_iam.clock.now()
    return lambda: (sscred_iam.clock.now() - start).total_seconds()


def test_an_answer_is_late_and_right(sscred_iam, passed):
    fault = sscred_iam.add_fault(on="ListUsers", latency=timedelta(seconds=45))
    assert client().list_users()["Users"] == []
    assert 45 <= passed() < 50
    assert fault.hits == 1
    sscred_iam.assert_called("ListUsers", times=1)


def test_a_client_gives_up_and_the_change_was_made(sscred_iam, passed):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    sscred_iam.add_fault(on=DELETE, latency=timedelta(hours=1))
    with pytest.raises(ReadTimeoutError):
        client(read_timeout=7).delete_service_specific_credential(
            UserName="Anika", ServiceSpecificCredentialId=credential.id
        )
    sscred_iam.assert_deleted(credential)
    assert 7 <= passed() < 12
    assert sscred_iam.calls[-1].error == "ReadTimeoutError"


def test_the_default_read_timeout_is_the_sdks_minute(sscred_iam, passed):
    sscred_iam.add_fault(on="ListUsers", latency=timedelta(minutes=2), times=None)
    with pytest.raises(ReadTimeoutError):
        client().list_users()
    assert 60 <= passed() < 65


def test_a_call_that_was_given_up_is_retried(sscred_iam):
    sscred_iam.add_fault(on="ListUsers", latency=timedelta(hours=1))
    assert boto3.client("iam").list_users()["Users"] == []
    sscred_iam.assert_retried("ListUsers", times=1)


def test_a_change_that_is_refused_late_is_given_up_as_well(sscred_iam):
    sscred_iam.add_fault(on="DeleteUser", latency=timedelta(hours=1))
    with pytest.raises(ReadTimeoutError):
        client().delete_user(UserName="Ghost")


def test_an_error_may_be_late(sscred_iam, passed):
    sscred_iam.add_fault("AccessDenied", on="ListUsers", latency=timedelta(seconds=3), after=1)
    iam = client()
    iam.list_users()
    with pytest.raises(iam.exceptions.ClientError, match="AccessDenied"):
        iam.list_users()
    assert 3 <= passed() < 8


def test_a_client_without_a_timeout_waits_for_ever(sscred_iam, passed):
    sscred_iam.add_fault(on="ListUsers", latency=timedelta(days=3))
    client(read_timeout=None).list_users()
    assert passed() >= 3 * 86400


def test_a_timeout_of_one_call_alone_counts_first():
    """botocore's newest knows one, in the call's context."""
    from types import SimpleNamespace

    from pytest_sscred.doors.attempts import _patience

    endpoint = SimpleNamespace(http_session=SimpleNamespace(_timeout=60))
    assert _patience(endpoint, SimpleNamespace(context={"read_timeout": 3})) == 3
    assert _patience(endpoint, SimpleNamespace(context={})) == 60


def test_over_http_the_clock_moves_and_nobody_waits(sscred_iam, sscred_endpoint, passed):
    sscred_iam.add_fault(on="ListUsers", latency=timedelta(hours=1))
    assert requests.post(sscred_endpoint.url, data=FORM, timeout=5).ok
    assert 3600 <= passed() < 3605


@pytest.mark.parametrize(
    ("timeout", "waits"), [(5, False), ((1, 5), False), (None, True), ((1, None), True), (99, True)]
)
def test_requests_own_timeout_counts(sscred_iam, sscred_services, timeout, waits):
    sscred_iam.add_fault(on="ListUsers", latency=timedelta(seconds=30))
    if waits:
        assert requests.post("https://iam.amazonaws.com/", data=FORM, timeout=timeout).ok
        return
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post("https://iam.amazonaws.com/", data=FORM, timeout=timeout)


@pytest.mark.filterwarnings("ignore:aiobotocore's httpx backend")
@pytest.mark.parametrize("backend", ["aiohttp", "httpx"])
def test_aiobotocores_own_timeout_counts(sscred_iam, backend):
    session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")
    from aiobotocore.config import AioConfig

    options = {}
    if backend == "httpx":
        httpx = pytest.importorskip("aiobotocore.httpxsession", reason="needs aiobotocore 3")
        options["http_session_cls"] = httpx.HttpxSession

    async def main():
        config = AioConfig(read_timeout=9, retries={"total_max_attempts": 1}, **options)
        async with session.get_session().create_client("iam", config=config) as iam:
            await iam.list_users()
            with pytest.raises(ReadTimeoutError):
                await iam.list_users()

    sscred_iam.add_fault(on="ListUsers", latency=timedelta(seconds=8))
    sscred_iam.add_fault(on="ListUsers", latency=timedelta(seconds=10))
    asyncio.run(main())


@pytest.mark.parametrize(("applied", "status"), [(False, "Active"), (True, "Inactive")])
def test_an_error_that_is_given_up_changes_what_it_would_have(sscred_iam, applied, status):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    operation = "UpdateServiceSpecificCredential"
    late = timedelta(hours=1)
    sscred_iam.add_fault("AccessDenied", on=operation, latency=late, applied=applied)
    with pytest.raises(ReadTimeoutError):
        client().update_service_specific_credential(
            UserName="Anika", ServiceSpecificCredentialId=credential.id, Status="Inactive"
        )
    assert credential.status == status
    assert sscred_iam.calls[-1].applied == applied


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ValueError, "give an error, or a latency alone"),
        ({"latency": timedelta(1), "applied": True}, ValueError, "give an error, or a latency"),
        ({"latency": timedelta(1), "message": "x"}, ValueError, "give an error, or a latency"),
        ({"latency": 3}, TypeError, "latency takes a datetime.timedelta, not 3"),
        ({"latency": timedelta(-1)}, ValueError, "latency takes a timedelta over 0"),
    ],
)
def test_what_makes_no_sense(iam, arguments, error, message):
    with pytest.raises(error, match=message):
        iam.add_fault(on="ListUsers", **arguments)
