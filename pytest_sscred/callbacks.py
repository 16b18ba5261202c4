"""Callbacks of the plugin and of the test, whose calls are kept apart from those of the code."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any


class Current:
    """The running test: what to call whenever an account is made, and whenever one is opened."""

    on_account: Callable[[], None] | None = None
    on_open: Callable[[], None] | None = None

    def __init__(self) -> None:
        self.opened: list[Any] = []
        """The open accounts, as FakeIAM objects."""
        self.left: list[tuple[BaseException, Any]] = []
        """Errors of this test that have left an account's `with` block, and so closed it."""


current: Current = Current()


class _Here(threading.local):
    depth = 0
    asks: Any = None


_here = _Here()


def in_callback() -> bool:
    """Whether this thread runs one of the test's own callbacks."""
    return _here.depth > 0


def asked_by_callback() -> Any:
    """The account that answers the callback this thread runs; None outside of one."""
    return _here.asks


def is_outcome(error: BaseException) -> bool:
    """Whether it is from pytest.fail, skip or xfail, whose exceptions are not Exceptions."""
    return any(each.__name__ == "OutcomeException" for each in type(error).__mro__)


@contextlib.contextmanager
def callback(asks: Any = None) -> Iterator[None]:
    """Mark what this thread does in the block as not done by the code under test.

    `asks`, an account, answers its calls, whichever account was opened last.
    """
    before = _here.asks
    try:
        _here.depth += 1
        _here.asks = asks or before
        yield
    finally:  # maybe late, after that of a block around this one: a signal has cut this one short
        _here.depth -= 1
        _here.asks = before if _here.depth else None
