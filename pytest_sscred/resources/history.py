"""The history of everything that has a status: every change, and who or what made it."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from pytest_sscred.ask import CLOCK, Ask
from pytest_sscred.places import Place


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of a credential's status.

    `previous` is None when the credential was made. `operation` is IAM's operation, the verb of
    the test (`add_credential`, `remove_user`, ...), or `ExpirationDate` if time did it.
    `caller` is the caller's ARN; `test` and `clock` stand for the test itself and for time.
    """

    status: str
    previous: str | None
    operation: str
    caller: str
    at: dt.datetime
    place: Place | None = field(default=None, repr=False, compare=False)
    """The line of the user's code that made it; None over HTTP and for time."""


@dataclass(frozen=True, slots=True)
class History:
    """The changes of one thing, as a chain, so that adding one copies none of the others."""

    last: Transition
    earlier: History | None = None
    length: int = 1

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Transition]:
        """The oldest first."""
        return iter(self.since(0))

    def since(self, length: int) -> list[Transition]:
        """The transitions after the first `length`."""
        found: list[Transition] = []
        node: History | None = self
        while node is not None and node.length > length:
            found.append(node.last)
            node = node.earlier
        return found[::-1]

    def and_then(self, transition: Transition) -> History:
        return History(transition, self, self.length + 1)


class HasStatus(Protocol):
    """A row with a status: the last one in its history, until a deadline has passed."""

    @property
    def history(self) -> History: ...

    @property
    def expires(self) -> dt.datetime | None: ...


Row = TypeVar("Row", bound=HasStatus)


def begun(status: str, ask: Ask) -> History:
    """The history of a new row."""
    return History(Transition(status, None, ask.operation, ask.caller.arn, ask.at, ask.place))


def status_at(row: HasStatus, now: dt.datetime) -> str:
    """The status at `now`. Nothing sets Expired: it follows from the clock."""
    return row.history.last.status if _expiry(row, now) is None else "Expired"


def history_at(row: HasStatus, now: dt.datetime) -> History:
    """The transitions up to `now`, including the expiry."""
    expiry = _expiry(row, now)
    return row.history.and_then(expiry) if expiry else row.history


def changed(row: Row, status: str, ask: Ask) -> Row:
    """The row with its status changed; if it has that status already, no Transition is added."""
    history = history_at(row, ask.at)
    previous = history.last.status
    if status != previous:
        made = Transition(status, previous, ask.operation, ask.caller.arn, ask.at, ask.place)
        history = history.and_then(made)
    if history is row.history:
        return row
    kind: Any = type(row)
    names, values_of = _members(kind)
    members = dict(zip(names, values_of(row), strict=True))
    members["history"] = history
    after: Row = kind(**members)
    return after


@functools.cache
def _members(kind: Any) -> tuple[list[str], Callable[[Any], tuple[Any, ...]]]:
    """The names of a row's members, and what reads them all: `replace` looks them up each time."""
    names = [each.name for each in fields(kind)]
    return names, attrgetter(*names)


def _expiry(row: HasStatus, now: dt.datetime) -> Transition | None:
    """The Transition of a deadline that has passed and is not in the history yet."""
    if row.expires is None or now < row.expires:
        return None
    stored = row.history.last.status
    if stored in ("Deleted", "Expired"):
        return None
    return Transition("Expired", stored, "ExpirationDate", CLOCK, row.expires)
