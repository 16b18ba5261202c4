"""The AWS CLI, version 1 and version 2, over the endpoint: commands as its documents print them.

Examples: AWS CLI Command Reference, `iam`, the five commands of service-specific credentials.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from client_programs import cli, find_cli

pytestmark = pytest.mark.program

ID = "ACCAEXAMPLE123EXAMPLE"
SOFIA = {
    "UserName": "sofia",
    "Status": "Active",
    "ServiceUserName": "sofia-at-123456789012",
    "CreateDate": "2019-04-18T20:45:36+00:00",
    "ServiceSpecificCredentialId": ID,
    "ServiceName": "codecommit.amazonaws.com",
}

UPDATE_MINE = rf"""
aws iam update-service-specific-credential \
    --service-specific-credential-id {ID} \
    --status Inactive
"""
UPDATE_SOFIAS = rf"""
aws iam update-service-specific-credential \
    --user-name sofia \
    --service-specific-credential-id {ID} \
    --status Inactive
"""
DELETE_MINE = rf"""
aws iam delete-service-specific-credential \
    --service-specific-credential-id {ID}
"""
DELETE_SOFIAS = rf"""
aws iam delete-service-specific-credential \
    --user-name sofia \
    --service-specific-credential-id {ID}
"""
RESET_MINE = rf"""
aws iam reset-service-specific-credential \
    --service-specific-credential-id {ID}
"""
RESET_SOFIAS = rf"""
aws iam reset-service-specific-credential \
    --user-name sofia \
    --service-specific-credential-id {ID}
"""
CREATE = r"""
aws iam create-service-specific-credential \
    --user-name sofia \
    --service-name codecommit.amazonaws.com
"""
LIST_SOFIAS = r"""
aws iam list-service-specific-credentials \
    --user-name sofia
"""
LIST_MINE = r"""
aws iam list-service-specific-credentials \
    --service-name codecommit.amazonaws.com
"""


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
def version(request):
    return request.param


@pytest.fixture
def run(version, sscred_iam, sscred_endpoint):
    """Runs a command as a shell would; Debian's CLI 2 is led to the endpoint by an option."""
    program = cli(version)
    led = [] if version == 1 else ["--endpoint-url", sscred_endpoint.url]

    def run(command, code=0):
        first, *rest = shlex.split(command.replace("\\\n", " "))
        assert first == "aws"
        exit_code, out, err = program.ask([*led, *rest], sscred_endpoint.env, True)
        assert exit_code == code, out + err
        return out, err

    return run


@pytest.fixture
def sofia(sscred_iam):
    (credential,) = sscred_iam.load({"ServiceSpecificCredentials": [SOFIA]})
    sscred_iam.act_as("sofia")
    return credential


@pytest.mark.parametrize("command", [UPDATE_MINE, UPDATE_SOFIAS], ids=["example 1", "example 2"])
def test_update_as_documented_produces_no_output(run, sofia, sscred_iam, command):
    assert run(command)[0] == ""
    sscred_iam.assert_deactivated(sofia)


@pytest.mark.parametrize("command", [DELETE_MINE, DELETE_SOFIAS], ids=["example 1", "example 2"])
def test_delete_as_documented_produces_no_output(run, sofia, sscred_iam, command):
    assert run(command)[0] == ""
    sscred_iam.assert_deleted(sofia)


@pytest.mark.parametrize("command", [RESET_MINE, RESET_SOFIAS], ids=["example 1", "example 2"])
def test_reset_as_documented(run, sofia, command):
    before = sofia.password
    shown = json.loads(run(command)[0])["ServiceSpecificCredential"]
    assert sofia.password != before
    assert dated(shown) == {**dated(SOFIA), "ServicePassword": sofia.password}


def test_create_as_documented(run, sofia, sscred_iam):
    shown = json.loads(run(CREATE)[0])["ServiceSpecificCredential"]
    new = sscred_iam.credential(shown["ServiceSpecificCredentialId"])
    assert shown["ServicePassword"] == new.password
    assert shown["ServiceUserName"] == "sofia+1-at-123456789012"
    assert set(shown) == {*SOFIA, "ServicePassword"}


@pytest.mark.parametrize("command", [LIST_MINE, LIST_SOFIAS], ids=["example 2", "example 1"])
def test_list_as_documented(run, sofia, command):
    (shown,) = json.loads(run(command)[0])["ServiceSpecificCredentials"]
    assert dated(shown) == dated(SOFIA)


def dated(member):
    """CLI 1 prints the date as it came, CLI 2 with an offset."""
    return {**member, "CreateDate": member["CreateDate"].replace("Z", "+00:00")}


def test_no_such_user_is_told_with_code_and_message(run, version):
    out, err = run(UPDATE_SOFIAS, code=255 if version == 1 else 254)
    assert out == ""
    assert err.strip().removeprefix("aws: [ERROR]: ") == (
        "An error occurred (NoSuchEntity) when calling the UpdateServiceSpecificCredential "
        "operation: The user with name sofia cannot be found."
    )


def test_input_from_json(run, sofia, sscred_iam, tmp_path):
    about = {"UserName": "sofia", "ServiceSpecificCredentialId": ID, "Status": "Inactive"}
    (tmp_path / "input.json").write_text(json.dumps(about))
    file = f"file://{tmp_path}/input.json"
    run(f"aws iam update-service-specific-credential --cli-input-json {file}")
    sscred_iam.assert_deactivated(sofia)


def test_input_from_yaml_is_version_2s(run, version, sofia, sscred_iam, tmp_path):
    (tmp_path / "input.yaml").write_text(
        f"UserName: sofia\nServiceSpecificCredentialId: {ID}\nStatus: Inactive\n"
    )
    command = "aws iam update-service-specific-credential --cli-input-yaml"
    command = f"{command} file://{tmp_path}/input.yaml"
    if version == 2:
        run(command)
        sscred_iam.assert_deactivated(sofia)
    else:
        run(command, code=2)
        sscred_iam.assert_active(sofia)


def test_skeletons_are_printed_and_nothing_is_called(run, version, sofia, sscred_iam):
    command = "aws iam update-service-specific-credential --generate-cli-skeleton"
    names = {"UserName", "ServiceSpecificCredentialId", "Status"}
    assert set(json.loads(run(command)[0])) == names
    assert set(json.loads(run(f"{command} input")[0])) == names
    run(UPDATE_SOFIAS.rstrip() + " --generate-cli-skeleton output")
    if version == 2:
        assert "ServiceSpecificCredentialId: ''" in run(f"{command} yaml-input")[0]
    assert sscred_iam.calls == []


def test_a_skeleton_is_an_input(run, sofia, sscred_iam, tmp_path):
    command = "aws iam delete-service-specific-credential"
    skeleton = json.loads(run(f"{command} --generate-cli-skeleton")[0])
    filled = skeleton | {"UserName": "sofia", "ServiceSpecificCredentialId": ID}
    (tmp_path / "input.json").write_text(json.dumps(filled))
    run(f"{command} --cli-input-json file://{tmp_path}/input.json")
    sscred_iam.assert_deleted(sofia)


def test_query_and_output(run, sofia):
    query = "--query 'ServiceSpecificCredentials[].ServiceSpecificCredentialId'"
    command = f"aws iam list-service-specific-credentials --user-name sofia {query} --output"
    assert run(f"{command} text")[0] == f"{ID}\n"
    assert json.loads(run(f"{command} json")[0]) == [ID]
    assert ID in run(f"{command} table")[0]


def test_paging_by_the_cli(run, sscred_iam):
    for number in range(5):
        sscred_iam.add_user(f"user-{number}")
    listed = json.loads(run("aws iam list-users --page-size 2")[0])
    assert [user["UserName"] for user in listed["Users"]] == [f"user-{n}" for n in range(5)]
    sscred_iam.assert_called("ListUsers", times=3, MaxItems=2)

    first = json.loads(run("aws iam list-users --max-items 3")[0])
    assert len(first["Users"]) == 3
    rest = run(f"aws iam list-users --starting-token {first['NextToken']}")[0]
    assert [user["UserName"] for user in json.loads(rest)["Users"]] == ["user-3", "user-4"]

    one = json.loads(run("aws iam list-users --no-paginate --max-items 1")[0])
    assert one["Users"][0]["UserName"] == "user-0"


def test_paging_by_hand(run, version, sscred_iam):
    """The list of credentials has no paginator: Marker and MaxItems are the caller's own."""
    if version == 2:
        return  # Debian's 2.9 is older than the markers of this list
    sscred_iam.add_many(3)
    command = "aws iam list-service-specific-credentials --all-users --max-items 2"
    first = json.loads(run(command)[0])
    rest = json.loads(run(f"{command} --marker {first['Marker']}")[0])
    assert [first["IsTruncated"], rest["IsTruncated"]] == [True, False]
    both = first["ServiceSpecificCredentials"] + rest["ServiceSpecificCredentials"]
    assert {each["UserName"] for each in both} == {"user-0", "user-1", "user-2"}


def test_an_api_key_with_an_age(run, version, sscred_iam):
    sscred_iam.add_user("Anika")
    age = "" if version == 2 else "--credential-age-days 30"
    run(
        "aws iam create-service-specific-credential --user-name Anika "
        f"--service-name bedrock.amazonaws.com {age}"
    )
    (key,) = sscred_iam.credentials("Anika")
    assert (key.expires is None) == (not age)


def test_a_faults_retries_are_the_clis(run, sofia, sscred_iam):
    sscred_iam.add_fault("ServiceUnavailable", on="UpdateServiceSpecificCredential", times=1)
    run(UPDATE_SOFIAS)
    assert [call.error for call in sscred_iam.calls] == ["ServiceUnavailable", None]


def test_the_command_serves_the_cli(version, tmp_path):
    """`python -m pytest_sscred`: its `export` lines, pasted, lead the CLI to it."""
    path = find_cli(version)  # before the server starts: it skips where there is none
    seeds = tmp_path / "seeds.json"
    seeds.write_text(json.dumps({"ServiceSpecificCredentials": [SOFIA]}))
    command = [sys.executable, "-m", "pytest_sscred", "--load", str(seeds)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        exports = []
        while not exports or "unset" not in exports[-1]:
            exports.append(server.stdout.readline())
            assert exports[-1], "it has ended"
        asked = f'{path} --endpoint-url "$AWS_ENDPOINT_URL_IAM" iam'
        script = "".join(exports) + UPDATE_SOFIAS.replace("aws iam", asked)
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=Path("/"))
        server.terminate()
        rest, _ = server.communicate(timeout=20)
    finally:
        server.kill()
        server.communicate()
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert rest.endswith(f"UpdateServiceSpecificCredential sofia {ID} Inactive: ok\n")
    assert server.returncode == 0


@pytest.mark.parametrize("version", [1, 2])
def test_it_is_told_who_calls(version, iam):
    """The option stands for the variable, which an older CLI does not know."""
    path = find_cli(version)
    iam.add_user("Anika")
    iam.act_as("Anika")
    with iam.serve() as endpoint:
        command = [path, "--endpoint-url", endpoint.env["AWS_ENDPOINT_URL_STS"], "sts"]
        done = subprocess.run(
            [*command, "get-caller-identity", "--output", "json"],
            env={**os.environ, **endpoint.env},
            capture_output=True,
            text=True,
        )
    assert json.loads(done.stdout)["Arn"] == iam.user("Anika").arn, done.stderr
