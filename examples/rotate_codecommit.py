"""A rotation job for CodeCommit passwords: create, hand over, deactivate, delete.

It can be stopped at any point and run again. IAM gives a password once only, so a run that finds
two credentials takes the younger one for the last run's, resets it, and hands that password over.
The old credential goes when its successor has been handed over, never before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

import boto3

CODECOMMIT = "codecommit.amazonaws.com"

HandOver = Callable[[str, str, str], None]
"""Takes the IAM user's name, the git user name and the git password."""


def rotate(iam, user_name: str, hand_over: HandOver) -> None:
    """Replace the user's git password. Raises what IAM answers, NoSuchEntityException included."""
    found = iam.list_service_specific_credentials(UserName=user_name, ServiceName=CODECOMMIT)
    credentials = sorted(found["ServiceSpecificCredentials"], key=lambda each: each["CreateDate"])
    if len(credentials) == 2:
        *old, young = credentials
        new = iam.reset_service_specific_credential(
            UserName=user_name, ServiceSpecificCredentialId=young["ServiceSpecificCredentialId"]
        )
    else:
        old = credentials
        new = iam.create_service_specific_credential(UserName=user_name, ServiceName=CODECOMMIT)

    given = new["ServiceSpecificCredential"]
    if given["Status"] != "Active":
        set_status(iam, given, "Active")
    hand_over(user_name, given["ServiceUserName"], given["ServicePassword"])

    for credential in old:
        set_status(iam, credential, "Inactive")
        iam.delete_service_specific_credential(
            UserName=user_name,
            ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"],
        )


def set_status(iam, credential: dict, status: str) -> None:
    iam.update_service_specific_credential(
        UserName=credential["UserName"],
        ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"],
        Status=status,
    )


def rotate_all(iam, user_names: Iterable[str], hand_over: HandOver) -> list[str]:
    """Rotate for each; returns the names of users that are no longer there."""
    gone = []
    for user_name in user_names:
        try:
            rotate(iam, user_name, hand_over)
        except iam.exceptions.NoSuchEntityException:
            gone.append(user_name)
    return gone


def store(user_name: str, git_user_name: str, git_password: str) -> None:
    boto3.client("secretsmanager").put_secret_value(
        SecretId=f"git/{user_name}", SecretString=f"{git_user_name}:{git_password}"
    )


if __name__ == "__main__":
    missing = rotate_all(boto3.client("iam"), sys.argv[1:], store)
    sys.exit(f"no longer there: {', '.join(missing)}" if missing else 0)
