"""What the tests of the endpoint share."""

from __future__ import annotations

import pytest


@pytest.fixture
def endpoint(iam):
    """Of an account that is not open: nothing is patched."""
    with iam.serve() as endpoint:
        yield endpoint
