"""Users' public keys for CodeCommit over SSH.

As recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_sscred import assumed, resources
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.owned import Given, Kind, Operation, Owned
from pytest_sscred.resources.people import named_user
from pytest_sscred.state.ids import Ids
from pytest_sscred.state.state import State, Tables

SSH_KEYS_PER_USER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SSHPublicKey(Owned):
    key: resources.ssh_bodies.PublicKey


class _SSHPublicKeys(Kind[SSHPublicKey]):
    def members(self, row: SSHPublicKey) -> dict[str, Any]:
        return {
            "Fingerprint": row.key.fingerprint,
            "SSHPublicKeyBody": resources.ssh_bodies.ssh(row.key),
        }

    def read(self, given: Given) -> dict[str, Any]:
        return {"key": resources.ssh_bodies.read(given.text("SSHPublicKeyBody"))}


KIND = _SSHPublicKeys(
    "SSHPublicKey",
    SSHPublicKey,
    label="SSH public key",
    listed="SSHPublicKeys",
    date="UploadDate",
    new_id=Ids.ssh_public_key,
    missing="The Public Key with id {} cannot be found.",
    elsewhere=("NoSuchEntity", "User has no Public Key with id {id}."),
    conflict="Cannot delete entity, must remove referenced objects first.",
)


def upload(state: State, ask: Ask) -> Mapping[str, Any]:
    user, body = named_user(state, ask.params["UserName"]), ask.params["SSHPublicKeyBody"]
    key = resources.ssh_bodies.read(body)
    if any(row.key == key for row in KIND.of(state, user.id)):
        raise AwsError("DuplicateSSHPublicKey", "Duplicate SSH public key uploaded.")
    if len(KIND.ids_of(state, user.id)) >= SSH_KEYS_PER_USER:
        raise AwsError("LimitExceeded", assumed.TOO_MANY_SSH_KEYS.format(most=SSH_KEYS_PER_USER))
    row = KIND.add(state, ask, user, key=key)
    return {"SSHPublicKey": {**KIND.wire(state, row, ask.at), "SSHPublicKeyBody": body}}


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    row = KIND.meant(tables, ask)
    members = KIND.wire(tables, row, ask.at)
    if ask.params["Encoding"] == "PEM":
        members["SSHPublicKeyBody"] = resources.ssh_bodies.pem(row.key)
    return {"SSHPublicKey": members}


READS: dict[str, Operation] = {"GetSSHPublicKey": get, "ListSSHPublicKeys": KIND.list}
WRITES: dict[str, Operation] = {
    "DeleteSSHPublicKey": KIND.delete,
    "UpdateSSHPublicKey": KIND.update,
    "UploadSSHPublicKey": upload,
}
