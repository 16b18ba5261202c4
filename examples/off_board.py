"""Off-boarding: takes away what leavers hold, and then the leavers.

    python off_board.py Anika sofia

Lists every credential of the account page by page, deactivates and deletes the leavers', then takes
from each leaver all else that DeleteUser would refuse it for, and removes the user. Who is gone
already is left alone.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

import boto3

# How it is listed, the list's name, the member that names one, and how one is taken away.
HELD = (
    ("list_access_keys", "AccessKeyMetadata", "AccessKeyId", "delete_access_key"),
    ("list_ssh_public_keys", "SSHPublicKeys", "SSHPublicKeyId", "delete_ssh_public_key"),
    ("list_signing_certificates", "Certificates", "CertificateId", "delete_signing_certificate"),
    ("list_mfa_devices", "MFADevices", "SerialNumber", "deactivate_mfa_device"),
    ("list_groups_for_user", "Groups", "GroupName", "remove_user_from_group"),
    ("list_attached_user_policies", "AttachedPolicies", "PolicyArn", "detach_user_policy"),
    ("list_user_policies", "PolicyNames", "PolicyName", "delete_user_policy"),
)


def off_board(iam, leavers: list[str]) -> None:
    """Raises DeleteConflictException for a leaver who gets something new meanwhile."""
    names = {name.lower() for name in leavers}
    held = [each for each in all_credentials(iam) if each["UserName"].lower() in names]
    for credential in held:
        retire(iam, credential)
    for name in leavers:
        remove(iam, name)


def all_credentials(iam) -> Iterator[dict[str, Any]]:
    """Every service-specific credential of the account. botocore has no paginator for them."""
    request: dict[str, Any] = {"AllUsers": True}
    while True:
        page = iam.list_service_specific_credentials(**request)
        yield from page["ServiceSpecificCredentials"]
        if not page["IsTruncated"]:
            return
        request["Marker"] = page["Marker"]


def retire(iam, credential: dict[str, Any]) -> None:
    about = {
        "UserName": credential["UserName"],
        "ServiceSpecificCredentialId": credential["ServiceSpecificCredentialId"],
    }
    try:
        if credential["Status"] == "Active":
            iam.update_service_specific_credential(Status="Inactive", **about)
        iam.delete_service_specific_credential(**about)
    except iam.exceptions.NoSuchEntityException:
        pass


def remove(iam, name: str) -> None:
    try:
        for listing, members, member, taking in HELD:
            for held in named(iam, name, listing, members, member):
                take(iam, taking, UserName=name, **{member: held})
                if taking == "deactivate_mfa_device" and held.startswith("arn:"):
                    take(iam, "delete_virtual_mfa_device", SerialNumber=held)
        take(iam, "delete_login_profile", UserName=name)
        iam.delete_user(UserName=name)
    except iam.exceptions.NoSuchEntityException:
        pass


def named(iam, name: str, listing: str, members: str, member: str) -> list[str]:
    """What names each that the user has; of all before one is taken."""
    pages = iam.get_paginator(listing).paginate(UserName=name)
    found = [each for page in pages for each in page[members]]
    return [each if isinstance(each, str) else each[member] for each in found]


def take(iam, taking: str, **about: str) -> None:
    # It is gone; or the user, and then deleting the user will tell.
    with contextlib.suppress(iam.exceptions.NoSuchEntityException):
        getattr(iam, taking)(**about)


if __name__ == "__main__":
    off_board(boto3.client("iam"), sys.argv[1:])
