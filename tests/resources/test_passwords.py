"""What the account's policy has passwords hold to."""

from __future__ import annotations

import pytest

GOOD = "Corr3ct-horse"


@pytest.fixture
def profile(ask):
    ask("CreateUser", UserName="Anika")
    ask("CreateLoginProfile", UserName="Anika", Password=GOOD)


def test_a_password_that_is_too_short_is_a_violation(ask, profile):
    answer = ask("UpdateLoginProfile", UserName="Anika", Password="Aa1-")
    message = "Password should have a minimum length of 8 "
    assert (answer.code, answer.message) == ("PasswordPolicyViolation", message)


@pytest.mark.parametrize(
    ("reuse", "code"), [(1, None), (2, "PasswordPolicyViolation"), (None, None)]
)
def test_a_user_may_not_use_a_password_again_if_the_policy_says_so(iam, ask, profile, reuse, code):
    prevention = {} if reuse is None else {"PasswordReusePrevention": reuse}
    ask("UpdateAccountPasswordPolicy", MinimumPasswordLength=8, **prevention)
    iam.act_as("Anika")
    ask("ChangePassword", OldPassword=GOOD, NewPassword="Batt3ry-staple")
    again = ask("ChangePassword", OldPassword="Batt3ry-staple", NewPassword=GOOD)
    assert again.code == code
