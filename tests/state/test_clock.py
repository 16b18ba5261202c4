"""The account's time: the system's, until it is moved."""

from __future__ import annotations

import datetime as dt
import sys
import threading

import pytest
import time_machine
from freezegun import freeze_time

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
