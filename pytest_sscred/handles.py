"""What a test holds of a user and of a credential: live, and read-only."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pytest_sscred.account import Transition

if TYPE_CHECKING:
    from pytest_sscred.account import Account, CredentialRecord, UserRecord


class User:
    """An IAM user, as it is now. Two handles of one user are equal."""

    __slots__ = ("_account", "_record")

    def __init__(self, account: Account, record: UserRecord) -> None:
        self._account = account
        self._record = record

    @property
    def name(self) -> str:
        """The name, in the case it was given."""
        return self._record.name

    @property
    def id(self) -> str:
        """The UserId: `AIDA` and 17 characters. A rename leaves it as it is."""
        return self._record.id

    @property
    def path(self) -> str:
        """The path, `/` where none was given."""
        return self._record.path

    @property
    def arn(self) -> str:
        """The ARN: account, path and name as they are now."""
        return self._record.arn

    @property
    def created(self) -> dt.datetime:
        """The CreateDate, aware, in UTC, in whole seconds."""
        return self._record.created

    @property
    def credentials(self) -> list[Credential]:
        """Its service-specific credentials, oldest first; deleted ones are not among them."""
        with self._account.lock:
            records = list(self._record.credentials.values())
        return [Credential(self._account, record) for record in records]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, User) and other._record is self._record

    def __hash__(self) -> int:
        return hash(self._record.id)

    def __repr__(self) -> str:
        return f"<User {self.name}>"


class Credential:
    """A service-specific credential, as it is now. Two handles of one credential are equal.

    It outlives its deletion: its history can be asked for afterwards.
    """

    __slots__ = ("_account", "_record")

    def __init__(self, account: Account, record: CredentialRecord) -> None:
        self._account = account
        self._record = record

    @property
    def id(self) -> str:
        """The ServiceSpecificCredentialId: `ACCA` and 17 characters."""
        return self._record.id

    @property
    def user_name(self) -> str:
        """The name of its user, as it is now."""
        return self._record.user.name

    @property
    def service_name(self) -> str:
        """The service, as in `codecommit.amazonaws.com`."""
        return self._record.service.name

    @property
    def status(self) -> str:
        """`Active`, `Inactive`, `Expired` once its deadline has passed, or `Deleted`."""
        return self._record.status(self._account.clock.now())

    @property
    def is_active(self) -> bool:
        """Whether its service would take it now."""
        return self.status == "Active"

    @property
    def created(self) -> dt.datetime:
        """The CreateDate, aware, in UTC, in whole seconds."""
        return self._record.created

    @property
    def expires(self) -> dt.datetime | None:
        """The ExpirationDate, aware, in UTC; None where it was made without an age."""
        return self._record.expires

    @property
    def last_used(self) -> dt.datetime | None:
        """When its service took it last, aware, in UTC; None where it never did."""
        return self._record.last_used

    @property
    def service_user_name(self) -> str | None:
        """The ServiceUserName, as in `Anika-at-123456789012`; None for an API key."""
        return None if self._record.service.takes_api_key else self._record.alias

    @property
    def password(self) -> str | None:
        """The ServicePassword in force; None for an API key. IAM never gives it twice."""
        return None if self._record.service.takes_api_key else self._record.secret

    @property
    def alias(self) -> str | None:
        """The ServiceCredentialAlias of an API key; None where there is a password."""
        return self._record.alias if self._record.service.takes_api_key else None

    @property
    def secret(self) -> str | None:
        """The ServiceCredentialSecret in force; None where there is a password."""
        return self._record.secret if self._record.service.takes_api_key else None

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """Every change of its status, the first one its making."""
        with self._account.lock:
            return self._record.history(self._account.clock.now())

    @property
    def statuses(self) -> list[str]:
        """The statuses it has had, in order; `Deleted` last where it was deleted."""
        return [transition.status for transition in self.transitions]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Credential) and other._record is self._record

    def __hash__(self) -> int:
        return hash(self._record.id)

    def __repr__(self) -> str:
        return f"<Credential {self.id} of {self.user_name}, {self.service_name}, {self.status}>"
