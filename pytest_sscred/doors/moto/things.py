"""An account's rows as moto's objects."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.ask import Ask, Caller
from pytest_sscred.resources import policies, qr, ssh_bodies, tags, users
from pytest_sscred.resources.access_keys import KIND as ACCESS_KEYS
from pytest_sscred.resources.access_keys import Use, last_used, note_use
from pytest_sscred.resources.groups import GROUPS, MEMBERS
from pytest_sscred.resources.history import changed
from pytest_sscred.resources.inline_policies import INLINE
from pytest_sscred.resources.login_profiles import PROFILES
from pytest_sscred.resources.mfa_devices import DEVICES
from pytest_sscred.resources.owned import Owned
from pytest_sscred.resources.people import USERS
from pytest_sscred.resources.policies import ATTACHED, POLICIES
from pytest_sscred.resources.signing_certificates import KIND as CERTIFICATES
from pytest_sscred.resources.ssh_public_keys import KIND as SSH_KEYS
from pytest_sscred.state.clock import whole_seconds

Get = Callable[["Things", Any], Any]


def aware(moment: dt.datetime) -> dt.datetime:
    """A time as an account has it: moto's have no zone, and are UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)


def _naive(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else moment.replace(tzinfo=None)


class Things:
    """What one account shares with moto, as moto's objects.

    They are of moto's classes, one for each row, and show the row as it is at any time.
    """

    def __init__(self, account: Account, models: Any) -> None:
        self.account, self.state, self.models = account, account.state, models
        self._classes = _classes(models)
        self._objects: dict[tuple[str, str], Any] = {}
        self.made: list[tuple[Any, str]] = []
        """Sort and id of what moto's side has made."""

    def ask(self, operation: str, **params: Any) -> Ask:
        return Ask(operation, Caller("moto"), self.state.clock.now(), params)

    def user(self, an_id: str) -> Any:
        return self._object("User", an_id, lambda: USERS.of_id(self.state, an_id))

    def group(self, an_id: str) -> Any:
        return self._object("Group", an_id, lambda: GROUPS.of_id(self.state, an_id))

    def access_key(self, an_id: str) -> Any:
        return self._object("AccessKey", an_id, lambda: ACCESS_KEYS.rows(self.state)[an_id])

    def policy(self, policy: policies.Policy) -> Any:
        """The account's own or AWS's, which never changes."""
        rows = POLICIES.rows(self.state)
        return self._object("ManagedPolicy", policy.id, lambda: rows.get(policy.id, policy))

    def _object(self, kind: str, key: str, row: Callable[[], Any]) -> Any:
        with self.state.lock:
            if (kind, key) not in self._objects:
                made = object.__new__(self._classes[kind])  # moto tracks what it makes itself
                made.__dict__.update(_things=self, _row=row)
                self._objects[kind, key] = made
            return self._objects[kind, key]

    def plain(self, kind: str, **fields: Any) -> Any:
        """One that nobody changes."""
        made = object.__new__(getattr(self.models, kind))
        made.__dict__.update(fields)
        return made


@functools.cache
def _classes(models: Any) -> dict[str, Any]:
    return {name: _live(getattr(models, name), fields) for name, fields in LIVE.items()}


def _live(base: Any, fields: Mapping[str, Get]) -> Any:
    """A class of moto's whose attributes are looked up in a row."""

    def attribute(name: str, get: Get) -> property:
        def read(self: Any) -> Any:
            with self._things.state.lock:
                return get(self._things, self._row())

        def change(self: Any, value: Any) -> None:
            with self._things.state.lock:
                SETTERS[base.__name__, name](self._things, self._row(), value)

        return property(read, change if (base.__name__, name) in SETTERS else None)

    attributes = {name: attribute(name, get) for name, get in fields.items()}
    return type(base)(base.__name__, (base,), {"__module__": base.__module__, **attributes})


# Rows as moto's objects


def _keys(things: Things, user: Any) -> list[Any]:
    return [things.access_key(an_id) for an_id in ACCESS_KEYS.ids_of(things.state, user.id)]


def _inline(things: Things, row: Any) -> dict[str, str]:
    return {each.name: each.document for each in INLINE.of(things.state, row.id)}


def _attached(things: Things, row: Any) -> dict[str, Any]:
    arns = ATTACHED.of(things.state, row.id)
    return {arn: things.policy(policies.named(things.state, arn)) for arn in arns}


def _status(row: Owned) -> str:
    return row.history.last.status


def _user_name(things: Things, row: Owned) -> str:
    return USERS.of_id(things.state, row.owner).name


def _ssh_key(things: Things, row: Any) -> Any:
    return things.plain(
        "SshPublicKey",
        user_name=_user_name(things, row),
        ssh_public_key_body=ssh_bodies.ssh(row.key),
        ssh_public_key_id=row.id,
        fingerprint=row.key.fingerprint,
        status=_status(row),
        upload_date=_naive(row.created),
    )


def _certificate(things: Things, row: Any) -> Any:
    about = {"id": row.id, "body": row.body, "upload_date": _naive(row.created)}
    about |= {"user_name": _user_name(things, row), "status": _status(row)}
    return things.plain("SigningCertificate", **about)


def _device_of_user(things: Things, device: Any) -> Any:
    codes = dict.fromkeys(("authentication_code_1", "authentication_code_2"), "")
    about = {"serial_number": device.serial, "enable_date": _naive(device.enabled)}
    return things.plain("MFADevice", **about, **codes)


def device(things: Things, row: Any) -> Any:
    """A virtual MFA device."""
    user = None if row.owner is None else USERS.of_id(things.state, row.owner)
    return things.plain(
        "VirtualMfaDevice",
        serial_number=row.serial,
        base32_string_seed=row.seed,
        qr_code_png=qr.png(row.serial),
        enable_date=_naive(row.enabled),
        user=user and things.user(user.id),
        user_attribute=user and {**users.summary(user), "Tags": tags.wire(user.tags)},
    )


def _versions(things: Things, policy: policies.Policy) -> list[Any]:
    return [
        things.plain(
            "PolicyVersion",
            policy_arn=policy.arn,
            document=each.document,
            is_default=each.id == policy.default,
            version_id=each.id,
            create_date=_naive(each.created),
        )
        for each in reversed(policy.versions)
    ]


def _attachments(things: Things, policy: policies.Policy) -> int:
    things.account.take_roles(things.ask("GetPolicy"))
    return len(ATTACHED.to(things.state, policy.arn))


def _used(things: Things, key: Any) -> Any:
    use = last_used(things.state, key.id)
    if use is None:
        return None
    return things.models.AccessKeyLastUsed(_naive(use.at), use.service, use.region)


def _password(things: Things, user: Any) -> str | None:
    profile = PROFILES.find(things.state, user.id)
    return None if profile is None else profile.password


def _must_change(things: Things, user: Any) -> bool:
    profile = PROFILES.find(things.state, user.id)
    return profile is not None and profile.reset_required


_NAMED: dict[str, Get] = {
    "account_id": lambda things, row: things.state.id,
    "arn": lambda things, row: row.arn,
    "create_date": lambda things, row: _naive(row.created),
    "id": lambda things, row: row.id,
    "name": lambda things, row: row.name,
    "path": lambda things, row: row.path,
}
LIVE: dict[str, dict[str, Get]] = {
    "User": {
        **_NAMED,
        "access_keys": _keys,
        "managed_policies": _attached,
        "mfa_devices": lambda things, user: {
            each.serial: _device_of_user(things, each) for each in DEVICES.of(things.state, user.id)
        },
        "password": _password,
        "password_last_used": lambda things, user: _naive(user.password_last_used),
        "password_reset_required": _must_change,
        "policies": _inline,
        "region_name": lambda things, user: "us-east-1",
        "signing_certificates": lambda things, user: {
            each.id: _certificate(things, each) for each in CERTIFICATES.of(things.state, user.id)
        },
        "ssh_public_keys": lambda things, user: [
            _ssh_key(things, each) for each in SSH_KEYS.of(things.state, user.id)
        ],
        "tags": lambda things, user: tags.wire(user.tags) or None,
    },
    "Group": {
        **_NAMED,
        "managed_policies": _attached,
        "partition": lambda things, group: "aws",
        "policies": _inline,
        "users": lambda things, group: [
            things.user(an_id) for an_id in MEMBERS.to(things.state, group.id)
        ],
    },
    "ManagedPolicy": {
        **_NAMED,
        "attachment_count": _attachments,
        "default_version_id": lambda things, policy: policy.default,
        "description": lambda things, policy: policy.description or "",
        "next_version_num": lambda things, policy: policy.made + 1,
        "partition": lambda things, policy: "aws",
        "tags": lambda things, policy: {each["Key"]: each for each in tags.wire(policy.tags)},
        "update_date": lambda things, policy: _naive(policy.updated),
        "versions": _versions,
    },
    "AccessKey": {
        "access_key_id": lambda things, key: key.id,
        "create_date": lambda things, key: _naive(key.created),
        "last_used": _used,
        "role_arn": lambda things, key: None,
        "secret_access_key": lambda things, key: key.secret,
        "status": lambda things, key: _status(key),
        "user_name": _user_name,
    },
}
"""The attributes of moto's classes whose objects are shared."""


# What moto, or a test that reaches into its backend, sets of an object


def _set_made(rows: Any) -> Any:
    def change(things: Things, row: Any, value: dt.datetime) -> None:
        made = whole_seconds(aware(value))
        things.state.table(rows)[row.id] = replace(row, created=made)

    return change


def _set_password_used(things: Things, user: Any, value: dt.datetime | None) -> None:
    used = None if value is None else whole_seconds(aware(value))
    USERS.change(things.state, user, password_last_used=used)


def _set_used(things: Things, key: Any, value: Any) -> None:
    """moto's own record of a call is made by its clock, and counts at the account's time."""
    if isinstance(value, dt.datetime):
        note_use(things.state, key.id, Use(aware(value), "us-east-1", "iam"))
    else:
        now = things.state.clock.now()
        region = value.region if "-" in value.region else "us-east-1"  # moto's of S3 is s3
        note_use(things.state, key.id, Use(now, region, value.service))


SETTERS: dict[tuple[str, str], Callable[[Things, Any, Any], object]] = {
    ("User", "create_date"): _set_made(USERS.table),
    ("User", "password_last_used"): _set_password_used,
    ("User", "path"): lambda things, user, path: USERS.change(things.state, user, path=path),
    ("ManagedPolicy", "attachment_count"): lambda things, policy, number: None,
    ("AccessKey", "create_date"): _set_made(ACCESS_KEYS.noun),
    ("AccessKey", "last_used"): _set_used,
    ("AccessKey", "status"): lambda things, key, status: ACCESS_KEYS.put(
        things.state, changed(key, status, things.ask("UpdateAccessKey"))
    ),
}
