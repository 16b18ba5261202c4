"""Temporary replacements of other packages' attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Switch:
    """Whether a wrapper is still active. If not, it passes calls on, wherever it was kept."""

    __slots__ = ("is_on",)

    def __init__(self) -> None:
        self.is_on: bool = True


class Patches:
    """Wrappers to be removed again, in whatever order others patch and undo."""

    def __init__(self) -> None:
        self._put: list[tuple[Any, str, Any, Any, Switch]] = []

    def wrap(self, owner: Any, name: str, make: Callable[[Any, Switch], Any]) -> None:
        """Replace an attribute with what `make` returns, which must pass calls on when off."""
        switch = Switch()
        wrapper = make(getattr(owner, name), switch)
        self._put.append((owner, name, vars(owner)[name], wrapper, switch))
        setattr(owner, name, wrapper)

    def has(self, owner: Any, name: str) -> bool:
        return any(each[:2] == (owner, name) for each in self._put)

    def undo(self) -> None:
        """Put back what was there, unless somebody has put something else there since."""
        while self._put:
            owner, name, real, wrapper, switch = self._put.pop()
            switch.is_on = False
            if vars(owner).get(name) is wrapper:
                setattr(owner, name, real)

    def __bool__(self) -> bool:
        return bool(self._put)
