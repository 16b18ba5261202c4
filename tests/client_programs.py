"""The clients that are programs of their own: each runs once, and answers line by line."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from botocore.model import ServiceModel

from pytest_sscred.protocol.model import Model

HERE = Path(__file__).parent
CLIENTS = HERE.parent / ".clients"  # where `.ci/install-clients` puts them


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


@functools.cache
def model_of_cli(version):
    """IAM as that CLI knows it: Debian's CLI 2 is some years old."""
    return Model(ServiceModel(cli(version).ask(None, {}, False), "iam"))


def find_node_modules():
    """The folder that @aws-sdk/client-iam is installed in; skipped where there is none."""
    folder = CLIENTS / "node_modules"
    if not shutil.which("node") or not (folder / "@aws-sdk" / "client-iam").exists():
        pytest.skip("there is no AWS SDK for JavaScript here: .ci/install-clients installs it")
    return folder


@functools.cache
def node():
    return start("node", str(HERE / "clients" / "iam.mjs"), str(find_node_modules().parent))
