"""What a `with` block over it ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import TypeVar

Self = TypeVar("Self", bound="Block")


class Block(ABC):
    """Entered as it is; `_leave` says what leaving does."""

    __slots__ = ()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave(failed=kind is not None)

    @abstractmethod
    def _leave(self, *, failed: bool) -> None:
        """End it; `failed` where an exception leaves the block."""
