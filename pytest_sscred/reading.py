"""What a test can look up in its account: users and credentials, as handles."""

from __future__ import annotations

from pytest_sscred.arguments import check_status, user_name_of
from pytest_sscred.handles import Credential, Held, User, handles_of, own
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.owned import KINDS
from pytest_sscred.resources.people import find_user, users_there
from pytest_sscred.resources.services import known_service
from pytest_sscred.state.state import State
from pytest_sscred.text import nearest

__tracebackhide__ = True


def user(state: State, name: User | str) -> User:
    name = user_name_of(name)
    row = find_user(state, name)
    if row is None:
        names = [each.name for each in users_there(state)]
        hint = nearest(name, names) if names else "the account has none; add_user makes one"
        raise LookupError(f"the account has no user {name!r}: {hint}")
    return User(state, row.id)


def users(state: State) -> list[User]:
    with state.lock:
        return [User(state, row.id) for row in users_there(state)]


def thing(state: State, credential: Held | str) -> Held:
    """Anything with a status, by its handle or its id."""
    if isinstance(credential, Held):
        return own(state, credential)
    known = (
        each for each in KINDS if isinstance(credential, str) and credential in each.rows(state)
    )
    kind = next(known, CREDENTIALS)
    return _of_id(state, credential) if kind is CREDENTIALS else Held(state, credential, kind)


def credential(state: State, credential: Credential | str) -> Credential:
    return (
        own(state, credential) if isinstance(credential, Credential) else _of_id(state, credential)
    )


def _of_id(state: State, credential: str) -> Credential:
    given: object = credential
    if not isinstance(given, str):  # the value is not reported: an answer of IAM has secrets
        kind = type(given).__name__
        raise TypeError(f"expected a Credential or its id, not {kind}")
    known = CREDENTIALS.rows(state)
    if credential not in known:
        hint = nearest(credential, known) if known else "add_credential makes one"
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
