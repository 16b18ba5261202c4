"""What the whole suite shares."""

from __future__ import annotations

import pytest

pytest_plugins = ["network_guard", "pytester"]


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
