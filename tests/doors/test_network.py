"""Nothing leaves: a call of another service that no mock answers is refused, and told."""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, HTTPClientError
from botocore.httpsession import URLLib3Session
from botocore.stub import Stubber
from moto import mock_aws

from pytest_sscred import FakeIAM, OperationNotFaked
from pytest_sscred.partitions import is_aws_host
from pytest_sscred.places import Place


def bucket():
    return boto3.client("s3").put_object(Bucket="reports", Key="all", Body=b"secret")


def test_a_call_of_another_service_is_refused_at_once(run_pytest):
    result = run_pytest(
        """
        import boto3, pytest
        from pytest_sscred import OperationNotFaked

        def test_it(sscred_iam):
            with pytest.raises(OperationNotFaked) as caught:
                boto3.client("s3").put_object(Bucket="reports", Key="all", Body=b"x")
            assert str(caught.value).startswith("not mocked, and not sent: s3:PutObject")
            assert sscred_iam.calls == []
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "called, and not mocked: s3:PutObject",
            "- seen: a call of s3:PutObject that was refused; nothing was sent",
            "- expected: calls of AWS that a mock answers",
            "- moto's mock_aws answers other services, *",
            'To let such calls leave: @pytest.mark.sscred_iam(network="allow")',
            "not mocked, and refused: s3:PutObject",
        ]
    )


@pytest.mark.sscred_iam(unsupported="allow")
@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("sts", "get_session_token", {}),
        ("secretsmanager", "get_secret_value", {"SecretId": "x"}),
        ("dynamodb", "list_tables", {}),
        ("ec2", "describe_regions", {}),
        ("bedrock", "list_foundation_models", {}),
    ],
)
def test_whatever_its_protocol(sscred_iam, service, operation, params):
    with pytest.raises(OperationNotFaked, match=f"{service}:"):
        getattr(boto3.client(service, region_name="cn-north-1"), operation)(**params)
    assert sscred_iam.problems() == []


def test_what_a_mock_answers_goes_on(sscred_iam):
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="reports")
        bucket()
    client = boto3.client("s3")
    with Stubber(client) as stubber:
        stubber.add_response("list_buckets", {"Buckets": []})
        assert client.list_buckets()["Buckets"] == []


def test_what_is_mocked_below_botocore_goes_on(sscred_iam):
    """By unittest.mock, and by VCR.py."""

    mocked = mock.patch.object(URLLib3Session, "send", side_effect=ZeroDivisionError)
    with mocked, pytest.raises(ZeroDivisionError):
        bucket()
    vcr = pytest.importorskip("vcr", reason="needs vcrpy")
    cassette = vcr.use_cassette("none.yaml", record_mode="none")
    with cassette, pytest.raises(HTTPClientError, match=r"none\.yaml"):
        bucket()


@pytest.mark.sscred_iam(unsupported="allow")
def test_who_only_looks_on_is_no_mock(sscred_iam, monkeypatch):
    """A tracer, say, which hands the request on to the network."""
    real = URLLib3Session.send
    handed_on = []

    def send(self, request):
        handed_on.append(request.url)
        return real(self, request)

    monkeypatch.setattr(URLLib3Session, "send", send)
    with pytest.raises(OperationNotFaked):
        bucket()
    assert handed_on == []


class Elsewhere(BaseHTTPRequestHandler):
    def do_PUT(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


def test_a_host_that_is_not_awss_is_reached(sscred_iam):
    """LocalStack, MinIO."""
    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        s3 = boto3.client("s3", endpoint_url=url)
        answer = s3.put_object(Bucket="reports", Key="all", Body=b"x")
        server.shutdown()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.fixture
def unreachable(monkeypatch):
    """AWS, as far as anybody here gets."""

    def send(self, request):
        raise EndpointConnectionError(endpoint_url=request.url)

    monkeypatch.setattr(URLLib3Session, "send", send)
    monkeypatch.setattr("time.sleep", lambda seconds: None)


@pytest.mark.sscred_iam(network="allow")
def test_calls_may_be_let_go(sscred_iam, unreachable):
    with pytest.raises(EndpointConnectionError):
        bucket()
    assert sscred_iam.problems() == []


def test_without_an_account_calls_go_where_they_would(unreachable, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with pytest.raises(EndpointConnectionError):
        boto3.Session(region_name="us-east-1").client("s3").list_buckets()


@pytest.mark.sscred_iam(unsupported="allow")
def test_a_profile_that_assumes_a_role_asks_nobody(sscred_iam, tmp_path, monkeypatch):
    config = tmp_path / "config"
    config.write_text(
        "[profile far]\nrole_arn = arn:aws:iam::123456789012:role/far\nsource_profile = near\n"
        "[profile near]\naws_access_key_id = x\naws_secret_access_key = y\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    session = boto3.Session(profile_name="far", region_name="us-east-1")
    assert session.client("iam").list_users()["Users"] == []
    with pytest.raises(OperationNotFaked, match="not mocked, and not sent: sts:AssumeRole"):
        session.client("s3").list_buckets()
    assert "not mocked, and refused: sts:AssumeRole" in sscred_iam.report()


@pytest.mark.parametrize(
    ("url", "is_awss"),
    [
        ("https://reports.s3.us-west-2.amazonaws.com/all", True),
        ("https://sts.cn-north-1.amazonaws.com.cn/", True),
        ("https://bedrock-mantle.us-east-1.api.aws/v1", True),
        ("https://vpce-1.s3.us-east-1.vpce.amazonaws.com./", True),
        ("http://localhost.localstack.cloud:4566/", False),
        ("http://minio:9000/", False),
        ("https://us-east-1.signin.aws.amazon.com/v1/token", True),
        ("https://g-1.neptune-graph.us-east-1.on.aws/", True),
        ("https://amazonaws.com.example.com/", False),
        ("https://notamazonaws.com/", False),
        ("http://[::1/", False),
    ],
)
def test_awss_hosts_are_known(url, is_awss):
    assert is_aws_host(url) is is_awss


def test_nobody_asks_the_machine_for_keys(sscred_iam, monkeypatch):
    """Not even where the code under test has taken ours out of the environment."""
    assert os.environ["AWS_EC2_METADATA_DISABLED"] == "true"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert boto3.Session().client("iam").list_users()["Users"] == []


# Whose account answers


def test_a_client_asks_the_account_that_gave_it():
    with FakeIAM(seed="a") as first, FakeIAM(seed="b") as second:
        first.add_user("Anika")
        client = first.client(user_name="Anika")
        client.create_access_key()
        assert client.get_user()["User"]["UserName"] == "Anika"
        boto3.client("iam").create_user(UserName="sofia")
        assert [user.name for user in second.users()] == ["sofia"]
        assert [user.name for user in first.users()] == ["Anika"]
        assert len(first.calls) == 2
        assert len(second.calls) == 1


def test_a_client_asks_nobody_once_its_account_is_closed():
    from pytest_sscred import AccountClosed

    iam = FakeIAM(seed="tests/test_it.py::test_it")
    iam.open()
    client = iam.client()
    iam.close()
    with pytest.raises(AccountClosed) as caught:
        client.list_users()
    line = test_a_client_asks_nobody_once_its_account_is_closed.__code__.co_firstlineno + 8
    assert str(caught.value).splitlines() == [
        "account closed, and not sent: ListUsers",
        "- seen: a client() of the account of tests/test_it.py::test_it, used after it was closed",
        "- expected: clients of an account that is open; make another by its client()",
        f"- called at {Place(__file__, line)}",
    ]
    with FakeIAM() as another:
        with pytest.raises(AccountClosed):
            client.list_users()
        assert another.calls == []
    iam.open()
    assert client.list_users()["Users"] == []
    iam.close()


def test_a_rule_asks_the_account_that_it_judges():
    """A second one is open, and answers everybody else."""
    with FakeIAM() as first, FakeIAM() as second:
        first.add_user("Anika")
        first.require(lambda iam: boto3.client("iam").list_users()["Users"], "somebody is there")
        first.client().get_user(UserName="Anika")
        first.before("GetUser", lambda: boto3.client("iam").create_user(UserName="sofia"))
        first.client().get_user(UserName="Anika")
    assert [user.name for user in first.users()] == ["Anika", "sofia"]
    assert second.users() == []


# A rule's last look


def test_a_rule_that_calls_boto3_never_reaches_aws():
    """Neither where a block is left nor when problems() is asked of a closed account."""
    seen = []

    def holds(iam):
        seen.append(boto3.client("iam").list_users()["Users"])
        return seen[-1]

    with FakeIAM() as iam:
        iam.add_user("Anika")
        iam.require(holds, "somebody is there")
    assert len(seen) == 2
    closed = FakeIAM()
    closed.open()
    closed.add_user("Anika")
    closed.require(holds, "somebody is there")
    closed.close()
    assert closed.problems() == []
    assert len(seen) == 4


def test_a_rule_that_the_test_itself_broke_is_told_when_the_account_closes():
    iam = FakeIAM()
    iam.open()
    credential = iam.add_credential("Anika", "codecommit.amazonaws.com")
    rule = iam.require_active("Anika", "codecommit.amazonaws.com")
    iam.remove_credential(credential)
    iam.close()
    assert " removed by the test at test_network.py:" in rule.broken
    assert iam.problems() == [rule.broken]


def test_a_rule_of_an_account_that_is_served_alone_reaches_it():
    import requests

    iam = FakeIAM()
    iam.add_user("Anika")
    iam.require(lambda iam: boto3.client("iam").list_users()["Users"], "somebody is there")
    with iam.serve() as endpoint:
        form = {"Action": "DeleteUser", "Version": "2010-05-08", "UserName": "Anika"}
        assert requests.post(endpoint.url, data=form).ok
    (problem,) = iam.problems()
    assert "- seen: it does not hold" in problem
    assert "DeleteUser" in problem.splitlines()[0]


def test_a_service_that_takes_such_keys_is_said_to_be_faked_too():
    def ask():
        with FakeIAM():
            boto3.client("bedrock", region_name="us-east-1").list_foundation_models()

    with pytest.raises(OperationNotFaked, match="sscred_services checks passwords and API keys"):
        ask()
