"""Every operation through every door: what the client makes of it is what the waist answers.

Each is called twice: with as few parameters as it takes, in an account with a user and a group;
and with all its parameters, in an account where everything hangs on them.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from urllib.parse import unquote

import pytest
from carried import UNSEEN, can_send, cli_model, newer_members, why_unsent
from every_door import DOORS, PROGRAMS
from key_bodies import CERTIFICATE, SSH
from minimal import minimal
from waist import Waist

from pytest_sscred import FakeIAM
from pytest_sscred.resources import OPERATIONS, YIELDING
from pytest_sscred.resources.totp import STEP, code

NOW = dt.datetime(2026, 9, 11, 12, 30, tzinfo=dt.timezone.utc)
DOCUMENT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"},
    }
)
BEDROCK = "bedrock.amazonaws.com"  # whose keys have an age
ARN = "arn:aws:iam::123456789012:{}".format
BARE = [("CreateUser", {"UserName": "Anika"}), ("CreateGroup", {"GroupName": "git"})]
FURNISHED = [
    *BARE,
    ("CreatePolicy", {"PolicyName": "git", "PolicyDocument": DOCUMENT}),
    ("CreatePolicyVersion", {"PolicyArn": ARN("policy/git"), "PolicyDocument": DOCUMENT}),
    ("AttachUserPolicy", {"UserName": "Anika", "PolicyArn": ARN("policy/git")}),
    ("AttachGroupPolicy", {"GroupName": "git", "PolicyArn": ARN("policy/git")}),
    ("PutUserPolicy", {"UserName": "Anika", "PolicyName": "a", "PolicyDocument": DOCUMENT}),
    ("PutGroupPolicy", {"GroupName": "git", "PolicyName": "a", "PolicyDocument": DOCUMENT}),
    ("PutUserPermissionsBoundary", {"UserName": "Anika", "PermissionsBoundary": ARN("policy/git")}),
    ("TagUser", {"UserName": "Anika", "Tags": [{"Key": "a", "Value": "é  + @"}]}),
    ("AddUserToGroup", {"UserName": "Anika", "GroupName": "git"}),
    ("CreateLoginProfile", {"UserName": "Anika", "Password": "Corr3ct-horse"}),
    ("CreateUser", {"UserName": "Bela"}),
    ("CreatePolicy", {"PolicyName": "lone", "PolicyDocument": DOCUMENT}),
    ("CreateVirtualMFADevice", {"VirtualMFADeviceName": "Bela"}),
    ("EnableMFADevice", {"UserName": "Bela", "SerialNumber": ARN("mfa/Bela")}),
    ("CreateVirtualMFADevice", {"VirtualMFADeviceName": "Anika"}),
    ("CreateAccessKey", {"UserName": "Anika"}),
    ("UploadSSHPublicKey", {"UserName": "Anika", "SSHPublicKeyBody": SSH}),
    ("UploadSigningCertificate", {"UserName": "Anika", "CertificateBody": CERTIFICATE}),
    ("CreateServiceSpecificCredential", {"UserName": "Anika", "ServiceName": BEDROCK}),
    ("CreateAccountAlias", {"AccountAlias": "lime-corp"}),
    ("UpdateAccountPasswordPolicy", {"MaxPasswordAge": 90}),
    ("GenerateServiceLastAccessedDetails", {"Arn": ARN("user/Anika")}),
    *[("GenerateCredentialReport", {})] * 3,  # the first ones are in progress
]
IDS = "AccessKeyId", "SSHPublicKeyId", "CertificateId", "ServiceSpecificCredentialId", "JobId"
# With all parameters, what is another than `minimal` gives; None is left out.
OTHERS = {
    "Arn": ARN("user/Anika"),
    "PolicyDocument": DOCUMENT,
    "ServiceNamespaces": ["s3"],
    "ServiceName": BEDROCK,
    "Marker": None,
}
OTHERS_OF = {
    "CreateUser": {"UserName": "Cleo"},
    "CreateGroup": {"GroupName": "cvs"},
    "CreateLoginProfile": {"UserName": "Bela"},
    "DeactivateMFADevice": {"UserName": "Bela", "SerialNumber": ARN("mfa/Bela")},
    "DeletePolicy": {"PolicyArn": ARN("policy/lone")},
    "DeletePolicyVersion": {"VersionId": "v2"},
    "ListServiceSpecificCredentials": {"AllUsers": None},
}
# A user's own operation; hardware keys alone; codes later than those of enabling.
REFUSED = {"ChangePassword", "GetMFADevice", "ResyncMFADevice"}


def an_account(calls):
    """An account of these calls, and what was made in it; two accounts have the same ids."""
    iam = FakeIAM()
    iam.clock.move_to(NOW)
    made = {}
    for operation, params in calls:
        codes = made["codes"] if operation == "EnableMFADevice" else {}
        answer = Waist(iam)(operation, **params, **codes)
        assert answer.code is None, (operation, answer)
        for each in [answer.result, *answer.result.values()]:
            made |= {name: each[name] for name in IDS if isinstance(each, dict) and name in each}
        if operation == "CreateVirtualMFADevice":
            made["codes"] = codes_of(answer.result["VirtualMFADevice"]["Base32StringSeed"].decode())
    return iam, made


def codes_of(seed):
    step = int(NOW.timestamp()) // STEP
    return {f"AuthenticationCode{number}": code(seed, step + number) for number in (1, 2)}


def whole(operation, made):
    """All of its parameters, of what was made in the account."""
    others = {**OTHERS, **made, **made["codes"], **OTHERS_OF.get(operation, {})}
    params = minimal(operation, whole=True)
    params |= {name: value for name, value in others.items() if name in params}
    return {name: value for name, value in params.items() if value is not None}


def plain(value):
    """Policies' documents as boto3 and the CLI have them."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return list(map(plain, value))
    is_document = isinstance(value, str) and value.startswith("%7B")
    return json.loads(unquote(value)) if is_document else value


def without(names, value):
    if isinstance(value, dict):
        return {name: without(names, each) for name, each in value.items() if name not in names}
    return [without(names, each) for each in value] if isinstance(value, list) else value


@functools.cache
def both(operation):
    """The two calls: (what makes the account, parameters, the waist's answer)."""
    _, made = an_account(FURNISHED)
    asked = [(BARE, minimal(operation)), (FURNISHED, whole(operation, made))]
    return [
        (calls, params, Waist(an_account(calls)[0])(operation, **params)) for calls, params in asked
    ]


CASES = [
    pytest.param(door, operation, marks=[pytest.mark.program] * (door in PROGRAMS))
    for door in DOORS[1:]
    for operation in sorted(OPERATIONS)
    if can_send(door, operation)
]


@pytest.mark.parametrize(("door", "operation"), CASES)
def test_a_client_makes_of_it_what_the_waist_answers(door, operation):
    model = cli_model(door)
    asked = [
        each for each in both(operation) if not (model and why_unsent(model, operation, each[1]))
    ]
    if not asked:
        pytest.skip(f"this CLI does not send {operation}")
    unseen = {*UNSEEN.get(door, ()), *(newer_members(model, operation) if model else ())}
    for calls, params, expected in asked:
        iam, _ = an_account(calls)
        with door(iam) as ask:
            answer = ask(operation, **params)
        assert plain(answer.result) == without(unseen, plain(expected.result))
        assert (answer.code, answer.message) == (expected.code, expected.message)
        assert answer.status in (expected.status, None)
        if answer.response:
            assert answer.response.body == expected.response.body


def test_nearly_every_operation_succeeds_in_one_account_or_the_other():
    """Or the comparison above would be of errors alone."""
    refused = {
        operation
        for operation in OPERATIONS
        if all(answer.code for _, _, answer in both(operation))
    }
    assert refused - {*YIELDING} == REFUSED
