"""What a test adds to its account and removes from it directly; not recorded as calls."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from pytest_sscred.account import Account
from pytest_sscred.arguments import check_count, user_name_of
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.handles import Credential, User
from pytest_sscred.protocol.validate import validate
from pytest_sscred.resources import users
from pytest_sscred.resources.access_keys import ACCESS_KEYS_PER_USER
from pytest_sscred.resources.access_keys import KIND as ACCESS_KEYS
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.credentials import places_taken
from pytest_sscred.resources.people import find_user, put_user, user_of_id
from pytest_sscred.resources.services import known_service
from pytest_sscred.state.clock import in_utc, whole_seconds
from pytest_sscred.state.propagation import see_all
from pytest_sscred.state.state import State

__tracebackhide__ = True


@contextlib.contextmanager
def seeding(state: State) -> Iterator[None]:
    """Make what the test itself does, and all earlier writes, visible at once.

    An exception undoes all of it.
    """
    with state.lock:
        mark = state.log.begin()
        try:
            yield
        except BaseException:
            state.log.rewind(mark)
            raise
        finally:
            state.log.end()
        see_all(state)


def add_user(account: Account, name: str, path: str) -> User:
    check(account, "CreateUser", UserName=name, Path=path)
    state = account.state
    with seeding(state):
        if find_user(state, name) is not None:
            raise ValueError(
                f"the account has a user {name!r} already (names differ by more than case): "
                f"user({name!r}) gives it"
            )
        return User(state, put_user(state, name, state.clock.now(), path=path).id)


class Lifetime(NamedTuple):
    """When a credential is made, and when it expires, as the test gives it."""

    created: dt.datetime | None = None
    age_days: int | None = None
    expires: dt.datetime | None = None

    def at(self, now: dt.datetime) -> tuple[dt.datetime, dt.datetime | None]:
        """When it is made, and its deadline; by default a day before a deadline that has passed."""
        deadline = None if self.expires is None else whole_seconds(in_utc(self.expires))
        created = self.created
        if deadline is not None and created is None and deadline <= now:
            created = deadline - dt.timedelta(days=1)
        made = now if created is None else whole_seconds(in_utc(created))
        if made > now:
            raise ValueError(f"created lies in the future: {made} is after {now}")
        if deadline is not None and deadline <= made:
            raise ValueError(f"expires, {deadline}, is not after created, {made}")
        return made, deadline


def add_credential(
    account: Account,
    user_name: User | str,
    service_name: str,
    status: str = "Active",
    lifetime: Lifetime = Lifetime(),  # noqa: B008 - it does not change
) -> Credential:
    name, age_days = user_name_of(user_name), lifetime.age_days
    age = {} if age_days is None else {"CredentialAgeDays": age_days}
    about = {"UserName": name, "ServiceName": service_name, **age}
    check(account, "CreateServiceSpecificCredential", **about)
    service = known_service(service_name)
    if status not in ("Active", "Inactive"):
        hint = "for an expired credential give an expires that has passed"
        meant = str(status).capitalize()
        if meant in ("Active", "Inactive"):
            hint = f"did you mean {meant!r}?"
        raise ValueError(f"status takes 'Active' or 'Inactive', not {status!r}: {hint}")
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


def check(account: Account, operation: str, **params: Any) -> None:
    """ValueError if the operation would refuse these, TypeError for a value of another type."""
    members = account.model.members(operation)
    for name, value in params.items():
        expected = {"integer": int, "list": list}.get(members[name].type_name, str)
        if not isinstance(value, expected) or isinstance(value, bool):
            raise TypeError(f"{name} takes {expected.__name__}, not {value!r}")
    try:
        validate(account.model.operation(operation).input_shape, params)
    except AwsError as error:
        raise ValueError(f"{operation} would refuse this: {error.message}") from None
