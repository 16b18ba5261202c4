"""moto's objects as an account's rows, and its backend's attributes as views of the account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, NamedTuple

from pytest_sscred.ask import Ask
from pytest_sscred.doors.moto.things import Things, aware, device
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import (
    account_alias,
    groups,
    mfa_devices,
    policies,
    ssh_bodies,
    users,
)
from pytest_sscred.resources.access_keys import KIND as ACCESS_KEYS
from pytest_sscred.resources.groups import GROUPS, MEMBERS
from pytest_sscred.resources.inline_policies import INLINE
from pytest_sscred.resources.login_profiles import PROFILES
from pytest_sscred.resources.mfa_devices import DEVICES, MFADevice
from pytest_sscred.resources.people import USERS, User, put_user
from pytest_sscred.resources.policies import ATTACHED, POLICIES, Version
from pytest_sscred.resources.signing_certificates import KIND as CERTIFICATES
from pytest_sscred.resources.ssh_public_keys import KIND as SSH_KEYS


class Sort(NamedTuple):
    """What one attribute of moto's backend shows."""

    keys: Callable[[Things], Iterable[str]]
    find: Callable[[Things, str], Any]
    """The row of a key; None if it is missing."""
    there: Callable[[Things, str], Any]
    """The row of an id; None if it has been removed."""
    show: Callable[[Things, Any], Any]
    """A row as moto's object."""
    remove: Callable[[Things, Any], object]
    """Remove a row with all that hangs on it."""
    add: Callable[[Things, Any], Any]
    """The row for an object of moto's; None if it makes none."""
    stays: Callable[[str], bool] = lambda key: False
    """Whether moto keeps what has this key."""


class View(MutableMapping[str, Any]):
    """Takes the place of the dict `own`, of which it shows what stays moto's."""

    def __init__(self, things: Things, sort: Sort, own: dict[str, Any]) -> None:
        self._things, self._sort, self._own = things, sort, own

    def __getitem__(self, key: str) -> Any:
        if self._sort.stays(key):
            return self._own[key]
        return self._sort.show(self._things, self._row(key))

    def __iter__(self) -> Iterator[str]:
        with self._things.state.lock:
            ours = list(self._sort.keys(self._things))
        return iter([key for key in self._own if self._sort.stays(key)] + ours)

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __setitem__(self, key: str, thing: Any) -> None:
        if self._sort.stays(key):
            self._own[key] = thing
            return
        with self._things.state.lock:
            if key in self:
                del self[key]
            add(self._things, self._sort, thing)

    def __delitem__(self, key: str) -> None:
        if self._sort.stays(key):
            del self._own[key]
            return
        with self._things.state.lock:
            self._sort.remove(self._things, self._row(key))

    def _row(self, key: str) -> Any:
        with self._things.state.lock:
            row = self._sort.find(self._things, key)
        if row is None:
            raise KeyError(key)
        return row


def add(things: Things, sort: Sort, thing: Any) -> None:
    """A row for an object of moto's."""
    row = sort.add(things, thing)
    if row is not None:
        note_made(things, sort, row)


def note_made(things: Things, sort: Sort, row: Any) -> None:
    """Note that moto's side has made it; a row, or its id."""
    things.made.append((sort, _id(row)))


def forget_made(things: Things) -> None:
    """Remove what moto's side has made, with all that hangs on it."""
    with things.state.lock:
        while things.made:
            sort, an_id = things.made.pop()
            row = sort.there(things, an_id)
            if row is not None:
                sort.remove(things, row)


def take_over(things: Things, own: Mapping[str, Any]) -> None:
    """Rows for what moto has; what the account has of the same name stays the account's."""
    with things.state.lock:
        know_policies(things, own["managed_policies"])
        for name, sort in SORTS.items():
            for key, thing in list(own[name].items()):
                if not sort.stays(key) and sort.find(things, key) is None:
                    add(things, sort, thing)
        for alias in own["account_aliases"]:
            if account_alias.find(things.state) is None:
                add(things, ALIASES, alias)
        for user in own["users"].values():
            tags = own["tagger"].list_tags_for_resource(user.arn)["Tags"]
            row = USERS.named(things.state, user.name)
            if row.id == user.id:
                pairs = tuple((each["Key"], each["Value"]) for each in tags)
                USERS.change(things.state, row, tags=pairs)


def know_policies(things: Things, own: Mapping[str, Any]) -> None:
    """Have the account know the policies of AWS that moto has loaded."""
    known = {arn: _of_aws(policy) for arn, policy in own.items() if _is_of_aws(arn)}
    policies.set_known(things.state, known)


def show_policy_of_aws(things: Things, arn: str, own: dict[str, Any]) -> None:
    """Have moto find a policy of AWS's that it has not loaded, as the account does."""
    with things.state.lock:
        policy = policies.find(things.state, arn) if _is_of_aws(arn) and arn not in own else None
        if policy is not None:
            own[arn] = things.policy(policy)


def _is_of_aws(arn: str) -> bool:
    return ":iam::aws:policy/" in arn


def _of_aws(policy: Any) -> policies.Policy:
    version = policy.versions[0]
    updated = aware(policy.update_date)
    return policies.Policy(
        id=policy.id,
        name=policy.name,
        path=policy.path,
        owner="aws",
        created=aware(policy.create_date),
        updated=updated,
        versions=(Version(version.version_id, version.document, updated),),
        default=version.version_id,
    )


def _id(row: Any) -> str:
    for name in ("id", "serial"):
        if hasattr(row, name):
            return str(getattr(row, name))
    return str(row)


def _ask(thing_made: Any) -> Ask:
    return Ask.by_the_test("moto", aware(thing_made))


def _add_policy(things: Things, policy: Any) -> policies.Policy:
    versions = [
        Version(each.version_id, each.document, aware(each.create_date))
        for each in reversed(policy.versions)
    ]
    return policies.add(
        things.state,
        aware(policy.create_date),
        policy.name,
        "",
        id=policy.id,
        path=policy.path,
        versions=tuple(versions),
        default=policy.default_version_id,
        made=policy.next_version_num - 1,
        description=policy.description or None,
        tags=tuple((each["Key"], each["Value"]) for each in policy.tags.values()),
    )


def _add_group(things: Things, group: Any) -> groups.Group:
    state, made = things.state, aware(group.create_date)
    row = groups.put_group(state, group.name, made, path=group.path, id=group.id)
    _add_policies(things, row, group)
    for user in group.users:
        member = USERS.find(state, user.name)
        if member is not None:
            MEMBERS.add(state, member.id, row.id)
    return row


def _add_user(things: Things, user: Any) -> User:
    state, made = things.state, aware(user.create_date)
    used = user.password_last_used
    about = {"path": user.path, "password_last_used": None if used is None else aware(used)}
    row = put_user(state, user.name, made, id=user.id, **about)
    _add_policies(things, row, user)
    if user.password:
        flag = {"reset_required": user.password_reset_required}
        state.secrets.add(user.password)
        PROFILES.add(state, row, user.password, made, **flag)
    for key in user.ssh_public_keys:
        ask, status = _ask(key.upload_date), key.status
        with suppress(AwsError):  # moto takes any text for one
            body = ssh_bodies.read(key.ssh_public_key_body)
            an_id = key.ssh_public_key_id
            SSH_KEYS.add(state, ask, row, id=an_id, status=status, key=body)
    for each in user.signing_certificates.values():
        ask, about = _ask(each.upload_date), {"id": each.id, "status": each.status}
        CERTIFICATES.add(state, ask, row, body=each.body, **about)
    for each in user.mfa_devices.values():
        known = _device(things, each.serial_number)
        if known is None:  # not a virtual one
            known = MFADevice(serial=each.serial_number, seed=state.ids.mfa_seed())
            note_made(things, SORTS["virtual_mfa_devices"], known)
        DEVICES.assign(state, known, row, aware(each.enable_date), 0)
    return row


def _add_policies(things: Things, row: Any, thing: Any) -> None:
    for name, document in thing.policies.items():
        INLINE.put(things.state, row.id, name, document)
    for arn in thing.managed_policies:
        if policies.find(things.state, arn) is not None:
            ATTACHED.add(things.state, row.id, arn)


def _add_key(things: Things, key: Any) -> Any:
    """None for one whose user moto has deleted."""
    state, user = things.state, USERS.find(things.state, key.user_name)
    if user is None:
        return None
    secret = state.secrets.add(key.secret_access_key)
    about = {"id": key.access_key_id, "status": key.status, "secret": secret}
    row = ACCESS_KEYS.add(state, _ask(key.create_date), user, **about)
    if key.last_used is not None:
        things.access_key(row.id).last_used = key.last_used
    return row


def _add_device(things: Things, thing: Any) -> MFADevice:
    seed = things.state.secrets.add(thing.base32_string_seed)
    device = MFADevice(serial=thing.serial_number, seed=seed)
    DEVICES.put(things.state, device)
    return device


def _alias(things: Things, alias: str) -> str | None:
    return alias if account_alias.find(things.state) == alias else None


def _set_alias(things: Things, alias: str) -> str:
    account_alias.create(things.state, things.ask("CreateAccountAlias", AccountAlias=alias))
    return alias


def _of_id(named: Any) -> Callable[[Things, str], Any]:
    def there(things: Things, an_id: str) -> Any:
        row = named.rows(things.state).get(an_id)
        return row if row is not None and named.is_there(things.state, row) else None

    return there


def _names(named: Any) -> Callable[[Things], list[str]]:
    return lambda things: [row.name for row in named.there(things.state)]


def _device(things: Things, serial: str) -> Any:
    return DEVICES.rows(things.state).get(serial)


def _key(things: Things, an_id: str) -> Any:
    return ACCESS_KEYS.find(things.state, an_id)


SORTS = {
    "virtual_mfa_devices": Sort(
        lambda things: DEVICES.rows(things.state).order,
        _device,
        _device,
        device,
        lambda things, row: mfa_devices.remove(things.state, row),
        _add_device,
    ),
    "managed_policies": Sort(
        lambda things: [row.arn for row in POLICIES.there(things.state)],
        lambda things, arn: policies.find(things.state, arn),
        _of_id(POLICIES),
        lambda things, row: things.policy(row),
        lambda things, row: policies.remove(things.state, row),
        _add_policy,
        _is_of_aws,
    ),
    "users": Sort(
        _names(USERS),
        lambda things, name: USERS.find(things.state, name),
        _of_id(USERS),
        lambda things, row: things.user(row.id),
        lambda things, row: users.remove(things.state, things.ask("DeleteUser"), row),
        _add_user,
    ),
    "groups": Sort(
        _names(GROUPS),
        lambda things, name: GROUPS.find(things.state, name),
        _of_id(GROUPS),
        lambda things, row: things.group(row.id),
        lambda things, row: groups.remove(things.state, things.ask("DeleteGroup"), row),
        _add_group,
    ),
    "access_keys": Sort(
        lambda things: ACCESS_KEYS.there(things.state).order,
        _key,
        _key,
        lambda things, row: things.access_key(row.id),
        lambda things, row: ACCESS_KEYS.remove(things.state, row, things.ask("DeleteAccessKey")),
        _add_key,
        lambda key: key.startswith("ASIA"),  # of roles
    ),
}
"""By the names of the backend's attributes, in the order in which they are taken over."""
ALIASES = Sort(
    lambda things: list(filter(None, [account_alias.find(things.state)])),
    _alias,
    _alias,
    lambda things, alias: alias,
    lambda things, alias: account_alias.delete(
        things.state, things.ask("DeleteAccountAlias", AccountAlias=alias)
    ),
    _set_alias,
)
