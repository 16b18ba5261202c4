"""What processes do that a test starts: in a module that a new process can import."""

from __future__ import annotations

import os

import boto3
import requests

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
        return "deleted"


def create_at(url):
    boto3.client("iam", endpoint_url=url).create_user(UserName="Anika")


def awaited():
    import asyncio

    from aiobotocore.session import get_session

    async def main():
        async with get_session().create_client("iam") as client:
            await client.create_user(UserName="Anika")

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
        "sts": lambda client: client.get_caller_identity(),
        "secretsmanager": lambda client: client.get_secret_value(SecretId="x"),
        "dynamodb": lambda client: client.list_tables(),
    }
    try:
        ask[service](boto3.client(service))
    except Exception as error:  # one that can be pickled
        raise RuntimeError(str(error)) from None


def environment():
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
