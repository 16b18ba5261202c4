"""What to break, when, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Target(NamedTuple):
    """What one call is about, as far as faults choose by it."""

    operation: str
    user_name: str | None
    credential_id: str | None


@dataclass(slots=True, eq=False)
class Fault:
    """An error that the account answers with instead of doing what it is asked.

    A live handle: `hits` counts the calls answered with it so far.
    """

    code: str
    on: str
    user_name: str | None = None
    credential_id: str | None = None
    times: int | None = 1
    after: int = 0
    message: str | None = None
    added_at: str = ""
    hits: int = field(default=0, init=False)
    passed: int = field(default=0, init=False, repr=False)

    def takes(self, target: Target) -> bool:
        """Whether it answers this call; counts the call if it is one of those meant."""
        if not self.matches(target) or self.is_spent:
            return False
        if self.passed < self.after:
            self.passed += 1
            return False
        self.hits += 1
        return True

    def matches(self, target: Target) -> bool:
        """Whether a call is one of those meant, whatever was answered so far."""
        if self.on != target.operation:
            return False
        if self.user_name is not None and not _same_name(self.user_name, target.user_name):
            return False
        return self.credential_id in (None, target.credential_id)

    @property
    def is_spent(self) -> bool:
        return self.times is not None and self.hits >= self.times


def _same_name(name: str, other: str | None) -> bool:
    return other is not None and name.casefold() == other.casefold()


class Faults:
    """The faults of an account, in the order they were added. The first that takes a call wins."""

    def __init__(self) -> None:
        self.added: list[Fault] = []

    def take(self, target: Target) -> Fault | None:
        for fault in self.added:
            if fault.takes(target):
                return fault
        return None

    def unused(self) -> list[Fault]:
        """Those that never fired."""
        return [fault for fault in self.added if not fault.hits]
