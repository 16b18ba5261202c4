"""`python -m pytest_sscred`: a fake IAM over HTTP, in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import types
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import boto3
import pytest
from network_guard import IN_A_PROCESS

from pytest_sscred.__main__ import main

RUN = IN_A_PROCESS + "import runpy; runpy.run_module('pytest_sscred', run_name='__main__')"
SEEDS = {
    "Users": [{"UserName": "sofia", "CreateDate": "2019-04-18T20:45:36+00:00"}],
    "ServiceSpecificCredentials": [
        {
            "UserName": "sofia",
            "Status": "Active",
            "ServiceUserName": "sofia-at-210987654321",
            "CreateDate": "2019-04-18T20:45:36+00:00",
            "ServiceSpecificCredentialId": "ACCAEXAMPLE123EXAMPLE",
            "ServiceName": "codecommit.amazonaws.com",
        }
    ],
}


@contextlib.contextmanager
def served(*arguments):
    """The process, what it said before it answers, and the variables among that."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env={**os.environ, "PYTHONWARNINGS": "default"}, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    said = []
    while not said or not said[-1].startswith("unset"):
        said.append(process.stdout.readline())
        assert said[-1], process.stderr.read()
    exports = [line.removeprefix("export ").strip() for line in said if line[:6] == "export"]
    try:
        yield process, "".join(said), dict(each.split("=", 1) for each in exports)
    finally:
        process.kill()
        process.communicate()


def status(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def stopped(process, number):
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop_and_says_each_call(tmp_path, number):
    file = tmp_path / "seeds.json"
    file.write_text(json.dumps(SEEDS))
    with served("--account-id", "210987654321", "--load", str(file)) as (process, said, env):
        assert "account 210987654321, with 1 user and 1 credential," in said
        client = boto3.client(
            "iam",
            endpoint_url=env["AWS_ENDPOINT_URL_IAM"],
            region_name=env["AWS_REGION"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        )
        about = {"UserName": "sofia", "ServiceSpecificCredentialId": "ACCAEXAMPLE123EXAMPLE"}
        client.update_service_specific_credential(Status="Inactive", **about)
        reset = client.reset_service_specific_credential(**about)["ServiceSpecificCredential"]
        with pytest.raises(client.exceptions.ClientError):
            client.delete_user(UserName="Ghost\n<>")
        for query in ("", "/?Action=ListOrganizationsFeatures&Version=2010-05-08"):
            assert status(env["AWS_ENDPOINT_URL_IAM"] + query) == 400
        code, out, err = stopped(process, number)
    assert (code, err) == (0, "")
    assert [line[9:] for line in out.splitlines()[:3]] == [
        "UpdateServiceSpecificCredential sofia ACCAEXAMPLE123EXAMPLE Inactive: ok",
        "ResetServiceSpecificCredential sofia ACCAEXAMPLE123EXAMPLE: ok",
        "DeleteUser Ghost\\n<>: ValidationError",
    ]
    assert out.splitlines()[3:] == [
        "400: The request is missing an action.",
        "400: not faked, and not sent: ListOrganizationsFeatures",
    ]
    assert reset["ServicePassword"] not in said + out


def test_it_stops_where_a_shell_has_put_it_into_the_background():
    """A shell's `&` has a process ignore SIGINT from its start."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with served() as (process, _, _):
            assert stopped(process, signal.SIGINT)[0] == 0
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_port_may_be_chosen():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with served("--port", str(port)) as (_, _, env):
        assert env["AWS_ENDPOINT_URL_IAM"] == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--account-id", "1"], "account_id takes a string of 12 digits, not '1'"),
        (["--port", "70000"], "port takes a whole number from 0 to 65535, not 70000"),
        (["--port", "x"], "invalid int value: 'x'"),
        (["--load", "nowhere.json"], "nowhere.json"),
        (["--load", __file__], "is not JSON"),
        (["--lode", "x"], "unrecognized arguments: --lode x"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_argument_is_told(capsys, arguments, said):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert said in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit):
            main(["--port", str(port)])
    assert f"cannot listen on port {port} of 127.0.0.1" in capsys.readouterr().err


def run_until(monkeypatch, sleep):
    """Run it in this process; `sleep` is to interrupt it."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr("pytest_sscred.__main__.time", types.SimpleNamespace(sleep=sleep))
    try:
        assert main([]) == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_it_stops_in_this_process_too(monkeypatch, capsys):
    """As above, where the coverage of its lines is seen."""

    def interrupt(seconds):
        raise KeyboardInterrupt

    run_until(monkeypatch, interrupt)
    out = capsys.readouterr().out
    assert "export AWS_ENDPOINT_URL_IAM=http://127.0.0.1:" in out
    assert out.splitlines()[-1].startswith("unset AWS_SESSION_TOKEN ")


def test_that_it_forgets_the_first_calls_is_told_once(monkeypatch, capsys):
    said = []

    def call_and_interrupt(seconds):
        said.append(capsys.readouterr().out)
        url = re.search(r"AWS_ENDPOINT_URL_IAM=(\S+)", said[0])[1]
        for _ in range(9):
            assert status(f"{url}/?Action=ListUsers&Version=2010-05-08") == 200
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr("pytest_sscred.__main__._KEPT", 2)
    monkeypatch.setattr("pytest_sscred.__main__.time.sleep", call_and_interrupt)
    try:
        assert main([]) == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    told = "# From now on only the last 2 calls are remembered, with long values cut.\n"
    assert capsys.readouterr().out.count(told) == 1


def test_nobody_who_reads_costs_no_caller_its_answer():
    with served() as (process, _, env):
        process.stdout.close()
        for _ in range(3):
            url = env["AWS_ENDPOINT_URL_IAM"] + "/?Action=ListUsers&Version=2010-05-08"
            assert status(url) == 200
        process.stdout = None
        process.terminate()
        assert process.wait(30) == 0
        assert process.stderr.read() == ""


def test_a_log_of_few_letters_costs_no_caller_its_answer(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    with served() as (process, _, env):
        query = "/?Action=GetUser&Version=2010-05-08&UserName=%C3%A9"
        assert status(env["AWS_ENDPOINT_URL_IAM"] + query) == 400
        code, out, err = stopped(process, signal.SIGTERM)
    assert (code, err) == (0, "")
    assert "GetUser \\xe9: ValidationError" in out


HOSTILE = "\x9b31m\u202e\u2066\x1b[2J" + "x" * 200_000


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ({"Action": HOSTILE}, {}),
        ({"Action": "GetUser", "UserName": HOSTILE, "Version": "2010-05-08"}, {}),
        ({"Action": "ListUsers", "Version": HOSTILE}, {}),
        ({}, {"Authorization": "AWS4-HMAC-SHA256 Credential=A/1/r/s3/aws4_request",
              "X-Amz-Target": HOSTILE[:4] + "x" * 50_000}),
        ({}, {"Host": HOSTILE[:4]}),
    ],
    ids=["action", "parameter", "version", "target", "host"],
)  # fmt: skip
def test_a_line_of_the_log_is_printable_and_short(monkeypatch, capsys, form, headers):
    def ask_and_interrupt(seconds):
        (url,) = re.findall("IAM=(http.*)", capsys.readouterr().out)
        request = urllib.request.Request(url, urllib.parse.urlencode(form).encode(), headers)
        with pytest.raises(urllib.error.HTTPError), urllib.request.urlopen(request):
            pass
        raise KeyboardInterrupt

    run_until(monkeypatch, ask_and_interrupt)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.isprintable()
    assert 10 < len(line) <= 300


def test_a_file_that_is_nested_too_deep_is_told(tmp_path, capsys):
    (tmp_path / "deep.json").write_text("[" * 200_000)
    with pytest.raises(SystemExit):
        main(["--load", str(tmp_path / "deep.json")])
    assert "this is nested too deep" in capsys.readouterr().err


def test_the_readme_shows_what_it_says(tmp_path):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    command, *shown = re.search(r"```console\n\$ python -m (.*?)\n```", readme, re.DOTALL)[1].split(
        "\n"
    )
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps(SEEDS).replace("210987654321", "123456789012"))
    assert command == f"pytest_sscred --load {file.name}"
    with served("--load", str(file)) as (_, said, _):
        assert re.sub(r":\d+$", ":41234", said, flags=re.M).startswith("\n".join(shown))
