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


def test_a_policy_that_nobody_can_attach_has_no_entities(ask):
    arn = "arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy"
    found = ask("ListEntitiesForPolicy", PolicyArn=arn)
    assert (found.code, found.result["PolicyUsers"]) == (None, [])


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
        ("Deny", "*", []),
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


def services_of(ask, policy):
    """The services that a user with this policy may use, by namespace, with their names."""
    arn = ask("CreateUser", UserName="Anika").result["User"]["Arn"]
    ask("PutUserPolicy", UserName="Anika", PolicyName="p", PolicyDocument=policy)
    job = ask("GenerateServiceLastAccessedDetails", Arn=arn).result["JobId"]
    found = ask("GetServiceLastAccessedDetails", JobId=job, MaxItems=1000).result
    services = found["ServicesLastAccessed"]
    return {each["ServiceNamespace"]: each["ServiceName"] for each in services}


@pytest.mark.parametrize(
    ("action", "namespace", "name"),
    [
        ("codecommit:GitPull", "codecommit", "CodeCommit"),
        ("nobodys:Get", "nobodys", "nobodys"),
        ("states:StartExecution", "states", "AWS SFN"),
        ("s3:GetObject", "s3", "Amazon S3"),
        ("elasticloadbalancing:*", "elasticloadbalancing", "Elastic Load Balancing"),
    ],
)
def test_a_service_has_botocores_name_or_none(ask, action, namespace, name):
    assert services_of(ask, document("Allow", action)) == {namespace: name}


def not_actions(*excluded):
    statement = {"Effect": "Allow", "NotAction": excluded, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_all_but_some_actions_are_the_other_services(ask, iam):
    found = services_of(ask, not_actions("iam:*", "SQS:*", "states:StartExecution"))
    assert not {"iam", "sqs", "elbv2", "stepfunctions"} & set(found)
    assert {"s3", "states", "elasticloadbalancing", "elasticmapreduce"} < set(found)


def test_a_service_that_aws_does_not_have_is_none_of_the_others(ask):
    assert "nobodys" not in services_of(ask, not_actions("nobodys:*"))


@pytest.mark.parametrize("everything", ["*", "*:*"])
def test_all_but_everything_is_nothing(ask, everything):
    assert services_of(ask, not_actions(everything)) == {}


def test_a_job_is_for_whoever_made_it(ask, iam):
    arn = ask("CreateUser", UserName="Anika").result["User"]["Arn"]
    job = ask("GenerateServiceLastAccessedDetails", Arn=arn).result["JobId"]
    iam.act_as("Anika")
    answer = ask("GetServiceLastAccessedDetails", JobId=job)
    assert answer.code == "NoSuchEntity"
    assert job in answer.message
    own = ask("GenerateServiceLastAccessedDetails", Arn=arn).result["JobId"]
    ask("UpdateUser", UserName="Anika", NewUserName="Anja")
    assert ask("GetServiceLastAccessedDetails", JobId=own).status == 200


def test_an_older_version_than_the_default_is_deleted_alone(iam, ask):
    arn = iam.add_policy("deploy", document("Allow", "s3:*")).arn
    for _ in range(2):
        ask("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=document("Allow", "s3:*"))
    ask("SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v2")
    assert ask("DeletePolicyVersion", PolicyArn=arn, VersionId="v2").code == "DeleteConflict"
    assert ask("DeletePolicyVersion", PolicyArn=arn, VersionId="v1").code is None
    left = ask("ListPolicyVersions", PolicyArn=arn).result["Versions"]
    assert [(each["VersionId"], each["IsDefaultVersion"]) for each in left] == [
        ("v3", False),
        ("v2", True),
    ]


@pytest.mark.parametrize("noun", ["user", "group"])
def test_what_was_last_accessed_is_asked_by_the_whole_arn(iam, ask, noun):
    made = {"user": iam.add_user, "group": iam.add_group}[noun]("red", "/team/")
    right = f"arn:aws:iam::123456789012:{noun}/team/red"
    assert made.arn == right
    assert ask("GenerateServiceLastAccessedDetails", Arn=right).code is None
    for wrong in (right.replace("team", "tea"), right.replace("team", "teams")):
        answer = ask("GenerateServiceLastAccessedDetails", Arn=wrong)
        assert (answer.code, answer.message) == ("NoSuchEntity", f"ARN {wrong} does not exist.")


def test_a_policy_is_in_use_until_the_last_detaches_it(ask):
    arn = ask("CreatePolicy", PolicyName="p", PolicyDocument=document("Allow", "s3:*"))
    attached = {"PolicyArn": arn.result["Policy"]["Arn"]}
    names = ["Anika", "Bert", "Cem"]
    for name in names:
        ask("CreateUser", UserName=name)
        ask("AttachUserPolicy", UserName=name, **attached)
    in_use = []
    for name in names:
        ask("DetachUserPolicy", UserName=name, **attached)
        summary = ask("GetAccountSummary").result["SummaryMap"]
        in_use.append(summary["PolicyVersionsInUse"])
    assert in_use == [1, 1, 0]
