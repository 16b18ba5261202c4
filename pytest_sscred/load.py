"""Loads a real account's state into a test's, and dumps one, in the shapes the AWS CLI prints."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.ask import Ask
from pytest_sscred.handles import Credential
from pytest_sscred.own_calls import check, seeding
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.owned import KINDS, Kind
from pytest_sscred.resources.people import USERS, find_user, put_user, users_there
from pytest_sscred.resources.users import whole
from pytest_sscred.state.state import State

__tracebackhide__ = True

_SHAPE = (
    "load takes what `aws iam list-service-specific-credentials --all-users` or "
    "`aws iam list-users` prints"
)
_NO_DATE = "{!r} is no date as the AWS CLI prints one"

Data = Mapping[str, Any] | str | bytes | os.PathLike[str]


def load(account: Account, data: Data) -> list[Credential]:
    """Load all of it, or nothing."""
    found = _read(data)
    loading = _Loading(account)
    with seeding(account.state):
        for member in _members(found, "Users"):
            loading.user(member)
        for kind in KINDS:
            for member in _members(found, kind.listed):
                loading.thing(kind, member)
    return [Credential(account.state, an_id) for an_id in loading.ids[CREDENTIALS.noun]]


def dump(account: Account) -> dict[str, Any]:
    """The account in the form that `load` takes, ready for JSON."""
    state = account.state
    with state.lock:
        now = state.clock.now()
        users = [_as_json(whole(user)) for user in users_there(state)]
        things = {
            kind.listed: [
                _as_json(kind.wire(state, row, now))
                for an_id, row in kind.rows(state).items()
                if an_id in kind.there(state)
            ]
            for kind in KINDS
        }
    return {"Users": users, **things}


def _as_json(members: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, dt.datetime) else value
        for name, value in members.items()
    }


class _Loading:
    """One load, in which no name may occur twice."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.state = account.state
        self.ids: dict[str, list[str]] = {kind.noun: [] for kind in KINDS}
        self._seen: set[tuple[str, str]] = set()

    def once(self, what: str, key: str, already: str) -> None:
        """ValueError if it occurs twice, or if the account has it already."""
        if (what, key) in self._seen:
            raise ValueError(f"the {what} {key!r} stands in it twice")
        if already:
            raise ValueError(already)
        self._seen.add((what, key))

    def user(self, member: Mapping[str, Any]) -> None:
        given = _Given(self.state, self.once, member)
        name = given.text("UserName")
        path = given.text("Path") if "Path" in member else "/"
        tags, boundary = given.tags(), given.boundary()
        check("CreateUser", UserName=name, Path=path, Tags=tags, **boundary)
        there = find_user(self.state, name) is not None
        already = f"the account has a user {name!r} already; load into an empty one"
        self.once("user", name.casefold(), already if there else "")
        user_id = given.text("UserId") if "UserId" in member else ""
        if user_id:
            there = user_id in USERS.rows(self.state)
            already = f"the account has a user with the UserId {user_id!r} already"
            self.once("UserId", user_id, already if there else "")
        put_user(
            self.state,
            name,
            given.made("CreateDate"),
            id=user_id,
            path=path,
            tags=tuple((each["Key"], each["Value"]) for each in tags),
            permissions_boundary=boundary.get("PermissionsBoundary"),
        )

    def thing(self, kind: Kind[Any], member: Mapping[str, Any]) -> None:
        given = _Given(self.state, self.once, member)
        an_id, status = given.text(kind.id_name), given.text("Status")
        name = given.text("UserName")
        already = f"the account has a {kind.label} {an_id!r} already"
        self.once(kind.label, an_id, already if an_id in kind.rows(self.state) else "")
        check(f"Delete{kind.noun}", **{"UserName": name, kind.id_name: an_id})
        own, made = kind.read(given), given.made(kind.date)
        expires = own.get("expires")
        if status not in ("Active", "Inactive", *(["Expired"] if "expires" in own else [])):
            raise ValueError(f"{an_id} has a Status {status!r}: {_SHAPE}")
        if status == "Expired" and (expires is None or expires > self.state.clock.now()):
            raise ValueError(
                f"{an_id} is Expired without an ExpirationDate that has passed: "
                "move the clock past it first"
            )
        if expires is not None and expires <= made:
            raise ValueError(f"{an_id} has an ExpirationDate that is not after its {kind.date}")
        user = find_user(self.state, name) or put_user(self.state, name, made, path="/")
        # Expired follows from the deadline; lists do not say which status came before it.
        status = "Active" if status == "Expired" else status
        kind.add(self.state, Ask.by_the_test("load", made), user, status=status, id=an_id, **own)
        self.ids[kind.noun].append(an_id)


class _Given:
    """One object of the loaded data."""

    def __init__(
        self, state: State, once: Callable[[str, str, str], None], member: Mapping[str, Any]
    ) -> None:
        self.state = state
        self.once = once
        self._member = member

    def text(self, name: str) -> str:
        value = self._member.get(name)
        if isinstance(value, str):
            return value
        among = ", ".join(map(str, self._member))  # only names: a value may be a secret
        what = "is no text" if name in self._member else "is missing"
        raise ValueError(f"{name} {what} in an object of {among or 'nothing'}: {_SHAPE}")

    def date(self, name: str) -> dt.datetime | None:
        return self.made(name) if self._member.get(name) else None

    def made(self, name: str) -> dt.datetime:
        """A date as the CLI prints it, or a datetime as boto3 gives it."""
        value = self._member.get(name)
        moment = value if isinstance(value, dt.datetime) else _parsed(self.text(name))
        zone = moment.tzinfo or dt.timezone.utc
        try:
            return moment.replace(tzinfo=zone).astimezone(dt.timezone.utc)
        except OverflowError:
            raise ValueError(_NO_DATE.format(value)) from None

    def _inner(self, member: Mapping[str, Any]) -> _Given:
        return _Given(self.state, self.once, member)

    def tags(self) -> list[dict[str, str]]:
        """A user's tags, as CreateUser takes them."""
        tags = [self._inner(each) for each in _members(self._member, "Tags")]
        return [{"Key": each.text("Key"), "Value": each.text("Value")} for each in tags]

    def boundary(self) -> dict[str, str]:
        """A user's boundary, as CreateUser takes it."""
        boundary = self._member.get("PermissionsBoundary")
        if boundary is None:
            return {}
        if not isinstance(boundary, Mapping):
            raise ValueError(f"PermissionsBoundary is no object: {_SHAPE}")
        return {"PermissionsBoundary": self._inner(boundary).text("PermissionsBoundaryArn")}


def _read(data: Data) -> Mapping[str, Any]:
    if isinstance(data, str):
        data = data.lstrip("\ufeff")
    if isinstance(data, os.PathLike) or (isinstance(data, str) and data.lstrip()[:1] not in "{["):
        data = Path(data).read_bytes()
    if isinstance(data, (str, bytes)):
        try:
            data = json.loads(data)
        except ValueError as error:  # from JSON, or from UTF-8, -16 or -32: json detects which
            raise ValueError(f"this is no JSON ({error}): {_SHAPE}") from None
    if not isinstance(data, Mapping) or not {"Users", *(each.listed for each in KINDS)} & set(data):
        raise ValueError(_SHAPE)
    return data


def _members(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    members = data.get(name, [])
    if not isinstance(members, list) or not all(isinstance(each, Mapping) for each in members):
        raise ValueError(f"{name} is no list of objects: {_SHAPE}")
    return members


def _parsed(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise ValueError(_NO_DATE.format(text)) from None
