"""Clients of botocore's that are signed with a key of the account."""

from __future__ import annotations

from typing import Any

from botocore.session import Session

from pytest_sscred.environment import REGION


def iam_client(access_key_id: str, secret_access_key: str, **options: Any) -> Any:
    """A botocore client of IAM; `options` go to `Session.create_client`."""
    session = Session()
    options.setdefault("region_name", REGION)
    return session.create_client(
        "iam",
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
        **options,
    )
