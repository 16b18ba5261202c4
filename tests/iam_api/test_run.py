"""Coroutines that are run at once."""

from __future__ import annotations

import asyncio

import pytest

from pytest_sscred.running import run


async def three():
    return 3


async def twice(coroutine):
    return 2 * await coroutine


def test_what_never_waits_is_run_to_its_end():
    assert run(twice(three())) == 6


def test_what_waits_is_refused_and_closed():
    with pytest.raises(RuntimeError, match="await it"):
        run(asyncio.sleep(0))
