"""What the README quotes; `tox -e bench` runs it."""

from __future__ import annotations

import contextlib
import gc
import statistics
import subprocess
import sys
import time

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from pytest_sscred import FakeIAM
from pytest_sscred.sweep import Sweeping

SERVICES = ("codecommit.amazonaws.com", "bedrock.amazonaws.com")
nothing = contextlib.nullcontext


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@contextlib.contextmanager
def opened(iam):
    """Without the verdict at the end, and so many times over."""
    iam.open()
    try:
        yield
    finally:
        iam.close()


def update(iam, handler=None):
    """The context and the call of one update, answered by the account or by `handler`."""
    credential = iam.user("u0").credentials[0]
    keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}
    client = boto3.client("iam", region_name="us-east-1", **keys)
    if handler is not None:
        client.meta.events.register("before-send.iam", handler)

    def call():
        client.update_service_specific_credential(
            UserName="u0", ServiceSpecificCredentialId=credential.id, Status="Inactive"
        )

    return (nothing if handler else lambda: opened(iam), call)


def account(users):
    iam = FakeIAM()
    for number in range(users):
        for service in SERVICES:
            iam.add_credential(f"u{number}", service)
    return iam


# A call


BODY = (
    b'<UpdateServiceSpecificCredentialResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n'
    b"  <ResponseMetadata>\n"
    b"    <RequestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE0</RequestId>\n"
    b"  </ResponseMetadata>\n"
    b"</UpdateServiceSpecificCredentialResponse>\n"
)
HEADERS = {
    "x-amzn-requestid": "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE0",
    "content-type": "text/xml",
    "content-length": str(len(BODY)),
    "date": "Sun, 22 Nov 2026 00:00:00 GMT",
}


class Raw:
    def stream(self, **kwargs):
        yield BODY


def constant(request, **kwargs):
    """Nothing can be faster and keep botocore's path: what IAM answers, without a thought."""
    return AWSResponse(request.url, 200, HEADERS, Raw())


def test_an_update_against_a_constant(compare):
    theirs = update(account(1), constant)
    compare("an update / a constant", update(account(1)), theirs, 1.2, rounds=400)


def test_an_update_against_moto(compare):
    with mock_aws():
        client = boto3.client("iam", region_name="us-east-1")
        client.create_user(UserName="u0")
        key = client.create_access_key(UserName="u0")["AccessKey"]["AccessKeyId"]

        def theirs():
            client.update_access_key(UserName="u0", AccessKeyId=key, Status="Inactive")

        compare("an update / moto's update_access_key", update(account(1)), (nothing, theirs), 0.5)


# In and out


def test_in_and_out_against_moto(compare, figure):
    def ours():
        with FakeIAM(seed="tests/test_rotate.py::test_it"):
            pass

    def theirs():
        with mock_aws():
            pass

    taken = compare("in and out / mock_aws", (nothing, ours), (nothing, theirs), 0.1)
    figure("in and out, µs", taken * 1e6, 150)


# Size


@pytest.fixture(scope="module")
def large():
    """10,000 users with two credentials each."""
    iam = account(10_000)
    gc.freeze()
    yield iam
    gc.unfreeze()


def listing(iam, **params):
    with iam:
        client = iam.client()
    return (lambda: opened(iam), lambda: client.list_service_specific_credentials(**params))


def test_an_update_in_a_large_account(compare, large):
    compare("an update among 20,000 / among 2", update(large), update(account(1)), 1.2)


def test_a_list_in_a_large_account(compare, large):
    user = {"UserName": "u0"}
    small = account(1)
    compare("a user's list among 20,000 / 2", listing(large, **user), listing(small, **user), 1.2)


def test_a_page_of_a_large_account(compare, large):
    page = {"AllUsers": True, "MaxItems": 100}
    small = account(50)
    compare("a page of 100 of 20,000 / of 100", listing(large, **page), listing(small, **page), 1.2)


def test_a_write_under_propagation(compare, large):
    """Reads that do not see it yet look at the account as it was: nothing is copied for them."""
    enter, call = update(large)

    @contextlib.contextmanager
    def unseen():
        with enter():
            large.set_propagation(calls=2)
            yield
            large.set_propagation()

    compare("a write under propagation / a plain one, of 20,000", (unseen, call), (enter, call), 2)


@pytest.mark.parametrize(
    "require",
    [
        lambda iam: iam.require_active("u0", "bedrock.amazonaws.com"),
        lambda iam: iam.require_at_most(20_000),
        lambda iam: iam.require_at_most(10_000, service_name="bedrock.amazonaws.com"),
        lambda iam: iam.require_deactivated_before_deleted(),
    ],
    ids=["active", "at most", "at most for a service", "deactivated before deleted"],
)
def test_a_rule_that_holds(benchmark, figure, large, request, require):
    enter, call = update(large)
    taken = {True: [], False: []}

    def both():
        for with_rule in taken:
            with enter(), require(large) if with_rule else nothing():
                taken[with_rule].append(statistics.median([timed(call) for _ in range(10)]))

    benchmark.pedantic(both, rounds=60)
    extra = [ours - plain for ours, plain in zip(taken[True], taken[False], strict=True)]
    title = f"a rule ({request.node.callspec.id}), µs a call of 20,000"
    figure(title, statistics.median(extra) * 1e6, 100)


def test_a_sweeps_way_back(benchmark, figure, large):
    """After ten calls; what it takes to be as before them."""
    enter, call = update(large)
    sweeping = Sweeping(large._account)
    taken = []

    def calls():
        with enter():
            for _ in range(10):
                call()

    def back():
        calls()
        taken.append(timed(sweeping.put_back))

    benchmark.pedantic(back, rounds=20)
    sweeping.end()
    figure("a sweep's rewind after 10 calls, ms of 20,000", statistics.median(taken) * 1e3, 5)


# Start


LOAD = """
import time, pytest, sys
start = time.perf_counter()
import pytest_sscred.plugin
print(time.perf_counter() - start)
"""


def test_loading_the_plugin(benchmark, figure):
    """In processes of their own, which tell what the import alone took."""
    taken = []

    def load():
        run = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, check=True)
        taken.append(float(run.stdout) * 1000)

    benchmark.pedantic(load, rounds=15)
    figure("loading the plugin's module, ms", statistics.median(taken), 10)
