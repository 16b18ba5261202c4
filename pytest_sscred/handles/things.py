"""Live handles of what belongs to users and has a status: credentials, keys, certificates."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, ClassVar

from pytest_sscred import resources
from pytest_sscred.ask import Ask
from pytest_sscred.handles.base import Handle
from pytest_sscred.names import Status
from pytest_sscred.resources.access_keys import KIND as ACCESS_KEYS
from pytest_sscred.resources.access_keys import AccessKey as AccessKeyRow
from pytest_sscred.resources.access_keys import last_used
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.credentials import Credential as CredentialRow
from pytest_sscred.resources.history import Transition, begun, history_at, status_at
from pytest_sscred.resources.owned import Kind, Owned
from pytest_sscred.resources.people import USERS
from pytest_sscred.resources.signing_certificates import KIND as SIGNING_CERTIFICATES
from pytest_sscred.resources.signing_certificates import SigningCertificate as CertificateRow
from pytest_sscred.resources.ssh_public_keys import KIND as SSH_PUBLIC_KEYS
from pytest_sscred.resources.ssh_public_keys import SSHPublicKey as SSHPublicKeyRow
from pytest_sscred.state.state import State

__tracebackhide__ = True


class Held(Handle[Owned]):
    """Something that belongs to a user and has a status, as it is now.

    The handle outlives the deletion: the history can still be read afterwards.
    """

    __slots__ = ("_kind", "_owner")

    _of: ClassVar[Kind[Any]]

    def __init__(self, state: State, an_id: str, kind: Kind[Any] | None = None) -> None:
        self._kind = kind or self._of
        super().__init__(state, self._kind.rows(state), an_id)
        self._owner = USERS.of_id(state, self._row.owner)

    @property
    def user_name(self) -> str:
        """The name of its user, as it is now."""
        return USERS.rows(self._state).get(self._owner.id, self._owner).name

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

    @property
    def exists(self) -> bool:
        return self._row.history.last.status != "Deleted"

    @property
    def _label(self) -> str:
        return self._kind.label

    @property
    def _named_by(self) -> tuple[str, str]:
        return self._kind.id_name, self._id

    @property
    def _title(self) -> str:
        return f"{self.id} of {self.user_name} ({service_of(self) or self._label})"

    def _begin_as(self, status: str) -> None:
        """Have been made in that status."""
        made = self._row.history.last
        history = begun(status, Ask.by_the_test(made.operation, made.at))
        self._kind.put(self._state, replace(self._row, history=history))

    def __repr__(self) -> str:
        label = self._label
        return f"<{label[0].upper()}{label[1:]} {self.id} of {self.user_name}, {self.status}>"


class Credential(Held):
    """A service-specific credential, as it is now. Two handles of one credential are equal.

    The handle outlives the deletion: the history can still be read afterwards. `id` is the
    ServiceSpecificCredentialId: `ACCA` and 17 characters.
    """

    __slots__ = ()

    _of = CREDENTIALS
    _made_by = "CreateServiceSpecificCredential"
    _row: CredentialRow

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
            # With a name, or Python would suggest one of ours.
            raise AttributeError(
                f"{self.id} has no secret but a password: ask for .password", name="", obj=None
            )
        return self._row.secret

    @property
    def _secrets(self) -> tuple[str, ...]:
        return self._row.secret, *self._row.old_secrets

    def __repr__(self) -> str:
        return f"<Credential {self.id} of {self.user_name}, {self.service_name}, {self.status}>"


class AccessKey(Held):
    """An access key, as it is now. `id` is the AccessKeyId: `AKIA` and 16 characters."""

    __slots__ = ()

    _of = ACCESS_KEYS
    _made_by = "CreateAccessKey"
    _row: AccessKeyRow

    @property
    def secret(self) -> str:
        """The SecretAccessKey. IAM never gives it twice."""
        return self._row.secret

    @property
    def _secrets(self) -> tuple[str, ...]:
        return (self.secret,)

    @property
    def last_used(self) -> dt.datetime | None:
        """When it last signed a call that was answered, aware, in UTC; None if it never did."""
        use = last_used(self._state, self._id)
        return None if use is None else use.at


class SSHPublicKey(Held):
    """A public key for CodeCommit over SSH, as it is now. `id`: `APKA` and 16 characters."""

    __slots__ = ()

    _of = SSH_PUBLIC_KEYS
    _made_by = "UploadSSHPublicKey"
    _row: SSHPublicKeyRow

    @property
    def body(self) -> str:
        """The key as OpenSSH writes it, without a comment."""
        return resources.ssh_bodies.ssh(self._row.key)

    @property
    def fingerprint(self) -> str:
        """The Fingerprint: MD5, in 16 pairs of hexadecimal digits."""
        return self._row.key.fingerprint


class SigningCertificate(Held):
    """A signing certificate, as it is now. `id` is 32 characters that follow from its body."""

    __slots__ = ()

    _of = SIGNING_CERTIFICATES
    _made_by = "UploadSigningCertificate"
    _row: CertificateRow

    @property
    def body(self) -> str:
        """The CertificateBody: PEM, as it was uploaded."""
        return self._row.body


def service_of(held: Held) -> str:
    """A credential's service, without AWS's domain; "" for other things."""
    if not isinstance(held, Credential):
        return ""
    return held.service_name.removesuffix(".amazonaws.com")
