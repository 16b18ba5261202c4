"""What the README quotes; `tox -e bench` runs it."""

from __future__ import annotations

import contextlib
import gc
import itertools
import statistics
import subprocess
import sys
import time

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws
from whole_users import EVERYONE, whole_users

from pytest_sscred import FakeIAM
from pytest_sscred.sweep import Sweeping

CALLS = 12  # of a round
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


# Users with one of everything


@pytest.fixture(scope="module")
def whole():
    """Accounts, by how many users they have."""
    accounts = {users: whole_users(users) for users in (10, 100, 10_000)}
    gc.freeze()
    yield accounts
    gc.unfreeze()


def asking(iam, operation, **params):
    with iam:
        call = getattr(iam.client(), operation)
    return lambda: opened(iam), lambda: call(**params)


def renaming(iam):
    with iam:
        call = iam.client().update_user
    names = itertools.cycle([("u5", "other"), ("other", "u5")])

    def rename():
        old, new = next(names)
        call(UserName=old, NewUserName=new)

    return lambda: opened(iam), rename


def deleting(iam):
    """Users without things, made before each round."""
    with iam:
        call = iam.client().delete_user

    @contextlib.contextmanager
    def enter():
        with opened(iam):
            names[:] = [iam.add_user(f"new{number}").name for number in range(CALLS)]
            yield

    names = []
    return enter, lambda: call(UserName=names.pop())


OF_TEN = {"MaxItems": 10}
OF_HUNDRED = {"MaxItems": 100}
LOOKS = {
    "list_users": (10, OF_TEN),
    "get_account_authorization_details": (10, OF_TEN),
    "get_account_summary": (10, {}),
    "get_user": (10, {"UserName": "u5"}),
    "get_policy": (10, {"PolicyArn": EVERYONE}),
    "list_groups_for_user": (10, {"UserName": "u5"}),
    "list_groups": (100, OF_HUNDRED),
    "list_policies": (100, OF_HUNDRED),
    "list_virtual_mfa_devices": (100, OF_HUNDRED),
    "list_entities_for_policy": (100, {"PolicyArn": EVERYONE, **OF_HUNDRED}),
    "get_group": (100, {"GroupName": "everyone", **OF_HUNDRED}),
}


@pytest.mark.parametrize("operation", LOOKS)
def test_a_look_at_10000_whole_users(compare, whole, operation):
    few, params = LOOKS[operation]
    ours, theirs = (asking(whole[users], operation, **params) for users in (10_000, few))
    compare(f"{operation}, 10,000 users / {few}", ours, theirs, 1.2, rounds=30)


@pytest.mark.parametrize("change", [renaming, deleting], ids=["update_user", "delete_user"])
def test_a_change_among_10000_whole_users(compare, whole, request, change):
    title = f"{request.node.callspec.id}, 10,000 users / 10"
    compare(title, change(whole[10_000]), change(whole[10]), 1.2)


# Many calls


def test_a_failure_after_20000_calls(benchmark, figure):
    iam = account(1)
    enter, call = update(iam)
    (credential,) = iam.user("u0").credentials[:1]
    with enter():
        call()
    (made,) = iam.calls
    for _ in range(20_000):
        iam._account.journal.add(made)

    def fail():
        with pytest.raises(AssertionError):
            iam.assert_statuses(credential, ["Active"])

    taken = []
    benchmark.pedantic(lambda: taken.append((timed(fail), timed(iam.report))), rounds=10)
    failing, reporting = map(statistics.median, zip(*taken, strict=True))
    figure("a failing assertion after 20,000 calls, s", failing, 0.2)
    figure("its section, s", reporting, 0.5)


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
