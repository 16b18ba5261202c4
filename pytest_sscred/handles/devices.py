"""Live handles of what users have one or several of, without a status: passwords, MFA devices."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pytest_sscred import resources
from pytest_sscred.handles.base import Handle
from pytest_sscred.resources.people import USERS
from pytest_sscred.state.state import State

if TYPE_CHECKING:  # as text below: a file is imported when there is something of it
    from pytest_sscred.resources.login_profiles import LoginProfile as LoginProfileRow  # noqa: F401
    from pytest_sscred.resources.mfa_devices import MFADevice as MFADeviceRow  # noqa: F401

__tracebackhide__ = True


class LoginProfile(Handle["LoginProfileRow"]):
    """A user's password for the console, as it is now. `id` is the user's."""

    __slots__ = ()

    _label = "login profile"
    _made_by = "CreateLoginProfile"

    def __init__(self, state: State, an_id: str) -> None:
        super().__init__(state, resources.login_profiles.PROFILES.rows(state), an_id)

    @classmethod
    def _ids(cls, state: State) -> list[str]:
        """Of all that exist."""
        return list(resources.login_profiles.PROFILES.rows(state))

    @property
    def user_name(self) -> str:
        """The name of its user, as it is now."""
        return USERS.of_id(self._state, self._id).name

    @property
    def created(self) -> dt.datetime:
        """When it was made, aware, in UTC, in whole seconds."""
        return self._row.created

    @property
    def password(self) -> str:
        """The password in force. IAM never gives it."""
        return self._row.password

    @property
    def must_be_reset(self) -> bool:
        """Whether the user has to choose another one at the next sign-in."""
        return self._row.reset_required

    @property
    def _named_by(self) -> tuple[str, str]:
        return "UserName", self.user_name

    @property
    def _made_as(self) -> str:
        return self.user_name

    @property
    def _title(self) -> str:
        return f"login profile of {self.user_name}"

    @property
    def _secrets(self) -> tuple[str, ...]:
        return self._row.password, *self._row.old_passwords


class MFADevice(Handle["MFADeviceRow"]):
    """A virtual MFA device, as it is now. `id` is its serial number, an ARN."""

    __slots__ = ()

    _label = "MFA device"
    _made_by = "CreateVirtualMFADevice"

    def __init__(self, state: State, an_id: str) -> None:
        super().__init__(state, resources.mfa_devices.DEVICES.rows(state), an_id)

    @classmethod
    def _ids(cls, state: State) -> list[str]:
        """Of all that exist."""
        return list(resources.mfa_devices.DEVICES.rows(state))

    @property
    def name(self) -> str:
        """The last part of its serial number."""
        return self._id.rpartition("/")[2]

    @property
    def user_name(self) -> str | None:
        """The name of the user for whom it is enabled; None if it is for nobody."""
        owner = self._row.owner if self.exists else None
        return None if owner is None else USERS.of_id(self._state, owner).name

    @property
    def seed(self) -> str:
        """The Base32StringSeed, of which its codes are made."""
        return self._row.seed

    def codes(self) -> tuple[str, str]:
        """Two codes that EnableMFADevice and ResyncMFADevice take now, in this order."""
        here = int(self._state.clock.now().timestamp() // resources.totp.STEP)
        last = self._row.last_step
        step = max(here, 1 if last is None else last + 2)
        return resources.totp.code(self.seed, step - 1), resources.totp.code(self.seed, step)

    @property
    def _named_by(self) -> tuple[str, str]:
        return "SerialNumber", self._id

    @property
    def _made_as(self) -> str:
        return self.name

    @property
    def _title(self) -> str:
        of = f" of {self.user_name}" if self.user_name is not None else ""
        return f"MFA device {self.name}{of}"

    @property
    def _secrets(self) -> tuple[str, ...]:
        return (self.seed,)
