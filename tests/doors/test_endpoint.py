"""The door for other processes: the account over HTTP on 127.0.0.1."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import boto3
import pytest
from botocore.config import Config
from http_by_hand import LIST_USERS, ask, code_of, connect, is_alive
from samples import SAMPLE_REQUEST, SAMPLE_RESPONSE, with_id

from pytest_sscred import FakeIAM

# The account, from outside


def test_the_account_of_the_test_answers(sscred_iam, sscred_endpoint, tmp_path):
    credential = sscred_iam.add_credential("Anika", "codecommit.amazonaws.com")
    script = f"""
import boto3
boto3.client("iam").update_service_specific_credential(
    UserName="Anika", ServiceSpecificCredentialId="{credential.id}", Status="Inactive"
)
"""
    environment = {**os.environ, **sscred_endpoint.env}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment, cwd=tmp_path)
    sscred_iam.assert_deactivated(credential)
    sscred_iam.assert_called("UpdateServiceSpecificCredential", times=1)


def test_env_holds_address_keys_and_region_and_nothing_of_mine(iam, endpoint):
    assert (
        endpoint.env["AWS_ENDPOINT_URL_IAM"] == endpoint.url == f"http://127.0.0.1:{endpoint.port}"
    )
    assert set(endpoint.env) == {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_ENDPOINT_URL_IAM",
        "AWS_ENDPOINT_URL_CLOUDTRAIL",
        "AWS_ENDPOINT_URL_STS",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_EC2_METADATA_DISABLED",
        "NO_PROXY",
        "no_proxy",
    }
    assert repr(endpoint) == f"<Endpoint {endpoint.url}>"


def test_the_key_of_env_is_nobodys_and_so_the_callers_are_told_apart(iam, endpoint):
    iam.add_user("Anika")
    iam.act_as("Anika")
    _, body = ask(endpoint, body=b"Action=GetUser&Version=2010-05-08")
    assert b"<UserName>Anika</UserName>" in body


@pytest.mark.parametrize(
    "authorization", ["", "AWS4-HMAC-SHA256 Credential=AKIAX/20261122/x/iam/y"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_sample_request_gets_the_sample_response(iam, endpoint, method, authorization):
    """UpdateServiceSpecificCredential, IAM API Reference."""
    credential = with_id(iam, "Anika", "ACCA12345ABCDEXAMPLE")
    query = SAMPLE_REQUEST.partition("?")[2]
    where = {"path": f"/?{query}"} if method == "GET" else {"body": query.encode()}
    response, body = ask(endpoint, method, headers={"Authorization": authorization}, **where)
    assert response.status == 200
    request_id = response.headers["x-amzn-requestid"]
    seen = body.decode().replace(request_id, "EXAMPLE8-90ab-cdef-fedc-ba987EXAMPLE")
    assert seen == SAMPLE_RESPONSE.lstrip()
    assert response.headers["content-type"] == "text/xml"
    assert int(response.headers["content-length"]) == len(body)
    iam.assert_statuses(credential, ["Inactive", "Active"])


def test_a_connection_is_kept_for_the_next_call(endpoint):
    connection = connect(endpoint)
    for _ in range(3):
        connection.request("POST", "/", LIST_USERS)
        response = connection.getresponse()
        assert response.read().startswith(b"<ListUsersResponse")
        assert not response.will_close
    connection.close()


def test_what_is_not_faked_is_an_invalid_action_and_noted(iam, endpoint):
    response, body = ask(endpoint, body=b"Action=ListOrganizationsFeatures&Version=2010-05-08")
    assert (response.status, code_of(body)) == (400, "InvalidAction")
    assert b"not faked, and not sent" in body
    assert [problem.splitlines()[0] for problem in iam.problems()] == [
        "called, and not faked: ListOrganizationsFeatures"
    ]


# Faults and retries, as another process sees them


def client_of(endpoint, **config):
    return boto3.client(
        "iam",
        endpoint_url=endpoint.url,
        region_name="us-east-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="x",
        config=Config(**config),
    )


def test_a_fault_arrives_and_is_retried_by_the_sdk(iam, endpoint):
    iam.add_fault("ServiceFailure", on="ListUsers", times=2)
    client = client_of(endpoint, retries={"mode": "standard", "max_attempts": 3})
    assert client.list_users()["Users"] == []
    assert [call.error for call in iam.calls] == ["ServiceFailure", "ServiceFailure", None]


@pytest.mark.parametrize(
    "error", ["ReadTimeoutError", "ConnectTimeoutError", "ConnectionClosedError"]
)
def test_a_network_that_fails_closes_the_connection(iam, endpoint, error):
    """No real waiting: whatever the network's fault, the client is left without an answer."""
    iam.add_fault(error, on="ListUsers", times=1)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(endpoint, body=LIST_USERS)
    assert is_alive(endpoint)
    assert [call.error for call in iam.calls] == [error, None]


def test_an_answer_that_is_lost_after_the_change(iam, endpoint):
    credential = iam.add_credential("Anika", "codecommit.amazonaws.com")
    iam.add_fault("ReadTimeoutError", on="DeleteServiceSpecificCredential", applied=True)
    client = client_of(endpoint)
    with pytest.raises(client.exceptions.NoSuchEntityException):
        client.delete_service_specific_credential(
            UserName="Anika", ServiceSpecificCredentialId=credential.id
        )
    iam.assert_deleted(credential)


def test_an_sdk_of_another_process_that_asks_again_is_seen(iam):
    """By the header in which every SDK of AWS's tells which attempt a request is."""
    fault = iam.add_fault("Throttling", on="ListUsers")
    with iam.serve() as endpoint:
        client = boto3.client(
            "iam",
            endpoint_url=endpoint.url,
            region_name="us-east-1",
            config=Config(retries={"mode": "standard"}),
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="x",
        )
        assert client.list_users()["Users"] == []
        client.list_users()
    assert fault.hits == 1
    iam.assert_retried("ListUsers", times=1)
    with pytest.raises(AssertionError, match="retried 1 time, expected 2 times"):
        iam.assert_retried("ListUsers", times=2)


# Up and down


def test_it_is_gone_without_a_trace(iam):
    before = set(threading.enumerate())
    endpoint = iam.serve()
    idle = connect(endpoint)
    idle.request("POST", "/", LIST_USERS)
    idle.getresponse().read()
    hanging = socket.create_connection(("127.0.0.1", endpoint.port))
    hanging.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nAction")
    endpoint.close()
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", endpoint.port))
    idle.close()
    hanging.close()


def test_it_listens_on_loopback_alone(endpoint):
    assert endpoint._server.server_address[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_said_so(iam, endpoint):
    with pytest.raises(
        OSError, match=f"cannot listen on port {endpoint.port} of 127.0.0.1; 0 takes"
    ):
        iam.serve(endpoint.port)


@pytest.mark.parametrize("port", [-1, 65536, "80", True])
def test_a_port_that_is_none_is_refused(iam, port):
    with pytest.raises(ValueError, match="port takes a whole number from 0 to 65535"):
        iam.serve(port)


def test_two_endpoints_keep_two_accounts(iam, endpoint):
    other = FakeIAM(account_id="210987654321")
    other.add_user("Elsewhere")
    with other.serve() as elsewhere:
        assert b"Elsewhere" in ask(elsewhere, body=LIST_USERS)[1]
        assert b"Elsewhere" not in ask(endpoint, body=LIST_USERS)[1]


def test_eight_clients_at_once(iam, endpoint):
    credentials = iam.add_many(8)

    def work(credential):
        connection = connect(endpoint)
        for status in ["Inactive", "Active"] * 10:
            form = {
                "Action": "UpdateServiceSpecificCredential",
                "Version": "2010-05-08",
                "UserName": credential.user_name,
                "ServiceSpecificCredentialId": credential.id,
                "Status": status,
            }
            connection.request("POST", "/", urlencode(form))
            assert connection.getresponse().read()
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, credentials))
    assert [len(each.statuses) for each in credentials] == [21] * 8


def test_a_proxy_is_passed_by(iam, endpoint, monkeypatch, tmp_path):
    monkeypatch.setenv("no_proxy", "example.com")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert endpoint.env["no_proxy"] == "127.0.0.1,example.com"
    script = "import boto3; print(boto3.client('iam').list_users()['Users'])"
    environment = {**os.environ, **endpoint.env}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.stdout == "[]\n", done.stderr
