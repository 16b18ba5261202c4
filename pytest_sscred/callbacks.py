"""Callbacks: the plugin's, and those of the test's own, whose calls are told from the code's."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any


class Current:
    """The test that runs: what is called for every account that is made, and that is opened."""

    on_account: Callable[[], None] | None = None
    on_open: Callable[[], None] | None = None

    def __init__(self) -> None:
        self.opened: list[Any] = []
        """The accounts that are open, each a FakeIAM."""


current: Current = Current()


class _Here(threading.local):
    depth = 0
    asks: Any = None


_here = _Here()


def in_callback() -> bool:
    """Whether this thread runs a callback of the test's own."""
    return _here.depth > 0


def asked_by_callback() -> Any:
    """The service whose callback this thread runs, which answers it; None outside of one."""
    return _here.asks


def is_outcome(error: BaseException) -> bool:
    """Whether it is pytest's: raised by pytest.fail, skip or xfail, and no Exception."""
    return any(each.__name__ == "OutcomeException" for each in type(error).__mro__)


@contextlib.contextmanager
def callback(asks: Any = None) -> Iterator[None]:
    """What this thread does in the block is no doing of the code under test.

    `asks`, a service, answers it, whatever account was opened last.
    """
    before = _here.asks
    _here.depth += 1
    _here.asks = asks or before
    try:
        yield
    finally:
        _here.depth -= 1
        _here.asks = before
