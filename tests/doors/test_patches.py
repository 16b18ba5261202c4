"""What is patched is put back, in whatever order others patch and undo."""

from __future__ import annotations

import concurrent.futures
import functools
import threading
from multiprocessing import spawn
from unittest import mock

import boto3
import botocore.session
import pytest
from botocore import hooks
from botocore.endpoint import Endpoint
from botocore.signers import RequestSigner

from pytest_sscred import FakeIAM

PATCHED = [
    (Endpoint, "make_request"),
    (RequestSigner, "get_auth_instance"),
    (botocore.session, "create_loader"),
    (botocore.session, "EventAliaser"),
    (hooks, "accepts_kwargs"),
    (spawn, "get_preparation_data"),
    (threading.Thread, "start"),
    (concurrent.futures.ThreadPoolExecutor, "submit"),
]


def use(iam):
    iam.add_fault("Throttling", on="ListUsers")
    client = boto3.Session().client("iam")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        assert pool.submit(client.list_users).result(10)["Users"] == []
    assert len(iam.waits) == 1
    assert "pytest_sscred" in spawn.get_preparation_data("x")


@pytest.fixture(autouse=True)
def _as_found():
    found = [(owner, name, vars(owner)[name]) for owner, name in PATCHED]
    yield
    for owner, name, real in found:
        setattr(owner, name, real)


@pytest.mark.parametrize(("owner", "name"), PATCHED)
def test_a_patch_that_outlives_ours_stays_and_is_undone(owner, name):
    real = vars(owner)[name]
    iam = FakeIAM()
    iam.open()
    wrapper = vars(owner)[name]
    calls = []

    @functools.wraps(wrapper)
    def theirs(*args, **kwargs):
        calls.append(name)
        return wrapper(*args, **kwargs)

    patch = mock.patch.object(owner, name, theirs)
    patch.start()
    iam.close()
    assert vars(owner)[name] is theirs
    with FakeIAM() as another:
        use(another)
    assert calls
    patch.stop()
    with FakeIAM() as third:
        use(third)
    assert vars(owner)[name] is real


def begun_during_an_account_and_ended_after_it():
    iam = FakeIAM()
    iam.open()
    wrapper = threading.Thread.start
    patch = mock.patch.object(threading.Thread, "start")
    patch.start()
    iam.close()
    patch.stop()  # puts back what it found
    return wrapper


def test_a_wrapper_that_is_called_when_it_is_off_goes():
    real = threading.Thread.start
    assert begun_during_an_account_and_ended_after_it() is threading.Thread.start
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    assert threading.Thread.start is real


def test_a_wrapper_that_is_put_back_after_the_account_goes_with_the_test(run_pytest):
    run_pytest("""
import threading
real = threading.Thread.start

def test_one(monkeypatch, sscred_iam):
    monkeypatch.setattr(threading.Thread, "start", lambda thread: None)

def test_two():
    assert threading.Thread.start is real
""").assert_outcomes(passed=2)


def test_an_account_that_cannot_be_opened_is_not_open(monkeypatch):
    monkeypatch.setattr(Endpoint, "_send", lambda self: None)
    with pytest.raises(RuntimeError, match="has changed"):
        FakeIAM().open()
    monkeypatch.undo()
    before = Endpoint.make_request
    with FakeIAM():
        pass
    assert Endpoint.make_request is before


@pytest.mark.parametrize("options", [{}, {"autospec": True}], ids=["mock", "autospec"])
def test_an_account_that_opens_under_a_mock_says_so(options):
    patched = mock.patch("botocore.endpoint.Endpoint.make_request", **options)
    with patched, pytest.raises(RuntimeError, match=r"make_request is a mock: .*account first"):
        FakeIAM().open()
