"""One test's account: its tables, and what all of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from pytest_sscred.secrets import Secrets
from pytest_sscred.state.clock import Clock
from pytest_sscred.state.ids import Ids
from pytest_sscred.state.tables import Log, Past, Rows, Sorted, Table


class Tables(Protocol):
    """The tables that an operation is given: an account's, as they are or as they were.

    `id` is the account's number; `quota` and `page_size` are the options of those names.
    """

    id: str
    quota: int
    page_size: int | None

    def table(self, name: str) -> Any:
        """The rows of the table of that name, by key."""

    def sorted(self, name: str) -> Any:
        """The same, for a table that has its sorted keys in `order`."""


class State:
    """An account. Hold `lock` wherever threads share it."""

    def __init__(self, account_id: str, *, seed: str, quota: int, page_size: int | None) -> None:
        self.id = account_id
        self.seed = seed
        self.quota = quota
        self.page_size = page_size
        self.log: Log = Log()
        # Looked up in one step of C code, since each call looks up a dozen.
        self._tables = _Named(self.log, Table), _Named(self.log, Sorted)
        self.table: Callable[[str], Table[Any, Any]] = self._tables[0].__getitem__
        self.sorted: Callable[[str], Any] = self._tables[1].__getitem__
        self.cells: Table[Any, Any] = self.table("cells")
        """Single values of the account, by name."""
        self.secrets: Secrets = Secrets()
        self.ids: Ids = Ids(seed, account_id, self.table("ids made"), self.secrets)
        self.clock: Clock = Clock(self.log, self.cells)
        self.administrator_key: str = self.ids.access_key()
        self.administrator_role: str = self.ids.role("Administrator")

    def reset(self) -> None:
        """Start over as new."""
        for tables in self._tables:
            for table in list(tables.values()):
                for key in list(table):
                    del table[key]
        self.ids.requests = 0
        self.administrator_key = self.ids.access_key()

    @property
    def lock(self) -> Any:
        return self.log.lock

    def at(self, mark: int) -> Tables:
        """The account as it was at a mark of its log, for reading."""
        return _Then(self, self.log.since(mark))


class _Named(dict[str, Any]):
    """Tables by name, made when they are first asked for."""

    def __init__(self, log: Log, kind: type[Table[Any, Any]]) -> None:
        super().__init__()
        self._log = log
        self._kind = kind

    def __missing__(self, name: str) -> Table[Any, Any]:
        return self.setdefault(name, self._kind(self._log))  # type: ignore[no-any-return]


class _Then:
    def __init__(self, state: State, changed: Rows) -> None:
        self.id, self.quota, self.page_size = state.id, state.quota, state.page_size
        self._state = state
        self._changed = changed
        self._pasts: dict[Any, Any] = {}

    def table(self, name: str) -> Mapping[Any, Any]:
        rows: Mapping[Any, Any] = self._as_it_was(self._state.table(name))
        return rows

    def sorted(self, name: str) -> Any:
        return self._as_it_was(self._state.sorted(name))

    def _as_it_was(self, table: Table[Any, Any]) -> Any:
        then = self._changed.get(table)
        if then is None:
            return table
        if table not in self._pasts:
            self._pasts[table] = Past(table, then)
        return self._pasts[table]
