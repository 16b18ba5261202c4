"""What processes do that a test starts: in a module that a new process can import."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import boto3
import requests
from botocore.config import Config

from pytest_sscred import FakeIAM


def create(name):
    boto3.client("iam").create_user(UserName=name)
    return os.environ.get("AWS_ENDPOINT_URL_IAM")


def create_bucket(name):
    boto3.client("s3").create_bucket(Bucket=name)


def swallow(name):
    try:
        create(name)
    except Exception:
        return "refused"


def create_at(url):
    boto3.client("iam", endpoint_url=url).create_user(UserName="Anika")


def awaited(name="Anika"):
    import asyncio

    from aiobotocore.session import get_session

    async def main():
        async with get_session().create_client("iam") as client:
            await client.create_user(UserName=name)

    asyncio.run(main())


def signed_by_hand():
    form = {"Action": "CreateUser", "Version": "2010-05-08", "UserName": "Anika"}
    return requests.post("https://iam.amazonaws.com/", data=form).status_code


def own_account():
    with FakeIAM() as iam:
        create("Anika")
        return [user.name for user in iam.users()]


def call(service):
    ask = {
        "s3": lambda client: client.create_bucket(Bucket="reports"),
        "sts": lambda client: client.get_session_token(),
        "secretsmanager": lambda client: client.get_secret_value(SecretId="x"),
        "dynamodb": lambda client: client.list_tables(),
    }
    try:
        ask[service](boto3.client(service))
    except Exception as error:  # one that can be pickled
        raise RuntimeError(str(error)) from None


def environment():
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


def swallow_awaited(name):
    try:
        awaited(name)
    except Exception:
        return "refused"


def swallow_often(times):
    client = boto3.client("iam")
    for _ in range(times):
        try:
            client.create_user(UserName="x")
        except Exception:
            continue
    return times


def name_of_error(service, url=None):
    config = Config(retries={"max_attempts": 0})
    try:
        boto3.client(service, config=config, endpoint_url=url).list_buckets()
    except Exception as error:
        return type(error).__name__


def use_key(key):
    url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse"
    return requests.post(url, headers={"Authorization": f"Bearer {key}"}, json={}).status_code


def bucket_of_moto(name):
    from moto import mock_aws

    with mock_aws():
        create_bucket(name)
        return [each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]]


def awaited_of_s3():
    import asyncio

    from aiobotocore.session import get_session

    async def main():
        async with get_session().create_client("s3", region_name="us-east-1") as client:
            await client.list_buckets()

    try:
        asyncio.run(main())
    except Exception as error:
        return type(error).__name__


def in_a_spawned_one(name):
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(error_of_create, name).result(timeout=60)


def error_of_create(name):
    config = Config(retries={"max_attempts": 0})
    try:
        boto3.client("iam", config=config).create_user(UserName=name)
    except Exception as error:
        return type(error).__name__


def caller():
    return boto3.client("sts").get_caller_identity()["Arn"]
