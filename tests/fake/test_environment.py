"""The environment is as it was found, in whatever order others set it and put it back."""

from __future__ import annotations

import itertools
import os
from unittest import mock

import pytest
from moto import mock_aws

from pytest_sscred import FakeIAM
from pytest_sscred.environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY, put_back_again

FOUND = {
    "nothing": {},
    "keys": {"AWS_ACCESS_KEY_ID": "theirs", "AWS_SECRET_ACCESS_KEY": "theirs"},
    "a profile and a region": {"AWS_PROFILE": "theirs", "AWS_REGION": "eu-north-1"},
}


class Patched:
    """monkeypatch, which puts back what it found."""

    def __init__(self, change, *args):
        self.start = lambda: getattr(self.patch, change)(*args)
        self.patch = pytest.MonkeyPatch()
        self.stop = self.patch.undo


class Opened:
    def __init__(self):
        iam = FakeIAM()
        self.start, self.stop = iam.open, iam.close


OTHERS = {
    "moto": mock_aws,
    "setenv": lambda: Patched("setenv", "AWS_ACCESS_KEY_ID", "a test's"),
    "delenv": lambda: Patched("delenv", "AWS_ACCESS_KEY_ID", False),
    "a profile": lambda: Patched("setenv", "AWS_PROFILE", "a test's"),
}


def orders(*names):
    """Every order in which they may begin and end."""
    return sorted(set(itertools.permutations(names * 2)))


def run(order, other):
    """Each begins where it is named first, and ends where it is named again."""
    begun = {}
    for name in order:
        if name in begun:
            begun[name].stop()
        else:
            begun[name] = OTHERS[other]() if name == "other" else Opened()
            begun[name].start()


@pytest.fixture(params=FOUND.values(), ids=FOUND)
def found(request, monkeypatch):
    for name in aws():
        monkeypatch.delenv(name)
    for name, value in request.param.items():
        monkeypatch.setenv(name, value)
    return request.param


def aws():
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


def left_by(order, other, found):
    """The variables after the order; then as they were found, for the next one."""
    run(order, other)
    put_back_again()
    left = aws()
    for name in left:
        del os.environ[name]
    os.environ.update(found)
    return left


@pytest.mark.parametrize("other", OTHERS)
def test_one_account_and_another_mock_in_any_order(found, other):
    seen = {order: left_by(order, other, found) for order in orders("first", "other")}
    if other == "a profile" and "AWS_PROFILE" not in found:
        # Gone meanwhile, as after ourselves: nobody can tell that it was not to be put back.
        del seen["other", "first", "other", "first"]
    assert seen == dict.fromkeys(seen, found)


@pytest.mark.parametrize("other", OTHERS)
def test_none_of_our_keys_is_left_by_two_accounts_and_another_mock(found, other):
    for order in orders("first", "second", "other"):
        left = left_by(order, other, found)
        assert not {ACCESS_KEY_ID, SECRET_ACCESS_KEY, "FOOBARKEY"} & set(left.values()), order


def test_an_account_begins_with_what_was_there_before_the_last_one(monkeypatch):
    """Others may have put our keys back in between, where there is no plugin to notice."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theirs")
    run(("first", "other", "first", "other"), "moto")
    assert os.environ["AWS_ACCESS_KEY_ID"] == ACCESS_KEY_ID
    run(("first", "first"), "moto")
    assert os.environ["AWS_ACCESS_KEY_ID"] == "theirs"
    put_back_again()


def test_what_a_wider_patch_puts_back_is_taken_away_at_the_next_tests_end(found):
    iam = FakeIAM()
    with iam:
        wider = mock.patch.dict(os.environ)
        wider.start()
    put_back_again()  # a test's end
    wider.stop()
    assert os.environ["AWS_ACCESS_KEY_ID"] == ACCESS_KEY_ID
    with FakeIAM():
        pass
    os.environ["AWS_EC2_METADATA_DISABLED"] = "false"  # of somebody who came later
    put_back_again()
    assert os.environ.pop("AWS_EC2_METADATA_DISABLED") == "false"
    assert aws() == found
