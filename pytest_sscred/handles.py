"""Live, read-only handles of users, and of their credentials and access keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from pytest_sscred.names import Status
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.credentials import Credential as CredentialRow
from pytest_sscred.resources.history import Transition, history_at, status_at
from pytest_sscred.resources.owned import Kind, Owned
from pytest_sscred.resources.people import USERS
from pytest_sscred.resources.people import User as UserRow
from pytest_sscred.state.state import State

__tracebackhide__ = True

Row = TypeVar("Row", covariant=True)
Thing = TypeVar("Thing", bound="Handle[Any]")


class Handle(Generic[Row]):
    """Two handles of one thing are equal."""

    __slots__ = ("_id", "_known", "_rows", "_state")

    def __init__(self, state: State, rows: Mapping[str, Row], an_id: str) -> None:
        self._state = state
        self._rows = rows
        self._id = an_id
        self._known = rows.get(an_id)

    @property
    def _row(self) -> Row:
        """As it is now; or as it was when the handle was made, if a sweep has undone it."""
        return self._rows.get(self._id, self._known)  # type: ignore[return-value]

    @property
    def id(self) -> str:
        """AWS's id, which stays the same while the thing exists."""
        return self._id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and (other._state, other._id) == (
            self._state,
            self._id,
        )

    def __hash__(self) -> int:
        return hash(self._id)


class User(Handle[UserRow]):
    """An IAM user, as it is now. Two handles of one user are equal.

    `id` is the UserId: `AIDA` and 17 characters. A rename leaves it as it is.
    """

    __slots__ = ()

    def __init__(self, state: State, an_id: str) -> None:
        super().__init__(state, USERS.rows(state), an_id)

    @property
    def name(self) -> str:
        """The name, in the case it was given."""
        return self._row.name

    @property
    def path(self) -> str:
        """The path, `/` if none was given."""
        return self._row.path

    @property
    def arn(self) -> str:
        """The ARN: account, path and name as they are now."""
        return self._row.arn

    @property
    def created(self) -> dt.datetime:
        """The CreateDate, aware, in UTC, in whole seconds."""
        return self._row.created

    @property
    def credentials(self) -> list[Credential]:
        """Its service-specific credentials, oldest first, without deleted ones."""
        ids = CREDENTIALS.ids_of(self._state, self._id)
        return [Credential(self._state, an_id) for an_id in ids]

    def __repr__(self) -> str:
        return f"<User {self.name}>"


class Held(Handle[Owned]):
    """Something that belongs to a user and has a status, as it is now.

    The handle outlives the deletion: the history can still be read afterwards.
    """

    __slots__ = ("_kind", "_user")

    def __init__(self, state: State, an_id: str, kind: Kind[Any]) -> None:
        super().__init__(state, kind.rows(state), an_id)
        self._kind = kind
        self._user = User(state, self._row.owner)

    @property
    def user_name(self) -> str:
        """The name of its user, as it is now."""
        return self._user.name

    @property
    def status(self) -> Status:
        """`Active`, `Inactive`, `Expired` once its deadline has passed, or `Deleted`."""
        status: Any = status_at(self._row, self._state.clock.now())
        found: Status = status
        return found

    @property
    def is_active(self) -> bool:
        """Whether AWS would accept it now."""
        return self.status == "Active"

    @property
    def created(self) -> dt.datetime:
        """When it was made, aware, in UTC, in whole seconds."""
        return self._row.created

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """Every change of its status, beginning with its creation."""
        return tuple(history_at(self._row, self._state.clock.now()))

    @property
    def statuses(self) -> list[Status]:
        """The statuses it has had, in order; `Deleted` last if it was deleted."""
        statuses: list[Any] = [transition.status for transition in self.transitions]
        return statuses

    def __repr__(self) -> str:
        label = self._kind.label
        return f"<{label[0].upper()}{label[1:]} {self.id} of {self.user_name}, {self.status}>"


class Credential(Held):
    """A service-specific credential, as it is now. Two handles of one credential are equal.

    The handle outlives the deletion: the history can still be read afterwards. `id` is the
    ServiceSpecificCredentialId: `ACCA` and 17 characters.
    """

    __slots__ = ()

    def __init__(self, state: State, an_id: str) -> None:
        super().__init__(state, an_id, CREDENTIALS)

    @property
    def _row(self) -> CredentialRow:
        row: Any = super()._row
        credential: CredentialRow = row
        return credential

    @property
    def service_name(self) -> str:
        """The service, such as `codecommit.amazonaws.com`."""
        return self._row.service.name

    @property
    def expires(self) -> dt.datetime | None:
        """The ExpirationDate, aware, in UTC; None if it was made without an age."""
        return self._row.expires

    @property
    def last_used(self) -> dt.datetime | None:
        """When its service last accepted it, aware, in UTC; None if it never did."""
        return self._row.last_used

    @property
    def service_user_name(self) -> str | None:
        """The ServiceUserName, such as `Anika-at-123456789012`; None for an API key."""
        return None if self._row.service.takes_api_key else self._row.alias

    @property
    def password(self) -> str:
        """The ServicePassword in force. IAM never gives it twice.

        :raises AttributeError: for an API key, which has a `secret`
        """
        if self._row.service.takes_api_key:
            raise AttributeError(f"{self.id} is an API key, which has no password: ask for .secret")
        return self._row.secret

    @property
    def alias(self) -> str | None:
        """The ServiceCredentialAlias of an API key; None if there is a password."""
        return self._row.alias if self._row.service.takes_api_key else None

    @property
    def secret(self) -> str:
        """The ServiceCredentialSecret in force.

        :raises AttributeError: for a credential that has a `password` instead
        """
        if not self._row.service.takes_api_key:
            raise AttributeError(f"{self.id} has no secret but a password: ask for .password")
        return self._row.secret

    def __repr__(self) -> str:
        return f"<Credential {self.id} of {self.user_name}, {self.service_name}, {self.status}>"


def handles_of(state: State, kind: Kind[Any]) -> list[Held]:
    """Everything of a kind that ever existed, oldest first."""
    with state.lock:
        ids = list(kind.rows(state))
    if kind is CREDENTIALS:
        return [Credential(state, an_id) for an_id in ids]
    return [Held(state, an_id, kind) for an_id in ids]


def name_of(held: Held) -> str:
    """A name for people: its id, its user, and its service or kind."""
    what = service_of(held) or kind_of(held).label
    return f"{held.id} of {held.user_name} ({what})"


def service_of(held: Held) -> str:
    """A credential's service, without AWS's domain; "" for other things."""
    if not isinstance(held, Credential):
        return ""
    return held.service_name.removesuffix(".amazonaws.com")


def kind_of(held: Held) -> Kind[Any]:
    return held._kind


def own(state: State, handle: Thing) -> Thing:
    """The handle; ValueError if it belongs to another account."""
    if handle._state is not state:
        raise ValueError(f"{handle!r} belongs to another account than this one, {state.id}")
    return handle
