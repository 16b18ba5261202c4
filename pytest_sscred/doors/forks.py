"""Processes that the test's process forks, by `multiprocessing` or directly.

A forked process has a copy of the account, whose changes would be lost. So its calls are refused,
or go to the endpoint that serves the account in the parent, if there is one.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import weakref
from collections.abc import Callable
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.refusals import FORKED, NOT_MOCKED, Refusal

_LONGEST = 4096  # bytes of one write that another writer cannot split


class Reports:
    """The calls that forked processes were refused, as reported to the process that forked them."""

    def __init__(self) -> None:
        self._pipes: dict[Account, tuple[int, int]] = {}

    def expect(self, account: Account) -> None:
        """Prepare for a fork."""
        if account not in self._pipes:
            self._pipes[account] = ends = os.pipe()
            for end in ends:  # a child must not block even if nobody reads
                os.set_blocking(end, False)

    def send(self, account: Account, what: str) -> None:
        """In a forked process: report to the parent."""
        with contextlib.suppress(KeyError, OSError):
            os.write(self._pipes[account][1], f"{what}\n".encode()[:_LONGEST])

    def take(self, account: Account) -> None:
        """Record what was reported so far."""
        pipe = self._pipes.get(account)
        told = b""
        if pipe is not None:
            with contextlib.suppress(BlockingIOError):
                told = os.read(pipe[0], 1 << 20)
        for what in told.decode().splitlines():
            account.journal.add(Refusal(what, NOT_MOCKED if ":" in what else FORKED))

    def close(self, account: Account) -> None:
        self.take(account)
        for end in self._pipes.pop(account, ()):
            os.close(end)


@functools.cache
def on_forks(reports: Reports, before: Callable[[], None], in_child: Callable[[], None]) -> None:
    """Call these at every fork, and mark the accounts in the child as copies.

    Once, since `os.register_at_fork` cannot be undone. Windows has no forks.
    """

    def forked() -> None:
        for account in accounts:
            # Another thread may have held the lock, and is not here to release it.
            account.state.log.lock = threading.RLock()
            account.is_copy = True
            account.tell_parent = functools.partial(reports.send, account)
        for server in servers:
            server.leave()
        in_child()

    register = getattr(os, "register_at_fork", lambda **callbacks: None)
    register(before=before, after_in_child=forked)


accounts: weakref.WeakSet[Account] = weakref.WeakSet()
"""The accounts that have been opened or served."""

servers: weakref.WeakSet[Any] = weakref.WeakSet()
"""The servers that listen: a fork keeps their port and connections open when they close here."""


def url_in_parent(account: Account) -> str | None:
    """Where the parent process of this fork serves the account over HTTP; None if it does not."""
    return next((each.url for each in list(servers) if each.account is account), None)
