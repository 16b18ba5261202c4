"""Whether a service would take a credential now, and the record that it was asked to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pytest_sscred.account import Account, CredentialRecord
from pytest_sscred.aside import is_aside
from pytest_sscred.calls import Call
from pytest_sscred.handles import Credential
from pytest_sscred.journal import Journal, Stale
from pytest_sscred.propagation import Propagation
from pytest_sscred.services import Service

OPERATION = "Authenticate"
"""Stands in the calls for the use of a credential; it is no operation of IAM."""

PARAMS = ("ServiceName", "UserName", "ServiceSpecificCredentialId")
"""What such a call tells; the last two where the credential is known."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """What a service makes of a credential.

    `reason` is "accepted", "unknown", "inactive", "expired", "deleted", "reset" for a secret that
    was in force once, or "other service". `credential` is the one whose secret it is or was; None
    where it is unknown.
    """

    accepted: bool
    reason: str
    credential: Credential | None

    def __bool__(self) -> bool:
        return self.accepted


def authenticate(
    account: Account,
    propagation: Propagation,
    journal: Journal,
    service: Service,
    secret: str,
    alias: str | None = None,
) -> Authentication:
    """The verdict on an API key, or on a user name, `alias`, and its password.

    Recorded in the journal, and where it is accepted, as the credential's last use; but not where
    a callback of the test's own asks. It sees what a
    read sees; but a secret that was reset stops at once, as AWS documents.
    """
    with account.lock:
        now = account.clock.now()
        counts = not is_aside()  # as a use, and for what waits for reads
        seen = propagation.seen(account, now, counts=counts)
        found = _owner(seen, secret, alias)
        reason = "unknown" if found is None else _reason(found, service, secret, now)
        record = found and account.every_credential[found.id]
        if record is not None and reason == "accepted" and record.secret != secret:
            reason = "reset"
        accepted = reason == "accepted"
        params = {"ServiceName": service.name}
        if record is not None:
            params |= {"UserName": record.user.name, "ServiceSpecificCredentialId": record.id}
            if accepted and counts:
                record.last_used = now
        caller = "anonymous" if record is None else record.user.arn
        if counts:
            if seen is not account:
                journal.add(Stale(OPERATION))
            error = None if accepted else reason
            journal.add(Call(OPERATION, params, caller, error, now))
    handle = None if record is None else Credential(account, record)
    return Authentication(accepted, reason, handle)


def _owner(account: Account, secret: str, alias: str | None) -> CredentialRecord | None:
    for record in account.every_credential.values():
        if record.had_secret(secret) and alias in (None, record.alias):
            return record
    return None


def _reason(record: CredentialRecord, service: Service, secret: str, now: dt.datetime) -> str:
    status = record.status(now)
    if status == "Deleted":
        return "deleted"
    if record.secret != secret:
        return "reset"
    if record.service is not service:
        return "other service"
    return "accepted" if status == "Active" else status.lower()
