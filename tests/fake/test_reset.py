"""`reset()`: the same object, a new account."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from names import BEDROCK, CODECOMMIT

from pytest_sscred import FakeIAM


def used(iam):
    """An account in which everything has happened."""
    iam.clock.shift(timedelta(days=400))
    iam.add_many(3)
    iam.act_as(iam.add_user("Anika"))
    iam.set_propagation(calls=5)
    iam.require_at_most(10)
    fault = iam.add_fault("Throttling", on="ListUsers", times=None)
    client = iam.client(config=None)
    with pytest.raises(client.exceptions.ClientError):
        client.list_users()
    return fault


def test_all_is_as_in_a_new_account():
    with FakeIAM() as iam, FakeIAM() as new:
        used(iam)
        iam.reset()
        assert repr(iam) == repr(new)
        assert iam.dump() == new.dump()
        assert (iam.calls, iam.waits, iam.problems()) == ([], [], [])
        assert abs(iam.clock.now() - new.clock.now()) < timedelta(minutes=1)
        now = new.clock.now()
        for account in (iam, new):
            account.clock.move_to(now)
            for service in (CODECOMMIT, BEDROCK):
                account.add_credential("Anika", service)
            account.client("Anika").list_users()
        assert iam.dump() == new.dump()
        assert iam.calls == new.calls
        secrets = [(each.id, each.user_name) for each in iam.credentials()]
        assert secrets == [(each.id, each.user_name) for each in new.credentials()]


def test_it_stays_open(sscred_iam):
    sscred_iam.reset()
    boto3.client("iam").create_user(UserName="Anika")
    assert [user.name for user in sscred_iam.users()] == ["Anika"]


def test_what_went_wrong_before_is_told_and_gone(iam):
    iam.require(lambda iam: not iam.users(), "no users")
    iam.add_user("Anika")
    iam.add_fault("Throttling", on="ListUsers")
    with pytest.raises(AssertionError, match="it does not hold") as caught:
        iam.reset()
    assert "never fired: Throttling on ListUsers" in str(caught.value)
    assert iam.problems() == []
    iam.reset()


def test_what_was_added_before_has_no_effect_any_more(iam, ask):
    fault = iam.add_fault("Throttling", on="ListUsers", times=None)
    assert ask("ListUsers").code == "Throttling"
    iam.reset()
    assert ask("ListUsers").code is None
    assert (fault.hits, fault.removed) == (1, True)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(names=st.sets(st.text("abc", min_size=1), max_size=5))
def test_hypothesis(sscred_iam, names):
    sscred_iam.reset()
    for name in names:
        sscred_iam.add_user(name)
    assert len(sscred_iam.users()) == len(names)
