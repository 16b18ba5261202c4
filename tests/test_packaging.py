"""What is installed, and what it says of itself."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest_sscred

DISTRIBUTION = metadata.distribution("pytest-sscred")


def test_the_metadata_is_what_users_find():
    about = DISTRIBUTION.metadata
    assert about["License-Expression"] == "MIT"
    assert about["Requires-Python"] == ">=3.10"
    assert "Framework :: Pytest" in about.get_all("Classifier")
    assert about["Description-Content-Type"] == "text/markdown"


def test_the_dependencies_have_lower_bounds_and_no_upper_ones():
    required = DISTRIBUTION.requires
    assert sorted(each.partition(">=")[0] for each in required) == [
        "botocore",
        "pytest",
        "responses",
    ]
    assert not any(mark in each for each in required for mark in "<~!")


def test_pytest_finds_the_plugin():
    (entry_point,) = [each for each in DISTRIBUTION.entry_points if each.group == "pytest11"]
    assert entry_point.value == "pytest_sscred.plugin"


def test_the_types_are_shipped():
    assert (Path(pytest_sscred.__file__).parent / "py.typed").is_file()
