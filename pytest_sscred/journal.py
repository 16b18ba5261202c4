"""What happened to an account, in order: one list, and the questions that are asked of it."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

from pytest_sscred.calls import Call
from pytest_sscred.refusals import Refusal


class Wait(NamedTuple):
    """A client backed off between two attempts of a call."""

    operation: str
    seconds: float


class Retried(NamedTuple):
    """A client made a call again."""

    operation: str


class Stale(NamedTuple):
    """A read was answered from an earlier state."""

    operation: str


class Truncated(NamedTuple):
    """The call of that number, from 0, gave a part of a list; the rest begins at the marker."""

    operation: str
    marker: str
    number: int


class ReadOn(NamedTuple):
    """The rest of a list was asked for, whatever came of it."""

    operation: str
    marker: str


Entry = Call | Refusal | Wait | Retried | Stale | Truncated | ReadOn
_Kind = TypeVar("_Kind", bound=Entry)


class Journal:
    """Append-only. `since` is a mark: only what was added after it is looked at."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._calls = 0

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._calls += isinstance(entry, Call)

    def mark(self) -> int:
        """Now."""
        return len(self._entries)

    def number_of_calls(self) -> int:
        return self._calls

    def calls(self, since: int = 0) -> list[Call]:
        """Every call that was answered, each attempt of a retried one included."""
        return self._of(Call, since)

    def refused(self, since: int = 0) -> list[Refusal]:
        """Calls that nobody answered here."""
        return self._of(Refusal, since)

    def waits(self) -> list[Wait]:
        """What clients slept between attempts, or would have."""
        return self._of(Wait)

    def retries(self) -> list[str]:
        """Operations of calls that were made again."""
        return [entry.operation for entry in self._of(Retried)]

    def stale_reads(self) -> list[str]:
        """Operations that were answered from an earlier state."""
        return [entry.operation for entry in self._of(Stale)]

    def unread(self) -> list[int]:
        """The numbers of calls that gave a part of a list which nobody read on, as they came."""
        left: dict[tuple[str, str], list[int]] = {}
        for entry in self._entries[:]:
            if isinstance(entry, Truncated):
                left.setdefault((entry.operation, entry.marker), []).append(entry.number)
            elif isinstance(entry, ReadOn):
                del left.get((entry.operation, entry.marker), [])[:1]
        return [number for numbers in left.values() for number in numbers]

    def _of(self, kind: type[_Kind], since: int = 0) -> list[_Kind]:
        found: Any = [entry for entry in self._entries[since:] if isinstance(entry, kind)]
        kept: list[_Kind] = found
        return kept
