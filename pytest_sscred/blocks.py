"""Base classes: things that a `with` block ends, and things that a test adds and may remove."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields, replace
from types import TracebackType
from typing import Any, ClassVar, TypeVar

from pytest_sscred.state.tables import Table

__tracebackhide__ = True

Self = TypeVar("Self", bound="Block")


class Block(ABC):
    """A context manager that returns itself; `_leave` says what leaving does."""

    __slots__ = ()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave(error)

    @abstractmethod
    def _leave(self, error: BaseException | None) -> None:
        """End it; `error` is the exception that leaves the block."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of something that was added."""

    removed: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class Added(Block):
    """A handle, ended by `remove()` and by leaving a `with` block over it.

    Its state is a row of the account's, so that it is put back when the account is.
    """

    table: Table[Any, Any] = field(repr=False)
    """Everything of its kind that was added, in that order."""

    first: ClassVar[Progress]
    """Its row at first."""
    shown: ClassVar[tuple[str, ...]] = ()
    """Attributes shown in its repr, besides those it was made with."""
    _last: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.table[self] = self._last = self.first

    @property
    def now(self) -> Any:
        """Its row. If a sweep has undone the run that added it, it counts as removed."""
        return self.table.get(self) or replace(self._last, removed=True)

    def change(self, **changes: Any) -> None:
        self.table[self] = self._last = replace(self.now, **changes)

    def __repr__(self) -> str:
        names = [each.name for each in fields(self) if each.repr]
        told = ", ".join(f"{name}={getattr(self, name)!r}" for name in (*names, *self.shown))
        public = next(each.__name__ for each in type(self).__mro__ if each.__name__[0] != "_")
        return f"{public}({told})"

    @property
    def removed(self) -> bool:
        return bool(self.now.removed)

    def remove(self) -> None:
        """Have no effect from now on. What it did so far stays."""
        if not self.removed:
            self.change(removed=True)

    def _leave(self, error: BaseException | None) -> None:
        self.remove()
