"""IAM users' access keys.

Answers and texts as recorded from AWS by LocalStack (2026-02/03).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pytest_sscred import assumed
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.owned import Kind, Operation, Owned
from pytest_sscred.resources.people import User, user_of_id, user_or_caller
from pytest_sscred.state.clock import whole_seconds
from pytest_sscred.state.ids import Ids
from pytest_sscred.state.state import State, Tables

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


_USES = "access keys used"


class Use(NamedTuple):
    """A call that a key has signed."""

    at: dt.datetime
    region: str
    service: str


def note_use(state: State, key_id: str, use: Use) -> None:
    state.table(_USES)[key_id] = use


def last_used(tables: Tables, key_id: str) -> Use | None:
    use: Use | None = tables.table(_USES).get(key_id)
    return use


def get_last_used(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    key_id = ask.params["AccessKeyId"]
    key, use = KIND.find(tables, key_id), last_used(tables, key_id)
    if key is None:
        text = assumed.NOT_OUR_KEY.format(caller=ask.caller.arn, key=key_id)
        raise AwsError("AccessDenied", text)
    found: dict[str, Any] = {"Region": "N/A", "ServiceName": "N/A"}
    if use is not None:
        date = whole_seconds(use.at)
        found = {"LastUsedDate": date, "Region": use.region, "ServiceName": use.service}
    return {"UserName": user_of_id(tables, key.owner).name, "AccessKeyLastUsed": found}


READS: dict[str, Operation] = {
    "GetAccessKeyLastUsed": get_last_used,
    "ListAccessKeys": KIND.list,
}
WRITES: dict[str, Operation] = {
    "CreateAccessKey": create,
    "DeleteAccessKey": KIND.delete,
    "UpdateAccessKey": KIND.update,
}
