"""Service-specific credentials.

Answers, texts and the order of the checks as recorded from AWS by LocalStack (2025-03-06 and
2026-02/03) and radkawar/stackd (2026-09-11 to 13).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_sscred import assumed
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.history import status_at
from pytest_sscred.resources.owned import Given, Kind, Operation, Owned
from pytest_sscred.resources.people import User, named_user, user_or_caller
from pytest_sscred.resources.services import SERVICES, Service, known_service
from pytest_sscred.state.clock import moved_at_most, whole_seconds
from pytest_sscred.state.ids import Ids
from pytest_sscred.state.state import State, Tables

_SERVICE_NAME = re.compile(r"[a-zA-Z0-9.-]*")
_ALIASES, SECRETS, _NUMBERS = "aliases", "credentials by secret", "credentials per service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential(Owned):
    service: Service
    alias: str
    secret: str = field(repr=False)
    expires: dt.datetime | None = None
    old_secrets: tuple[str, ...] = field(default=(), repr=False)
    last_used: dt.datetime | None = None


class _Credentials(Kind[Credential]):
    def members(self, row: Credential) -> dict[str, Any]:
        members = {row.service.alias_name: row.alias, "ServiceName": row.service.name}
        return members if row.expires is None else {**members, "ExpirationDate": row.expires}

    def read(self, given: Given) -> dict[str, Any]:
        service = known_service(given.text("ServiceName"))
        alias, expires = given.text(service.alias_name), given.date("ExpirationDate")
        already = f"the account has a credential {alias!r} for {service.name} already"
        taken = holds_alias(given.state, service, alias)
        given.once("name", f"{alias.casefold()} for {service.name}", already if taken else "")
        return {"service": service, "alias": alias, "expires": expires}

    def completed(self, state: State, user: User, ask: Ask, own: dict[str, Any]) -> dict[str, Any]:
        """With a name and a secret, and a deadline if an age in days is given."""
        service, alias = own["service"], own.pop("alias", None)
        alias = alias or _free_alias(state, user.name, service)
        days = own.pop("age_days", None)
        if days is not None:
            own["expires"] = _deadline(whole_seconds(ask.at), days)
        return {"alias": alias, "secret": _new_secret(state, service, alias), **own}

    def add(self, state: State, ask: Ask, user: User, **own: Any) -> Credential:
        row = super().add(state, ask, user, **own)
        state.table(_ALIASES)[row.service.name, row.alias.casefold()] = row.id
        state.table(SECRETS)[row.secret] = row.id
        _count(state, row.service, 1)
        return row

    def remove(self, state: State, row: Credential, ask: Ask) -> None:
        super().remove(state, row, ask)
        _count(state, row.service, -1)


KIND = _Credentials(
    "ServiceSpecificCredential",
    Credential,
    label="credential",
    listed="ServiceSpecificCredentials",
    new_id=Ids.credential,
    missing="No such credential {} exists",
    elsewhere=(
        "ValidationError",
        "User {name} does not have a service specific credential with id {id}",
    ),
    conflict="Cannot delete entity, must remove referenced objects first.",
)


# Lookups in the tables


def by_secret(tables: Tables, secret: str) -> Credential | None:
    """The credential whose secret it is, or was before a reset; even a deleted one."""
    an_id = tables.table(SECRETS).get(secret)
    return None if an_id is None else KIND.rows(tables)[an_id]


def holds_alias(tables: Tables, service: Service, alias: str) -> bool:
    """Whether a credential for the service has that alias, in any case."""
    return (
        KIND.find(tables, tables.table(_ALIASES).get((service.name, alias.casefold()))) is not None
    )


def number_for(tables: Tables, service: Service) -> int:
    """How many credentials there are for a service."""
    number: int = tables.table(_NUMBERS).get(service.name, 0)
    return number


def places_taken(tables: Tables, user: User, service: Service, now: dt.datetime) -> int:
    """How many of the user's credentials for the service count toward the quota."""
    return sum(
        row.service is service
        and (assumed.EXPIRED_COUNTS_TOWARD_QUOTA or status_at(row, now) != "Expired")
        for row in KIND.of(tables, user.id)
    )


def _count(state: State, service: Service, change: int) -> None:
    state.table(_NUMBERS)[service.name] = number_for(state, service) + change


def _free_alias(state: State, user_name: str, service: Service) -> str:
    """`NAME-at-ACCOUNT`, or the first of `NAME+1-at-ACCOUNT`, ... that no one holds.

    Unique in the account and service, since it outlives a rename of its user. Recorded by
    radkawar/stackd, 2026-09; taking the lowest free number is a guess.
    """
    number = 0
    while True:
        suffix = f"+{number}" if number else ""
        alias = f"{user_name}{suffix}-at-{state.id}"
        if not holds_alias(state, service, alias):
            return alias
        number += 1


def _new_secret(state: State, service: Service, alias: str) -> str:
    if service.secret_prefix is None:
        return state.ids.password()
    return state.ids.api_key(service.secret_prefix, alias)


def _deadline(created: dt.datetime, age_days: int) -> dt.datetime:
    """The moment of expiry; the last possible datetime if it would be later."""
    return whole_seconds(moved_at_most(created, dt.timedelta(days=age_days)))


# The operations


def create(state: State, ask: Ask) -> Mapping[str, Any]:
    user = named_user(state, ask.params["UserName"])
    service = _service(ask.params["ServiceName"])
    if places_taken(state, user, service, ask.at) >= state.quota:
        raise AwsError(
            "LimitExceeded",
            f"Cannot exceed quota for ContextSpecificCredentialsPerUserPerContext: {state.quota}",
        )
    age_days = ask.params.get("CredentialAgeDays")
    return _with_secret(state, KIND.add(state, ask, user, service=service, age_days=age_days), ask)


def list_(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    if ask.params.get("AllUsers", False):
        if "UserName" in ask.params:
            raise AwsError(
                "InvalidInput", "Cannot list credentials for all users if a username is given"
            )
        ids = KIND.there(tables).order
    else:
        ids = sorted(KIND.ids_of(tables, user_or_caller(tables, ask).id))
    name = ask.params.get("ServiceName", "")
    if not name:
        return KIND.page(tables, ask, ids)
    service, rows = _service(name), KIND.rows(tables)
    return KIND.page(tables, ask, ids, lambda an_id: rows[an_id].service is service)


def reset(state: State, ask: Ask) -> Mapping[str, Any]:
    row = KIND.meant(state, ask)
    if status_at(row, ask.at) == "Expired":
        raise AwsError("InvalidInput", assumed.EXPIRED_CANNOT_BE_RESET)
    secret = _new_secret(state, row.service, row.alias)
    row = replace(row, secret=secret, old_secrets=(*row.old_secrets, row.secret))
    KIND.put(state, row)
    state.table(SECRETS)[secret] = row.id
    return _with_secret(state, row, ask)


def _service(name: str) -> Service:
    if not _SERVICE_NAME.fullmatch(name):
        raise AwsError("ValidationError", "ServiceName must match [a-zA-Z0-9.-]*")
    service = SERVICES.get(name.lower())
    if service is None:
        raise AwsError(
            "NoSuchEntity", f"No such service {name} is supported for Service Specific Credentials"
        )
    return service


def _with_secret(state: State, row: Credential, ask: Ask) -> dict[str, Any]:
    """The answer of Create and Reset, which alone contain the secret."""
    members = {**KIND.wire(state, row, ask.at), row.service.secret_name: row.secret}
    return {"ServiceSpecificCredential": members}


READS: dict[str, Operation] = {"ListServiceSpecificCredentials": list_}
WRITES: dict[str, Operation] = {
    "CreateServiceSpecificCredential": create,
    "DeleteServiceSpecificCredential": KIND.delete,
    "ResetServiceSpecificCredential": reset,
    "UpdateServiceSpecificCredential": KIND.update,
}
