"""One test's AWS account: users, access keys, service-specific credentials.

The only place where a credential's status changes. Every change leaves a Transition behind.
It checks nothing that AWS would answer with an error; `operations/` does.
"""

from __future__ import annotations

import copy
import datetime as dt
import threading
from bisect import bisect_left, insort
from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from pytest_sscred import assumed
from pytest_sscred.clock import Clock, whole_seconds
from pytest_sscred.ids import Ids
from pytest_sscred.services import Service

# Who changes something and calls nothing: the test itself, and time.
TEST, CLOCK = NO_CALLERS = ("test", "clock")


class Cause(NamedTuple):
    """What made a change: the operation, the caller's ARN (or one of NO_CALLERS), the time."""

    operation: str
    caller: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of a credential's status.

    `previous` is None where the credential was made. `operation` is IAM's operation, the verb of
    the test (`add_credential`, `remove_user`, ...), or `ExpirationDate` where time did it.
    `caller` is the ARN of who called; `test` and `clock` stand for the test itself and for time.
    """

    status: str
    previous: str | None
    operation: str
    caller: str
    at: dt.datetime


@dataclass(slots=True, eq=False)
class UserRecord:
    id: str
    name: str
    path: str
    created: dt.datetime
    account_id: str
    tags: dict[str, str] = field(default_factory=dict)
    permissions_boundary: str | None = None
    credentials: dict[str, CredentialRecord] = field(default_factory=dict)
    access_keys: dict[str, AccessKeyRecord] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:user{self.path}{self.name}"


@dataclass(slots=True, eq=False)
class AccessKeyRecord:
    id: str
    user: UserRecord
    secret: str = field(repr=False)
    created: dt.datetime
    status: str = "Active"


@dataclass(slots=True, eq=False)
class CredentialRecord:
    id: str
    user: UserRecord
    service: Service
    alias: str
    secret: str = field(repr=False)
    created: dt.datetime
    expires: dt.datetime | None
    old_secrets: list[str] = field(default_factory=list, repr=False)
    transitions: list[Transition] = field(default_factory=list)
    last_used: dt.datetime | None = None

    def status(self, now: dt.datetime) -> str:
        """The status at `now`. Nothing sets Expired: it is read off the clock."""
        stored = self.transitions[-1].status
        return stored if self._expiry(now) is None else "Expired"

    def copy(self, user: UserRecord) -> CredentialRecord:
        """It as it is now, and `user`'s."""
        old_secrets, transitions = list(self.old_secrets), list(self.transitions)
        return replace(self, user=user, old_secrets=old_secrets, transitions=transitions)

    def had_secret(self, secret: str) -> bool:
        """Whether this is its secret, or was before a reset."""
        return secret == self.secret or secret in self.old_secrets

    def history(self, now: dt.datetime) -> tuple[Transition, ...]:
        """The transitions up to `now`, the deadline's among them."""
        expiry = self._expiry(now)
        return (*self.transitions, expiry) if expiry else tuple(self.transitions)

    def change(self, status: str, cause: Cause) -> None:
        """Take the status that `cause` gives; one it has already leaves no Transition."""
        expiry = self._expiry(cause.at)
        if expiry:
            self.transitions.append(expiry)
        previous = self.transitions[-1].status
        if status != previous:
            self.transitions.append(
                Transition(status, previous, cause.operation, cause.caller, cause.at)
            )

    def _expiry(self, now: dt.datetime) -> Transition | None:
        """The Transition of a deadline that has passed and is not noted yet."""
        stored = self.transitions[-1].status
        if self.expires is None or now < self.expires or stored in ("Deleted", "Expired"):
            return None
        return Transition("Expired", stored, "ExpirationDate", CLOCK, self.expires)


class Caller(NamedTuple):
    """Who signed a call. `user` is None for the administrator."""

    arn: str
    user: UserRecord | None = None


class Account:
    """The table. Every method expects `lock` to be held where threads share the account."""

    def __init__(
        self,
        account_id: str,
        *,
        ids: Ids,
        clock: Clock,
        quota: int,
        page_size: int | None,
    ) -> None:
        self.id = account_id
        self.ids = ids
        self.clock = clock
        self.quota = quota
        self.page_size = page_size
        self.lock = threading.RLock()
        # Who calls with a key that is nobody's: this user, or the administrator where it is None.
        self.acting: UserRecord | None = None
        self.administrator = Caller(assumed.ADMINISTRATOR.format(account_id=account_id))
        self.administrator_key = ids.access_key()
        # Users by case-folded name, credentials by id; each with its keys in order, for the pages.
        self.users: dict[str, UserRecord] = {}
        self.user_keys: list[str] = []
        self.credentials: dict[str, CredentialRecord] = {}
        self.credential_ids: list[str] = []
        self.access_keys: dict[str, AccessKeyRecord] = {}
        # What was there once: no id is given twice, a credential's history is asked for after its
        # end, and a deleted access key is refused, while one never seen is the default caller's.
        self.every_credential: dict[str, CredentialRecord] = {}
        self.deleted_access_keys: set[str] = set()
        self.user_ids: set[str] = set()
        self._aliases: set[tuple[str, str]] = set()

    def copy(self) -> Account:
        """The account as it is now, for reading: nothing that is changed later shows in it."""
        then = copy.copy(self)
        then.users, then.credentials, then.access_keys = {}, {}, {}
        then.user_keys, then.credential_ids = list(self.user_keys), list(self.credential_ids)
        for name, user in self.users.items():
            then.users[name] = twin = replace(user)
            twin.credentials = {each.id: each.copy(twin) for each in user.credentials.values()}
            twin.access_keys = {
                each.id: replace(each, user=twin) for each in user.access_keys.values()
            }
            then.credentials |= twin.credentials
            then.access_keys |= twin.access_keys
        # What is deleted changes no more.
        then.every_credential = self.every_credential | then.credentials
        return then

    # Users

    def user(self, name: str) -> UserRecord | None:
        """The user of that name in whatever case."""
        return self.users.get(name.casefold())

    def add_user(
        self,
        name: str,
        path: str,
        *,
        created: dt.datetime | None = None,
        an_id: str | None = None,
        **rest: Any,
    ) -> UserRecord:
        """A new one, made now or when `created` says; its id is made up unless given."""
        created = whole_seconds(created or self.clock.now())
        an_id = an_id or _free(self.ids.user, self.user_ids)
        user = UserRecord(an_id, name, path, created, self.id, **rest)
        self.user_ids.add(an_id)
        self._enter_user(user)
        return user

    def rename_user(self, user: UserRecord, name: str) -> None:
        self._leave_user(user)
        user.name = name
        self._enter_user(user)

    def remove_user(self, user: UserRecord, cause: Cause) -> None:
        """Remove the user and all that hangs on it."""
        for credential in list(user.credentials.values()):
            self.remove_credential(credential, cause)
        for key in list(user.access_keys.values()):
            self.remove_access_key(key)
        self._leave_user(user)

    def _enter_user(self, user: UserRecord) -> None:
        key = user.name.casefold()
        self.users[key] = user
        insort(self.user_keys, key)

    def _leave_user(self, user: UserRecord) -> None:
        key = user.name.casefold()
        del self.users[key]
        _drop(self.user_keys, key)

    # Service-specific credentials

    def add_credential(
        self,
        user: UserRecord,
        service: Service,
        cause: Cause,
        *,
        status: str = "Active",
        age_days: int | None = None,
        expires: dt.datetime | None = None,
        an_id: str | None = None,
        alias: str | None = None,
    ) -> CredentialRecord:
        """A new one, made when and by whom `cause` says; id and alias are made up unless given."""
        created = whole_seconds(cause.at)
        alias = alias or self._free_alias(user.name, service)
        if age_days is not None:
            expires = _deadline(created, age_days)
        credential = CredentialRecord(
            id=an_id or _free(self.ids.credential, self.every_credential),
            user=user,
            service=service,
            alias=alias,
            secret=self._new_secret(service, alias),
            created=created,
            expires=expires,
        )
        credential.transitions.append(
            Transition(status, None, cause.operation, cause.caller, cause.at)
        )
        self._aliases.add((service.name, alias.casefold()))
        user.credentials[credential.id] = credential
        self.credentials[credential.id] = self.every_credential[credential.id] = credential
        insort(self.credential_ids, credential.id)
        return credential

    def holds_alias(self, service: Service, alias: str) -> bool:
        """Whether a credential for the service has that alias, in whatever case."""
        return (service.name, alias.casefold()) in self._aliases

    def places_taken(self, user: UserRecord, service: Service, now: dt.datetime) -> int:
        """How many of the user's credentials for the service count toward the quota."""
        return sum(
            credential.service is service
            and (assumed.EXPIRED_COUNTS_TOWARD_QUOTA or credential.status(now) != "Expired")
            for credential in user.credentials.values()
        )

    def reset_secret(self, credential: CredentialRecord) -> None:
        credential.old_secrets.append(credential.secret)
        credential.secret = self._new_secret(credential.service, credential.alias)

    def remove_credential(self, credential: CredentialRecord, cause: Cause) -> None:
        credential.change("Deleted", cause)
        del credential.user.credentials[credential.id]
        del self.credentials[credential.id]
        _drop(self.credential_ids, credential.id)
        self._aliases.discard((credential.service.name, credential.alias.casefold()))

    def _free_alias(self, user_name: str, service: Service) -> str:
        """`NAME-at-ACCOUNT`, or the first of `NAME+1-at-ACCOUNT`, ... that no one holds.

        Unique in the account and service, since it outlives a rename of its user. Recorded by
        radkawar/stackd, 2026-09; that the lowest free number is taken is a guess.
        """
        number = 0
        while True:
            suffix = f"+{number}" if number else ""
            alias = f"{user_name}{suffix}-at-{self.id}"
            if not self.holds_alias(service, alias):
                return alias
            number += 1

    def _new_secret(self, service: Service, alias: str) -> str:
        if service.secret_prefix is None:
            return self.ids.password()
        return self.ids.api_key(service.secret_prefix, alias)

    # Access keys

    def add_access_key(self, user: UserRecord) -> AccessKeyRecord:
        key = AccessKeyRecord(
            id=self.ids.access_key(),
            user=user,
            secret=self.ids.secret_access_key(),
            created=whole_seconds(self.clock.now()),
        )
        self.access_keys[key.id] = user.access_keys[key.id] = key
        return key

    def remove_access_key(self, key: AccessKeyRecord) -> None:
        del self.access_keys[key.id]
        del key.user.access_keys[key.id]
        self.deleted_access_keys.add(key.id)


def _deadline(created: dt.datetime, age_days: int) -> dt.datetime:
    """The moment of expiry; the last there is, where the clock stands close to it."""
    try:
        return created + dt.timedelta(days=age_days)
    except OverflowError:
        return dt.datetime.max.replace(microsecond=0, tzinfo=dt.timezone.utc)


def _free(make: Callable[[], str], taken: Container[str]) -> str:
    """An id that nobody has had. One that was loaded may be of the same seed."""
    while True:
        an_id = make()
        if an_id not in taken:
            return an_id


def _drop(ordered: list[str], key: str) -> None:
    del ordered[bisect_left(ordered, key)]
