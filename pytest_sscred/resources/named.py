"""Things that are found by their name, in whatever case: users, groups, managed policies."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar

from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.pages import page
from pytest_sscred.state.state import State, Tables


class HasName(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> str: ...


Row = TypeVar("Row", bound=HasName)


class Named(Generic[Row]):
    """All of one sort. The row of one that is removed stays, for whoever holds its id."""

    def __init__(self, noun: str, missing: str) -> None:
        """
        :param noun: what IAM calls one in its messages
        :param missing: NoSuchEntity's text, with the name
        """
        self.noun = noun
        self.missing = missing
        self.table = f"{noun}s"
        self._names = f"{noun}s by name"

    def names(self, tables: Tables) -> Any:
        """Ids by folded name, with the names in `order`."""
        return tables.sorted(self._names)

    def rows(self, tables: Tables) -> Mapping[str, Row]:
        """By id, with those that were removed."""
        rows: Mapping[str, Row] = tables.table(self.table)
        return rows

    def find(self, tables: Tables, name: str) -> Row | None:
        """The one of that name, if there is one."""
        an_id = self.names(tables).get(name.casefold())
        return None if an_id is None else self.rows(tables)[an_id]

    def named(self, tables: Tables, name: str) -> Row:
        """The same; NoSuchEntity if there is none."""
        row = self.find(tables, name)
        if row is None:
            raise AwsError("NoSuchEntity", self.missing.format(name))
        return row

    def of_id(self, tables: Tables, an_id: str) -> Row:
        """The one of that id, a removed one too."""
        return self.rows(tables)[an_id]

    def is_there(self, tables: Tables, row: Row) -> bool:
        """Whether it has not been removed."""
        return bool(self.names(tables).get(row.name.casefold()) == row.id)

    def there(self, tables: Tables) -> list[Row]:
        """All, in the order of their names."""
        names, rows = self.names(tables), self.rows(tables)
        return [rows[names[key]] for key in names.order]

    def put(self, state: State, row: Row) -> Row:
        """A new one."""
        state.table(self.table)[row.id] = row
        self.names(state)[row.name.casefold()] = row.id
        return row

    def change(self, state: State, row: Row, **changes: Any) -> Row:
        """Things that hang on it know it by its id, so they stay with it by another name."""
        anyhow: Any = row
        after: Row = replace(anyhow, **changes)
        state.table(self.table)[row.id] = after
        if after.name.casefold() != row.name.casefold():
            del self.names(state)[row.name.casefold()]
            self.names(state)[after.name.casefold()] = row.id
        return after

    def take_out(self, state: State, row: Row) -> None:
        """Remove it, and nothing that hangs on it."""
        del self.names(state)[row.name.casefold()]

    def refuse_taken(self, tables: Tables, name: str) -> None:
        if self.find(tables, name) is not None:
            text = f"{self.noun.capitalize()} with name {name} already exists."
            raise AwsError("EntityAlreadyExists", text)

    def page(
        self,
        tables: Tables,
        ask: Ask,
        listed: str,
        wire: Callable[[Row], Any],
        keep: Callable[[Row], bool] = lambda row: True,
    ) -> dict[str, Any]:
        """A page of all whose path begins with PathPrefix, in the order of their names."""
        prefix = ask.params.get("PathPrefix", "/")
        names, rows = self.names(tables), self.rows(tables)

        def kept(key: str) -> bool:
            row = rows[names[key]]
            return row.path.startswith(prefix) and keep(row)

        found, rest = page(tables, ask.params, self.table, names.order, kept)
        return {listed: [wire(rows[names[key]]) for key in found], **rest}

    def of_ids(self, tables: Tables, ids: Any) -> dict[str, Row]:
        """These, by folded name and in the order of the names."""
        rows = [self.rows(tables)[an_id] for an_id in ids]
        return dict(sorted((row.name.casefold(), row) for row in rows))


def free(make: Callable[[], str], taken: Container[str]) -> str:
    """An id that nobody has had. One that was loaded may be of the same seed."""
    while (an_id := make()) in taken:
        pass
    return an_id
