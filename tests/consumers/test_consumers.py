"""The services that take the credentials: who is accepted, who is refused, and with what."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import logging
import time
from datetime import timedelta

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.endpoint import Endpoint
from botocore.exceptions import EndpointConnectionError
from names import secret_of

from pytest_sscred import Authentication, FakeIAM
from pytest_sscred.resources.services import SERVICES

KEYED = [service.name for service in SERVICES.values() if service.takes_api_key]
URLS = {
    "bedrock.amazonaws.com": "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/invoke",
    "logs.amazonaws.com": "https://logs.us-east-1.amazonaws.com/services/collector/event",
    "cloudwatch.amazonaws.com": "https://monitoring.us-east-1.amazonaws.com/v1/metrics",
    "aws-external-anthropic.amazonaws.com": (
        "https://aws-external-anthropic.us-west-2.api.aws/v1/messages"
    ),
}
REPOSITORY = "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/mine"
REFS = f"{REPOSITORY}/info/refs?service=git-upload-pack"
BAD_KEY = "Authentication failed: Please make sure your API Key is valid."


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


def verdict(iam, credential, service_name=None):
    """Of the credential as its owner has it, at its own service or another."""
    service_name = service_name or credential.service_name
    if SERVICES[service_name].takes_api_key:
        return iam.authenticate(service_name, secret=secret_of(credential))
    return iam.authenticate(
        service_name,
        user_name=credential.service_user_name or credential.alias,
        password=secret_of(credential),
    )


# authenticate


@pytest.mark.parametrize("service_name", SERVICES)
def test_an_active_credential_is_accepted(iam, service_name):
    credential = iam.add_credential("Anika", service_name)
    accepted = verdict(iam, credential)
    assert accepted == Authentication(True, "accepted", credential)
    assert accepted


@pytest.mark.parametrize("service_name", SERVICES)
def test_why_a_credential_is_refused(iam, ask, service_name):
    credential = iam.add_credential("Anika", service_name, age_days=1)
    about = {"UserName": "Anika", "ServiceSpecificCredentialId": credential.id}
    ask("UpdateServiceSpecificCredential", Status="Inactive", **about)
    assert verdict(iam, credential) == Authentication(False, "inactive", credential)
    assert not verdict(iam, credential)
    ask("UpdateServiceSpecificCredential", Status="Active", **about)

    old = {"secret": secret_of(credential)}
    if credential.service_user_name:
        old = {"user_name": credential.service_user_name, "password": credential.password}
    ask("ResetServiceSpecificCredential", **about)
    assert iam.authenticate(service_name, **old).reason == "reset"
    assert verdict(iam, credential).reason == "accepted"

    other = next(name for name in SERVICES if name != service_name)
    assert verdict(iam, credential, other).reason == "other service"

    iam.clock.shift(timedelta(days=2))
    assert verdict(iam, credential).reason == "expired"
    ask("DeleteServiceSpecificCredential", **about)
    assert verdict(iam, credential).reason == "deleted"
    assert iam.authenticate(service_name, **old).reason == "deleted"


def test_what_nobody_has_is_unknown(iam):
    anika = iam.add_credential("Anika", "codecommit.amazonaws.com")
    bela = iam.add_credential("Bela", "codecommit.amazonaws.com")
    unknown = Authentication(False, "unknown", None)
    assert iam.authenticate("bedrock.amazonaws.com", secret="ABSKx") == unknown
    for name, password in [
        (anika.service_user_name, "wrong"),
        (anika.service_user_name, bela.password),
        ("nobody", anika.password),
    ]:
        found = iam.authenticate("codecommit.amazonaws.com", user_name=name, password=password)
        assert found == unknown


@pytest.mark.parametrize(
    ("service_name", "given", "wanted"),
    [
        ("bedrock.amazonaws.com", {}, "secret=... for bedrock"),
        ("bedrock.amazonaws.com", {"user_name": "a", "password": "b"}, "secret=... for bedrock"),
        ("codecommit.amazonaws.com", {"secret": "a"}, "user_name=... and password=... for code"),
        ("cassandra.amazonaws.com", {"password": "a"}, "user_name=... and password=... for cass"),
        (
            "cassandra.amazonaws.com",
            {"secret": "a", "user_name": "a", "password": "b"},
            "user_name=... and password=... for cass",
        ),
    ],
)
def test_what_a_service_does_not_take(iam, service_name, given, wanted):
    with pytest.raises(TypeError, match=f"authenticate takes {wanted}"):
        iam.authenticate(service_name, **given)
    with pytest.raises(TypeError, match="secret is text"):
        iam.authenticate("bedrock.amazonaws.com", secret=b"ABSK")


def test_a_use_is_recorded_and_no_secret_with_it(iam):
    key = iam.add_credential("Anika", "bedrock.amazonaws.com")
    assert key.last_used is None
    verdict(iam, key)
    used = key.last_used
    assert used == iam.calls[-1].at
    iam.authenticate("logs.amazonaws.com", secret=key.secret)
    iam.authenticate("logs.amazonaws.com", secret="ACWLx")
    assert key.last_used == used
    iam.assert_called("Authenticate", times=2, ServiceSpecificCredentialId=key)
    iam.assert_called("Authenticate", times=1, ServiceName="bedrock.amazonaws.com")
    iam.assert_not_called("Authenticate", UserName="Bela")
    iam.assert_order("Authenticate")
    with pytest.raises(
        ValueError, match="Authenticate has no parameter 'Secret': there are: ServiceName"
    ):
        iam.assert_called("Authenticate", Secret="x")
    assert [(call.caller, call.error) for call in iam.calls] == [
        (iam.user("Anika").arn, None),
        (iam.user("Anika").arn, "other service"),
        ("anonymous", "unknown"),
    ]
    assert key.secret not in iam.report(whole=True) + repr(iam.calls) + repr(verdict(iam, key))
    assert "Authenticate bedrock.amazonaws.com Anika" in iam.report()


# Over HTTP: refused


@pytest.mark.parametrize("service_name", KEYED)
def test_an_api_key_is_accepted_while_it_is_active(sscred_iam, sscred_services, service_name):
    key = sscred_iam.add_credential("Anika", service_name)
    answer = requests.post(URLS[service_name], headers=bearer(key.secret))
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["content-type"] == "application/json"
    assert key.last_used is not None

    sscred_iam.client().update_service_specific_credential(
        UserName="Anika", ServiceSpecificCredentialId=key.id, Status="Inactive"
    )
    refused = requests.post(URLS[service_name], headers=bearer(key.secret))
    assert (refused.status_code, refused.json()) == (403, {"Message": BAD_KEY})
    assert refused.headers["X-Amzn-ErrorType"].startswith("AccessDeniedException:")
    assert len(refused.headers["x-amzn-requestid"]) == 36


def test_every_reason_has_its_words(sscred_iam, sscred_services):
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com", age_days=1)
    logs = sscred_iam.add_credential("Anika", "logs.amazonaws.com")
    url = URLS["bedrock.amazonaws.com"]

    def message(headers):
        answer = requests.get(url, headers=headers)
        assert answer.status_code == 403
        return answer.json()["Message"]

    assert message(bearer("sk-123")) == "Invalid API Key format: Must start with pre-defined prefix"
    assert message(bearer("ABSKnobodys")) == BAD_KEY
    assert message(bearer(logs.secret)) == BAD_KEY
    assert message({}) == message({"Authorization": "Bearer "}) == "Missing Authentication Token"
    sscred_iam.clock.shift(timedelta(days=2))
    assert message(bearer(key.secret)) == "Bearer Token has expired"
    sscred_iam.remove_credential(key)
    assert message(bearer(key.secret)) == BAD_KEY


@pytest.mark.parametrize("service", ["git-upload-pack", "git-receive-pack"])
def test_git_is_served_an_empty_repository(sscred_iam, sscred_services, service):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    auth = (credential.service_user_name, credential.password)
    refs = requests.get(f"{REPOSITORY}/info/refs", params={"service": service}, auth=auth)
    assert refs.status_code == 200
    assert refs.headers["content-type"] == f"application/x-{service}-advertisement"
    first = f"# service={service}\n"
    assert refs.text.startswith(f"{len(first) + 4:04x}{first}0000")
    pack = requests.post(f"{REPOSITORY}/{service}", data=b"0000", auth=auth)
    assert (pack.status_code, pack.content) == (200, b"")
    assert pack.headers["content-type"] == f"application/x-{service}-result"
    assert requests.get(REPOSITORY, auth=auth).status_code == 404


@pytest.mark.parametrize("scheme", ["{}", "Basic {}", "Token {}", "Bearer\t{}x", "bearer"])
def test_a_key_that_is_given_in_another_way_is_refused_here(sscred_iam, sscred_services, scheme):
    """A mistake that a test is to find, and that is not to reach AWS with the key in it."""
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    headers = {"Authorization": scheme.format(key.secret)}
    assert requests.get(URLS["bedrock.amazonaws.com"], headers=headers).status_code == 403


def test_the_schemes_case_does_not_matter(sscred_iam, sscred_services):
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    headers = {"Authorization": f"bearer  {key.secret}"}
    assert requests.get(URLS["bedrock.amazonaws.com"], headers=headers).ok


def test_git_is_refused(sscred_iam, sscred_services):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com", status="Inactive")
    name = credential.service_user_name
    unasked = requests.get(REFS)
    assert unasked.status_code == 401
    assert unasked.headers["www-authenticate"].startswith("Basic ")
    for auth in [(name, credential.password), (name, "wrong"), ("nobody", "x"), (name, "ü")]:
        assert requests.get(REFS, auth=auth).status_code == 403
    for other in [f"Bearer {credential.password}", "Basic"]:
        assert requests.get(REFS, headers={"Authorization": other}).status_code == 401
    for nonsense in ["Basic !!!", "Basic " + base64.b64encode(b"\xff").decode(), "Basic Zm9v"]:
        assert requests.get(REFS, headers={"Authorization": nonsense}).status_code == 403


# Over HTTP: accepted


def test_what_an_accepted_call_gets(sscred_iam, sscred_services):
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    sscred_services.accept("bedrock.amazonaws.com", json={"all": 1})
    sscred_services.accept(
        "bedrock.amazonaws.com",
        body="late",
        status=429,
        headers={"Retry-After": "3"},
        path="/model/m/",
    )
    late = requests.post(URLS["bedrock.amazonaws.com"], headers=bearer(key.secret))
    assert (late.status_code, late.text, late.headers["retry-after"]) == (429, "late", "3")
    other = requests.get(
        "https://bedrock.us-east-1.amazonaws.com/foundation-models", headers=bearer(key.secret)
    )
    assert other.json() == {"all": 1}
    refused = requests.post(URLS["bedrock.amazonaws.com"], headers=bearer("ABSKx"))
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("keyspaces.amazonaws.com",), ValueError, "AWS calls it 'cassandra.amazonaws.com'"),
        (("cassandra.amazonaws.com",), ValueError, "does not speak HTTP: ask authenticate()"),
    ],
)
def test_a_service_that_is_none(sscred_services, arguments, error, message):
    with pytest.raises(error) as caught:
        sscred_services.accept(*arguments)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"json": {}, "body": b"x"}, TypeError, "takes json or body, not both"),
        ({"status": 99}, ValueError, "status takes a number from 100 to 599, not 99"),
        ({"status": "200"}, ValueError, "not '200'"),
        ({"status": 204, "body": b"x"}, ValueError, "status 204 has no body"),
        ({"path": None}, TypeError, "a path is text"),
        ({"path": "model/"}, ValueError, "path begins with /, not 'model/'"),
        ({"body": 123}, TypeError, "body takes bytes or text, not 123"),
        ({"headers": {"X-A": 5}}, TypeError, "the header X-A is text"),
        ({"headers": {5: "x"}}, TypeError, "a header's name is text"),
        ({"json": {1, 2}}, TypeError, "not JSON serializable"),
    ],
)
def test_an_answer_that_is_none(sscred_services, options, error, message):
    with pytest.raises(error, match=message):
        sscred_services.accept("bedrock.amazonaws.com", **options)


# boto3's clients of these services


@pytest.fixture
def runtime(monkeypatch, sscred_services):
    """A client with the key that the environment names."""

    def client(secret, **options):
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", secret)
        return boto3.Session().client("bedrock-runtime", "us-east-1", **options)

    return client


ANSWER = {"output": {"message": {"role": "assistant", "content": [{"text": "hello"}]}}}
ASKED = {"modelId": "m", "messages": [{"role": "user", "content": [{"text": "hi"}]}]}


def test_boto3s_bedrock_runtime_is_accepted_and_refused(sscred_iam, sscred_services, runtime):
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    sscred_services.accept("bedrock.amazonaws.com", json=ANSWER, path="/model/m/converse")
    sscred_services.accept("bedrock.amazonaws.com", json={"a": 1}, path="/model/m/invoke")
    client = runtime(key.secret)
    assert client.converse(**ASKED)["output"] == ANSWER["output"]
    assert json.loads(client.invoke_model(modelId="m", body=b"{}")["body"].read()) == {"a": 1}

    sscred_iam.client().update_service_specific_credential(
        UserName="Anika", ServiceSpecificCredentialId=key.id, Status="Inactive"
    )
    with pytest.raises(client.exceptions.AccessDeniedException) as caught:
        client.converse(**ASKED)
    assert caught.value.response["Error"] == {"Code": "AccessDeniedException", "Message": BAD_KEY}
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_what_an_endpoint_of_its_own_is_called_does_not_matter(sscred_iam, runtime):
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    client = runtime(key.secret, endpoint_url="https://vpce-123.example.com")
    client.converse(**ASKED)
    assert key.last_used


def test_a_services_throttling_is_retried_in_no_time(
    sscred_iam, sscred_services, runtime, monkeypatch
):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    sscred_services.accept("bedrock.amazonaws.com", status=503)
    client = runtime(key.secret, config=Config(retries={"mode": "standard", "max_attempts": 2}))
    with pytest.raises(client.exceptions.ClientError):
        client.converse(**ASKED)
    sscred_iam.assert_called("Authenticate", times=3)
    assert sum(slept) == 0
    assert len(sscred_iam.waits) == 2


def test_the_path_of_a_model_whose_id_has_a_colon(sscred_iam, sscred_services, runtime):
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    path = "/model/some.model-v2:0/converse"
    sscred_services.accept("bedrock.amazonaws.com", json=ANSWER, path=path)
    client = runtime(key.secret)
    answer = client.converse(modelId="some.model-v2:0", messages=ASKED["messages"])
    assert answer["output"] == ANSWER["output"]


def test_a_client_of_a_closed_account_is_answered_by_its_services(monkeypatch):
    iam = FakeIAM()
    key = iam.add_credential("Anika", "bedrock.amazonaws.com")
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", key.secret)
    with iam.open_services():
        client = boto3.Session().client("bedrock-runtime", "us-east-1")
        assert client.converse(**ASKED)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert not hasattr(Endpoint.make_request, "__wrapped__")


def test_the_key_is_in_no_log_of_botocores(sscred_iam, sscred_services, runtime, caplog):
    caplog.set_level(logging.DEBUG)
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    runtime(key.secret).converse(**ASKED)
    assert "Bearer ***" in caplog.text
    sscred_iam.assert_secret_not_logged(key, caplog)


def test_a_url_that_is_signed_goes_where_it_would_go(sscred_iam, sscred_services, monkeypatch):
    sent = []
    monkeypatch.setattr(
        requests.adapters.HTTPAdapter, "send", lambda *args, **kwargs: sent.append(1) or 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        requests.get(URLS["bedrock.amazonaws.com"] + "?X-Amz-Signature=ab")
    assert sent == [1]


def test_services_say_what_they_are(sscred_services):
    sscred_services.accept("bedrock.amazonaws.com")
    assert repr(sscred_services) == "<Services of 123456789012: 1 accept()>"


def test_a_call_that_is_signed_goes_where_it_would_go(sscred_iam, sscred_services, monkeypatch):
    """With an access key no API key is used, and so none is judged."""
    from botocore.awsrequest import AWSResponse

    from pytest_sscred.doors.emitters import _Raw

    seen = []

    def elsewhere(request, **kwargs):
        seen.append(request.headers["Authorization"][:4])
        return AWSResponse(request.url, elsewhere.status, {}, _Raw(b"{}"))

    elsewhere.status = 200

    client = boto3.Session().client("bedrock", "us-east-1")
    client.meta.events.register("before-send.bedrock", elsewhere)
    client.list_foundation_models()
    assert seen == [b"AWS4"]
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    elsewhere.status = 503
    with pytest.raises(client.exceptions.ClientError):
        client.list_foundation_models()
    assert sum(slept) > 0, "the sleep of a call that is not ours is its own"
    assert sscred_iam.waits == []
    elsewhere.status = 200
    del seen[1:]
    client._endpoint.http_session.send = lambda request: elsewhere(request)
    client.meta.events.unregister("before-send.bedrock", elsewhere)
    client.list_foundation_models()
    assert len(seen) == 2
    assert sscred_iam.calls == []


def test_services_alone_leave_other_calls_to_go_where_they_would(iam):
    with iam.open_services():
        config = Config(retries={"max_attempts": 0})
        client = boto3.client("s3", endpoint_url="http://127.0.0.1:9", config=config)
        with pytest.raises(EndpointConnectionError):
            client.list_buckets()
    assert iam.problems() == []


def _event(kind):
    """One message of an event stream. "Amazon Event Stream", Smithy's documentation."""
    headers = b"".join(
        bytes([len(name)]) + name + b"\7" + len(value).to_bytes(2, "big") + value
        for name, value in [
            (b":event-type", kind.encode()),
            (b":content-type", b"application/json"),
            (b":message-type", b"event"),
        ]
    )
    total = 12 + len(headers) + 2 + 4
    prelude = total.to_bytes(4, "big") + len(headers).to_bytes(4, "big")
    prelude += binascii.crc32(prelude).to_bytes(4, "big")
    message = prelude + headers + b"{}"
    return message + binascii.crc32(message).to_bytes(4, "big")


@pytest.mark.parametrize("host", ["bedrock-agent-runtime", "bedrock-data-automation"])
def test_agents_take_no_key(sscred_iam, sscred_services, host):
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    url = f"https://{host}.us-east-1.amazonaws.com/"
    refused = requests.post(url, headers=bearer(key.secret))
    assert (refused.status_code, refused.json()) == (403, {"Message": BAD_KEY})
    assert key.last_used is None


def test_event_streams(sscred_iam, sscred_services, runtime):
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    sscred_services.accept("bedrock.amazonaws.com", body=_event("messageStart"))
    streamed = runtime(key.secret).converse_stream(**ASKED)
    assert list(streamed["stream"]) == [{"messageStart": {}}]


def test_aiobotocores_bedrock_runtime(sscred_iam, sscred_services, monkeypatch):
    session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")
    key = sscred_iam.add_credential("Anika", "bedrock.amazonaws.com")
    sscred_services.accept("bedrock.amazonaws.com", json={"a": 1})
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", key.secret)

    async def main():
        async with session.get_session().create_client(
            "bedrock-runtime", region_name="us-east-1"
        ) as client:
            answer = await client.invoke_model(modelId="m", body=b"{}")
            async with answer["body"] as stream:
                assert json.loads(await stream.read()) == {"a": 1}
            sscred_services.accept("bedrock.amazonaws.com", body=_event("messageStart"))
            streamed = await client.converse_stream(**ASKED)
            assert [event async for event in streamed["stream"]] == [{"messageStart": {}}]
            sscred_iam.remove_credential(key)
            with pytest.raises(client.exceptions.AccessDeniedException, match="API Key is valid"):
                await client.invoke_model(modelId="m", body=b"{}")

    asyncio.run(main())


def test_a_call_of_aiobotocores_that_is_signed_goes_on(sscred_iam, sscred_services):
    session = pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")
    sent = []

    async def elsewhere(request):
        sent.append(request.url)
        raise ConnectionError("elsewhere")

    async def main():
        async with session.get_session().create_client(
            "bedrock", region_name="us-east-1"
        ) as client:
            client._endpoint.http_session.send = elsewhere
            with pytest.raises(ConnectionError, match="elsewhere"):
                await client.list_foundation_models()

    asyncio.run(main())
    assert len(sent) == 1


def test_after_the_block_the_services_are_gone(monkeypatch):
    with FakeIAM() as iam:
        key = iam.add_credential("Anika", "bedrock.amazonaws.com")
        with iam.open_services() as services:
            assert requests.get(URLS[key.service_name], headers=bearer(key.secret)).ok
            services.close()
            with pytest.raises(requests.exceptions.ConnectionError):
                requests.get("http://127.0.0.1:9/", headers=bearer(key.secret))
        assert not hasattr(requests.Session.get_adapter, "__wrapped__")
        services.close()
