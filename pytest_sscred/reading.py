"""What a test can look up in its account: users, groups and what hangs on them, as handles."""

from __future__ import annotations

from typing import Any

from pytest_sscred import resources
from pytest_sscred.arguments import check_status, check_text, user_name_of
from pytest_sscred.handles import (
    Credential,
    Group,
    Handle,
    Held,
    Policy,
    User,
    handle_of,
    handles_of,
    label_of,
    own,
)
from pytest_sscred.resources import KINDS
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.named import Named
from pytest_sscred.resources.people import USERS, users_there
from pytest_sscred.resources.services import known_service
from pytest_sscred.state.state import State
from pytest_sscred.text import a, nearest

__tracebackhide__ = True


def user(state: State, name: User | str) -> User:
    return User(state, _named(state, USERS, user_name_of(name), "add_user").id)


def users(state: State) -> list[User]:
    with state.lock:
        return [User(state, row.id) for row in users_there(state)]


def groups(state: State) -> list[Group]:
    found = resources.groups.GROUPS
    with state.lock:
        return [Group(state, row.id) for row in found.there(state)]


def policies(state: State) -> list[Policy]:
    found = resources.policies.POLICIES
    with state.lock:
        return [Policy(state, row.id) for row in found.there(state)]


def group(state: State, name: Group | str) -> Group:
    if isinstance(name, Group):
        return own(state, name)
    check_text("a group's name", name)
    return Group(state, _named(state, resources.groups.GROUPS, name, "add_group").id)


def policy(state: State, name: Policy | str) -> Policy:
    if isinstance(name, Policy):
        return own(state, name)
    check_text("a policy's name", name)
    row = _named(state, resources.policies.POLICIES, name.rpartition("/")[2], "add_policy")
    if name.startswith("arn:") and name != row.arn:
        raise LookupError(f"the account has no policy {name!r}: did you mean {row.arn!r}?")
    return Policy(state, row.id)


def _named(state: State, table: Named[Any], name: str, adding: str) -> Any:
    with state.lock:
        row = table.find(state, name)
        names = [] if row is not None else [each.name for each in table.there(state)]
    if row is None:
        hint = nearest(name, names) if names else f"the account has none now; {adding} makes one"
        raise LookupError(f"the account has no {table.noun} {name!r}: {hint}")
    return row


def thing(state: State, thing: Handle[Any] | str) -> Handle[Any]:
    """Anything, by its handle; or something with a status by its id."""
    if isinstance(thing, Handle):
        return own(state, thing)
    known = (each for each in KINDS if isinstance(thing, str) and thing in each.rows(state))
    kind = next(known, None)
    if kind is None and isinstance(thing, str):
        ids = [an_id for each in KINDS for an_id in each.rows(state)]
        hint = nearest(thing, ids) if ids else "the account has had none"
        raise LookupError(
            f"no credential, key or certificate has the id {thing!r}: {hint}; "
            "of anything else this takes the handle"
        )
    return handle_of(state, kind, thing) if kind else _of_id(state, thing)


def with_status(state: State, given: Held | str) -> Held:
    """Something with a status, by its handle or its id."""
    found = thing(state, given)
    if not isinstance(found, Held):
        label = label_of(found)
        raise TypeError(f"{a(label)} has no status: use assert_deleted, .exists or its fields")
    return found


def credential(state: State, credential: Credential | str) -> Credential:
    return (
        own(state, credential) if isinstance(credential, Credential) else _of_id(state, credential)
    )


def _of_id(state: State, credential: str) -> Credential:
    given: object = credential
    if not isinstance(given, str):  # the value is not reported: an answer of IAM has secrets
        kind = type(given).__name__
        raise TypeError(f"expected a Credential or its id, not {kind}")
    with state.lock:
        there = credential in CREDENTIALS.rows(state)
        known = [] if there else list(CREDENTIALS.rows(state))
        other = next((each for each in KINDS if credential in each.rows(state)), None)
    if not there:
        hint = nearest(credential, known) if known else "add_credential makes one"
        if other is not None:
            hint = f"it is of {a(other.label)}, which its user's handle has"
        raise LookupError(f"the account has no credential {credential!r}: {hint}")
    return Credential(state, credential)


def credentials(
    state: State, user_name: User | str | None, service_name: str | None, status: str | None
) -> list[Credential]:
    if status is not None:
        check_status(status)
    service = known_service(service_name).name if service_name is not None else None
    owner = user_name_of(user_name).casefold() if user_name is not None else None
    with state.lock:
        return [
            handle
            for handle in handles_of(state, CREDENTIALS)
            if isinstance(handle, Credential)
            and (handle.status == status if status else handle.status != "Deleted")
            and owner in (None, handle.user_name.casefold())
            and service in (None, handle.service_name)
        ]
