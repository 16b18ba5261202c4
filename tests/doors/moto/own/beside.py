"""A plugin for moto's own tests: an account is open beside each, and failures are written down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _beside(sscred_iam):
    return


def pytest_runtest_logreport(report):
    if report.failed:
        with Path(os.environ["SSCRED_FAILED"]).open("a", encoding="utf-8") as file:
            print(report.nodeid, file=file)
