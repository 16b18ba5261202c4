"""Thirteen mistakes in a rotation, each as a test finds it: told at its line, in 25 lines."""

from __future__ import annotations

import re

import pytest

ROTATION = """\
import logging
import boto3

log = logging.getLogger("rotation")
ABOUT = {"ServiceName": "codecommit.amazonaws.com"}

def keys_of(iam, user):
    pages = iam.list_service_specific_credentials(UserName=user, **ABOUT, MaxItems=1)
    found = pages["ServiceSpecificCredentials"]
    while pages["IsTruncated"]:
        pages = iam.list_service_specific_credentials(
            UserName=user, **ABOUT, MaxItems=1, Marker=pages["Marker"]
        )
        found += pages["ServiceSpecificCredentials"]
    return [each["ServiceSpecificCredentialId"] for each in found]

def rotate(user, dry_run=False):
    iam = boto3.client("iam")
    old = keys_of(iam, user)
    if dry_run:
        return None
    made = iam.create_service_specific_credential(UserName=user, **ABOUT)
    new = made["ServiceSpecificCredential"]
    log.debug("made %s", new["ServiceSpecificCredentialId"])
    for one in old:
        about = {"UserName": user, "ServiceSpecificCredentialId": one}
        iam.update_service_specific_credential(**about, Status="Inactive")
        iam.delete_service_specific_credential(**about)
    return new["ServiceSpecificCredentialId"]
"""
TESTS = """\
import boto3
import pytest
from rotation import rotate

CODECOMMIT = "codecommit.amazonaws.com"

@pytest.fixture
def old(sscred_iam):
    sscred_iam.require_active("Anika", CODECOMMIT)
    sscred_iam.require_deactivated_before_deleted()
    return sscred_iam.credentials("Anika")

@pytest.fixture
def sscred_iam(sscred_iam):
    sscred_iam.add_credential("Anika", CODECOMMIT)
    return sscred_iam

def test_old_ones_are_deleted(sscred_iam, old):
    rotate("Anika")
    for one in old:
        sscred_iam.assert_deleted(one)
        sscred_iam.assert_statuses(one, ["Active", "Inactive", "Deleted"])

def test_one_is_made_for_the_user(sscred_iam, old):
    rotate("Anika")
    sscred_iam.assert_called("CreateServiceSpecificCredential", times=1, UserName="Anika")
    assert len(sscred_iam.credentials("Anika", CODECOMMIT, "Active")) == 1

def test_a_dry_run_changes_nothing(sscred_iam):
    sscred_iam.require_no_changes()
    rotate("Anika", dry_run=True)

def test_nothing_is_logged(sscred_iam, old, caplog):
    new = rotate("Anika")
    sscred_iam.assert_secret_not_logged(new, caplog)

def test_no_lost_answer_is_swallowed(sscred_iam, old):
    sscred_iam.add_fault("AccessDenied", on="UpdateServiceSpecificCredential")
    with pytest.raises(Exception, match="AccessDenied"):
        rotate("Anika")

def test_all_of_several_are_rotated(sscred_iam):
    one, two = sscred_iam.credentials("Anika")[0], sscred_iam.add_credential("Anika", CODECOMMIT)
    sscred_iam.remove_credential(one)
    rotate("Anika")
    sscred_iam.assert_order("CreateServiceSpecificCredential", "DeleteServiceSpecificCredential")
    sscred_iam.assert_deleted(two)

@pytest.mark.sscred_iam(quota=5)
def test_every_page_is_read(sscred_iam):
    sscred_iam.add_credential("Anika", CODECOMMIT)
    old = sscred_iam.credentials("Anika")
    rotate("Anika")
    for one in old:
        sscred_iam.assert_deleted(one)
"""

# What is written in place of what, which test finds it, and what its output has.
MUTATIONS = {
    "never deactivated": (
        '        iam.update_service_specific_credential(**about, Status="Inactive")\n',
        "",
        "old_ones",
        "*deleted while Active: DeleteServiceSpecificCredential at rotation.py:27",
    ),
    "deactivated with the wrong status": (
        'Status="Inactive"',
        'Status="Active"',
        "old_ones",
        "*deleted while Active: DeleteServiceSpecificCredential at rotation.py:28",
    ),
    "never deleted": (
        "        iam.delete_service_specific_credential(**about)\n",
        "",
        "old_ones",
        "E  *AssertionError: Inactive, not Deleted: ACCA* of Anika (codecommit)",
    ),
    "deleted before its successor is made": (
        "    old = keys_of(iam, user)\n",
        "    old = keys_of(iam, user)\n"
        "    for one in old:\n"
        "        iam.delete_service_specific_credential(\n"
        "            UserName=user, ServiceSpecificCredentialId=one\n"
        "        )\n"
        "    old = []\n",
        "one_is_made",
        "*0 Active for Anika: DeleteServiceSpecificCredential at rotation.py:21",
    ),
    "made for another user": (
        "iam.create_service_specific_credential(UserName=user, **ABOUT)",
        'iam.create_service_specific_credential(UserName="anna", **ABOUT)',
        "one_is_made",
        "*2. CreateServiceSpecificCredential anna *: NoSuchEntity, rotation.py:22",
    ),
    "made twice": (
        "    new = made",
        "    iam.create_service_specific_credential(UserName=user, **ABOUT)\n    new = made",
        "one_is_made",
        "*: LimitExceeded, rotation.py:23",
    ),
    "a dry run that is none": (
        "    if dry_run:\n        return None\n",
        "",
        "dry_run",
        "a change: CreateServiceSpecificCredential at rotation.py:20",
    ),
    "a secret in the log": (
        'log.debug("made %s", new["ServiceSpecificCredentialId"])',
        'log.debug("made %s", new)',
        "logged",
        "E  *as it is, in line 1 of the message of rotation DEBUG at rotation.py:24*",
    ),
    "an error that is swallowed": (
        '        iam.update_service_specific_credential(**about, Status="Inactive")\n',
        "        try:\n"
        '            iam.update_service_specific_credential(**about, Status="Inactive")\n'
        "        except Exception:\n"
        "            continue\n",
        "swallowed",
        "*: AccessDenied, rotation.py:28",
    ),
    "an operation of another service": (
        "    return new",
        '    boto3.client("s3", "us-east-1").list_buckets()\n    return new',
        "one_is_made",
        "*- called at rotation.py:29",
    ),
    "of the new one, not of the old": (
        '"ServiceSpecificCredentialId": one}',
        '"ServiceSpecificCredentialId": new["ServiceSpecificCredentialId"]}',
        "several",
        "E  *AssertionError: still Active: ACCA* of Anika (codecommit)",
    ),
    "only the first page is read": (
        '    while pages["IsTruncated"]:\n',
        "    while False:\n",
        "page",
        "truncated, and the rest never asked for: 1. List*, rotation.py:8",
    ),
    "of another user": (
        '{"UserName": user,',
        '{"UserName": user + "x",',
        "old_ones",
        "*: NoSuchEntity, rotation.py:27",
    ),
}


@pytest.fixture
def rotated(pytester, run_pytest):
    def rotated(source, *args):
        pytester.makepyfile(rotation=source)
        result = run_pytest(TESTS, "--tb=short", *args)
        return result

    return rotated


def test_the_rotation_itself_is_right(rotated, pytester):
    rotated(ROTATION).assert_outcomes(passed=7)


FLAGS = {
    "plain": (),
    "-q": ("-q",),
    "-vv": ("-vv",),
    "--tb=short": ("--tb=short",),
    "colour": ("--color=yes",),
    "xdist": ("-p", "xdist", "-n1"),
}


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
@pytest.mark.parametrize(("old", "new", "test", "line"), MUTATIONS.values(), ids=MUTATIONS)
def test_a_mistake_is_told_at_its_line(rotated, old, new, test, line, flags):
    assert ROTATION.count(old) == 1
    result = rotated(ROTATION.replace(old, new), "-k", test, *flags)
    result.assert_outcomes(failed=1, deselected=0 if "xdist" in flags else 6)
    lines = [re.sub("\x1b\\[[0-9;]*m", "", each) for each in result.outlines]
    assert any(re.search(pattern(line), each) for each in lines), "\n".join(lines)
    start = next(at for at, each in enumerate(lines) if re.search("^_+ test_", each))
    ends = ("short test summary", "warnings summary")
    end = next(at for at, each in enumerate(lines) if any(one in each for one in ends))
    assert end - start <= 25, "\n".join(lines)


def pattern(line):
    return f"^{re.escape(line)}$".replace(r"\*", ".*").replace("E  .*", "E +.*")
