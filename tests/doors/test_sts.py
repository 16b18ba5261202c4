"""STS through every door: who calls is answered here, other operations are moto's or refused."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import boto3
import pytest
import requests
from botocore.credentials import DeferredRefreshableCredentials
from botocore.exceptions import ClientError
from botocore.session import Session
from child_work import call, caller
from moto import mock_aws

from pytest_sscred import FakeIAM, OperationNotFaked

ROLE = "arn:aws:sts::123456789012:assumed-role/Administrator/pytest-sscred"
TRUSTED = {"RoleArn": "arn:aws:iam::123456789012:role/far", "RoleSessionName": "me"}
FORM = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}


def arn(sts):
    return sts.get_caller_identity()["Arn"]


def session_of(iam, name):
    """A session that signs with a key of the user."""
    iam.add_user(name)
    key = boto3.client("iam").create_access_key(UserName=name)["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="eu-west-1")


# botocore


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"])
@pytest.mark.parametrize("endpoints", ["legacy", "regional"])
def test_every_region_and_endpoint(sscred_iam, monkeypatch, region, endpoints):
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", endpoints)
    assert arn(boto3.client("sts", region_name=region)) == ROLE
    sscred_iam.assert_called("GetCallerIdentity", times=1)
    assert sscred_iam.calls[0].made_at.startswith("tests/doors/test_sts.py:")


def test_the_key_that_signs_and_act_as(sscred_iam):
    of_anika = session_of(sscred_iam, "Anika")
    assert arn(of_anika.client("sts")) == sscred_iam.user("Anika").arn
    sscred_iam.add_user("sofia")
    sscred_iam.act_as("sofia")
    assert arn(boto3.client("sts")) == sscred_iam.user("sofia").arn
    assert arn(of_anika.client("sts")) == sscred_iam.user("Anika").arn
    info = boto3.client("sts").get_access_key_info
    key = of_anika.get_credentials().access_key
    assert info(AccessKeyId=key)["Account"] == sscred_iam.account_id


def test_the_root_user(sscred_iam):
    root = f"arn:aws:iam::{sscred_iam.account_id}:root"
    sscred_iam.act_as(root)
    found = boto3.client("sts").get_caller_identity()
    assert (found["UserId"], found["Arn"]) == (sscred_iam.account_id, root)
    iam = boto3.client("iam")
    iam.create_user(UserName="Anika")
    assert sscred_iam.calls[-1].caller == root
    assert sscred_iam.cloudtrail[-1]["userIdentity"]["type"] == "Root"
    with pytest.raises(ClientError, match="InvalidUserType"):
        iam.change_password(OldPassword="Corr3ct-horse", NewPassword="Batt3ry-staple")
    with pytest.raises(ClientError, match="Must specify userName"):
        iam.list_access_keys()
    with pytest.raises(LookupError, match="no user"):
        sscred_iam.act_as("arn:aws:iam::999999999999:root")


def test_a_deactivated_key_is_refused(sscred_iam):
    anika = session_of(sscred_iam, "Anika")
    anika.client("iam").update_access_key(
        AccessKeyId=anika.get_credentials().access_key, Status="Inactive"
    )
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        anika.client("sts").get_caller_identity()


def test_a_client_without_credentials(sscred_iam):
    session = Session()
    session._credentials = None
    session.get_credentials = lambda: None
    client = session.create_client("sts", region_name="us-east-1")
    assert arn(client) == ROLE
    with pytest.raises(Exception, match="Unable to locate credentials"):
        client.get_session_token()


def test_a_client_whose_credentials_have_run_out_asks_nobody(sscred_iam):
    session = Session()
    session._credentials = DeferredRefreshableCredentials(lambda: 1 / 0, "test")
    client = session.create_client("sts", region_name="us-east-1")
    assert arn(client) == ROLE
    with pytest.raises(ZeroDivisionError):
        client.get_session_token()


def test_a_client_that_was_made_before_the_account():
    client = boto3.client(
        "sts", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y"
    )
    with FakeIAM() as iam:
        assert arn(client) == ROLE
        iam.assert_called("GetCallerIdentity", times=1)


def test_a_clients_own_retries(sscred_iam):
    sscred_iam.add_fault("Throttling", on="GetCallerIdentity", times=2)
    assert arn(boto3.client("sts")) == ROLE
    sscred_iam.assert_retried("GetCallerIdentity", times=2)
    assert len(sscred_iam.waits) == 2


def test_an_awaited_client(sscred_iam):
    session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore").get_session()
    session._credentials = None

    async def no_credentials():
        return None

    session.get_credentials = no_credentials

    async def main():
        async with session.create_client("sts", region_name="us-east-1") as client:
            found = await client.get_caller_identity()
            with pytest.raises(OperationNotFaked, match="not sent: sts:AssumeRoleWithWebIdentity"):
                await client.assume_role_with_web_identity(WebIdentityToken="t" * 4, **TRUSTED)
            return found["Arn"]

    assert asyncio.run(main()) == ROLE
    sscred_iam.assert_called("GetCallerIdentity", times=1)
    with pytest.raises(AssertionError, match="called, and not mocked: sts:AssumeRoleWithWeb"):
        sscred_iam.reset()


def test_other_operations_are_refused_by_name():
    iam = FakeIAM()
    iam.open()
    with pytest.raises(OperationNotFaked) as caught:
        boto3.client("sts").assume_role(**TRUSTED)
    iam.close()
    assert str(caught.value).startswith("not mocked, and not sent: sts:AssumeRole\n")
    (problem,) = iam.problems()
    assert problem.startswith("called, and not mocked: sts:AssumeRole\n")


# moto


def in_a_role():
    keys = boto3.client("sts").assume_role(**TRUSTED)["Credentials"]
    names = {"AccessKeyId": 0, "SecretAccessKey": 1, "SessionToken": 2}
    return boto3.Session(*[keys[name] for name in names], region_name="us-east-1")


def test_sessions_of_motos_roles_are_motos(sscred_iam):
    with mock_aws():
        role = in_a_role()
        assert arn(role.client("sts")).endswith(":assumed-role/far/me")
        key = role.get_credentials().access_key
        assert boto3.client("sts").get_access_key_info(AccessKeyId=key)["Account"]
    assert [(each.operation, each.answered_by) for each in sscred_iam.calls] == [
        ("GetCallerIdentity", "moto"),
        ("GetAccessKeyInfo", "moto"),
    ]


def test_all_else_of_who_calls_is_ours_beside_moto(sscred_iam):
    with mock_aws():
        role = in_a_role()
        anika = session_of(sscred_iam, "Anika")
        key = anika.get_credentials().access_key
        assert arn(anika.client("sts")) == sscred_iam.user("Anika").arn
        assert arn(boto3.client("sts")) == ROLE
        assert role.client("sts").get_access_key_info(AccessKeyId=key)["Account"]
    assert {each.answered_by for each in sscred_iam.calls} == {"sscred"}
    assert arn(role.client("sts")) == ROLE  # nobody else is there to answer


# Other processes

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
beside_threads = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded, use of fork:DeprecationWarning"
)


def in_a_pool(method, work, *arguments):
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as pool:
        return pool.submit(work, *arguments).result(timeout=60)


def test_a_process_that_is_started_anew(sscred_iam):
    sscred_iam.add_user("Anika")
    sscred_iam.act_as("Anika")
    assert in_a_pool("spawn", caller) == sscred_iam.user("Anika").arn


@forks
@beside_threads
def test_a_forked_process_asks_the_parents_endpoint_or_is_refused():
    iam = FakeIAM()
    iam.open()
    with iam.serve():
        assert in_a_pool("fork", caller) == ROLE
        with pytest.raises(Exception, match="not mocked, and not sent: sts:GetSessionToken"):
            in_a_pool("fork", call, "sts")
    with pytest.raises(OperationNotFaked, match="in a forked process, and not sent: GetCaller"):
        in_a_pool("fork", caller)
    iam.close()
    assert len(iam.problems()) == 2
    iam.assert_called("GetCallerIdentity", times=1)


# HTTP


@pytest.fixture
def endpoint(iam):
    with iam.serve() as endpoint:
        yield endpoint


def client_of(endpoint):
    """A client that is not led here by the account, which is not open."""
    env = endpoint.env
    return Session().create_client(
        "sts",
        endpoint_url=env["AWS_ENDPOINT_URL_STS"],
        region_name=env["AWS_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )


def test_the_endpoint_answers_for_sts_at_the_same_port(iam, endpoint):
    assert endpoint.env["AWS_ENDPOINT_URL_STS"] == endpoint.env["AWS_ENDPOINT_URL_IAM"]
    client = client_of(endpoint)
    assert arn(client) == ROLE
    iam.add_user("Anika")
    iam.act_as("Anika")
    assert arn(client) == iam.user("Anika").arn
    with pytest.raises(ClientError) as caught:
        client.assume_role(**TRUSTED)
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidAction"
    assert error["Message"].startswith("not mocked, and not sent: sts:AssumeRole\n")
    iam.assert_called("GetCallerIdentity", times=2)


def test_a_presigned_url_is_true_to_its_key(iam, endpoint):
    """As clusters and vaults take one for a token."""
    iam.add_user("Anika")
    with iam:
        key = boto3.client("iam").create_access_key(UserName="Anika")["AccessKey"]
    client = boto3.client(
        "sts",
        endpoint_url=endpoint.url,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    answer = requests.get(client.generate_presigned_url("get_caller_identity"))
    assert f"<Arn>{iam.user('Anika').arn}</Arn>" in answer.text
    iam.assert_called("GetCallerIdentity", times=1)


@pytest.mark.parametrize(
    "host", ["sts.amazonaws.com", "sts.eu-west-1.amazonaws.com", "sts-fips.us-east-1.amazonaws.com"]
)
def test_code_that_uses_requests(sscred_iam, sscred_services, host):
    answer = requests.post(f"https://{host}/", data=FORM)
    assert f"<Arn>{ROLE}</Arn>" in answer.text
    sscred_iam.assert_called("GetCallerIdentity", times=1)
