"""What a test does to its account as if someone else had called IAM: records and events of it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pytest_sscred import assumed
from pytest_sscred.account import Account
from pytest_sscred.ask import Caller
from pytest_sscred.events.passing import pass_on
from pytest_sscred.events.record import Trace
from pytest_sscred.frozen import frozen
from pytest_sscred.journal import Call, OfAnother
from pytest_sscred.resources import HANGING, KINDS
from pytest_sscred.resources.owned import Kind
from pytest_sscred.resources.people import User, users_there
from pytest_sscred.resources.users import whole
from pytest_sscred.running import run
from pytest_sscred.state.state import State
from pytest_sscred.wire import Request

_Removal = tuple[str, str, tuple[tuple[str, Any], ...]]
"""A call that removes something from a user: the user's id, the operation, the parameters."""


class _There(NamedTuple):
    """The users of an account, and what hangs on them: rows with their kind, by id."""

    users: dict[str, User]
    things: dict[str, tuple[Kind[Any], Any]]
    removals: dict[_Removal, None]
    """The calls that would remove all of it, in order."""


class _Done(NamedTuple):
    """A call as it would have been made."""

    operation: str
    params: Mapping[str, Any]
    at: dt.datetime
    result: Mapping[str, Any] = {}


@contextlib.contextmanager
def by_another(account: Account) -> Iterator[None]:
    """Record what the block adds and removes as calls of another administrator.

    They are not calls of the code under test, but they make CloudTrail's records and events.
    """
    before = _there(account.state)
    yield
    with account.lock:
        calls = [_call(account, done) for done in _done(account.state, before)]
        for call in calls:
            account.journal.add(OfAnother(call))
    for call in calls:
        run(pass_on(account, call))


def _there(state: State) -> _There:
    with state.lock:
        users = {row.id: row for row in users_there(state)}
        owned = [(kind, row) for kind in KINDS for owner in users for row in kind.of(state, owner)]
        removals = {
            (owner, operation, tuple(params.items())): None
            for owner in users
            for kind in HANGING
            for operation, params in kind.removals(state, owner)
        }
    return _There(users, {row.id: (kind, row) for kind, row in owned}, removals)


def _done(state: State, before: _There) -> Iterator[_Done]:
    """The calls that lead from there to what is now."""
    now, after = state.clock.now(), _there(state)
    for user in _only(after.users, before.users):
        yield _Done("CreateUser", {"UserName": user.name}, user.created, {"User": whole(user)})
    for kind, row in _only(after.things, before.things):
        yield from _created(state, after.users, kind, row)
    for owner, operation, params in before.removals:
        if (owner, operation, params) not in after.removals:
            yield _Done(operation, {"UserName": before.users[owner].name, **dict(params)}, now)
    for user in _only(before.users, after.users):
        yield _Done("DeleteUser", {"UserName": user.name}, now)


def _only(these: Mapping[str, Any], those: Mapping[str, Any]) -> list[Any]:
    return [each for an_id, each in these.items() if an_id not in those]


def _created(state: State, users: Mapping[str, User], kind: Kind[Any], row: Any) -> Iterator[_Done]:
    """A new credential's calls; one that is Inactive was made, and then updated."""
    name, made = {"UserName": users[row.owner].name}, kind.wire(state, row, row.created)
    params: dict[str, Any] = {**name, "ServiceName": row.service.name}
    if row.expires is not None:
        params["CredentialAgeDays"] = round((row.expires - row.created) / dt.timedelta(days=1))
    result = {kind.noun: {**made, "Status": "Active"}}
    yield _Done(f"Create{kind.noun}", params, row.created, result)
    if made["Status"] == "Inactive":
        params = {**name, kind.id_name: row.id, "Status": "Inactive"}
        yield _Done(f"Update{kind.noun}", params, row.created)


def _call(account: Account, done: _Done) -> Call:
    state = account.state
    arn = assumed.ANOTHER.format(account_id=state.id)
    session, key = arn.rpartition("/")[2], state.ids.role("another").replace("AROA", "ASIA")[:20]
    caller = Caller(arn, key=key, id=f"{state.administrator_role}:{session}")
    request = Request("/", agent=assumed.CONSOLES_AGENT)
    trace = Trace(request, state.ids.request(), caller, None, done.result)
    return Call(done.operation, frozen(done.params), arn, None, done.at, trace=trace)
