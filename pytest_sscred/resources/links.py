"""Relations between things, such as who is in which group: asked from either end."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pytest_sscred.resources.named import Named
from pytest_sscred.state.state import State, Tables

_SORTS = ("users", "groups", "roles")
_FEW = 1000  # links that take less time to sort than a page of what is linked takes to write


def _bounds(order: list[Any], first: str) -> tuple[int, int]:
    # No key part ends in this character: ids, ARNs and IAM's names have none such.
    return bisect_left(order, (first, "")), bisect_left(order, (f"{first}\0", ""))


def within(table: Any, first: str) -> list[Any]:
    """The keys of a sorted table that begin with that part, in order. Keys are pairs of texts."""
    order = table.order
    start, end = _bounds(order, first)
    return list(order[start:end])


class Links:
    """One relation. Both ends are named by ids or ARNs."""

    def __init__(self, name: str, *, used: str = "") -> None:
        """
        :param used: the table that counts the links to each thing; by default one of its own
        """
        self._forth = name
        # Apart, so that none of one sort has to be looked for among many of another.
        self._back = {sort: f"{name}, back to {sort}" for sort in (*_SORTS, "others")}
        self._used = used or f"{name}, counted"

    def _back_to(self, state: State, one: str) -> Any:
        sort = next((sort for sort in _SORTS if one in state.table(sort)), "others")
        return state.sorted(self._back[sort])

    def _backs(self, sort: str | None) -> Iterable[str]:
        return self._back.values() if sort is None else [self._back[sort]]

    def add(self, state: State, one: str, other: str) -> None:
        if not self.has(state, one, other):
            state.sorted(self._forth)[one, other] = True
            self._back_to(state, one)[other, one] = True
            used = self.used(state)
            used[other] = used.get(other, 0) + 1

    def remove(self, state: State, one: str, other: str) -> None:
        del state.sorted(self._forth)[one, other]
        del self._back_to(state, one)[other, one]
        used = self.used(state)
        if used[other] == 1:
            del used[other]
        else:
            used[other] -= 1

    def clear(self, state: State, one: str) -> None:
        """Remove all of one."""
        for other in self.of(state, one):
            self.remove(state, one, other)

    def has(self, tables: Tables, one: str, other: str) -> bool:
        return (one, other) in tables.sorted(self._forth)

    def of(self, tables: Tables, one: str) -> list[str]:
        """What one is linked to."""
        return [other for _, other in within(tables.sorted(self._forth), one)]

    def to(self, tables: Tables, other: str, sort: str | None = None) -> list[str]:
        """What is linked to the other: of a sort, such as `users`, or altogether."""
        backs = self._backs(sort)
        return [one for back in backs for _, one in within(tables.sorted(back), other)]

    def number_to(self, tables: Tables, other: str, sort: str | None = None) -> int:
        """How many are linked to the other: of a sort, or altogether."""
        bounds = (_bounds(tables.sorted(back).order, other) for back in self._backs(sort))
        return sum(end - start for start, end in bounds)

    def used(self, tables: Tables) -> Any:
        """Everything that anything is linked to, sorted."""
        return tables.sorted(self._used)


def linked(
    tables: Tables, links: Sequence[Links], of: Named[Any], other: str
) -> tuple[Sequence[str], Callable[[str], bool]]:
    """Sorted folded names, and which of them are of things that are linked to the other.

    If there are many it is cheaper to go through all the names until a page is full.
    """
    names, rows = of.names(tables), of.rows(tables)

    def is_linked(name: str) -> bool:
        return any(each.has(tables, names[name], other) for each in links)

    if sum(each.number_to(tables, other, of.table) for each in links) > _FEW:
        return names.order, is_linked
    ids = {an_id for each in links for an_id in each.to(tables, other, of.table)}
    return sorted(rows[an_id].name.casefold() for an_id in ids), is_linked
