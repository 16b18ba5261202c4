"""What a test adds and may take back: a handle that a `with` block ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import TypeVar

Handle = TypeVar("Handle", bound="Removable")


@dataclass(slots=True, eq=False)
class Removable:
    """Ended by `remove()`, and by leaving a `with` block over it."""

    removed: bool = field(default=False, init=False, repr=False)

    def remove(self) -> None:
        """Have no effect from now on. What it did so far stays."""
        self.removed = True

    def __enter__(self: Handle) -> Handle:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()
