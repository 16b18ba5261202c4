"""What all things that have a status share: every change of it, and who or what made it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from pytest_sscred.ask import CLOCK, Ask


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of a credential's status.

    `previous` is None where the credential was made. `operation` is IAM's operation, the verb of
    the test (`add_credential`, `remove_user`, ...), or `ExpirationDate` where time did it.
    `caller` is the ARN of who called; `test` and `clock` stand for the test itself and for time.
    """

    status: str
    previous: str | None
    operation: str
    caller: str
    at: dt.datetime


class HasStatus(Protocol):
    """A row with a status, which its history ends with until a deadline has passed."""

    @property
    def history(self) -> tuple[Transition, ...]: ...

    @property
    def expires(self) -> dt.datetime | None: ...


Row = TypeVar("Row", bound=HasStatus)


def begun(status: str, ask: Ask) -> tuple[Transition, ...]:
    """The history of a new row."""
    return (Transition(status, None, ask.operation, ask.caller.arn, ask.at),)


def status_at(row: HasStatus, now: dt.datetime) -> str:
    """The status at `now`. Nothing sets Expired: it is read off the clock."""
    return row.history[-1].status if _expiry(row, now) is None else "Expired"


def history_at(row: HasStatus, now: dt.datetime) -> tuple[Transition, ...]:
    """The transitions up to `now`, the deadline's among them."""
    expiry = _expiry(row, now)
    return (*row.history, expiry) if expiry else row.history


def changed(row: Row, status: str, ask: Ask) -> Row:
    """The row with the status that is asked for; one it has already leaves no Transition."""
    history = history_at(row, ask.at)
    previous = history[-1].status
    if status != previous:
        made = Transition(status, previous, ask.operation, ask.caller.arn, ask.at)
        history = (*history, made)
    if history is row.history:
        return row
    anyhow: Any = row
    after: Row = replace(anyhow, history=history)
    return after


def _expiry(row: HasStatus, now: dt.datetime) -> Transition | None:
    """The Transition of a deadline that has passed and is not noted yet."""
    if row.expires is None or now < row.expires:
        return None
    stored = row.history[-1].status
    if stored in ("Deleted", "Expired"):
        return None
    return Transition("Expired", stored, "ExpirationDate", CLOCK, row.expires)
