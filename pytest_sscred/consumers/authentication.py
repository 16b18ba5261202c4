"""Whether a service would take a credential now, and the record of that use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.callbacks import in_callback
from pytest_sscred.errors import OperationNotFaked
from pytest_sscred.events.passing import pass_on
from pytest_sscred.frozen import FrozenDict
from pytest_sscred.handles import Credential
from pytest_sscred.journal import USE, Call, Stale
from pytest_sscred.places import users_place
from pytest_sscred.refusals import FORKED
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.credentials import Credential as Row
from pytest_sscred.resources.credentials import by_secret
from pytest_sscred.resources.history import status_at
from pytest_sscred.resources.people import user_of_id
from pytest_sscred.resources.services import Service, known_service
from pytest_sscred.running import run
from pytest_sscred.state.propagation import seen
from pytest_sscred.wire import Request

__tracebackhide__ = True


@dataclass(frozen=True, slots=True)
class Authentication:
    """A service's verdict on a credential.

    `reason` is "accepted", "unknown", "inactive", "expired", "deleted", "reset" for a secret that
    was valid once, or "other service". `credential` is the one whose secret it is or was; None
    if it is unknown.
    """

    accepted: bool
    reason: str
    credential: Credential | None

    def __bool__(self) -> bool:
        return self.accepted


def authenticate(
    account: Account,
    service: Service,
    secret: str,
    alias: str | None = None,
    use: tuple[Request, str] | None = None,
) -> Authentication:
    """The verdict on an API key, or on a user name (`alias`) and its password.

    It sees what a read sees, except that a reset secret stops at once, as AWS documents. It is
    recorded in the journal and, if accepted, as the credential's last use, unless one of the
    test's own callbacks asks. `use` is the request that is judged, with its id.

    :raises OperationNotFaked: in a forked process
    """
    if account.is_copy:
        raise OperationNotFaked(account.refuse(USE, FORKED).text())
    state = account.state
    with state.lock:
        now = state.clock.now()
        counts = not in_callback()  # as a use, and as a read of `set_propagation`
        tables = seen(state, now, counts=counts)
        found = by_secret(tables, secret)
        if found is not None and alias not in (None, found.alias):
            found = None
        reason = "unknown" if found is None else _reason(found, service, secret, now)
        row = None if found is None else CREDENTIALS.rows(state)[found.id]
        if row is not None and reason == "accepted" and row.secret != secret:
            reason = "reset"
        params, caller, trace = {"ServiceName": service.name}, "anonymous", None
        if row is not None:
            user = user_of_id(state, row.owner)
            caller = user.arn
            params |= {"UserName": user.name, "ServiceSpecificCredentialId": row.id}
            if reason == "accepted" and counts:
                CREDENTIALS.put(state, replace(row, last_used=now))
                trace = _trace_of(*use, user) if use else None
        if counts:
            if tables is not state:
                account.journal.add(Stale(USE))
            error = None if reason == "accepted" else reason
            about = USE, FrozenDict(params), caller, error, now
            call = Call(*about, place=users_place(), trace=trace)
            account.journal.add(call)
    if trace is not None and account.event_rules:
        run(pass_on(account, call))
    handle = None if row is None else Credential(state, row.id)
    return Authentication(reason == "accepted", reason, handle)


def _trace_of(request: Request, request_id: str, user: Any) -> Any:
    """What is kept of a use for its record."""
    from pytest_sscred.events.uses import use_of  # only when it is needed

    return use_of(request, request_id, user)


def authenticate_given(
    account: Account, service_name: str, given: Mapping[str, str | None]
) -> Authentication:
    """The same for arguments that a test gives by name; None for those left out."""
    service = known_service(service_name)
    found = {name: value for name, value in given.items() if value is not None}
    wanted = ["secret"] if service.takes_api_key else ["user_name", "password"]
    if list(found) != wanted:
        words = " and ".join(f"{name}=..." for name in wanted)
        raise TypeError(f"authenticate takes {words} for {service.name}")
    for name, value in found.items():
        given_value: object = value
        if not isinstance(given_value, str):  # the value is not reported: it may be a secret
            raise TypeError(f"{name} is text, not {type(value).__name__}")
    return authenticate(account, service, found[wanted[-1]], found.get("user_name"))


def _reason(row: Row, service: Service, secret: str, now: dt.datetime) -> str:
    status = status_at(row, now)
    if status == "Deleted":
        return "deleted"
    if row.secret != secret:
        return "reset"
    if row.service is not service:
        return "other service"
    return "accepted" if status == "Active" else status.lower()
