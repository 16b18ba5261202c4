"""IAM users' access keys.

Answers and texts as recorded from AWS by LocalStack (2026-02/03).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_sscred.account import AccessKeyRecord, Account
from pytest_sscred.errors import AwsError
from pytest_sscred.operations.context import Context, settable_status, user_or_caller
from pytest_sscred.operations.pages import page

ACCESS_KEYS_PER_USER = 2


def create(account: Account, context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    user = user_or_caller(account, context, params)
    if len(user.access_keys) >= ACCESS_KEYS_PER_USER:
        raise AwsError(
            "LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {ACCESS_KEYS_PER_USER}"
        )
    key = account.add_access_key(user)
    return {"AccessKey": {**_metadata(key), "SecretAccessKey": key.secret}}


def list_(account: Account, context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    user = user_or_caller(account, context, params)
    found, rest = page(account, params, "access-keys", sorted(user.access_keys))
    return {"AccessKeyMetadata": [_metadata(user.access_keys[an_id]) for an_id in found], **rest}


def update(account: Account, context: Context, params: dict[str, Any]) -> None:
    key = _find(account, context, params)
    key.status = settable_status(params)


def delete(account: Account, context: Context, params: dict[str, Any]) -> None:
    account.remove_access_key(_find(account, context, params))


def _find(account: Account, context: Context, params: dict[str, Any]) -> AccessKeyRecord:
    user = user_or_caller(account, context, params)
    key = user.access_keys.get(params["AccessKeyId"])
    if key is None:
        raise AwsError(
            "NoSuchEntity", f"The Access Key with id {params['AccessKeyId']} cannot be found."
        )
    return key


def _metadata(key: AccessKeyRecord) -> dict[str, Any]:
    return {
        "UserName": key.user.name,
        "AccessKeyId": key.id,
        "Status": key.status,
        "CreateDate": key.created,
    }
