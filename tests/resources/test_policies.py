"""What the recordings do not hold of policies: other partitions, paths, what grants a service."""

from __future__ import annotations

import json

import pytest

MINE = "arn:aws:iam::123456789012:policy/git"


def document(effect, action):
    statement = {"Effect": effect, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def policy(ask):
    ask("CreatePolicy", PolicyName="git", PolicyDocument=document("Allow", "codecommit:*"))
    return MINE


def test_a_policy_of_another_partition_is_refused(ask):
    answer = ask("GetPolicy", PolicyArn="arn:aws-cn:iam::aws:policy/PowerUserAccess")
    assert (answer.code, answer.message) == ("ValidationError", "Invalid ARN partition")


def test_entities_are_those_below_the_path(ask, policy):
    for name, path in (("Anika", "/team/"), ("Bela", "/")):
        ask("CreateUser", UserName=name, Path=path)
        ask("AttachUserPolicy", UserName=name, PolicyArn=policy)
    found = ask("ListEntitiesForPolicy", PolicyArn=policy, PathPrefix="/team/").result
    assert [user["UserName"] for user in found["PolicyUsers"]] == ["Anika"]


@pytest.mark.parametrize(
    ("effect", "action", "expected"),
    [
        ("Allow", "codecommit:GitPull", ["p"]),
        ("Allow", "*", ["p"]),
        ("Deny", "codecommit:GitPull", []),
        ("Allow", "bedrock:*", []),
    ],
)
def test_what_allows_something_of_a_service_grants_it(ask, effect, action, expected):
    made = ask("CreateUser", UserName="Anika").result["User"]
    ask("PutUserPolicy", UserName="Anika", PolicyName="p", PolicyDocument=document(effect, action))
    asked = {"Arn": made["Arn"], "ServiceNamespaces": ["codecommit"]}
    (entry,) = ask("ListPoliciesGrantingServiceAccess", **asked).result[
        "PoliciesGrantingServiceAccess"
    ]
    assert [each["PolicyName"] for each in entry["Policies"]] == expected


@pytest.mark.parametrize(
    ("action", "name"), [("codecommit:GitPull", "CodeCommit"), ("nobodys:Get", "nobodys")]
)
def test_a_service_has_botocores_name_or_none(ask, action, name):
    arn = ask("CreateUser", UserName="Anika").result["User"]["Arn"]
    policy = document("Allow", action)
    ask("PutUserPolicy", UserName="Anika", PolicyName="p", PolicyDocument=policy)
    job = ask("GenerateServiceLastAccessedDetails", Arn=arn).result["JobId"]
    (service,) = ask("GetServiceLastAccessedDetails", JobId=job).result["ServicesLastAccessed"]
    assert service["ServiceName"] == name
