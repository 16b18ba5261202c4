"""A plugin of pytest: which lines each test runs, and how long it takes, for `run.py`.

A context of coverage.py for each test, also if it runs in a process of xdist.
"""

from __future__ import annotations

import json
import os
import time

import coverage
import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    measuring = coverage.Coverage.current()
    measuring.switch_context(item.nodeid)
    started = time.perf_counter()
    try:
        return (yield)
    finally:
        measuring.switch_context("")
        with open(f"{os.environ['COVERAGE_FILE']}-times", "a") as times:
            times.write(json.dumps([item.nodeid, time.perf_counter() - started]) + "\n")
