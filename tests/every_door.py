"""Every way in: each a function that takes an account and gives what asks it.

`ask(operation, access_key_id="", **params)` asks IAM or STS, and gives an Answer, in botocore's
types; what a door does not tell is None in it. Without a key the default caller asks.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime as dt
import functools
import json
import re
import tempfile
from pathlib import Path

import boto3
import pytest
import requests
from botocore import xform_name
from client_programs import cli, node
from requests_aws4auth import AWS4Auth
from waist import Answer, Waist, form_of, read

from pytest_sscred.protocol.model import load_model
from pytest_sscred.wire import Response

KEY = "AKIAIOSFODNN7EXAMPLE"  # nobody's


@contextlib.contextmanager
def waist(iam):
    yield Waist(iam)


@contextlib.contextmanager
def boto3_(iam):
    with iam:

        @functools.cache
        def client_of(service, key):
            return boto3.client(service, **_signing(key))

        def ask(operation, key="", /, **params):
            client = client_of(service_of(operation), key)
            try:
                return _answered(client._make_api_call(operation, params))
            except client.exceptions.ClientError as error:
                return _refused(error.response)

        yield ask


def service_of(operation):
    return load_model().of_operation(operation).name


def _signing(key):
    return {"aws_access_key_id": key, "aws_secret_access_key": "x"} if key else {}


def _answered(result):
    return Answer(result.pop("ResponseMetadata")["HTTPStatusCode"], None, None, result, None)


def _refused(details):
    status = details["ResponseMetadata"]["HTTPStatusCode"]
    return Answer(status, details["Error"]["Code"], details["Error"]["Message"], {}, None)


@contextlib.contextmanager
def aiobotocore_(iam):
    pytest.importorskip("aiobotocore.session", reason="needs aiobotocore")
    loop = asyncio.new_event_loop()
    opened = contextlib.AsyncExitStack()
    with iam, contextlib.closing(loop):

        @functools.cache
        def client_of(service, key):
            signing = {"region_name": "us-east-1", **_signing(key)}
            context = _session().create_client(service, **signing)
            return loop.run_until_complete(opened.enter_async_context(context))

        def ask(operation, key="", /, **params):
            client = client_of(service_of(operation), key)
            return loop.run_until_complete(_awaited(client, operation, params))

        try:
            yield ask
        finally:
            loop.run_until_complete(opened.aclose())


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

        def ask(operation, key="", /, **params):
            model, service = load_model().operation(operation), service_of(operation)
            auth = AWS4Auth(key or KEY, "x", "us-east-1", service)
            form = form_of(model, params)
            answer = requests.post(f"https://{service}.amazonaws.com/", data=form, auth=auth)
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

        def ask(operation, key="", /, **params):
            asked = endpoint.url, key or KEY, operation, params
            status, name, message, result = node().ask(*asked)
            code = name and load_model().wire_code(name)
            return Answer(status, code, message, typed(operation, result), None)

        yield ask


PROGRAMS = [aws_cli_1, aws_cli_2, javascript]
DOORS = [waist, boto3_, aiobotocore_, requests_, *PROGRAMS]

# The AWS CLI

# What the CLI wants beside an operation's parameters.
_ITS_OWN = {
    "CreateVirtualMFADevice": "--bootstrap-method Base32StringSeed --outfile {file}",
}


def _ask_the_cli(program, endpoint, operation, key="", /, **params):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "it")
        own = _ITS_OWN.get(operation, "").format(file=file).split()
        command = [*_command(endpoint, operation, params), *own]
        env = {**endpoint.env, **({"AWS_ACCESS_KEY_ID": key} if key else {})}
        code, out, err = program.ask(command, env, bool(key))  # a session keeps its key
        if code == 0:
            result = json.loads(out or "{}")
            if own:
                seed = base64.b64encode(file.read_bytes())
                result["VirtualMFADevice"]["Base32StringSeed"] = seed
            return Answer(None, None, None, typed(operation, result), None)
    refused = re.search(
        r"An error occurred \((\w+)\) when calling the \w+ operation: (.*)", err, re.S
    )
    assert refused, (code, err)
    return Answer(None, refused[1], refused[2].rstrip("\n"), {}, None)


def _command(endpoint, operation, params):
    command = ["--endpoint-url", endpoint.url, "--no-paginate", "--output", "json"]
    command += [service_of(operation), xform_name(operation, "-")]
    for name, value in params.items():
        option = "--" + xform_name(name, "-")
        if isinstance(value, bool):
            command.append(option if value else option.replace("--", "--no-", 1))
        else:
            command += [option, value if isinstance(value, str) else json.dumps(value)]
    return command


# What comes as JSON, in botocore's types


def typed(operation, result):
    return _value(load_model().operation(operation).output_shape, result)


def _value(shape, value):
    if shape is None:
        return value
    return _OF_JSON.get(shape.type_name, _as_is)(shape, value)


def _as_is(shape, value):
    return value


_OF_JSON = {
    "structure": lambda shape, value: {
        name: _value(shape.members[name], each) for name, each in value.items()
    },
    "list": lambda shape, value: [_value(shape.member, each) for each in value],
    "timestamp": lambda shape, value: dt.datetime.fromisoformat(value.replace("Z", "+00:00")),
    "blob": lambda shape, value: base64.b64decode(value),
}
