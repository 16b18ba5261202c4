"""Processes that the test's process forks, by `multiprocessing` or by itself.

A fork takes a copy of the account along, whose changes would be lost: its calls are refused there,
or go to the endpoint that serves the account in the parent, if one does.
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

_LONGEST = 4096  # bytes of one write that no other writer's can come between


class Reports:
    """What forked processes were refused, as far as the process that forked them can tell."""

    def __init__(self) -> None:
        self._pipes: dict[Account, tuple[int, int]] = {}

    def expect(self, account: Account) -> None:
        """Make ready for a fork."""
        if account not in self._pipes:
            self._pipes[account] = ends = os.pipe()
            for end in ends:  # a child that nobody listens to must not wait either
                os.set_blocking(end, False)

    def send(self, account: Account, what: str) -> None:
        """Tell the parent, in a fork."""
        with contextlib.suppress(KeyError, OSError):
            os.write(self._pipes[account][1], f"{what}\n".encode()[:_LONGEST])

    def take(self, account: Account) -> None:
        """Note what was told so far."""
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
    """Have these called about each fork, and the accounts know in it that they are copies.

    Once, since `os.register_at_fork` takes nothing back. Windows has no forks.
    """

    def forked() -> None:
        for account in accounts:
            # Another thread may have held it: nobody is there to let go of it.
            account.state.log.lock = threading.RLock()
            account.is_copy = True
            account.tell_parent = functools.partial(reports.send, account)
        for server in servers:
            server.leave()
        in_child()

    register = getattr(os, "register_at_fork", lambda **callbacks: None)
    register(before=before, after_in_child=forked)


accounts: weakref.WeakSet[Account] = weakref.WeakSet()
"""Those that have been opened or served."""

servers: weakref.WeakSet[Any] = weakref.WeakSet()
"""Whatever listens: a fork keeps its port and its connections open when they close here."""


def url_in_parent(account: Account) -> str | None:
    """Where the parent process of this fork serves the account over HTTP; None if it does not."""
    return next((each.url for each in list(servers) if each.account is account), None)
