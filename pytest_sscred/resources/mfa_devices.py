"""Virtual MFA devices, and whose they are.

As recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_sscred import assumed, resources
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import account_alias, tags
from pytest_sscred.resources.links import Links
from pytest_sscred.resources.owned import Hanging, Operation
from pytest_sscred.resources.pages import page
from pytest_sscred.resources.people import User, named_user, user_of_id, user_or_caller
from pytest_sscred.resources.tags import Tags
from pytest_sscred.resources.users import summary
from pytest_sscred.state.clock import whole_seconds
from pytest_sscred.state.state import State, Tables

DEVICES_PER_USER = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class MFADevice:
    """`owner` is a UserId, if it is enabled; `last_step` that of the latest code it took."""

    serial: str
    seed: str = field(repr=False)
    tags: Tags = ()
    owner: str | None = None
    enabled: dt.datetime | None = None
    last_step: int | None = None


class _Devices(Hanging):
    """All of the account, by their serial numbers."""

    conflict = "Cannot delete entity, must remove tokens from principal first."
    owned = Links("MFA devices of users")

    def rows(self, tables: Tables) -> Any:
        return tables.sorted("MFA devices")

    def put(self, state: State, device: MFADevice) -> None:
        self.rows(state)[device.serial] = device

    def named(self, tables: Tables, serial: str) -> MFADevice:
        device: MFADevice | None = self.rows(tables).get(serial)
        if device is None:
            text = f"MFA Device with serial number {serial} does not exist."
            raise AwsError("NoSuchEntity", text)
        return device

    def of(self, tables: Tables, user_id: str) -> list[MFADevice]:
        rows = self.rows(tables)
        return [rows[serial] for serial in self.owned.of(tables, user_id)]

    def holds(self, tables: Tables, user_id: str) -> bool:
        return bool(self.owned.of(tables, user_id))

    def clear(self, state: State, user_id: str, ask: Ask) -> None:
        for device in self.of(state, user_id):
            self.release(state, device)

    def removals(self, tables: Tables, user_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for serial in self.owned.of(tables, user_id):
            yield "DeactivateMFADevice", {"SerialNumber": serial}

    def assign(
        self, state: State, device: MFADevice, user: User, at: dt.datetime, step: int
    ) -> None:
        now = whole_seconds(at)
        self.put(state, replace(device, owner=user.id, enabled=now, last_step=step))
        self.owned.add(state, user.id, device.serial)

    def release(self, state: State, device: MFADevice) -> None:
        self.owned.remove(state, device.owner or "", device.serial)
        self.put(state, replace(device, owner=None, enabled=None))


DEVICES = _Devices()


def add(state: State, name: str, path: str = "/", pairs: Tags = ()) -> MFADevice:
    """A new one that nobody has."""
    serial = f"arn:aws:iam::{state.id}:mfa{path}{name}"
    if serial in DEVICES.rows(state):
        raise AwsError("EntityAlreadyExists", "MFA device already exists.")
    device = MFADevice(serial=serial, seed=state.ids.mfa_seed(), tags=pairs)
    DEVICES.put(state, device)
    return device


def create(state: State, ask: Ask) -> Mapping[str, Any]:
    _refuse_without_device(state, ask, ask.caller.user)
    params = ask.params
    name, pairs = params["VirtualMFADeviceName"], TAGGED.checked(params.get("Tags", []))
    device = add(state, name, params.get("Path", "/"), pairs)
    account = account_alias.find(state) or state.id
    text = f"otpauth://totp/{name}@{account}?secret={device.seed}"
    members: dict[str, Any] = {
        "SerialNumber": device.serial,
        "Base32StringSeed": device.seed.encode(),
        "QRCodePNG": resources.qr.png(text),
    }
    if pairs:
        members["Tags"] = tags.wire(pairs)
    return {"VirtualMFADevice": members}


def _refuse_without_device(tables: Tables, ask: Ask, user: User | None) -> None:
    """Who has a device enabled and signs with an access key may not make or release their own."""
    caller = ask.caller.user
    is_own = caller is not None and user is not None and user.id == caller.id
    if is_own and DEVICES.holds(tables, caller.id):
        raise AwsError(
            "AccessDenied",
            "To complete this action, please ensure that you are authenticated with an MFA "
            "device that is enabled for this user.",
        )


def enable(state: State, ask: Ask) -> None:
    user = named_user(state, ask.params["UserName"])
    device = DEVICES.named(state, ask.params["SerialNumber"])
    if device.owner == user.id:
        raise AwsError("EntityAlreadyExists", f"MFA Device for user {user.name} already exists.")
    if device.owner is not None:
        raise AwsError("EntityAlreadyExists", "MFA Device is already in use.")
    if len(DEVICES.of(state, user.id)) >= DEVICES_PER_USER:
        raise AwsError("LimitExceeded", assumed.TOO_MANY_DEVICES.format(most=DEVICES_PER_USER))
    DEVICES.assign(state, device, user, ask.at, _step(device, ask))


def _step(device: MFADevice, ask: Ask) -> int:
    """The step of the second of two codes that prove that somebody has the device."""
    codes = ask.params["AuthenticationCode1"], ask.params["AuthenticationCode2"]
    step = resources.totp.accepted(device.seed, *codes, ask.at, device.last_step)
    if step is None:
        text = "Authentication code for device is not valid."
        raise AwsError("InvalidAuthenticationCode", text)
    return step


def resync(state: State, ask: Ask) -> None:
    _, device = _assigned(state, ask)
    DEVICES.put(state, replace(device, last_step=_step(device, ask)))


def deactivate(state: State, ask: Ask) -> None:
    user = user_or_caller(state, ask)
    _refuse_without_device(state, ask, user)
    DEVICES.release(state, _assigned(state, ask)[1])


def _assigned(tables: Tables, ask: Ask) -> tuple[User, MFADevice]:
    user = user_or_caller(tables, ask)
    device = DEVICES.named(tables, ask.params["SerialNumber"])
    if device.owner != user.id:
        raise AwsError("NoSuchEntity", "MFA Device invalid for user.")
    return user, device


def remove(state: State, device: MFADevice) -> None:
    """Remove a device, whoever has it."""
    if device.owner is not None:
        DEVICES.release(state, device)
    del DEVICES.rows(state)[device.serial]


def delete(state: State, ask: Ask) -> None:
    device = DEVICES.named(state, ask.params["SerialNumber"])
    if device.owner is not None:
        raise AwsError("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")
    del DEVICES.rows(state)[device.serial]


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    """For FIDO security keys, of which no operation makes any."""
    DEVICES.named(tables, ask.params["SerialNumber"])
    raise AwsError(
        "ValidationError",
        "The MFA device serial number sent in the request is invalid or not supported by this "
        "API. Currently, only hardware FIDO security keys are supported. Please use the "
        "compatible device or API.",
    )


def list_(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    user = user_or_caller(tables, ask)
    by_serial = {device.serial: device for device in DEVICES.of(tables, user.id)}
    found, rest = page(tables, ask.params, "MFA devices", list(by_serial))
    members = [
        {"UserName": user.name, "SerialNumber": serial, "EnableDate": by_serial[serial].enabled}
        for serial in found
    ]
    return {"MFADevices": members, **rest}


def list_virtual(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    rows, wanted = DEVICES.rows(tables), ask.params.get("AssignmentStatus", "Any")

    def keep(serial: str) -> bool:
        status = "Unassigned" if rows[serial].owner is None else "Assigned"
        return wanted in ("Any", status)

    found, rest = page(tables, ask.params, "virtual MFA devices", rows.order, keep)
    return {"VirtualMFADevices": [_wire(tables, rows[serial]) for serial in found], **rest}


def _wire(tables: Tables, device: MFADevice) -> dict[str, Any]:
    members: dict[str, Any] = {"SerialNumber": device.serial}
    if device.owner is not None:
        members["User"] = summary(user_of_id(tables, device.owner))
        members["EnableDate"] = device.enabled
    return members


def _device(tables: Tables, ask: Ask) -> MFADevice:
    return DEVICES.named(tables, ask.params["SerialNumber"])


def _put_tags(state: State, device: MFADevice, pairs: Tags) -> None:
    DEVICES.put(state, replace(device, tags=pairs))


TAGGED = tags.Tagged("MFA device", _device, _put_tags, by_case=True)

READS: dict[str, Operation] = {
    "GetMFADevice": get,
    "ListMFADevices": list_,
    "ListMFADeviceTags": TAGGED.list,
    "ListVirtualMFADevices": list_virtual,
}
WRITES: dict[str, Operation] = {
    "CreateVirtualMFADevice": create,
    "DeactivateMFADevice": deactivate,
    "DeleteVirtualMFADevice": delete,
    "EnableMFADevice": enable,
    "ResyncMFADevice": resync,
    "TagMFADevice": TAGGED.tag,
    "UntagMFADevice": TAGGED.untag,
}
