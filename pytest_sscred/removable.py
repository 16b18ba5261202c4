"""What a test adds and may take back: a handle that a `with` block ends."""

from __future__ import annotations

from dataclasses import dataclass, field

from pytest_sscred.blocks import Block


@dataclass(slots=True, eq=False)
class Removable(Block):
    """Ended by `remove()`, and by leaving a `with` block over it."""

    removed: bool = field(default=False, init=False, repr=False)

    def remove(self) -> None:
        """Have no effect from now on. What it did so far stays."""
        self.removed = True

    def _leave(self, *, failed: bool) -> None:
        self.remove()
