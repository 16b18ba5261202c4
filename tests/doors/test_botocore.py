"""The door for botocore: any client, made anywhere, and nothing left behind."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import threading
import time

import boto3
import botocore.session
import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import DeferredRefreshableCredentials
from botocore.endpoint import Endpoint
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError
from botocore.signers import RequestSigner
from botocore.stub import Stubber
from names import CODECOMMIT
from network_guard import IN_A_PROCESS

from pytest_sscred import FakeIAM, OperationNotFaked

# Made at import, as the code under test does: before any fixture, and with keys or without.
AT_IMPORT = boto3.client(
    "iam", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y"
)


def without_keys(**options):
    session = botocore.session.Session()
    session.set_credentials(None, None)
    session._credentials = None
    session.get_component("credential_provider").providers.clear()
    return session.create_client("iam", **options)


WITHOUT_KEYS = without_keys()


def with_keys_that_ran_out():
    def refresh():
        raise AssertionError("asked for fresh keys")

    session = botocore.session.Session()
    session._credentials = DeferredRefreshableCredentials(refresh, "test")
    return session.create_client("iam", region_name="us-east-1")


CLIENTS = {
    "at import": lambda: AT_IMPORT,
    "without keys": lambda: WITHOUT_KEYS,
    "keys that ran out": with_keys_that_ran_out,
    "unsigned": lambda: boto3.client("iam", config=Config(signature_version=UNSIGNED)),
    "custom endpoint": lambda: boto3.client("iam", endpoint_url="http://localhost:4566"),
    "region of China": lambda: boto3.client("iam", region_name="cn-north-1"),
    "fips": lambda: boto3.client("iam", config=Config(use_fips_endpoint=True)),
    "standard retries": lambda: boto3.client("iam", config=Config(retries={"mode": "standard"})),
    "adaptive retries": lambda: boto3.client("iam", config=Config(retries={"mode": "adaptive"})),
    "resource": lambda: boto3.resource("iam").meta.client,
    "session": lambda: boto3.Session(region_name="us-west-2").client("iam"),
    "botocore": lambda: botocore.session.Session().create_client("iam"),
}


@pytest.fixture
def opened():
    with FakeIAM() as iam:
        yield iam


@pytest.mark.parametrize("make", CLIENTS.values(), ids=CLIENTS)
def test_any_client_is_answered(opened, make):
    credential = opened.add_credential("Anika", CODECOMMIT)
    client = make()
    about = {"UserName": "Anika", "ServiceSpecificCredentialId": credential.id}
    answer = client.update_service_specific_credential(Status="Inactive", **about)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    opened.assert_deactivated(credential)
    with pytest.raises(client.exceptions.NoSuchEntityException) as caught:
        client.update_service_specific_credential(Status="Inactive", **{**about, "UserName": "x"})
    assert caught.value.response["Error"]["Message"] == "The user with name x cannot be found."
    assert len(opened.calls) == 2


def test_a_resource_and_its_collections_are_answered(opened):
    iam = boto3.resource("iam")
    user = iam.create_user(UserName="Anika")
    pair = user.create_access_key_pair()
    assert [key.id for key in user.access_keys.all()] == [pair.id]
    assert [each.name for each in iam.users.all()] == ["Anika"]


def test_a_paginator_is_answered(opened):
    for number in range(5):
        opened.add_user(f"u{number}")
    pages = (
        boto3.client("iam").get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2})
    )
    assert [len(page["Users"]) for page in pages] == [2, 2, 1]


def test_a_client_in_another_thread_is_answered(opened):
    threads = [
        threading.Thread(target=lambda n=n: AT_IMPORT.create_user(UserName=f"u{n}"))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened.users()) == 8


def test_wrong_parameters_are_refused_by_botocore(opened):
    with pytest.raises(ParamValidationError):
        AT_IMPORT.update_service_specific_credential(Status="Inactive")
    assert opened.calls == []


def test_a_throttled_call_is_retried(opened):
    fault = opened.add_fault("Throttling", on="ListUsers")
    answer = boto3.client("iam").list_users()
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    assert fault.hits == 1
    assert [call.error for call in opened.calls] == ["Throttling", None]


def test_a_stubbed_client_stays_stubbed(opened):
    client = boto3.client("iam")
    with Stubber(client) as stubber:
        stubber.add_response("list_users", {"Users": [], "IsTruncated": False})
        assert client.list_users()["Users"] == []
    assert opened.calls == []


def test_events_of_the_client_run_but_for_the_sending(opened):
    """What signs, counts or logs by events goes on; `before-send` would answer instead of us."""
    seen = []
    client = boto3.client("iam")
    for event in ("request-created", "before-send", "before-parse", "response-received"):
        client.meta.events.register(
            f"{event}.iam", lambda event_name, **kw: seen.append(event_name)
        )
    client.list_users()
    assert [name.partition(".")[0] for name in seen] == [
        "request-created",
        "before-parse",
        "response-received",
    ]


# Who calls


def test_the_administrator_stays_one_while_somebody_acts(opened):
    opened.add_user("Anika")
    administrator = opened.client()
    opened.act_as("Anika")
    assert boto3.client("iam").get_user()["User"]["UserName"] == "Anika"
    with pytest.raises(administrator.exceptions.ClientError, match="Must specify userName"):
        administrator.get_user()


def test_a_users_client_is_signed_with_its_key(opened):
    opened.add_user("Anika")
    client = opened.client(user_name="anika")
    assert client.get_user()["User"]["UserName"] == "Anika"
    (key,) = client.list_access_keys()["AccessKeyMetadata"]
    opened.client(user_name="Anika")
    assert len(client.list_access_keys()["AccessKeyMetadata"]) == 1
    client.update_access_key(AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert opened.client(user_name="Anika").get_user()["User"]["UserName"] == "Anika"
    with pytest.raises(client.exceptions.ClientError, match="InvalidClientTokenId"):
        client.get_user()
    with pytest.raises(LookupError):
        opened.client(user_name="sofia")


def test_a_client_takes_botocores_options(opened):
    client = opened.client(config=Config(retries={"max_attempts": 7, "mode": "standard"}))
    assert client.meta.config.retries["total_max_attempts"] == 8


# What we lack


def test_an_operation_that_is_not_faked_raises_and_goes_nowhere():
    opened = FakeIAM(unsupported="allow")
    opened.open()
    with pytest.raises(OperationNotFaked) as caught:
        AT_IMPORT.list_organizations_features()
    assert str(caught.value).startswith("not faked, and not sent: ListOrganizationsFeatures")
    assert "did you mean" not in str(caught.value)  # it exists
    assert opened.calls == []
    opened.assert_called("ListOrganizationsFeatures", times=1)
    with pytest.raises(
        AssertionError, match="called 1 time, expected no call: ListOrganizationsFeatures"
    ):
        opened.assert_not_called("ListOrganizationsFeatures")
    opened.close()


def test_without_an_account_iam_goes_where_it_would_go():
    """To the network; the suite's guard stops it there."""
    client = boto3.client(
        "iam",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        config=Config(retries={"max_attempts": 0}),
        aws_access_key_id="x",
        aws_secret_access_key="y",
    )
    with pytest.raises(EndpointConnectionError):
        client.list_users()


# moto beside it: the rest is in test_moto.py


def test_a_client_older_than_moto_stays_on_this_machine(tmp_path):
    """moto answers only clients made after its import; ours are answered by class."""
    code = """
import boto3
early = boto3.client("iam", "us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
from moto import mock_aws
from pytest_sscred import FakeIAM, OperationNotFaked
with mock_aws(), FakeIAM(unsupported="allow") as iam:
    early.create_user(UserName="Anika")
    iam.user("Anika")
    try:
        early.list_organizations_features()
    except OperationNotFaked:
        print("refused")
"""
    run = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS + code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert run.stdout == "refused\n"


# Nested, and left as found


def test_the_account_opened_last_answers_whatever_the_order_of_closing():
    before = dict(os.environ)
    outer, inner = FakeIAM(), FakeIAM()
    outer.open()
    AT_IMPORT.create_user(UserName="outer")
    inner.open()
    AT_IMPORT.create_user(UserName="inner")
    outer.close()
    AT_IMPORT.create_user(UserName="inner2")
    inner.close()
    assert dict(os.environ) == before
    assert [user.name for user in outer.users()] == ["outer"]
    assert [user.name for user in inner.users()] == ["inner", "inner2"]


def test_everything_is_left_as_it_was_found(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "prod")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    before = dict(os.environ)
    methods = Endpoint.make_request, RequestSigner.get_auth_instance
    with FakeIAM():
        assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIAIOSFODNN7EXAMPLE"
        assert os.environ["AWS_SECRET_ACCESS_KEY"]
        assert os.environ["AWS_DEFAULT_REGION"] == "us-east-1"
        assert "AWS_PROFILE" not in os.environ
        assert "AWS_SESSION_TOKEN" not in os.environ
        assert (Endpoint.make_request, RequestSigner.get_auth_instance) != methods
    assert dict(os.environ) == before
    assert (Endpoint.make_request, RequestSigner.get_auth_instance) == methods


def test_the_default_session_goes_with_the_fake_keys(monkeypatch):
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with FakeIAM():
        boto3.client("iam")
        assert boto3.DEFAULT_SESSION is not None
    assert boto3.DEFAULT_SESSION is None
    boto3.setup_default_session(region_name="eu-west-1")
    mine = boto3.DEFAULT_SESSION
    with FakeIAM():
        boto3.client("iam")
    assert boto3.DEFAULT_SESSION is mine


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_a_region_that_is_set_stays(monkeypatch, name):
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv(name, "eu-central-1")
    with FakeIAM():
        regions = {os.environ.get(each) for each in ("AWS_REGION", "AWS_DEFAULT_REGION")}
    assert regions - {None} == {"eu-central-1"}


def test_an_old_wrapper_that_somebody_kept_lets_calls_through():
    """Whoever wraps botocore while an account is open keeps a reference to our wrapper."""
    with FakeIAM():
        kept = Endpoint.make_request
        kept_auth = RequestSigner.get_auth_instance

    class Recording:
        def _send_request(self, request_dict, operation_model):
            return "as without us"

    model = AT_IMPORT.meta.service_model.operation_model("ListUsers")
    assert kept(Recording(), model, {}) == "as without us"
    assert kept_auth(AT_IMPORT._request_signer, "iam", "us-east-1").credentials.access_key == "x"


def test_a_call_that_is_still_retried_when_the_account_closes_stays_in_it():
    iam = FakeIAM()
    iam.open()
    iam.add_fault("Throttling", on="ListUsers")
    client = boto3.client("iam")
    # Where a thread would sleep: after the refusal, before the next attempt.
    client.meta.events.register_last("needs-retry.iam", lambda **rest: iam.close())
    assert client.list_users()["Users"] == []
    assert [call.error for call in iam.calls] == ["Throttling", None]


def test_botocores_debug_log_tells_no_secret(opened, caplog):
    caplog.set_level("DEBUG")
    opened.add_user("Anika")
    client = boto3.client("iam")
    for service in (CODECOMMIT, "bedrock.amazonaws.com"):
        made = client.create_service_specific_credential(UserName="Anika", ServiceName=service)
        assert made["ServiceSpecificCredential"]["Status"] == "Active"
    client.create_access_key(UserName="Anika")
    assert "<ServicePassword>***</ServicePassword>" in caplog.text
    assert "FakePytestSscred" not in caplog.text
    assert opened.credentials()[1].secret not in caplog.text


@pytest.mark.parametrize("password", ["Corr3ct-horse", "Corr3ct'horse", """Corr3ct'"\\horse"""])
def test_botocores_debug_log_tells_no_password(opened, caplog, password):
    caplog.set_level("DEBUG")
    opened.add_user("Anika")
    boto3.client("iam").create_login_profile(UserName="Anika", Password=password)
    with pytest.raises(ClientError):
        opened.client(user_name="Anika").change_password(
            OldPassword=password + "o", NewPassword=password + "n"
        )
    assert "'Password': '***'" in caplog.text
    assert "'NewPassword': '***'" in caplog.text
    assert "orr3ct" not in caplog.text
    assert "horse" not in caplog.text


def test_botocores_debug_log_shows_no_picture_of_a_seed(opened, caplog):
    caplog.set_level("DEBUG")
    made = boto3.client("iam").create_virtual_mfa_device(VirtualMFADeviceName="phone")
    picture = base64.b64encode(made["VirtualMFADevice"]["QRCodePNG"]).decode()
    assert "<QRCodePNG>***</QRCodePNG>" in caplog.text
    assert picture[200:260] not in caplog.text


# Fenced: what is private in botocore


def test_a_botocore_that_has_changed_is_named_at_once(monkeypatch):
    monkeypatch.setattr(Endpoint, "_send", lambda self, request, hurry: None)
    with pytest.raises(RuntimeError) as caught:
        FakeIAM().open()
    assert f"botocore {botocore.__version__} has changed Endpoint._send" in str(caught.value)
    assert "Upgrade pytest-sscred, or install an earlier botocore." in str(caught.value)
    monkeypatch.undo()
    with FakeIAM():
        pass


def test_nothing_is_wrapped_between_tests():
    assert not hasattr(Endpoint.make_request, "__wrapped__")
    assert not hasattr(RequestSigner.get_auth_instance, "__wrapped__")


def test_nothing_is_left_wrapped_by_accounts_opened_in_threads():
    before = dict(os.environ)

    def work():
        for _ in range(100):
            with FakeIAM() as iam, iam.open_services():
                pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert dict(os.environ) == before
    assert not hasattr(Endpoint.make_request, "__wrapped__")
    assert not hasattr(requests.Session.get_adapter, "__wrapped__")


def test_32_threads_lose_no_transition():
    with FakeIAM() as iam:
        credentials = [iam.add_credential(f"u{n}", CODECOMMIT) for n in range(32)]
        shared = iam.add_credential("shared", CODECOMMIT)
        start = threading.Barrier(32)

        def work(mine):
            start.wait()
            for status in ["Inactive", "Active"] * 10:
                for each in (mine, shared):
                    AT_IMPORT.update_service_specific_credential(
                        UserName=each.user_name,
                        ServiceSpecificCredentialId=each.id,
                        Status=status,
                    )

        threads = [threading.Thread(target=work, args=[each]) for each in credentials]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    for credential in credentials:
        assert credential.statuses == ["Active", *["Inactive", "Active"] * 10]
    assert len(iam.calls) == 32 * 40
    replayed = ["Active"]
    for call in iam.calls:
        about_shared = call.params["ServiceSpecificCredentialId"] == shared.id
        if about_shared and call.params["Status"] != replayed[-1]:
            replayed.append(call.params["Status"])
    assert shared.statuses == replayed


def test_an_exhausted_retry_raises_what_it_was_refused_with(opened, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    opened.add_fault("ServiceFailure", on="ListUsers", times=None)
    client = boto3.client("iam", config=Config(retries={"mode": "standard", "max_attempts": 3}))
    with pytest.raises(client.exceptions.ServiceFailureException):
        client.list_users()
    opened.assert_called("ListUsers", times=4)
