"""The names that type checkers know are those that the data has."""

from __future__ import annotations

from typing import get_args

import pytest

from pytest_sscred.arguments import STATUSES
from pytest_sscred.journal import USE
from pytest_sscred.names import (
    CallName,
    OperationName,
    ServiceName,
    SettableStatus,
    Status,
    Verdict,
    Waits,
)
from pytest_sscred.options import Options
from pytest_sscred.protocol.model import load_model
from pytest_sscred.resources import OPERATIONS
from pytest_sscred.resources.services import SERVICES


def test_services_and_statuses():
    assert set(get_args(ServiceName)) == set(SERVICES)
    assert get_args(Status) == STATUSES
    assert set(get_args(SettableStatus)) == {"Active", "Inactive"}


def test_operations():
    """An older botocore has fewer; if this fails, a newer one has more: add them."""
    assert load_model().iam.operation_names | OPERATIONS.keys() <= set(get_args(OperationName))
    operations, use = get_args(CallName)
    assert (operations, get_args(use)) == (OperationName, (USE,))


@pytest.mark.parametrize(
    ("option", "names"),
    [("unused_faults", Verdict), ("unsupported", Verdict), ("network", Verdict), ("waits", Waits)],
)
def test_options(option, names):
    for name in get_args(names):
        Options(**{option: name})
    with pytest.raises(ValueError, match=f"{option} takes '{get_args(names)[0]}'"):
        Options(**{option: "other"})
