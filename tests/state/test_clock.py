"""The account's time: the system's, until it is moved."""

from __future__ import annotations

import datetime as dt
import sys
import threading

import boto3
import pytest
import time_machine
from freezegun import freeze_time
from names import BEDROCK

from pytest_sscred.state.clock import Clock

UTC = dt.timezone.utc
NEW_YEAR = dt.datetime(2027, 1, 1, tzinfo=UTC)
HOUR = dt.timedelta(hours=1)


def test_it_follows_the_system_clock():
    before = dt.datetime.now(UTC)
    now = Clock().now()
    assert before <= now <= dt.datetime.now(UTC)
    assert now.tzinfo is UTC


def test_it_follows_freezegun():
    clock = Clock()
    with freeze_time("2027-01-01") as frozen:
        assert clock.now() == NEW_YEAR
        frozen.tick(HOUR)
        assert clock.now() == NEW_YEAR + HOUR


def test_it_follows_time_machine():
    clock = Clock()
    with time_machine.travel(NEW_YEAR, tick=False) as traveller:
        assert clock.now() == NEW_YEAR
        traveller.shift(HOUR)
        assert clock.now() == NEW_YEAR + HOUR


def test_moved_it_stands_still():
    clock = Clock()
    clock.move_to(NEW_YEAR)
    assert clock.now() == clock.now() == NEW_YEAR
    clock.shift(HOUR)
    clock.shift(HOUR)
    assert clock.now() == NEW_YEAR + 2 * HOUR


def test_shifted_it_goes_on():
    clock = Clock()
    with time_machine.travel(NEW_YEAR, tick=False) as traveller:
        clock.shift(-HOUR)
        traveller.shift(3 * HOUR)
        assert clock.now() == NEW_YEAR + 2 * HOUR


def test_any_time_zone_will_do():
    clock = Clock()
    clock.move_to(dt.datetime(2027, 1, 1, 9, tzinfo=dt.timezone(9 * HOUR)))
    assert clock.now() == NEW_YEAR
    assert clock.now().tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone: give it one"):
        Clock().move_to(dt.datetime(2027, 1, 1))


@pytest.mark.parametrize("call", [lambda c: c.move_to("2027-01-01"), lambda c: c.shift(3600)])
def test_what_is_no_time_is_refused(call):
    with pytest.raises(TypeError, match=r"datetime\."):
        call(Clock())


@pytest.mark.parametrize("delta", [dt.timedelta(days=3_660_000), -dt.timedelta(days=999_999)])
def test_a_year_that_is_none_is_refused_and_the_clock_stays(delta):
    clock = Clock()
    with pytest.raises(ValueError, match="is in no year from 1 to 9999: move the clock by less"):
        clock.shift(delta)
    assert abs(clock.now() - dt.datetime.now(UTC)) < HOUR


def test_of_threads_that_move_it_at_once_none_is_lost():
    clock = Clock()
    clock.move_to(NEW_YEAR)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [
            threading.Thread(target=lambda: [clock.shift(HOUR) for _ in range(500)])
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert clock.now() - NEW_YEAR == 4000 * HOUR


EAST, WEST = dt.timezone(5 * HOUR), dt.timezone(-5 * HOUR)
LAST = dt.datetime.max.replace(tzinfo=UTC)
FIRST = dt.datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize("moment", [FIRST.replace(tzinfo=EAST), LAST.replace(tzinfo=WEST)])
def test_a_moment_that_is_none_in_utc_is_refused_and_the_clock_stays(iam, moment):
    with pytest.raises(ValueError, match="is in no year from 1 to 9999 in UTC: give another"):
        iam.clock.move_to(moment)
    with pytest.raises(ValueError, match="is in no year from 1 to 9999 in UTC: give another"):
        iam.add_credential("Anika", BEDROCK, expires=moment)
    assert abs(iam.clock.now() - dt.datetime.now(UTC)) < HOUR
    assert iam.users() == []


def test_a_deadline_too_early_for_a_day_before_it_is_refused(iam):
    with pytest.raises(ValueError, match="no year from 1 to 9999: give a later expires"):
        iam.add_credential("Anika", BEDROCK, expires=FIRST)
    assert iam.users() == []


@pytest.mark.parametrize("moment", [FIRST, dt.datetime(999, 12, 31, tzinfo=UTC), LAST], ids=str)
def test_boto3_reads_any_year_as_it_is(sscred_iam, moment):
    sscred_iam.clock.move_to(moment)
    iam = boto3.client("iam")
    user = iam.create_user(UserName="Anika")["User"]
    iam.create_login_profile(UserName="Anika", Password="Corr3ct-horse")
    iam.update_account_password_policy(MaxPasswordAge=90)
    about = {"UserName": "Anika", "ServiceName": BEDROCK, "CredentialAgeDays": 90}
    made = iam.create_service_specific_credential(**about)["ServiceSpecificCredential"]
    whole = moment.replace(microsecond=0)
    assert user["CreateDate"] == made["CreateDate"] == whole
    assert whole <= made["ExpirationDate"] <= LAST
    assert sscred_iam.user("Anika").created == whole
    iam.generate_credential_report()
    if moment != LAST:  # where it is never done
        sscred_iam.clock.shift(HOUR)
        rows = iam.get_credential_report()["Content"].decode().splitlines()
        assert f",{moment.year:04}-{moment:%m-%d}T00:00:00Z," in rows[-1]


def test_what_nobody_sees_before_the_year_10000_is_never_seen(iam, ask):
    iam.clock.move_to(LAST - HOUR)
    iam.set_propagation(after=HOUR)
    iam.clock.shift(HOUR / 2)
    assert ask("CreateUser", UserName="Anika").status == 200
    assert ask("ListUsers").result["Users"] == []
    assert [user.name for user in iam.users()] == ["Anika"]
