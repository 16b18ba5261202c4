"""Makes faults from a test's arguments, which are checked at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Literal, NamedTuple

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from pytest_sscred.account import Account
from pytest_sscred.arguments import (
    check_callable,
    check_count,
    check_delta,
    check_operation,
    check_text,
    user_name_of,
)
from pytest_sscred.faults.faults import LATENCY, Fault, Interruption, has_wildcard, is_meant
from pytest_sscred.faults.schedules import (
    Schedule,
    after_some,
    every_nth,
    in_sequence,
    with_probability,
)
from pytest_sscred.handles import Handle, User, id_names, label_of, named_by, own
from pytest_sscred.outcomes import WAYS, Lost
from pytest_sscred.places import users_place
from pytest_sscred.resources.services import known_service
from pytest_sscred.state.propagation import Settings, set_propagation
from pytest_sscred.text import nearest

__tracebackhide__ = True

Error = str | type[BotoCoreError] | BotoCoreError | ClientError


class Calls(NamedTuple):
    """Which calls a fault is about, as the test says it: they match every field except None."""

    on: str
    user_name: User | str | None = None
    thing: Handle[Any] | str | None = None
    service_name: str | None = None
    caller: User | str | None = None

    def checked(self, account: Account) -> dict[str, Any]:
        if not has_wildcard(self.on):
            check_operation(account.model, self.on)
        user, caller, service = self.user_name, self.caller, self.service_name
        return {
            "on": self.on,
            "user_name": None if user is None else user_name_of(user),
            "credential_id": None if self.thing is None else self._id(account, self.thing),
            "service_name": None if service is None else known_service(service).name,
            "caller": None if caller is None else _calling(caller),
        }

    def _id(self, account: Account, thing: Handle[Any] | str) -> str:
        """What names it in a call; it need not exist yet."""
        members = account.model.members(self.on)
        if not any(name in members for name in id_names()):
            raise ValueError(f"{self.on} names no credential, so no call of it has credential_id")
        if isinstance(thing, Handle):
            name, value = named_by(own(account.state, thing))
            if name not in members:
                hint = ": give user_name" if isinstance(thing, User) else ""
                raise ValueError(f"{self.on} names no {label_of(thing)}{hint}")
            return value
        check_text("a credential's id", thing)
        return thing


class When(NamedTuple):
    """Which of these calls the fault answers."""

    times: int | Literal["default"] | None = "default"
    after: int = 0
    every: int | None = None
    sequence: str | None = None
    probability: float | None = None

    def checked(self, account: Account) -> Schedule:
        times, after, every, sequence, probability = self
        if times == "default":
            times = 1 if every is None else None
        if times is not None:
            check_count("times", times, 1)
        check_count("after", after, 0)
        if self.times != "default" and (sequence is not None or probability is not None):
            raise ValueError("times says nothing beside sequence and probability: leave it out")
        if [every, sequence, probability].count(None) < 2:
            raise ValueError("give one of every, sequence and probability, not several")
        if every is not None:
            check_count("every", every, 1)
            return every_nth(every, after, times)
        if sequence is not None:
            check_text("sequence", sequence)
            if set(sequence) - {"F", "P"} or "F" not in sequence:
                raise ValueError(f"sequence takes letters F and P, an F at least, not {sequence!r}")
            return in_sequence("P" * after + sequence)
        if probability is not None:
            if not isinstance(probability, (int, float)) or not 0 < probability <= 1:
                raise ValueError(f"probability takes a number over 0, up to 1, not {probability!r}")
            with account.lock:
                number = account.state.ids.count("drawn") - 1
            return with_probability(probability, after, f"{account.state.seed} {number}")
        return after_some(after, times)


def add(
    account: Account,
    error: Error | None,
    calls: Calls,
    when: When,
    *,
    latency: dt.timedelta | None = None,
    message: str | None = None,
    applied: bool = False,
    is_expected: bool = True,
) -> Fault:
    """Answer these calls with the error, or late; ValueError if the arguments make no sense."""
    about = calls.checked(account)
    check_delay(account, "latency", latency)
    if error is None and (latency is None or applied or message is not None):
        raise ValueError("give an error, or a latency alone for an answer that is late")
    code, lost = (LATENCY, None) if error is None else answer_of(account, error, calls.on)
    if isinstance(error, ClientError) and message is None:
        message = error.response.get("Error", {}).get("Message") or None
    if message is not None:
        check_text("a message", message)
    return Fault(
        code,
        **about,
        message=message,
        applied=applied,
        latency=latency,
        lost=lost,
        schedule=when.checked(account),
        after=when.after,
        is_expected=is_expected and when.probability is None,
        added_at=str(users_place()),
        table=account.faults,
    )


def deny(
    account: Account, action: str, user_name: User | str | None, caller: User | str | None
) -> Fault:
    """Answer every call of a policy's action with AccessDenied."""
    check_text("an action", action)
    service, colon, operation = action.partition(":")
    if not colon or service != "iam":
        raise ValueError(f"deny takes an action of IAM, as in 'iam:DeleteUser', not {action!r}")
    if not any(is_meant(operation, each) for each in account.model.iam.operation_names):
        if not has_wildcard(operation):
            check_operation(account.model, operation)
        raise ValueError(f"{action!r} fits no action of IAM, as 'iam:Delete*' does")
    calls = Calls(operation, user_name=user_name, caller=caller)
    return add(account, "AccessDenied", calls, When(times=None), is_expected=False)


def before(
    account: Account,
    operation: str,
    action: Callable[[], object],
    times: int | None,
    around: Callable[[], AbstractContextManager[None]],
) -> Interruption:
    """Run `action` just before calls are answered, inside `around`."""
    check_operation(account.model, operation)
    check_callable("before", action)
    if times is not None:
        check_count("times", times, 1)
    table, line = account.interruptions, str(users_place())
    return Interruption(operation, action, times, around, line, table=table)


def propagate(account: Account, calls: int | None, after: dt.timedelta | None) -> None:
    """Let reads see later what is written from now on."""
    if calls is not None and after is not None:
        raise ValueError("give one of calls and after, not both")
    if calls is not None:
        check_count("calls", calls, 1)
    check_delay(account, "after", after)
    with account.lock:
        set_propagation(account.state, Settings(calls or 0, after))


def check_delay(account: Account, name: str, delay: dt.timedelta | None) -> None:
    """ValueError unless the clock can move on by it."""
    check_delta(name, delay)
    if delay is not None:
        account.state.clock.after(delay)


def answer_of(account: Account, error: Any, on: str) -> tuple[str, Lost | None]:
    """The error's code and, for a network error, how the answer is lost."""
    if isinstance(error, str) and error in WAYS:
        return error, Lost(error)
    if isinstance(error, ClientError):
        error = error.response.get("Error", {}).get("Code", "")
    kind = error if isinstance(error, type) else type(error)
    if issubclass(kind, ClientError):
        raise TypeError(
            f'give an instance, ClientError({{...}}, "{on}"), or a name such as "Throttling"'
        )
    if issubclass(kind, (exceptions.HTTPClientError, exceptions.ConnectionError)):
        return kind.__name__, _lost(error, kind.__name__)
    if not isinstance(error, str):
        raise TypeError(
            f"an error is a name, a ClientError or a class of botocore.exceptions, not {error!r}"
        )
    code = account.model.wire_code(error)
    possible = {code} if has_wildcard(on) else account.model.error_codes(on)
    if code not in possible:
        hint = nearest(error, [*possible, *WAYS])
        raise ValueError(f"{on} cannot answer with {error!r}: {hint}")
    return code, None


def _lost(error: Any, name: str) -> Lost:
    """How an answer is lost; ValueError for a class that needs more than a URL to be made."""
    if not isinstance(error, type):
        return Lost(name, error)
    if name in WAYS:
        return Lost(name)
    try:
        url = "https://iam.amazonaws.com/"
        return Lost(name, error(**{"endpoint_url": url, "proxy_url": url, "error": "a fault"}))
    except (KeyError, TypeError):
        raise ValueError(
            f"{name} says more than where it was to go: give an instance of it"
        ) from None


def _calling(caller: User | str) -> str:
    """The user's name, from a name or an ARN; ValueError for another kind of ARN."""
    name = user_name_of(caller)
    if not name.startswith("arn:"):
        return name
    _, is_user, path = name.partition(":user/")
    if not is_user:
        raise ValueError(f"caller takes a user, its name or its ARN, not {name!r}")
    return path.rpartition("/")[2]
