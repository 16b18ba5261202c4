"""Login profiles: the passwords with which users sign in to the console.

As recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_sscred import assumed
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import password_policy
from pytest_sscred.resources.owned import Hanging, Operation
from pytest_sscred.resources.people import USERS, User, named_user, user_of_id, user_or_caller
from pytest_sscred.state.clock import whole_seconds
from pytest_sscred.state.state import State, Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginProfile:
    owner: str
    created: dt.datetime
    changed: dt.datetime
    password: str = field(repr=False)
    old_passwords: tuple[str, ...] = field(default=(), repr=False)
    reset_required: bool = False

    def with_password(self, password: str, now: dt.datetime) -> LoginProfile:
        old = (self.password, *self.old_passwords)
        return replace(self, password=password, old_passwords=old, changed=whole_seconds(now))


class _LoginProfiles(Hanging):
    """One for a user at most, by the user's id."""

    conflict = "Cannot delete entity, must delete login profile first."

    def rows(self, tables: Tables) -> Any:
        return tables.table("login profiles")

    def find(self, tables: Tables, user_id: str) -> LoginProfile | None:
        found: LoginProfile | None = self.rows(tables).get(user_id)
        return found

    def put(self, state: State, profile: LoginProfile) -> None:
        self.rows(state)[profile.owner] = profile

    def add(self, state: State, user: User, password: str, at: dt.datetime, **rest: Any) -> None:
        now = whole_seconds(at)
        about = {"owner": user.id, "created": now, "changed": now, **rest}
        self.put(state, LoginProfile(password=password, **about))

    def holds(self, tables: Tables, user_id: str) -> bool:
        return user_id in self.rows(tables)

    def clear(self, state: State, user_id: str, ask: Ask) -> None:
        if self.holds(state, user_id):
            del self.rows(state)[user_id]

    def removals(self, tables: Tables, user_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        if self.holds(tables, user_id):
            yield "DeleteLoginProfile", {}


PROFILES = _LoginProfiles()


def create(state: State, ask: Ask) -> Mapping[str, Any]:
    user, params = user_or_caller(state, ask), ask.params
    if PROFILES.holds(state, user.id):
        text = f"Login Profile for user {user.name} already exists."
        raise AwsError("EntityAlreadyExists", text)
    password_policy.check(state, params["Password"])
    flag = params.get("PasswordResetRequired", False)
    PROFILES.add(state, user, params["Password"], ask.at, reset_required=flag)
    return {"LoginProfile": _wire(state, _of(state, user))}


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    return {"LoginProfile": _wire(tables, _of(tables, user_or_caller(tables, ask)))}


def update(state: State, ask: Ask) -> None:
    profile, params = _of(state, named_user(state, ask.params["UserName"])), ask.params
    if "Password" in params:
        password_policy.check(state, params["Password"])
        profile = profile.with_password(params["Password"], ask.at)
    flag = params.get("PasswordResetRequired", profile.reset_required)
    PROFILES.put(state, replace(profile, reset_required=flag))


def delete(state: State, ask: Ask) -> None:
    profile = _of(state, user_or_caller(state, ask))
    del PROFILES.rows(state)[profile.owner]


def change_password(state: State, ask: Ask) -> None:
    """A user's own; the texts of both refusals are not recorded."""
    if ask.caller.user is None:
        raise AwsError("InvalidUserType", assumed.ONLY_USERS_CHANGE_PASSWORDS)
    profile = _of(state, USERS.of_id(state, ask.caller.user.id))
    old, new = ask.params["OldPassword"], ask.params["NewPassword"]
    if old != profile.password:
        raise AwsError("AccessDenied", assumed.WRONG_OLD_PASSWORD)
    if new == old:
        raise AwsError("AccessDenied", assumed.SAME_PASSWORD)
    password_policy.check(state, new, [profile.password, *profile.old_passwords])
    PROFILES.put(state, replace(profile.with_password(new, ask.at), reset_required=False))


def _of(tables: Tables, user: User) -> LoginProfile:
    profile = PROFILES.find(tables, user.id)
    if profile is None:
        raise AwsError("NoSuchEntity", f"Login Profile for User {user.name} cannot be found.")
    return profile


def _wire(tables: Tables, profile: LoginProfile) -> dict[str, Any]:
    return {
        "UserName": user_of_id(tables, profile.owner).name,
        "CreateDate": profile.created,
        "PasswordResetRequired": profile.reset_required,
    }


READS: dict[str, Operation] = {"GetLoginProfile": get}
WRITES: dict[str, Operation] = {
    "ChangePassword": change_password,
    "CreateLoginProfile": create,
    "DeleteLoginProfile": delete,
    "UpdateLoginProfile": update,
}
