"""The account's password policy, and what it makes of a password.

The policy as recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09); of the texts
for a password that breaks it two are reported by third parties, the others are guesses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_sscred import assumed
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.owned import Operation
from pytest_sscred.state.state import State, Tables

_CELL = "password policy"
_DEFAULTS: dict[str, Any] = {
    "MinimumPasswordLength": 6,
    "RequireSymbols": False,
    "RequireNumbers": False,
    "RequireUppercaseCharacters": False,
    "RequireLowercaseCharacters": False,
    "AllowUsersToChangePassword": False,
}
_CLASSES = {
    "RequireUppercaseCharacters": ("uppercase characters", re.compile("[A-Z]")),
    "RequireLowercaseCharacters": ("lowercase characters", re.compile("[a-z]")),
    "RequireNumbers": ("numbers", re.compile("[0-9]")),
    "RequireSymbols": ("symbols", re.compile(r"[!@#$%^&*()_+\-=\[\]{}|']")),
}
# Without a policy of the account's own (IAM's documents).
_LEAST, _CLASSES_NEEDED = 8, 3


def find(tables: Tables) -> dict[str, Any] | None:
    """The account's own, as it was given; None if it has none."""
    policy: dict[str, Any] | None = tables.table("cells").get(_CELL)
    return policy


def max_age(tables: Tables) -> int | None:
    """Days after which a password expires; None for never."""
    return (find(tables) or {}).get("MaxPasswordAge")


def check(tables: Tables, password: str, old: Sequence[str] = ()) -> None:
    """PasswordPolicyViolation for one that the policy refuses; `old` are the latest first."""
    policy = find(tables)
    least = policy["MinimumPasswordLength"] if policy else _LEAST
    lacking = [
        (name, text) for name, (text, pattern) in _CLASSES.items() if not pattern.search(password)
    ]
    if len(password) < least:
        raise _violation(assumed.PASSWORD_TOO_SHORT.format(least=least))
    if policy is None:
        missing = _CLASSES_NEEDED - (len(_CLASSES) - len(lacking))
        texts = [text for _, text in lacking]
    else:
        texts = [text for name, text in lacking if policy[name]]
        missing = len(texts)
    if missing > 0:
        needs = assumed.PASSWORD_LACKS.format(number=missing, classes=", ".join(texts))
        raise _violation(needs)
    if policy and password in old[: policy.get("PasswordReusePrevention", 0)]:
        raise _violation(assumed.PASSWORD_REUSED)


def _violation(text: str) -> AwsError:
    return AwsError("PasswordPolicyViolation", text)


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    policy = find(tables)
    if policy is None:
        text = f"The Password Policy with domain name {tables.id} cannot be found."
        raise AwsError("NoSuchEntity", text)
    expires = policy.get("MaxPasswordAge", 0) > 0
    return {"PasswordPolicy": {**policy, "ExpirePasswords": expires}}


def update(state: State, ask: Ask) -> None:
    """Everything is replaced: what is not given is as by default."""
    state.cells[_CELL] = {**_DEFAULTS, **ask.params}


def delete(state: State, ask: Ask) -> None:
    if find(state) is None:
        text = "The account policy with name PasswordPolicy cannot be found."
        raise AwsError("NoSuchEntity", text)
    del state.cells[_CELL]


READS: dict[str, Operation] = {"GetAccountPasswordPolicy": get}
WRITES: dict[str, Operation] = {
    "DeleteAccountPasswordPolicy": delete,
    "UpdateAccountPasswordPolicy": update,
}
