"""What every handle has: the thing as it is now, two of one thing are equal, and it goes on."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

from pytest_sscred.state.state import State

__tracebackhide__ = True

Row = TypeVar("Row", covariant=True)
Thing = TypeVar("Thing", bound="Handle[Any]")


class Handle(Generic[Row]):
    """Two handles of one thing are equal."""

    __slots__ = ("_id", "_known", "_rows", "_state")

    _made_by: ClassVar[str]
    """The operation that makes one."""

    def __init__(self, state: State, rows: Mapping[str, Row], an_id: str) -> None:
        self._state = state
        self._rows = rows
        self._id = an_id
        self._known = rows.get(an_id)

    @property
    def _row(self) -> Row:
        """As it is now; or as it was when the handle was made, if it has gone without a trace."""
        return self._rows.get(self._id, self._known)  # type: ignore[return-value]

    @property
    def id(self) -> str:
        """AWS's id, which stays the same while the thing exists."""
        return self._id

    @property
    def exists(self) -> bool:
        """Whether it has not been deleted."""
        return self._id in self._rows

    @property
    @abstractmethod
    def _label(self) -> str:
        """What messages call such a thing."""

    @property
    @abstractmethod
    def _named_by(self) -> tuple[str, str]:
        """The parameter with which calls name it, and what they give there."""

    @property
    def _title(self) -> str:
        """What messages call this one."""
        return f"{self._label} {self._named_by[1]}"

    @property
    def _secrets(self) -> tuple[str, ...]:
        """Every secret that it has had."""
        return ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and (other._state, other._id) == (
            self._state,
            self._id,
        )

    def __hash__(self) -> int:
        return hash(self._id)

    def __repr__(self) -> str:
        return f"<{self._title[0].upper()}{self._title[1:]}>"


def own(state: State, handle: Thing) -> Thing:
    """The handle; ValueError if it belongs to another account."""
    if handle._state is not state:
        raise ValueError(f"{handle!r} belongs to another account than this one, {state.id}")
    return handle


def label_of(handle: Handle[Any]) -> str:
    """What messages call such a thing."""
    return handle._label


def removed_by(handle: Handle[Any]) -> str:
    """The operation that deletes it, if a Create makes it."""
    return handle._made_by.replace("Create", "Delete")


def named_by(handle: Handle[Any]) -> tuple[str, str]:
    """The parameter with which calls name it, and what they give there."""
    return handle._named_by


def title_of(handle: Handle[Any]) -> str:
    """What messages call this one."""
    return handle._title


def secrets_of(handle: Handle[Any]) -> tuple[str, ...]:
    """Every secret that it has had."""
    return handle._secrets
