"""What the whole suite shares."""

from __future__ import annotations

import os

import boto3  # noqa: F401 - imported here, or every run of pytester imports it anew
import pytest

import pytest_sscred.doors.requests
import pytest_sscred.fake  # noqa: F401 - likewise

# A client made at import and without keys would ask the machine's metadata service for some.
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

pytest_plugins = ["network_guard", "pytester"]


def pytest_collection_modifyitems(items):
    """No test may outlive its time; what hangs is told with its stack.

    Not an ini option: the examples run without pytest-timeout, and unknown options are errors.
    """
    for item in items:
        item.add_marker(pytest.mark.timeout(120))


@pytest.fixture(scope="session", autouse=True)
def _no_program_outlives_its_tests():
    from client_programs import end_programs

    try:
        yield
    finally:
        end_programs()


@pytest.fixture(autouse=True)
def _the_section_is_short(monkeypatch):
    """As at a desk: where `CI` is set, a failed test's section shows every call."""
    monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def run_pytest(pytester, monkeypatch):
    """Run tests in a pytest of their own, in this process, with no plugin but ours.

    Others' are imported anew by every such run, hypothesis for two seconds.
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(tests, *args):
        pytester.makepyfile(test_it=tests)
        return pytester.runpytest_inprocess("-p", "pytest_sscred.plugin", *args)

    return run


@pytest.fixture
def iam():
    """An account that is not open: for what needs no patching."""
    from pytest_sscred import FakeIAM

    return FakeIAM()


@pytest.fixture
def ask(iam):
    """Send one operation through the waist, over botocore's own serialiser and parser."""
    from waist import Waist

    return Waist(iam)
