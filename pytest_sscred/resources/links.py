"""Relations between things, such as who is in which group: asked from either end."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from pytest_sscred.state.state import State, Tables


def within(table: Any, first: str) -> list[Any]:
    """The keys of a sorted table that begin with that part, in order. Keys are pairs of texts."""
    order = table.order
    # No key part ends in this character: ids, ARNs and IAM's names have none such.
    return list(order[bisect_left(order, (first, "")) : bisect_left(order, (f"{first}\0", ""))])


class Links:
    """One relation. Both ends are named by ids or ARNs."""

    def __init__(self, name: str) -> None:
        self._forth, self._back = name, f"{name}, from the other end"

    def add(self, state: State, one: str, other: str) -> None:
        if not self.has(state, one, other):
            state.sorted(self._forth)[one, other] = True
            state.sorted(self._back)[other, one] = True

    def remove(self, state: State, one: str, other: str) -> None:
        del state.sorted(self._forth)[one, other]
        del state.sorted(self._back)[other, one]

    def has(self, tables: Tables, one: str, other: str) -> bool:
        return (one, other) in tables.sorted(self._forth)

    def of(self, tables: Tables, one: str) -> list[str]:
        """What one is linked to."""
        return [other for _, other in within(tables.sorted(self._forth), one)]

    def to(self, tables: Tables, other: str) -> list[str]:
        """What is linked to the other."""
        return [one for _, one in within(tables.sorted(self._back), other)]

    def clear(self, state: State, one: str) -> None:
        """Remove all of one."""
        for other in self.of(state, one):
            self.remove(state, one, other)

    def others(self, tables: Tables) -> set[str]:
        """Everything that anything is linked to."""
        return {other for other, _ in tables.sorted(self._back).order}
