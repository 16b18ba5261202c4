"""A resource in one file: what a new one takes. Of SSH keys it knows no more than their text."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_sscred.resources.owned import Kind, Owned
from pytest_sscred.resources.people import named_user


@dataclass(frozen=True, slots=True, kw_only=True)
class SSHPublicKey(Owned):
    body: str


KIND = Kind(
    "SSHPublicKey",
    SSHPublicKey,
    label="SSH public key",
    listed="SSHPublicKeys",
    date="UploadDate",
    wire={"SSHPublicKeyBody": "body"},
    new_id=lambda ids: ids.unique("APKA"),
    missing="The Public Key with id {} cannot be found.",
    conflict="Cannot delete entity, must remove referenced objects first.",
)


def upload(state, ask):
    user = named_user(state, ask.params["UserName"])
    key = KIND.add(state, ask, user, body=ask.params["SSHPublicKeyBody"])
    return {"SSHPublicKey": KIND.wire(state, key, ask.at)}


READS = {"GetSSHPublicKey": KIND.get, "ListSSHPublicKeys": KIND.list}
WRITES = {
    "UploadSSHPublicKey": upload,
    "UpdateSSHPublicKey": KIND.update,
    "DeleteSSHPublicKey": KIND.delete,
}
