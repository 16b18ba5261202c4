"""Records of calls with an API key."""

from __future__ import annotations

import pytest
import requests

from pytest_sscred.consumers.http import Consumers
from pytest_sscred.resources.services import known_service
from pytest_sscred.wire import Request

RUNTIME = "https://bedrock-runtime.eu-central-1.amazonaws.com"
MODEL = "anthropic.claude-v2%3A1"


@pytest.fixture
def key(iam):
    return iam.add_bedrock_key()


@pytest.fixture
def use(iam, key):
    consumers = Consumers(iam._account)

    def used(url, secret=key.secret):
        request = Request(url, f"Bearer {secret}", agent="Boto3/1.42.97")
        return consumers.handle(request, known_service("bedrock.amazonaws.com"))

    return used


def test_a_call_with_a_key_has_a_record(iam, key, use):
    response = use(f"{RUNTIME}/model/{MODEL}/invoke")
    (record,) = iam.cloudtrail
    user = iam.user(key.user_name)
    assert record["userIdentity"] == {
        "type": "IAMUser",
        "principalId": user.id,
        "arn": user.arn,
        "accountId": iam.account_id,
        "userName": user.name,
    }
    assert (record["eventSource"], record["eventName"]) == ("bedrock.amazonaws.com", "InvokeModel")
    assert record["awsRegion"] == "eu-central-1"
    assert record["requestParameters"] == {"modelId": "anthropic.claude-v2:1"}
    assert record["additionalEventData"] == {"callWithBearerToken": True}
    assert record["requestID"] == response.headers["x-amzn-requestid"]
    assert record["readOnly"] is True
    assert record["userAgent"] == "Boto3/1.42.97"
    host = record["tlsDetails"]["clientProvidedHostHeader"]
    assert host == "bedrock-runtime.eu-central-1.amazonaws.com"
    keys = list(record)
    assert keys[keys.index("responseElements") + 1] == "additionalEventData"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("converse", "Converse"),
        ("converse-stream", "ConverseStream"),
        ("invoke-with-response-stream", "InvokeModelWithResponseStream"),
    ],
)
def test_each_way_to_call_a_model_has_its_name(iam, use, path, name):
    use(f"{RUNTIME}/model/{MODEL}/{path}")
    assert iam.cloudtrail[0]["eventName"] == name


@pytest.mark.parametrize(
    "url",
    [
        f"{RUNTIME}/model/{MODEL}/count-tokens",
        f"{RUNTIME}/guardrail/x/apply",
        "https://bedrock-mantle.us-east-1.api.aws/v1/responses",
        "https://bedrock.us-east-1.amazonaws.com/foundation-models",
    ],
)
def test_a_call_whose_record_is_not_known_leaves_none(iam, use, url):
    assert use(url).status == 200
    assert iam.cloudtrail == []
    assert iam.calls[0].cloudtrail is None


def test_a_refused_key_leaves_no_record(iam, use):
    assert use(f"{RUNTIME}/model/{MODEL}/invoke", "ABSKnone").status == 403
    assert iam.cloudtrail == []


def test_a_key_that_the_test_itself_tries_leaves_no_record(iam, key):
    assert iam.authenticate("bedrock.amazonaws.com", secret=key.secret)
    assert iam.cloudtrail == []


def test_a_use_is_a_read_and_reaches_targets_that_ask_for_those(iam, use):
    """`additionalEventData` is what deployed rules match on."""
    pattern = {
        "source": ["aws.bedrock"],
        "detail": {"additionalEventData": {"callWithBearerToken": [True]}},
    }
    plain = iam.on_event(lambda event, context: None, pattern)
    whole = iam.on_event(lambda event, context: None, pattern, all_management_events=True)
    use(f"{RUNTIME}/model/{MODEL}/invoke")
    assert (len(plain.events), len(whole.events)) == (0, 1)


def test_a_use_over_requests_has_a_record(iam, key):
    with iam.open_services():
        headers = {"Authorization": f"Bearer {key.secret}"}
        requests.post(f"{RUNTIME}/model/{MODEL}/invoke", json={}, headers=headers)
    assert iam.cloudtrail[0]["userAgent"].startswith("python-requests/")
