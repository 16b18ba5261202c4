"""Temporary replacements of other packages' attributes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple


class Switch:
    """Whether a wrapper is still active. If not, it passes calls on, wherever it was kept."""

    is_on = True

    def turn_off(self) -> None:
        self.__class__ = _Off


class _Off(Switch):
    @property
    def is_on(self) -> bool:  # type: ignore[override]
        remove_what_is_left()
        return False


class _Put(NamedTuple):
    owner: Any
    name: str
    real: Any
    wrapper: Any
    switch: Switch

    def remove(self) -> bool:
        """Put back what was there, unless somebody has put something else there since."""
        self.switch.turn_off()
        if vars(self.owner).get(self.name) is not self.wrapper:
            return False
        setattr(self.owner, self.name, self.real)
        return True


# One per process, as what they wrap is. `mock.patch` and monkeypatch put back what they found, and
# that is our wrapper if they began before it was to go and ended after.
_left: list[_Put] = []


def remove_what_is_left() -> None:
    """Remove the wrappers that were under somebody's when they were to go, and no longer are."""
    for put in reversed(_left[:]):
        if put.remove():
            with suppress(ValueError):  # another thread was faster
                _left.remove(put)


class Patches:
    """Wrappers to be removed again, in whatever order others patch and undo."""

    def __init__(self) -> None:
        self._put: list[_Put] = []

    def wrap(self, owner: Any, name: str, make: Callable[[Any, Switch], Any]) -> None:
        """Replace an attribute with what `make` returns, which must pass calls on when off."""
        remove_what_is_left()
        switch = Switch()
        wrapper = make(getattr(owner, name), switch)
        self._put.append(_Put(owner, name, vars(owner)[name], wrapper, switch))
        setattr(owner, name, wrapper)

    def has(self, owner: Any, name: str) -> bool:
        return any(each[:2] == (owner, name) for each in self._put)

    def undo(self) -> None:
        """Put back what was there; under somebody's wrapper, as soon as that is gone."""
        while self._put:
            put = self._put.pop()
            if not put.remove():
                _left.append(put)

    def __bool__(self) -> bool:
        return bool(self._put)
