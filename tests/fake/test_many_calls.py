"""After many calls: what fails says so at a cost that grows as their number does, no faster."""

from __future__ import annotations

import pytest
from names import CODECOMMIT, UPDATE
from waist import Waist
from work import work

from pytest_sscred import FakeIAM
from pytest_sscred.report import section

FEW, MANY = 300, 1200
FAILING = {
    "assert_active": lambda iam, ours, other: iam.assert_active(ours),
    "assert_called": lambda iam, ours, other: iam.assert_called(UPDATE, UserName="nobody"),
    "assert_deactivated": lambda iam, ours, other: iam.assert_deactivated(other),
    "assert_deleted": lambda iam, ours, other: iam.assert_deleted(ours),
    "assert_not_called": lambda iam, ours, other: iam.assert_not_called(UPDATE),
    "assert_order": lambda iam, ours, other: iam.assert_order(UPDATE, "DeleteUser"),
    "assert_retried": lambda iam, ours, other: iam.assert_retried(UPDATE),
    "assert_statuses": lambda iam, ours, other: iam.assert_statuses(ours, ["Inactive"]),
}


@pytest.fixture(scope="module")
def accounts():
    """After few calls, and after many: with the credential that they changed and another."""
    found = []
    for number in (FEW, MANY):
        iam = FakeIAM()
        ask, credential = Waist(iam), iam.add_credential("Anika", CODECOMMIT)
        for each in range(number):
            status = "Active" if each % 4 else "Inactive"
            about = {"UserName": "Anika", "ServiceSpecificCredentialId": credential.id}
            ask(UPDATE, **about, Status=status)
        ask(UPDATE, **about, Status="Inactive")
        found.append((iam, credential, iam.add_credential("Anika", CODECOMMIT)))
    return found


@pytest.mark.parametrize("name", FAILING)
def test_a_failures_cost_grows_with_the_number_of_calls(accounts, name):
    def fail(account):
        with pytest.raises(AssertionError):
            FAILING[name](*account)

    few, many = (work(fail, account) for account in accounts)
    assert many <= few * MANY / FEW * 1.1


@pytest.mark.parametrize("whole", [False, True], ids=["short", "whole"])
def test_the_sections_cost_grows_with_the_number_of_calls(accounts, whole):
    few, many = (work(section, iam._account, whole=whole) for iam, *_ in accounts)
    assert many <= few * MANY / FEW * 1.1
