"""The calls that reached the account, as records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived: every attempt of a retried call is one.

    `operation` and the keys of `params` are AWS's names, secrets among the values are masked.
    `caller` is the caller's ARN, `error` the code of the error it was answered with or None,
    `at` the account's time. `applied` tells of one that was answered with an error, or not at all,
    and did all the same what it asked for. `answered_by` is "sscred", or "moto" for an operation
    that the fake lacks and that was answered by moto, or another mock, beside it.
    """

    operation: str
    params: Mapping[str, Any] = field(hash=False)
    caller: str
    error: str | None
    at: dt.datetime
    applied: bool = False
    answered_by: str = "sscred"


READS = ("Get", "List", "Simulate", "Generate")
"""What names of operations begin with that change nothing: AWS's access levels List and Read."""

_IN_ANY_CASE = ("UserName", "ServiceName")  # as IAM reads them


def _same(name: str, value: Any, expected: Any) -> bool:
    if name in _IN_ANY_CASE and isinstance(expected, str):
        return bool(value.casefold() == expected.casefold())
    return bool(value == expected)


def difference(call: Call, operation: str, params: Mapping[str, Any]) -> str | None:
    """Why `call` is not a call of `operation` with these `params`; None where it is one.

    Parameters that `params` does not name may have any value.
    """
    if call.operation != operation:
        return f"it is {call.operation}"
    for name, expected in params.items():
        if name not in call.params:
            return f"it has no {name}"
        if not _same(name, call.params[name], expected):
            return f"its {name} is {call.params[name]!r}"
    return None
