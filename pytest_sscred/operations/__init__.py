"""IAM's operations, one function each: (account, context, params) -> result.

They know no XML and no HTTP. Wire names stay here: `params` and the result are spelled as AWS
spells them, what is handed to the account is not. They raise AwsError in AWS's words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.operations import access_keys, credentials, users
from pytest_sscred.operations.context import Context

Operation = Callable[[Account, Context, dict[str, Any]], Mapping[str, Any] | None]

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "CreateAccessKey": access_keys.create,
        "CreateServiceSpecificCredential": credentials.create,
        "CreateUser": users.create,
        "DeleteAccessKey": access_keys.delete,
        "DeleteServiceSpecificCredential": credentials.delete,
        "DeleteUser": users.delete,
        "GetUser": users.get,
        "ListAccessKeys": access_keys.list_,
        "ListServiceSpecificCredentials": credentials.list_,
        "ListUsers": users.list_,
        "ResetServiceSpecificCredential": credentials.reset,
        "UpdateAccessKey": access_keys.update,
        "UpdateServiceSpecificCredential": credentials.update,
        "UpdateUser": users.update,
    }
)
