"""Attributes of others that are replaced for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Switch:
    """Whether a wrapper still acts. One that somebody else kept lets calls through."""

    __slots__ = ("is_on",)

    def __init__(self) -> None:
        self.is_on: bool = True


class Patches:
    """What was put on, to be taken off again, in whatever order others patch and undo."""

    def __init__(self) -> None:
        self._put: list[tuple[Any, str, Any, Any, Switch]] = []

    def wrap(self, owner: Any, name: str, make: Callable[[Any, Switch], Any]) -> None:
        """Replace an attribute by what `make` gives for it; it is to let through when off."""
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
