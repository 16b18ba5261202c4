"""Records and events of calls by every door of this process."""

from __future__ import annotations

import pytest
from every_door import aiobotocore_, boto3_, requests_

from pytest_sscred import FakeIAM

AGENTS = {boto3_: "Boto3/", aiobotocore_: "aiobotocore/", requests_: "python-requests/"}


@pytest.mark.parametrize("door", AGENTS, ids=lambda door: door.__name__)
def test_a_record_says_what_the_client_sent(door):
    iam = FakeIAM()
    with door(iam) as ask:
        ask("CreateUser", UserName="Anika")
    (record,) = iam.cloudtrail
    assert record["userAgent"].startswith(AGENTS[door])
    assert record["userIdentity"]["accessKeyId"] == "ASIAIOSFODNN7EXAMPLE"
    assert record["sourceIPAddress"] == "192.0.2.1"
    assert record["requestParameters"] == {"userName": "Anika"}


@pytest.mark.parametrize("door", AGENTS, ids=lambda door: door.__name__)
def test_a_call_is_answered_after_its_target(door):
    iam, seen = FakeIAM(), []
    with door(iam) as ask:
        iam.on_event(lambda event, context: seen.append(event["detail"]["eventName"]))
        assert ask("CreateUser", UserName="Anika").code is None
        assert seen == ["CreateUser"]
        assert ask("CreateUser", UserName="Anika").code == "EntityAlreadyExists"
        assert seen == ["CreateUser"] * 2


@pytest.mark.parametrize("door", AGENTS, ids=lambda door: door.__name__)
def test_a_caller_never_notices_a_target_that_fails(door):
    iam = FakeIAM()
    with door(iam) as ask:
        rule = iam.on_event(lambda event, context: 1 / 0, failures="allow")
        assert ask("CreateUser", UserName="Anika").code is None
        assert [type(each) for each in rule.failures] == [ZeroDivisionError]
