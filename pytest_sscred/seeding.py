"""What a test adds to its account and removes from it directly; not recorded as calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from pytest_sscred.account import Account
from pytest_sscred.arguments import check_count, user_name_of
from pytest_sscred.ask import Ask
from pytest_sscred.handles import Credential, Group, Policy, User
from pytest_sscred.options import is_whole
from pytest_sscred.own_calls import as_document, as_tags, check, check_settable, do, seeding
from pytest_sscred.resources import users
from pytest_sscred.resources.access_keys import ACCESS_KEYS_PER_USER
from pytest_sscred.resources.access_keys import KIND as ACCESS_KEYS
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.credentials import by_secret, places_taken
from pytest_sscred.resources.people import find_user, put_user, user_of_id
from pytest_sscred.resources.services import known_service
from pytest_sscred.state.clock import in_utc, moved, whole_seconds
from pytest_sscred.state.state import State

__tracebackhide__ = True


def add_user(account: Account, name: str, path: str, tags: Mapping[str, str]) -> User:
    state, given = account.state, {"Tags": as_tags(tags)} if tags else {}
    check("CreateUser", UserName=name, Path=path, **given)
    with seeding(state):
        there = find_user(state, name)
        if there is not None:
            why = "" if there.name == name else " (names that differ only by case are the same)"
            raise ValueError(
                f"the account has a user {there.name!r} already{why}: user({name!r}) gives it"
            )
        made = do(state, "add_user", "CreateUser", UserName=name, Path=path, **given)
        return User(state, made["User"]["UserId"])


def add_group(account: Account, name: str, path: str) -> Group:
    made = do(account.state, "add_group", "CreateGroup", GroupName=name, Path=path)
    return Group(account.state, made["Group"]["GroupId"])


def add_policy(account: Account, name: str, document: Mapping[str, Any] | str, path: str) -> Policy:
    about = {"PolicyName": name, "PolicyDocument": as_document(document), "Path": path}
    made = do(account.state, "add_policy", "CreatePolicy", **about)
    return Policy(account.state, made["Policy"]["PolicyId"])


class Fixed(NamedTuple):
    """The id and the secret that a credential is to have; None if they are to be made up."""

    id: str | None = None
    secret: str | None = None

    def given(self, state: State, user_name: str) -> dict[str, str]:
        """Those that are given; ValueError for those that it cannot have."""
        if self.id is not None:
            about = {"UserName": user_name, CREDENTIALS.id_name: self.id}
            taking = f"Delete{CREDENTIALS.noun}"
            try:
                check(taking, **about)
            except ValueError as error:  # no call of it is meant
                raise ValueError(str(error).replace(taking, "IAM")) from None
            if self.id in CREDENTIALS.rows(state):
                raise ValueError(f"the account has had a credential {self.id!r} already")
        if self.secret is not None:
            if not isinstance(self.secret, str):  # its value is not told: it may be a real one
                raise TypeError(f"secret takes str, not {type(self.secret).__name__}")
            if not self.secret or not self.secret.isascii() or not self.secret.isprintable():
                raise ValueError("secret takes printable ASCII, at least one character")
            if by_secret(state, self.secret) is not None:
                raise ValueError("another credential of the account has that secret")
            state.secrets.add(self.secret)
        return {name: value for name, value in self._asdict().items() if value is not None}


_NOT_SEEDED = {
    "Deleted": "remove_credential deletes one",
    "Expired": "give an expires that has passed",
}


class Lifetime(NamedTuple):
    """When a credential is made, and when it expires, as the test gives it."""

    created: dt.datetime | None = None
    age_days: int | None = None
    expires: dt.datetime | None = None
    whole_days: bool = False
    """Refuse a life that CreateServiceSpecificCredential cannot ask for."""

    def at(self, now: dt.datetime) -> tuple[dt.datetime, dt.datetime | None]:
        """When it is made, and its deadline; by default a day before a deadline that has passed."""
        deadline = None if self.expires is None else whole_seconds(in_utc(self.expires))
        created = self.created
        if deadline is not None and created is None and deadline <= now:
            created = moved(deadline, -dt.timedelta(days=1), "give a later expires")
        made = now if created is None else whole_seconds(in_utc(created))
        if made > now:
            raise ValueError(f"created lies in the future: {made} is after {now}")
        if deadline is not None and deadline <= made:
            raise ValueError(f"expires, {deadline}, is not after created, {made}")
        if self.whole_days and deadline is not None and not _is_whole_days(deadline - made):
            raise ValueError(
                f"recorded=True takes an expires whole days after created, {made}, since calls of "
                "IAM do; age_days counts them"
            )
        return made, deadline


def _is_whole_days(life: dt.timedelta) -> bool:
    """At least one. A test that reckons from now is a little late, since the clock runs."""
    days = round(life / dt.timedelta(days=1))
    return days >= 1 and abs(life - dt.timedelta(days=days)) < dt.timedelta(minutes=1)


def add_credential(
    account: Account,
    user_name: User | str,
    service_name: str,
    status: str = "Active",
    lifetime: Lifetime = Lifetime(),  # noqa: B008 - it does not change
    fixed: Fixed = Fixed(),  # noqa: B008 - nor does it
) -> Credential:
    name, age_days = user_name_of(user_name), lifetime.age_days
    age = {} if age_days is None else {"CredentialAgeDays": age_days}
    if is_whole(age_days):
        check_count("age_days", age_days, 1)
    about = {"UserName": name, "ServiceName": service_name, **age}
    check("CreateServiceSpecificCredential", **about)
    service = known_service(service_name)
    check_settable(status, _NOT_SEEDED.get(status, ""))
    if lifetime.expires is not None and age_days is not None:
        raise ValueError("give one of age_days and expires, not both")
    state = account.state
    with seeding(state):
        now = state.clock.now()
        made, deadline = lifetime.at(now)
        user = find_user(state, name) or put_user(state, name, made, path="/")
        if places_taken(state, user, service, now) >= state.quota:
            raise ValueError(
                f"{user.name} has as many credentials for {service.name} as this account's quota "
                f"allows, {state.quota}; {account.set_by('quota', '...')} sets another"
            )
        ask = Ask.by_the_test("add_credential", made)
        own: dict[str, Any] = {"service": service, "age_days": age_days, "expires": deadline}
        own |= fixed.given(state, user.name)
        return Credential(state, CREDENTIALS.add(state, ask, user, status=status, **own).id)


def add_many(account: Account, number: int, service_name: str, user_name: str) -> list[Credential]:
    check_count("number", number, 1)
    if "{}" not in user_name:
        raise ValueError(f"user_name takes a name with {{}} in it, not {user_name!r}")
    names = [user_name.replace("{}", str(each)) for each in range(number)]
    return [add_credential(account, name, service_name) for name in names]


def add_bedrock_key(account: Account, age_days: int | None) -> Credential:
    with account.lock:
        name = f"BedrockAPIKey-{account.state.ids.console_suffix()}"
    return add_credential(account, name, "bedrock.amazonaws.com", lifetime=Lifetime(None, age_days))


def keys_of(account: Account, user: User | None) -> tuple[str, str]:
    """The user's Active access key and its secret, made if needed; None: the administrator's."""
    state = account.state
    if user is None:
        return state.administrator_key, state.ids.secret_access_key()
    with state.lock:  # not seeding(): reads that do not see writes yet stay so
        keys = list(ACCESS_KEYS.of(state, user.id))
        good = [key for key in keys if key.history.last.status == "Active"]
        if not good and len(keys) >= ACCESS_KEYS_PER_USER:
            raise ValueError(f"{user.name} has {len(keys)} access keys, none of them Active")
        ask = Ask.by_the_test("client", state.clock.now())
        key = good[0] if good else ACCESS_KEYS.add(state, ask, user_of_id(state, user.id))
    return key.id, key.secret


def remove_user(account: Account, user: User) -> None:
    state = account.state
    with seeding(state):
        ask = Ask.by_the_test("remove_user", state.clock.now())
        users.remove(state, ask, user_of_id(state, user.id))


def remove_credential(account: Account, credential: Credential) -> None:
    state = account.state
    with seeding(state):
        row = CREDENTIALS.find(state, credential.id)
        if row is None:
            raise LookupError(f"the credential {credential.id} is deleted already")
        ask = Ask.by_the_test("remove_credential", state.clock.now())
        CREDENTIALS.remove(state, row, ask)
