"""moto's private parts are checked first. Without moto nothing is done."""

from __future__ import annotations

import sys
import textwrap

import boto3
import pytest
from moto import mock_aws
from moto.iam import models
from moto.iam.models import IAMBackend, iam_backends

from pytest_sscred import FakeIAM
from pytest_sscred.doors.moto.fence import MotoChanged, what_has_changed
from pytest_sscred.doors.moto.methods import methods_of


def test_the_installed_moto_fits():
    assert what_has_changed(models) == ""


def test_a_moto_that_has_changed_keeps_its_own_users(monkeypatch):
    def create_user(self, user_name, mood):
        raise NotImplementedError

    monkeypatch.setattr(IAMBackend, "create_user", create_user)
    iam = FakeIAM()
    with mock_aws():
        with pytest.warns(MotoChanged, match=r"moto has changed IAMBackend\.create_user, which"):
            iam.open()
        iam.add_user("Anika")
        assert iam_backends["123456789012"]["global"].users == {}
        assert boto3.client("iam").list_users()["Users"][0]["UserName"] == "Anika"
        assert "users" not in vars(IAMBackend)
        iam.close()


class Other:
    """It sets something else than moto's class does."""

    def __init__(self):
        self.other = None


@pytest.fixture(autouse=True)
def unchecked():
    for each in (what_has_changed, methods_of):
        each.cache_clear()
    yield
    for each in (what_has_changed, methods_of):
        each.cache_clear()


@pytest.mark.parametrize(
    ("name", "other", "changed"),
    [
        ("SshPublicKey", None, "SshPublicKey"),
        ("Role", Other, "Role.assume_role_policy_document"),
        ("AccessKey", Other, "AccessKey.other"),
    ],
)
def test_what_is_told_to_have_changed(monkeypatch, name, other, changed):
    if other is None:
        monkeypatch.delattr(models, name)
    else:
        monkeypatch.setattr(models, name, other)
    assert what_has_changed(models) == changed


def test_a_method_that_is_missing(monkeypatch):
    monkeypatch.delattr(IAMBackend, "delete_user")
    assert what_has_changed(models) == "IAMBackend.delete_user"


def test_moto_that_is_being_imported_waits(monkeypatch):
    monkeypatch.delattr(models, "iam_backends")
    with FakeIAM() as iam:
        iam.add_user("Anika")
        assert "users" not in vars(IAMBackend)
        assert boto3.client("iam").list_users()["Users"]


def test_moto_that_is_imported_late_is_shared(pytester):
    pytester.makepyfile(
        textwrap.dedent(
            """
            import sys
            import boto3

            def test_late(sscred_iam):
                user = sscred_iam.add_user("Anika")
                key = boto3.client("iam").create_access_key(UserName="Anika")["AccessKey"]
                assert "moto" not in sys.modules
                from moto import mock_aws
                assert "moto.iam.models" not in sys.modules
                with mock_aws():
                    about = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": "x"}
                    boto3.client("s3", **about).create_bucket(Bucket="reports")
                    used = boto3.client("iam").get_access_key_last_used(
                        AccessKeyId=key["AccessKeyId"])
                    assert used["AccessKeyLastUsed"]["ServiceName"] == "s3"
                assert sscred_iam.problems() == []

            def test_without_moto(sscred_iam):
                boto3.client("iam").list_users()
            """
        )
    )
    result = pytester.runpytest_subprocess("-p", "no:randomly")
    result.assert_outcomes(passed=2)


def test_moto_is_not_imported_for_others(pytester):
    pytester.makepyfile(
        """
        import sys
        import boto3

        def test_it(sscred_iam):
            boto3.client("iam").list_users()
            assert "moto" not in sys.modules
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_moto_stays_imported():
    assert "moto.iam.models" in sys.modules
