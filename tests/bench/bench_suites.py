"""Whole suites, each a process of pytest's: what a user's own suite takes with us and without."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys

import pytest

TESTS = 100
EMPTY = 2000
ROUNDS = 5

OURS = """
def test_{n}(sscred_iam):
    sscred_iam.add_user("Anika")
    use({client})
"""
MOTOS = """
@mock_aws
def test_{n}():
    iam = {client}
    iam.create_user(UserName="Anika")
    use(iam)
"""
HEAD = """
import boto3

def use(iam):
    iam.create_access_key(UserName="Anika")
    assert iam.list_access_keys(UserName="Anika")["AccessKeyMetadata"]
"""
CLIENTS = {
    "boto3.client": 'boto3.client("iam", region_name="us-east-1")',
    "boto3.Session": 'boto3.Session().client("iam", region_name="us-east-1")',
}


@pytest.fixture
def suite(tmp_path):
    """Makes a file of tests; returns what runs it, and gives the seconds of CPU it took."""

    def suite(name, text, *options):
        path = tmp_path / f"test_{name}.py"
        path.write_text(text)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, path]
        env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

        def run():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, cwd=tmp_path, env=env, check=True, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

        return run

    return suite


def in_turn(benchmark, *runs, rounds=ROUNDS):
    """What each took, in each round."""
    taken = []
    benchmark.pedantic(lambda: taken.append([run() for run in runs]), rounds=rounds)
    return taken


@pytest.mark.parametrize(("client", "most"), [("boto3.client", 0.20), ("boto3.Session", 0.30)])
def test_a_suite_whose_tests_make_their_client(benchmark, figure, suite, client, most):
    ours, motos = (
        HEAD + "".join(test.format(n=n, client=CLIENTS[client]) for n in range(TESTS))
        for test in (OURS, MOTOS)
    )
    motos = f"from moto import mock_aws\n{motos}"
    with_us = suite("ours", ours, "-p", "pytest_sscred.plugin")
    taken = in_turn(benchmark, with_us, suite("motos", motos))
    ratio = statistics.median(one / other for one, other in taken)
    figure(f"{TESTS} tests, {client} in each / moto's", ratio, most)


def test_a_suite_that_does_not_use_the_fixture(benchmark, figure, suite):
    """The least of each side: all that is measured beyond it is the machine's."""
    empty = "".join(f"def test_{n}(): pass\n" for n in range(EMPTY))
    taken = in_turn(
        benchmark,
        suite("with", empty, "-p", "pytest_sscred.plugin"),
        suite("without", empty),
        rounds=2 * ROUNDS,
    )
    ours, bare = (min(each) for each in zip(*taken, strict=True))
    figure("hooks for a test without the fixture, µs", (ours - bare) / EMPTY * 1e6, 20)
