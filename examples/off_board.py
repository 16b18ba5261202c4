"""Off-boarding: takes away what leavers hold, and then the leavers.

    python off_board.py Anika sofia

Lists every credential of the account page by page, deactivates and deletes the leavers', deletes
their access keys, and removes the users. Who is gone already is left alone.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

import boto3


def off_board(iam, leavers: list[str]) -> None:
    """Raises DeleteConflictException for a leaver who holds more than this script knows of."""
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
        for page in iam.get_paginator("list_access_keys").paginate(UserName=name):
            for key in page["AccessKeyMetadata"]:
                delete_access_key(iam, key)
        iam.delete_user(UserName=name)
    except iam.exceptions.NoSuchEntityException:
        pass


def delete_access_key(iam, key: dict[str, Any]) -> None:
    # The key is gone; or the user, and then deleting the user will tell.
    with contextlib.suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_access_key(UserName=key["UserName"], AccessKeyId=key["AccessKeyId"])


if __name__ == "__main__":
    off_board(boto3.client("iam"), sys.argv[1:])
