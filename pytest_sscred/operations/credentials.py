"""Service-specific credentials.

Answers, texts and the order of the checks as recorded from AWS by LocalStack (2025-03-06 and
2026-02/03) and radkawar/stackd (2026-09-11 to 13).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pytest_sscred import assumed
from pytest_sscred.account import Account, CredentialRecord
from pytest_sscred.errors import AwsError
from pytest_sscred.operations.context import (
    Context,
    named_user,
    settable_status,
    user_or_caller,
)
from pytest_sscred.operations.pages import page
from pytest_sscred.services import SERVICES, Service

_SERVICE_NAME = re.compile(r"[a-zA-Z0-9.-]*")


def create(account: Account, context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    user = named_user(account, params["UserName"])
    service = _service(params["ServiceName"])
    if account.places_taken(user, service, context.cause.at) >= account.quota:
        raise AwsError(
            "LimitExceeded",
            f"Cannot exceed quota for ContextSpecificCredentialsPerUserPerContext: {account.quota}",
        )
    credential = account.add_credential(
        user, service, context.cause, age_days=params.get("CredentialAgeDays")
    )
    return _with_secret(credential, context)


def list_(account: Account, context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    if params.get("AllUsers", False):
        if "UserName" in params:
            raise AwsError(
                "InvalidInput", "Cannot list credentials for all users if a username is given"
            )
        ids = account.credential_ids
    else:
        ids = sorted(user_or_caller(account, context, params).credentials)
    name = params.get("ServiceName", "")
    service = _service(name) if name else None
    found, rest = page(
        account,
        params,
        "service-specific-credentials",
        ids,
        lambda an_id: service is None or account.credentials[an_id].service is service,
    )
    members = [_metadata(account.credentials[an_id], context) for an_id in found]
    return {"ServiceSpecificCredentials": members, **rest}


def update(account: Account, context: Context, params: dict[str, Any]) -> None:
    credential = _find(account, context, params)
    status = settable_status(params)
    if credential.status(context.cause.at) == "Expired":
        raise AwsError("InvalidInput", assumed.EXPIRED_CANNOT_BE_UPDATED)
    credential.change(status, context.cause)


def reset(account: Account, context: Context, params: dict[str, Any]) -> Mapping[str, Any]:
    credential = _find(account, context, params)
    if credential.status(context.cause.at) == "Expired":
        raise AwsError("InvalidInput", assumed.EXPIRED_CANNOT_BE_RESET)
    account.reset_secret(credential)
    return _with_secret(credential, context)


def delete(account: Account, context: Context, params: dict[str, Any]) -> None:
    account.remove_credential(_find(account, context, params), context.cause)


def _find(account: Account, context: Context, params: dict[str, Any]) -> CredentialRecord:
    """The credential meant: first the user, then the id, then whether they belong together."""
    user = user_or_caller(account, context, params)
    an_id = params["ServiceSpecificCredentialId"]
    credential = account.credentials.get(an_id)
    if credential is None:
        raise AwsError("NoSuchEntity", f"No such credential {an_id} exists")
    if credential.user is not user:
        name = params.get("UserName", user.name)
        raise AwsError(
            "ValidationError",
            f"User {name} does not have a service specific credential with id {an_id}",
        )
    return credential


def _service(name: str) -> Service:
    if not _SERVICE_NAME.fullmatch(name):
        raise AwsError("ValidationError", "ServiceName must match [a-zA-Z0-9.-]*")
    service = SERVICES.get(name.lower())
    if service is None:
        raise AwsError(
            "NoSuchEntity", f"No such service {name} is supported for Service Specific Credentials"
        )
    return service


def _metadata(credential: CredentialRecord, context: Context) -> dict[str, Any]:
    alias = "ServiceCredentialAlias" if credential.service.takes_api_key else "ServiceUserName"
    members = {
        "UserName": credential.user.name,
        "Status": credential.status(context.cause.at),
        alias: credential.alias,
        "CreateDate": credential.created,
        "ServiceSpecificCredentialId": credential.id,
        "ServiceName": credential.service.name,
    }
    if credential.expires is not None:
        members["ExpirationDate"] = credential.expires
    return members


def _with_secret(credential: CredentialRecord, context: Context) -> dict[str, Any]:
    """What Create and Reset alone give."""
    secret = "ServiceCredentialSecret" if credential.service.takes_api_key else "ServicePassword"
    members = {**_metadata(credential, context), secret: credential.secret}
    return {"ServiceSpecificCredential": members}
