"""Who calls, in records, by a session that moto has begun."""

from __future__ import annotations

import json

import boto3
import pytest

from pytest_sscred import FakeIAM

moto = pytest.importorskip("moto")

TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
})  # fmt: skip


@pytest.fixture
def iam():
    with moto.mock_aws(), FakeIAM() as account:
        yield account


def begun(role="git"):
    """The options of a client in a session of that role."""
    arn = f"arn:aws:iam::123456789012:role/team/{role}"
    sts = boto3.client("sts", region_name="us-east-1")
    made = sts.assume_role(RoleArn=arn, RoleSessionName="nightly")["Credentials"]
    return {
        "aws_access_key_id": made["AccessKeyId"],
        "aws_secret_access_key": made["SecretAccessKey"],
        "aws_session_token": made["SessionToken"],
        "region_name": "us-east-1",
    }


def test_a_call_in_a_session_is_recorded_as_the_sessions(iam):
    client = boto3.client("iam")
    role = client.create_role(RoleName="git", Path="/team/", AssumeRolePolicyDocument=TRUST)
    begun()
    options = begun()
    who = boto3.client("sts", **options).get_caller_identity()
    boto3.client("iam", **options).list_users()
    for record in iam.cloudtrail[-2:]:
        identity = record["userIdentity"]
        assert identity["arn"] == iam.calls[-1].caller == who["Arn"]
        assert identity["principalId"] == who["UserId"]
        assert identity["accessKeyId"] == options["aws_access_key_id"]
        issuer = identity["sessionContext"]["sessionIssuer"]
        assert issuer["principalId"] == role["Role"]["RoleId"]
        assert issuer["userName"] == "git"


def test_a_session_of_a_role_that_nobody_made_has_an_id_too(iam):
    options = begun("ghost")
    boto3.client("iam", **options).list_users()
    assert iam.cloudtrail[-1]["userIdentity"]["arn"].endswith(":assumed-role/ghost/nightly")


def test_a_temporary_key_that_nobody_has_given_out_is_the_administrators(iam):
    boto3.client("sts", region_name="us-east-1").get_caller_identity()
    options = begun() | {"aws_access_key_id": "ASIAIOSFODNN7EXAMPLE"}
    boto3.client("iam", **options).list_users()
    assert iam.cloudtrail[-1]["userIdentity"]["arn"].endswith(
        ":assumed-role/Administrator/pytest-sscred"
    )


def test_who_is_made_the_caller_calls_with_a_temporary_key_too(iam):
    iam.add_user("Anika")
    iam.act_as("Anika")
    boto3.client("iam", **begun()).list_users()
    assert iam.cloudtrail[-1]["userIdentity"]["userName"] == "Anika"
