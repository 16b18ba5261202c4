"""Load: a real account's state as a test's, and back; many at once."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_sscred.account import TEST, Cause
from pytest_sscred.arguments import check_count, known_service
from pytest_sscred.handles import Credential
from pytest_sscred.verbs.seed import Seed

__tracebackhide__ = True

_SHAPE = (
    "load takes what `aws iam list-service-specific-credentials --all-users` or "
    "`aws iam list-users` prints"
)
_NO_DATE = "{!r} is no date as the AWS CLI prints one"


class Load(Seed):
    """Seeds in bulk, in the shape that the AWS CLI prints."""

    def load(self, data: Mapping[str, Any] | str | bytes | os.PathLike[str]) -> list[Credential]:
        """Put in what `aws iam list-service-specific-credentials --all-users` or `aws iam
        list-users` printed, or both in one object: ids, names, dates and statuses stay.

        Secrets are made up, since IAM lists none. Users are made where they are missing.

        :param data: the object, its JSON, or a path of a file that holds it
        :returns: the credentials that were put in
        :raises ValueError: for what has another shape, or is there already; then nothing is put in
        """
        found = _read(data)
        with self._seeding():
            users = [self._checked_user(each) for each in _members(found, "Users")]
            credentials = [
                self._checked_credential(each)
                for each in _members(found, "ServiceSpecificCredentials")
            ]
            _refuse_twice("user", [name.casefold() for name, *_ in users])
            _refuse_twice("UserId", [user_id for *_, user_id, _ in users if user_id])
            _refuse_twice("credential", [each["an_id"] for each in credentials])
            _refuse_twice(
                "name",
                [f"{each['alias'].casefold()} for {each['service'].name}" for each in credentials],
            )
            for name, path, user_id, created in users:
                self._account.add_user(name, path, created=created, an_id=user_id)
            return [self._load_credential(each) for each in credentials]

    def dump(self) -> dict[str, Any]:
        """Users and credentials as `load` takes them, and as JSON does; no secret is in it."""
        now = self._clock.now()
        with self._account.lock:
            users = [self._account.users[key] for key in self._account.user_keys]
            records = list(self._account.credentials.values())
        return {
            "Users": [
                {
                    "Path": user.path,
                    "UserName": user.name,
                    "UserId": user.id,
                    "Arn": user.arn,
                    "CreateDate": user.created.isoformat(),
                }
                for user in users
            ],
            "ServiceSpecificCredentials": [
                {
                    "UserName": record.user.name,
                    "Status": record.status(now),
                    _alias_name(record.service.takes_api_key): record.alias,
                    "CreateDate": record.created.isoformat(),
                    **({"ExpirationDate": record.expires.isoformat()} if record.expires else {}),
                    "ServiceSpecificCredentialId": record.id,
                    "ServiceName": record.service.name,
                }
                for record in records
            ],
        }

    def add_many(
        self, number: int, service_name: str = "bedrock.amazonaws.com", user_name: str = "user-{}"
    ) -> list[Credential]:
        """So many credentials, each of a user of its own: for lists of several pages.

        :param user_name: the users' names, with `{}` for their numbers from 0
        """
        check_count("number", number, 1)
        if "{}" not in user_name:
            raise ValueError(f"user_name takes a name with {{}} in it, not {user_name!r}")
        names = [user_name.replace("{}", str(each)) for each in range(number)]
        return [self.add_credential(name, service_name) for name in names]

    def add_bedrock_key(self, age_days: int | None = 30) -> Credential:
        """A long-term API key as Bedrock's console makes one: with a user `BedrockAPIKey-xxxx`."""
        with self._account.lock:
            suffix = self._account.ids.console_suffix()
        return self.add_credential(
            f"BedrockAPIKey-{suffix}", "bedrock.amazonaws.com", age_days=age_days
        )

    def _checked_user(self, member: Mapping[str, Any]) -> tuple[str, str, str | None, dt.datetime]:
        name, path = _text(member, "UserName"), _text({"Path": "/", **member}, "Path")
        self._check("CreateUser", UserName=name, Path=path)
        if self._account.user(name) is not None:
            raise ValueError(f"the account has a user {name!r} already; load into an empty one")
        user_id = _text(member, "UserId") if "UserId" in member else None
        if user_id in self._account.user_ids:
            raise ValueError(f"the account has a user with the UserId {user_id!r} already")
        return name, path, user_id, _date(member, "CreateDate")

    def _checked_credential(self, member: Mapping[str, Any]) -> dict[str, Any]:
        an_id = _text(member, "ServiceSpecificCredentialId")
        if an_id in self._account.every_credential:
            raise ValueError(f"the account has a credential {an_id!r} already")
        status = _text(member, "Status")
        if status not in ("Active", "Inactive", "Expired"):
            raise ValueError(f"{an_id} has a Status {status!r}: {_SHAPE}")
        service = known_service(_text(member, "ServiceName"))
        self._check("GetUser", UserName=_text(member, "UserName"))
        self._check("ResetServiceSpecificCredential", ServiceSpecificCredentialId=an_id)
        alias = _text(member, _alias_name(service.takes_api_key))
        if self._account.holds_alias(service, alias):
            raise ValueError(f"the account has a credential {alias!r} for {service.name} already")
        expires = _date(member, "ExpirationDate") if member.get("ExpirationDate") else None
        if status == "Expired" and (expires is None or expires > self._clock.now()):
            raise ValueError(
                f"{an_id} is Expired without an ExpirationDate that has passed: "
                "move the clock past it first"
            )
        created = _date(member, "CreateDate")
        if expires is not None and expires <= created:
            raise ValueError(f"{an_id} has an ExpirationDate that is not after its CreateDate")
        return {
            "user_name": _text(member, "UserName"),
            "service": service,
            "an_id": an_id,
            "alias": alias,
            # Expired is read off the deadline; what it was before, no list tells.
            "status": "Active" if status == "Expired" else status,
            "created": created,
            "expires": expires,
        }

    def _load_credential(self, given: dict[str, Any]) -> Credential:
        created = given.pop("created")
        name = given.pop("user_name")
        user = self._account.user(name) or self._account.add_user(name, "/", created=created)
        cause = Cause("load", TEST, created)
        record = self._account.add_credential(user, given.pop("service"), cause, **given)
        return Credential(self._account, record)


def _read(data: Mapping[str, Any] | str | bytes | os.PathLike[str]) -> Mapping[str, Any]:
    if isinstance(data, str):
        data = data.lstrip("\ufeff")
    if isinstance(data, os.PathLike) or (isinstance(data, str) and data.lstrip()[:1] not in "{["):
        data = Path(data).read_bytes()
    if isinstance(data, (str, bytes)):
        try:
            data = json.loads(data)
        except ValueError as error:  # of JSON or of UTF-8, -16 and -32, of which json finds which
            raise ValueError(f"this is no JSON ({error}): {_SHAPE}") from None
    if not isinstance(data, Mapping) or not {"Users", "ServiceSpecificCredentials"} & set(data):
        raise ValueError(_SHAPE)
    return data


def _members(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    members = data.get(name, [])
    if not isinstance(members, list) or not all(isinstance(each, Mapping) for each in members):
        raise ValueError(f"{name} is no list of objects: {_SHAPE}")
    return members


def _refuse_twice(what: str, keys: list[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"the {what} {key!r} stands in it twice")
        seen.add(key)


def _text(member: Mapping[str, Any], name: str) -> str:
    value = member.get(name)
    if isinstance(value, str):
        return value
    among = ", ".join(map(str, member))  # names alone: a value may be a secret
    what = "is no text" if name in member else "is missing"
    raise ValueError(f"{name} {what} in an object of {among or 'nothing'}: {_SHAPE}")


def _date(member: Mapping[str, Any], name: str) -> dt.datetime:
    """A date as the CLI prints it, or a datetime as boto3 gives it."""
    value = member.get(name)
    moment = value if isinstance(value, dt.datetime) else _parsed(_text(member, name))
    try:
        return moment.replace(tzinfo=moment.tzinfo or dt.timezone.utc).astimezone(dt.timezone.utc)
    except OverflowError:
        raise ValueError(_NO_DATE.format(value)) from None


def _parsed(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise ValueError(_NO_DATE.format(text)) from None


def _alias_name(takes_api_key: bool) -> str:
    return "ServiceCredentialAlias" if takes_api_key else "ServiceUserName"
