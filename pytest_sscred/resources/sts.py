"""Who calls, and whose a key is: the operations of STS that need no role.

Arn and UserId as recorded from AWS by LocalStack (2026-03); GetAccessKeyInfo as AWS documents it.
A key that this account never had counts as its own, as it does for callers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_sscred.ask import Ask
from pytest_sscred.resources.owned import Operation
from pytest_sscred.resources.people import USERS
from pytest_sscred.state.state import Tables


def get_caller(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    caller = ask.caller
    user = caller.user and USERS.rows(tables).get(caller.user.id, caller.user)
    arn = user.arn if user else caller.arn
    return {"UserId": caller.id, "Account": tables.id, "Arn": arn}


def get_key_info(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    return {"Account": tables.id}


def is_temporary(ask: Ask) -> bool:
    """Whether the call is about a key of a role's session, which this account never makes."""
    key: str = ask.params.get("AccessKeyId", ask.caller.key)
    return key.startswith("ASIA")


READS: dict[str, Operation] = {"GetAccessKeyInfo": get_key_info, "GetCallerIdentity": get_caller}
WRITES: dict[str, Operation] = {}
