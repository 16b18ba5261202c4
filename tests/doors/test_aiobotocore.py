"""The door for aiobotocore: the same account, over clients that are awaited."""

from __future__ import annotations

import asyncio
import inspect
import logging
import subprocess
import sys

import pytest
from names import CODECOMMIT

aiobotocore_session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")

from aiobotocore.config import AioConfig
from aiobotocore.credentials import AioRefreshableCredentials
from aiobotocore.endpoint import AioEndpoint
from aiobotocore.signers import AioRequestSigner
from botocore.endpoint import Endpoint
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from network_guard import IN_A_PROCESS

from pytest_sscred import FakeIAM, OperationNotFaked


def client(mode="standard", session=None, **options):
    options = {"region_name": "us-east-1", "config": AioConfig(retries={"mode": mode}), **options}
    return (session or aiobotocore_session.get_session()).create_client("iam", **options)


def run(scenario):
    """The scenario, a coroutine function that takes a client, in a loop of its own."""

    async def main():
        async with client() as iam:
            return await scenario(iam)

    return asyncio.run(main())


@pytest.fixture
def slept(monkeypatch):
    """What the loop really sleeps; it sleeps nothing."""
    taken = []
    real = asyncio.sleep

    async def sleep(seconds, *args):
        taken.append(seconds)
        await real(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return taken


@pytest.mark.parametrize(
    ("seed", "call", "error"),
    [
        ("", "list_organizations_features()", "OperationNotFaked"),
        (
            'sscred_iam.add_fault("EndpointConnectionError", on="ListUsers", times=None)',
            "list_users()",
            "EndpointConnectionError",
        ),
    ],
)
def test_the_last_frame_is_the_line_that_awaits(run_pytest, seed, call, error):
    result = run_pytest(f"""
import asyncio
from aiobotocore.session import get_session

async def main():
    async with get_session().create_client("iam", region_name="us-east-1") as iam:
        await iam.{call}

def test_it(sscred_iam):
    {seed}
    asyncio.run(main())
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f">       *await iam.{call}", f"test_it.py:6: {error}"])
    assert "/pytest_sscred/" not in result.stdout.str()


def test_calls_are_answered_from_the_account(sscred_iam):
    credential = sscred_iam.add_credential("Anika", CODECOMMIT)

    async def scenario(iam):
        listed = await iam.list_service_specific_credentials(UserName="Anika")
        (found,) = listed["ServiceSpecificCredentials"]
        await iam.update_service_specific_credential(
            UserName="Anika",
            ServiceSpecificCredentialId=found["ServiceSpecificCredentialId"],
            Status="Inactive",
        )
        with pytest.raises(iam.exceptions.NoSuchEntityException, match="Ghost cannot be found"):
            await iam.delete_user(UserName="Ghost")

    run(scenario)
    sscred_iam.assert_deactivated(credential)
    assert [call.error for call in sscred_iam.calls] == [None, None, "NoSuchEntity"]


def test_a_client_made_before_the_account_is_answered():
    async def main():
        async with client(aws_access_key_id="AKIAX", aws_secret_access_key="x") as iam:
            with FakeIAM() as fake:
                fake.add_user("Anika")
                return await iam.list_users()

    assert asyncio.run(main())["Users"][0]["UserName"] == "Anika"


def test_a_client_without_credentials_is_answered(sscred_iam, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert run(lambda iam: iam.list_users())["Users"] == []


def test_a_client_whose_credentials_have_run_out_asks_nobody(sscred_iam):
    async def refresh():
        raise AssertionError("asked for new ones")

    async def main():
        session = aiobotocore_session.get_session()
        session._credentials = AioRefreshableCredentials(
            "a", "b", "c", _a_minute_ago(), refresh, "mine"
        )
        async with client(session=session) as iam:
            return await iam.list_users()

    assert asyncio.run(main())["Users"] == []


def _a_minute_ago():
    import datetime as dt

    return dt.datetime.now(dt.timezone.utc) - dt.timedelta(minutes=1)


def test_a_user_of_the_account_is_told_by_its_key(sscred_iam):
    sscred_iam.add_user("Anika")

    async def main():
        async with client() as iam:
            made = await iam.create_access_key(UserName="Anika")
        key = made["AccessKey"]
        keys = {
            "aws_access_key_id": key["AccessKeyId"],
            "aws_secret_access_key": key["SecretAccessKey"],
        }
        async with client(**keys) as iam:
            return await iam.get_user()

    assert asyncio.run(main())["User"]["UserName"] == "Anika"


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_exhausted_retries_move_the_clock_and_sleep_nothing(sscred_iam, slept, mode):
    sscred_iam.add_fault("Throttling", on="ListUsers", times=None)
    before = sscred_iam.clock.now()

    async def main():
        async with client(mode) as iam:
            with pytest.raises(iam.exceptions.ClientError, match="Rate exceeded"):
                await iam.list_users()

    asyncio.run(main())
    assert sum(slept) == 0
    assert sscred_iam.waits
    assert sscred_iam.clock.now() - before >= sum(sscred_iam.waits, start=sscred_iam.waits[0] * 0)
    sscred_iam.assert_retried("ListUsers", times=len(sscred_iam.waits))
    sscred_iam.assert_called("ListUsers", times=len(sscred_iam.waits) + 1)


@pytest.mark.sscred_iam(waits="sleep")
def test_real_sleeping_can_be_had_back(sscred_iam, slept):
    sscred_iam.add_fault("Throttling", on="ListUsers")
    run(lambda iam: iam.list_users())
    (waited,) = sscred_iam.waits
    assert [each for each in slept if each] == pytest.approx([waited.total_seconds()], abs=1e-5)


@pytest.mark.parametrize(
    "error", [ReadTimeoutError, EndpointConnectionError, ConnectionClosedError]
)
def test_a_network_that_fails_is_retried_and_raised(sscred_iam, error):
    sscred_iam.add_fault(error, on="ListUsers", times=None)
    with pytest.raises(error):
        run(lambda iam: iam.list_users())
    sscred_iam.assert_retried("ListUsers")


def test_a_change_whose_answer_is_lost(sscred_iam):
    credential = sscred_iam.add_credential("Anika", CODECOMMIT)
    sscred_iam.add_fault(ReadTimeoutError, on="DeleteServiceSpecificCredential", applied=True)

    async def scenario(iam):
        with pytest.raises(iam.exceptions.NoSuchEntityException):
            await iam.delete_service_specific_credential(
                UserName="Anika", ServiceSpecificCredentialId=credential.id
            )

    run(scenario)
    sscred_iam.assert_deleted(credential)


@pytest.mark.sscred_iam(unsupported="allow")
def test_what_is_not_faked_raises_and_goes_nowhere(sscred_iam):
    with pytest.raises(
        OperationNotFaked, match="not faked, and not sent: ListOrganizationsFeatures"
    ):
        run(lambda iam: iam.list_organizations_features())


def test_another_mock_answers_what_is_not_faked(sscred_iam):
    from aiobotocore.awsrequest import AioAWSResponse

    from pytest_sscred.doors.aiobotocore import _AwaitedRaw

    async def answer(request, **kwargs):
        return AioAWSResponse(
            request.url, 200, {}, _AwaitedRaw(b"<r><ListOrganizationsFeaturesResult/></r>")
        )

    async def scenario(iam):
        iam.meta.events.register("before-send.iam.ListOrganizationsFeatures", answer)
        await iam.list_organizations_features()

    run(scenario)
    assert [call.answered_by for call in sscred_iam.calls] == ["moto"]


def test_another_mock_may_wait_for_a_thread_that_calls(sscred_iam):
    import boto3
    from aiobotocore.awsrequest import AioAWSResponse

    from pytest_sscred.doors.aiobotocore import _AwaitedRaw

    async def answer(request, **kwargs):
        await asyncio.to_thread(boto3.client("iam").list_users)
        return AioAWSResponse(
            request.url, 200, {}, _AwaitedRaw(b"<r><ListOrganizationsFeaturesResult/></r>")
        )

    async def scenario(iam):
        iam.meta.events.register("before-send.iam.ListOrganizationsFeatures", answer)
        await asyncio.wait_for(iam.list_organizations_features(), 20)

    run(scenario)
    assert [call.operation for call in sscred_iam.calls] == [
        "ListUsers",
        "ListOrganizationsFeatures",
    ]


def test_calls_at_once(sscred_iam):
    credentials = sscred_iam.add_many(20)

    async def scenario(iam):
        await asyncio.gather(
            *(
                iam.update_service_specific_credential(
                    UserName=each.user_name,
                    ServiceSpecificCredentialId=each.id,
                    Status="Inactive",
                )
                for each in credentials
            )
        )

    run(scenario)
    assert {each.status for each in credentials} == {"Inactive"}


def test_paginators(sscred_iam):
    sscred_iam.add_many(5)

    async def scenario(iam):
        pages = iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2})
        return [user["UserName"] async for page in pages for user in page["Users"]]

    assert run(scenario) == [f"user-{number}" for number in range(5)]


def test_no_secret_is_logged(sscred_iam, caplog):
    caplog.set_level(logging.DEBUG)
    sscred_iam.add_user("Anika")
    about = {"UserName": "Anika", "ServiceName": CODECOMMIT}
    run(lambda iam: iam.create_service_specific_credential(**about))
    (credential,) = sscred_iam.credentials()
    assert "Response body" in caplog.text
    sscred_iam.assert_secret_not_logged(credential, caplog)


def test_it_is_all_put_back():
    before = AioRequestSigner.get_auth_instance
    with FakeIAM():
        assert AioRequestSigner.get_auth_instance is not before
        assert inspect.iscoroutinefunction(AioRequestSigner.get_auth_instance)
    assert AioRequestSigner.get_auth_instance is before


def test_an_aiobotocore_that_has_changed_is_named(monkeypatch):
    async def _send(self, request, priority): ...

    monkeypatch.setattr(AioEndpoint, "_send", _send)
    before = Endpoint.make_request
    with pytest.raises(RuntimeError, match=r"aiobotocore \S+ has changed AioEndpoint._send, which"):
        FakeIAM().open()
    assert Endpoint.make_request is before


IMPORTED_LATER = (
    IN_A_PROCESS
    + """
import os
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
from pytest_sscred import FakeIAM

iam = FakeIAM()
iam.open()
assert not any(name.startswith("aiobotocore") for name in sys.modules)
for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
    del os.environ[name]

import asyncio
import aiobotocore.signers  # alone: there is nobody yet who could call it
FakeIAM().open()
from aiobotocore.session import get_session

async def main():
    async with get_session().create_client("iam", region_name="us-east-1") as client:
        print(len((await client.list_users())["Users"]))

asyncio.run(main())
assert "moto" not in sys.modules
"""
)


def test_it_may_be_imported_after_the_account_was_opened(tmp_path):
    command = [sys.executable, "-c", IMPORTED_LATER]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr


def test_an_account_that_is_closed_under_a_call_leaves_nothing_wrapped(monkeypatch):
    iam = FakeIAM()
    iam.add_user("Anika")
    iam.open()

    def closing(kind):
        iam.close()
        return True

    async def scenario(client):
        monkeypatch.setattr("pytest_sscred.doors.aiobotocore.is_awaited", closing)
        return await client.list_users()

    assert run(scenario)["Users"][0]["UserName"] == "Anika"
    monkeypatch.undo()
    for method in (Endpoint.make_request, AioRequestSigner.get_auth_instance):
        assert not hasattr(method, "__wrapped__")
    with FakeIAM() as another:
        run(lambda client: client.list_users())
    another.assert_called("ListUsers", times=1)


# Under the plugins that run coroutines

TEST = """
import pytest
from aiobotocore.session import get_session

{mark}
async def test_it(sscred_iam):
    sscred_iam.add_user("Anika")
    async with get_session().create_client("iam", region_name="us-east-1") as iam:
        found = await iam.list_users()
    assert [user["UserName"] for user in found["Users"]] == ["Anika"]
    sscred_iam.assert_called("ListUsers", times=1)
"""


def test_under_pytest_asyncio(run_pytest):
    pytest.importorskip("pytest_asyncio", reason="needs pytest-asyncio")
    options = ["-p", "pytest_asyncio.plugin", "-o", "asyncio_default_fixture_loop_scope=function"]
    run_pytest(TEST.format(mark="@pytest.mark.asyncio"), *options).assert_outcomes(passed=1)


def test_under_anyio(run_pytest):
    pytest.importorskip("anyio", reason="needs anyio")
    mark = '@pytest.mark.anyio\n@pytest.mark.parametrize("anyio_backend", ["asyncio"])'
    run_pytest(TEST.format(mark=mark), "-p", "anyio.pytest_plugin").assert_outcomes(passed=1)


ON_TRIO = """
import pytest
from aiobotocore.config import AioConfig
from aiobotocore.httpxsession import HttpxSession
from aiobotocore.session import get_session

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_it(sscred_iam):
    sscred_iam.add_fault("Throttling", on="ListUsers")
    config = AioConfig(http_session_cls=HttpxSession, retries={"mode": "standard"})
    async with get_session().create_client("iam", config=config) as iam:
        assert (await iam.list_users())["Users"] == []
    sscred_iam.assert_retried("ListUsers", times=1)
"""


def test_under_anyio_over_httpx_and_on_trio(run_pytest):
    """The backend that aiobotocore has beside aiohttp; on trio since 3.7."""
    pytest.importorskip("trio", reason="needs trio")
    pytest.importorskip("httpx", reason="needs httpx")
    from aiobotocore import endpoint

    if not hasattr(endpoint, "AnyioEndpoint"):
        pytest.skip("this aiobotocore does not run on trio")
    run_pytest(ON_TRIO, "-p", "anyio.pytest_plugin").assert_outcomes(passed=2)


AIOBOTO3 = """
import aioboto3
import asyncio

def test_it(sscred_iam):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")

    async def main():
        async with aioboto3.Session().client("iam") as iam:
            await iam.update_service_specific_credential(
                UserName="Anika", ServiceSpecificCredentialId=credential.id, Status="Inactive"
            )
        async with aioboto3.Session().resource("iam") as iam:
            return [user.name async for user in iam.users.all()]

    assert asyncio.run(main()) == ["Anika"]
    sscred_iam.assert_deactivated(credential)
"""


def test_aioboto3(run_pytest):
    pytest.importorskip("aioboto3", reason="needs aioboto3: `tox -e aioboto3` has it")
    run_pytest(AIOBOTO3).assert_outcomes(passed=1)
