"""What every operation asks first: whom the call is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pytest_sscred.account import Account, Caller, Cause, UserRecord
from pytest_sscred.errors import AwsError, no_such_user


class Context(NamedTuple):
    """Who calls, and what a change made by this call is put down to."""

    caller: Caller
    cause: Cause


def named_user(account: Account, name: str) -> UserRecord:
    """The user of that name in whatever case; NoSuchEntity where there is none."""
    user = account.user(name)
    if user is None:
        raise no_such_user(name)
    return user


def user_or_caller(account: Account, context: Context, params: Mapping[str, Any]) -> UserRecord:
    """The user that UserName names, or the caller where it is left out.

    The text for callers who are no user is recorded for GetUser and DeleteAccessKey
    (LocalStack's snapshots of AWS, 2026-02/03).
    """
    if "UserName" in params:
        return named_user(account, params["UserName"])
    if context.caller.user is None:
        raise AwsError(
            "ValidationError", "Must specify userName when calling with non-User credentials"
        )
    return context.caller.user


def as_seen(caller: Caller, account: Account) -> Caller:
    """The caller, where `account` is as it was earlier, as it was then."""
    if caller.user is None or caller.user is account.users.get(caller.user.name.casefold()):
        return caller
    then = next((each for each in account.users.values() if each.id == caller.user.id), None)
    return Caller(caller.arn, then or caller.user)


def settable_status(params: Mapping[str, Any]) -> str:
    """The Status to set; Expired passes the model and is refused here, as recorded."""
    status: str = params["Status"]
    if status not in ("Active", "Inactive"):
        raise AwsError("InvalidInput", f"Operation does not support status {status}")
    return status
