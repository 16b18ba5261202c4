"""Every way in: each a function that takes an account and gives what asks it.

`ask(operation, **params)` gives an Answer; what a door does not tell is None in it. Clients that
are programs of their own run once, and answer line by line.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import boto3
import pytest
import requests
from botocore import xform_name
from botocore.serialize import create_serializer
from requests_aws4auth import AWS4Auth
from waist import Answer, Waist, read

from pytest_sscred.protocol.model import load_model
from pytest_sscred.wire import Response

HERE = Path(__file__).parent
CLIENTS = HERE.parent / ".clients"  # where `.ci/install-clients` puts them


@contextlib.contextmanager
def waist(iam):
    yield Waist(iam)


@contextlib.contextmanager
def boto3_(iam):
    with iam:
        client = boto3.client("iam")

        def ask(operation, /, **params):
            try:
                return _answered(client._make_api_call(operation, params))
            except client.exceptions.ClientError as error:
                return _refused(error.response)

        yield ask


def _answered(result):
    return Answer(result.pop("ResponseMetadata")["HTTPStatusCode"], None, None, result, None)


def _refused(details):
    status = details["ResponseMetadata"]["HTTPStatusCode"]
    return Answer(status, details["Error"]["Code"], details["Error"]["Message"], {}, None)


@contextlib.contextmanager
def aiobotocore_(iam):
    pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")
    loop = asyncio.new_event_loop()
    with iam, contextlib.closing(loop):
        context = _session().create_client("iam", region_name="us-east-1")
        client = loop.run_until_complete(context.__aenter__())

        def ask(operation, /, **params):
            return loop.run_until_complete(_awaited(client, operation, params))

        yield ask
        loop.run_until_complete(context.__aexit__(None, None, None))


@functools.cache
def _session():
    """One for all: it keeps the models that it has read."""
    from aiobotocore.session import get_session

    return get_session()


async def _awaited(client, operation, params):
    try:
        return _answered(await client._make_api_call(operation, params))
    except client.exceptions.ClientError as error:
        return _refused(error.response)


@contextlib.contextmanager
def requests_(iam):
    """Signed by hand; botocore's serialiser and parser stand for the user's own."""
    with iam.open_services():
        auth = AWS4Auth("AKIAIOSFODNN7EXAMPLE", "x", "us-east-1", "iam")

        def ask(operation, /, **params):
            model = load_model().operation(operation)
            form = create_serializer("query").serialize_to_request(params, model)["body"]
            answer = requests.post("https://iam.amazonaws.com/", data=form, auth=auth)
            response = Response(answer.status_code, answer.headers, answer.content)
            return read(response, model.output_shape)

        yield ask


@contextlib.contextmanager
def aws_cli_1(iam):
    with iam.serve() as endpoint:
        yield functools.partial(_ask_the_cli, cli(1), endpoint)


@contextlib.contextmanager
def aws_cli_2(iam):
    with iam.serve() as endpoint:
        yield functools.partial(_ask_the_cli, cli(2), endpoint)


@contextlib.contextmanager
def javascript(iam):
    with iam.serve() as endpoint:

        def ask(operation, /, **params):
            status, name, message, result = _node().ask(endpoint.url, operation, params)
            return Answer(
                status, name and load_model().wire_code(name), message, _dated(result), None
            )

        yield ask


DOORS = [waist, boto3_, aiobotocore_, requests_, aws_cli_1, aws_cli_2, javascript]
PROGRAMS = [aws_cli_1, aws_cli_2, javascript]


def can_say(door, observation):
    """Whether the door's client has the words for it: Debian's CLI 2 is older than API keys."""
    if door is not aws_cli_2:
        return True
    text = json.dumps(observation)
    new = (
        "CredentialAgeDays",
        "ServiceCredential",
        "AllUsers",
        "IsTruncated",
        "MaxItems",
        "Marker",
    )
    return not any(word in text for word in new)


# Programs


class Program:
    """A client in a process of its own."""

    def __init__(self, *command):
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "AWS_PAGER": "", "PYTHONWARNINGS": "ignore"},
        )

    def ask(self, *question):
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"{self._process.args} has ended"
        return json.loads(line)

    def end(self):
        self._process.kill()
        self._process.communicate()


_running = []


def start(*command):
    """A program that serves every test that asks for it."""
    _running.append(Program(*command))
    return _running[-1]


def end_programs():
    while _running:
        _running.pop().end()


def find_cli(version):
    """The path of an AWS CLI of that major version; the test is skipped where there is none."""
    folders = [CLIENTS / "aws-cli" / "bin", *os.get_exec_path()]
    for path in dict.fromkeys(str(Path(folder) / "aws") for folder in folders):
        if _version(path) == version:
            return path
    pytest.skip(f"there is no AWS CLI v{version} here: .ci/install-clients installs it")


@functools.cache
def _version(path):
    if not Path(path).exists() or b"python" not in _first_line(path):
        return None
    found = subprocess.run([path, "--version"], capture_output=True, text=True)
    matched = re.match(r"aws-cli/(\d)", found.stdout + found.stderr)
    return int(matched[1]) if matched else None


def _first_line(path):
    with Path(path).open("rb") as file:
        return file.readline()


@functools.cache
def cli(version):
    interpreter = _first_line(find_cli(version)).decode().strip().removeprefix("#!")
    return start(interpreter, "-I", str(HERE / "clients" / "aws_cli.py"))


def find_node_modules():
    """The folder that @aws-sdk/client-iam is installed in; skipped where there is none."""
    folder = CLIENTS / "node_modules"
    if not shutil.which("node") or not (folder / "@aws-sdk" / "client-iam").exists():
        pytest.skip("there is no AWS SDK for JavaScript here: .ci/install-clients installs it")
    return folder


@functools.cache
def _node():
    return start("node", str(HERE / "clients" / "iam.mjs"), str(find_node_modules().parent))


def _ask_the_cli(program, endpoint, operation, /, **params):
    command = ["--endpoint-url", endpoint.url, "iam", xform_name(operation, "-")]
    for name, value in params.items():
        option = xform_name(name, "-")
        if isinstance(value, bool):
            command.append(f"--{option}" if value else f"--no-{option}")
        else:
            command += [f"--{option}", value if isinstance(value, str) else json.dumps(value)]
    code, out, err = program.ask([*command, "--output", "json"], endpoint.env, False)
    if code == 0:
        return Answer(None, None, None, _dated(json.loads(out or "{}")), None)
    refused = re.search(
        r"An error occurred \((\w+)\) when calling the \w+ operation: (.*)", err, re.S
    )
    assert refused, (code, err)
    return Answer(None, refused[1], refused[2].rstrip("\n"), {}, None)


def _dated(result):
    """Dates as boto3 has them."""
    if isinstance(result, dict):
        return {
            name: dt.datetime.fromisoformat(value.replace("Z", "+00:00"))
            if name.endswith("Date")
            else _dated(value)
            for name, value in result.items()
        }
    return [_dated(each) for each in result] if isinstance(result, list) else result
