"""IAM users' access keys.

Answers and texts as recorded from AWS by LocalStack (2026-02/03).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.owned import Kind, Operation, Owned
from pytest_sscred.resources.people import User, user_or_caller
from pytest_sscred.state.ids import Ids
from pytest_sscred.state.state import State

ACCESS_KEYS_PER_USER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey(Owned):
    secret: str = field(repr=False)


class _AccessKeys(Kind[AccessKey]):
    def completed(self, state: State, user: User, ask: Ask, own: dict[str, Any]) -> dict[str, Any]:
        return {"secret": state.ids.secret_access_key(), **own}


KIND = _AccessKeys(
    "AccessKey",
    AccessKey,
    label="access key",
    listed="AccessKeyMetadata",
    new_id=Ids.access_key,
    missing="The Access Key with id {} cannot be found.",
    conflict="Cannot delete entity, must delete access keys first.",
)


def create(state: State, ask: Ask) -> Mapping[str, Any]:
    user = user_or_caller(state, ask)
    if len(KIND.ids_of(state, user.id)) >= ACCESS_KEYS_PER_USER:
        raise AwsError(
            "LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {ACCESS_KEYS_PER_USER}"
        )
    key = KIND.add(state, ask, user)
    return {"AccessKey": {**KIND.wire(state, key, ask.at), "SecretAccessKey": key.secret}}


READS: dict[str, Operation] = {"ListAccessKeys": KIND.list}
WRITES: dict[str, Operation] = {
    "CreateAccessKey": create,
    "DeleteAccessKey": KIND.delete,
    "UpdateAccessKey": KIND.update,
}
