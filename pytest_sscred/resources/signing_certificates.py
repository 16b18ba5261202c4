"""Users' X.509 certificates, with which requests of SOAP were signed.

As recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09). The id follows from the
certificate, so one that is deleted and uploaded again is the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pytest_sscred import resources
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.history import changed
from pytest_sscred.resources.owned import Kind, Operation, Owned
from pytest_sscred.resources.people import User, user_or_caller
from pytest_sscred.state.state import State

CERTIFICATES_PER_USER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningCertificate(Owned):
    body: str


class _SigningCertificates(Kind[SigningCertificate]):
    def add(
        self, state: State, ask: Ask, user: User, *, id: str = "", **own: Any
    ) -> SigningCertificate:
        before = self.rows(state).get(id)
        row = super().add(state, ask, user, id=id, **own)
        if before is not None:
            row = replace(row, history=changed(before, "Active", ask).history)
            self.put(state, row)
        return row


KIND = _SigningCertificates(
    "SigningCertificate",
    SigningCertificate,
    label="signing certificate",
    listed="Certificates",
    id_name="CertificateId",
    date="UploadDate",
    wire={"CertificateBody": "body"},
    new_id=lambda ids: "",
    missing="The Certificate with id {} cannot be found.",
    conflict="Cannot delete entity, must delete certificates first.",
)


def upload(state: State, ask: Ask) -> Mapping[str, Any]:
    """One that the user has already is answered as if it were Active, whatever it is."""
    user, body = user_or_caller(state, ask), ask.params["CertificateBody"]
    an_id = resources.certificate_bodies.read(body, ask.at).id
    row = KIND.find(state, an_id)
    if row is not None and row.owner != user.id:
        raise AwsError("DuplicateCertificate", "Duplicate certificate uploaded.")
    if row is None:
        if len(KIND.ids_of(state, user.id)) >= CERTIFICATES_PER_USER:
            text = f"Cannot exceed quota for CertificatesPerUser: {CERTIFICATES_PER_USER}"
            raise AwsError("LimitExceeded", text)
        row = KIND.add(state, ask, user, id=an_id, body=body)
    return {"Certificate": {**KIND.wire(state, row, ask.at), "Status": "Active"}}


READS: dict[str, Operation] = {"ListSigningCertificates": KIND.list}
WRITES: dict[str, Operation] = {
    "DeleteSigningCertificate": KIND.delete,
    "UpdateSigningCertificate": KIND.update,
    "UploadSigningCertificate": upload,
}
