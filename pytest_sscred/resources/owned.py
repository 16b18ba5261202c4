"""What belongs to a user, has an id and a status, and is listed, changed and deleted alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from pytest_sscred import assumed
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.history import History, begun, changed, status_at
from pytest_sscred.resources.named import free
from pytest_sscred.resources.pages import page
from pytest_sscred.resources.people import User, user_of_id, user_or_caller
from pytest_sscred.state.clock import whole_seconds
from pytest_sscred.state.ids import Ids
from pytest_sscred.state.state import State, Tables

__tracebackhide__ = True

Operation = Callable[[Any, Ask], Mapping[str, Any] | None]
"""An operation of IAM: (tables, ask) -> result, both spelled as AWS spells them.

It does not deal with XML or HTTP, and raises AwsError in AWS's words.
"""


class Hanging(Protocol):
    """What hangs on a user: DeleteUser is refused while there is some."""

    conflict: str
    """What DeleteUser answers."""

    def holds(self, tables: Tables, user_id: str) -> bool:
        """Whether the user has some."""

    def clear(self, state: State, user_id: str, ask: Ask) -> None:
        """Remove all of the user's."""

    def removals(self, tables: Tables, user_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The calls that would do so: operations, and their parameters besides UserName."""


class Given(Protocol):
    """A thing being loaded, for its row to read. All methods raise ValueError for wrong data."""

    state: State

    def text(self, name: str) -> str: ...

    def date(self, name: str) -> dt.datetime | None: ...

    def once(self, what: str, key: str, already: str) -> None:
        """It must be unique; `already` is the message if the account has one, else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A row. It names its user by UserId, so that a rename changes nothing here."""

    id: str
    owner: str
    created: dt.datetime
    history: History

    @property
    def expires(self) -> dt.datetime | None:
        """Its deadline; None if it has none."""
        return None


Row = TypeVar("Row", bound=Owned)


class Kind(Hanging, Generic[Row]):
    """Everything of one kind, and the operations that are the same for every kind."""

    def __init__(
        self,
        noun: str,
        row: type[Row],
        *,
        label: str,
        listed: str,
        new_id: Callable[[Ids], str],
        missing: str,
        conflict: str,
        elsewhere: tuple[str, str] | None = None,
        id_name: str = "",
        date: str = "CreateDate",
        wire: Mapping[str, str] | None = None,
    ) -> None:
        """
        :param noun: AWS's word, as in the operations' names
        :param label: what reports call one
        :param listed: the member that a list of them is in
        :param missing: NoSuchEntity's text, with the id and the user
        :param conflict: what DeleteUser answers while there is one
        :param elsewhere: code and text for another user's, with the user's name and the id;
            those of `missing`, if it has none
        :param id_name: the member and parameter with its id; by default the noun and `Id`
        :param date: the member with the time when it was made
        :param wire: AWS's names of the row's own fields, without secrets
        """
        self.noun = noun
        self.id_name: str = id_name or f"{noun}Id"
        self.row = row
        self.label = label
        self.listed = listed
        self.conflict = conflict
        self._new_id = new_id
        self.missing = missing
        self._elsewhere = elsewhere
        self.date = date
        self._wire = wire or {}
        self._there, self._by_owner = f"{noun} there", f"{noun} by owner"

    # The tables

    def rows(self, tables: Tables) -> Mapping[str, Row]:
        """All that ever existed, oldest first: the histories of deleted ones can be asked for."""
        rows: Mapping[str, Row] = tables.table(self.noun)
        return rows

    def there(self, tables: Tables) -> Any:
        """Those that are not deleted; the table has its sorted keys in `order`."""
        return tables.sorted(self._there)

    def find(self, tables: Tables, an_id: object) -> Row | None:
        """The one with that id; None if it does not exist, or no longer."""
        if an_id not in tables.sorted(self._there):
            return None
        row: Row = tables.table(self.noun)[an_id]
        return row

    def ids_of(self, tables: Tables, owner: str) -> tuple[str, ...]:
        """The ids of a user's own, oldest first."""
        ids: tuple[str, ...] = tables.table(self._by_owner).get(owner, ())
        return ids

    def of(self, tables: Tables, owner: str) -> Iterator[Row]:
        """The same, as rows."""
        rows = self.rows(tables)
        return (rows[an_id] for an_id in self.ids_of(tables, owner))

    def add(
        self,
        state: State,
        ask: Ask,
        user: User,
        *,
        status: str = "Active",
        id: str = "",
        **own: Any,
    ) -> Row:
        """Add a new one, made when and by whom `ask` says; its id is made up unless given."""
        row = self.row(
            id=id or free(partial(self._new_id, state.ids), self.rows(state)),
            owner=user.id,
            created=whole_seconds(ask.at),
            history=begun(status, ask),
            **self.completed(state, user, ask, own),
        )
        self.put(state, row)
        self.there(state)[row.id] = True
        state.table(self._by_owner)[user.id] = (*self.ids_of(state, user.id), row.id)
        return row

    def completed(self, state: State, user: User, ask: Ask, own: dict[str, Any]) -> dict[str, Any]:
        """A new one's own fields, including those that the account makes up."""
        return own

    def members(self, row: Row) -> dict[str, Any]:
        """Its own fields as AWS returns them. A list drops those that its shape lacks."""
        return {name: getattr(row, field) for name, field in self._wire.items()}

    def read(self, given: Given) -> dict[str, Any]:
        """The same fields, from one that is being loaded."""
        return {field: given.text(name) for name, field in self._wire.items()}

    def put(self, state: State, row: Row) -> None:
        """Store a row in place of the one with its id."""
        rows = state.table(self.noun)
        if rows.get(row.id) is not row:
            rows[row.id] = row

    def remove(self, state: State, row: Row, ask: Ask) -> None:
        """Record that it is deleted, and by what."""
        self.put(state, changed(row, "Deleted", ask))
        del self.there(state)[row.id]
        rest = tuple(an_id for an_id in self.ids_of(state, row.owner) if an_id != row.id)
        state.table(self._by_owner)[row.owner] = rest

    def holds(self, tables: Tables, user_id: str) -> bool:
        return bool(self.ids_of(tables, user_id))

    def clear(self, state: State, user_id: str, ask: Ask) -> None:
        for row in self.of(state, user_id):
            self.remove(state, row, ask)

    def removals(self, tables: Tables, user_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for an_id in self.ids_of(tables, user_id):
            yield f"Delete{self.noun}", {self.id_name: an_id}

    # The operations

    def wire(self, tables: Tables, row: Row, now: dt.datetime) -> dict[str, Any]:
        """The thing as AWS returns it, without secrets."""
        return {
            "UserName": user_of_id(tables, row.owner).name,
            "Status": status_at(row, now),
            self.date: row.created,
            self.id_name: row.id,
            **self.members(row),
        }

    def get(self, tables: Tables, ask: Ask) -> Mapping[str, Any]:
        return {self.noun: self.wire(tables, self.meant(tables, ask), ask.at)}

    def list(self, tables: Tables, ask: Ask) -> Mapping[str, Any]:
        user = user_or_caller(tables, ask)
        return self.page(tables, ask, sorted(self.ids_of(tables, user.id)))

    def update(self, state: State, ask: Ask) -> None:
        row = self.meant(state, ask)
        status = ask.params["Status"]
        if status not in ("Active", "Inactive"):  # Expired passes the model's checks; recorded
            raise AwsError("InvalidInput", f"Operation does not support status {status}")
        if status_at(row, ask.at) == "Expired":
            raise AwsError("InvalidInput", assumed.EXPIRED_CANNOT_BE_UPDATED)
        self.put(state, changed(row, status, ask))

    def delete(self, state: State, ask: Ask) -> None:
        self.remove(state, self.meant(state, ask), ask)

    def meant(self, tables: Tables, ask: Ask) -> Row:
        """The one that a call names. Checked in order: the user, the id, whether it is theirs."""
        user = user_or_caller(tables, ask)
        an_id = ask.params[self.id_name]
        row = self.find(tables, an_id)
        if row is None or (row.owner != user.id and not self._elsewhere):
            raise AwsError("NoSuchEntity", self.missing.format(an_id))
        if row.owner != user.id:
            code, text = self._elsewhere or ("", "")
            name = ask.params.get("UserName", user.name)
            raise AwsError(code, text.format(name=name, id=an_id))
        return row

    def page(
        self,
        tables: Tables,
        ask: Ask,
        ids: Any,
        keep: Callable[[str], bool] = lambda an_id: True,
    ) -> Mapping[str, Any]:
        """A page of these ids, which are sorted."""
        found, rest = page(tables, ask.params, self.noun, ids, keep)
        rows = self.rows(tables)
        return {self.listed: [self.wire(tables, rows[an_id], ask.at) for an_id in found], **rest}
