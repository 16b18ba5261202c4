import time
from datetime import timedelta

import boto3
import pytest
from credential_report import findings


@pytest.fixture
def check(sscred_iam, monkeypatch):
    clock = sscred_iam.clock
    monkeypatch.setattr(time, "sleep", lambda seconds: clock.shift(timedelta(seconds=seconds)))
    iam = boto3.client("iam", region_name="us-east-1")
    return lambda: findings(iam, clock.now())


def used(sscred_iam, user, **age):
    """An access key with which the user has called."""
    key = user.add_access_key(**age)
    sscred_iam.client(user_name=user).get_user()
    return key


def test_who_does_as_asked_is_not_named(sscred_iam, check):
    anika = sscred_iam.add_user("Anika")
    anika.add_login_profile()
    anika.add_mfa_device()
    used(sscred_iam, anika, age_days=89)
    anika.add_access_key("Inactive", age_days=1000)
    assert check() == []
    sscred_iam.assert_called("GenerateCredentialReport", times=2)


def test_a_password_needs_a_device(sscred_iam, check):
    sscred_iam.add_user("Anika").add_login_profile()
    sscred_iam.add_user("Li").add_mfa_device()
    assert check() == ["Anika: has a password and no MFA device"]


def test_old_and_unused_keys_are_named(sscred_iam, check):
    anika = sscred_iam.add_user("Anika")
    used(sscred_iam, anika, age_days=91)
    anika.add_access_key()
    assert check() == [
        "Anika: access_key_1 is 91 days old",
        "Anika: access_key_2 was never used",
    ]


def test_a_throttled_report_is_asked_for_again(sscred_iam, check):
    sscred_iam.add_fault("Throttling", on="GetCredentialReport")
    assert check() == []
    sscred_iam.assert_retried("GetCredentialReport", times=1)
