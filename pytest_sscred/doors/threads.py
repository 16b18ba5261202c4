"""Work of threads that goes on after the account it began under is closed.

It must reach neither the account of the next test nor the network. While an account is open, every
thread that is started belongs to it, and so does every job given to a thread pool: a pool's
threads serve one test after another. A thread that this work starts belongs to the same account.
"""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.events.passing import led_to
from pytest_sscred.patches import Patches, Switch

__tracebackhide__ = True

_Thread: Any = threading.Thread
_Pool: Any = ThreadPoolExecutor

# Pools, whose threads serve anyone; they are known by the module of a thread's class or target.
_POOLS = (
    *("anyio.", "asgiref.", "concurrent.futures.", "eventlet.", "gevent.", "multiprocessing."),
    *("pebble.", "pytest_sscred.", "socketserver", "trio.", "twisted."),
)


class _Here(threading.local):
    account: Account | None = None


class Threads:
    """Knows under which account the work of each thread began."""

    def __init__(
        self,
        patches: Patches,
        opened_last: Callable[[], Account | None],
        work_ended: Callable[[], None],
    ) -> None:
        self._here = _Here()
        self._opened_last = opened_last
        self._work_ended = work_ended
        self._under_way: Counter[Account] = Counter()
        self._lock = threading.RLock()
        patches.wrap(_Thread, "start", self._start)
        patches.wrap(_Pool, "submit", self._submit)

    def opened(self, account: Account) -> None:
        """Work that opens an account itself belongs to that account from here on."""
        if self._here.account is not None:
            self._here.account = account

    def account(self) -> Account | None:
        """The account that this thread's work began under; None if it began under none."""
        return self._here.account

    def work_is_left(self) -> bool:
        """Whether any work is still in progress, or waits for a thread."""
        with self._lock:
            return bool(self._under_way)

    def _current(self) -> Account | None:
        return self._here.account or self._opened_last()

    def _began(self, account: Account) -> None:
        with self._lock:
            self._under_way[account] += 1

    def _ended(self, account: Account, *_: Any) -> None:
        with self._lock:
            self._under_way[account] -= 1
            self._under_way += Counter()  # drops those without work
            is_over = not self._under_way
        if is_over:
            self._work_ended()

    def _tagged(self, account: Account, work: Any, /, *args: Any, **kwargs: Any) -> Any:
        before, self._here.account = self._here.account, account
        try:
            return work(*args, **kwargs)
        finally:
            self._here.account = before

    def _start(self, real: Any, switch: Switch) -> Any:
        @functools.wraps(real)
        def start(thread: Any) -> None:
            account = self._current() if switch.is_on else None
            if account is None or _is_pools(thread):
                real(thread)
                return
            run = led_to(thread.run)

            def tagged() -> None:
                try:
                    self._tagged(account, run)
                finally:
                    self._ended(account)

            thread.run = tagged
            self._began(account)
            try:
                real(thread)
            except BaseException:
                self._ended(account)
                raise

        return start

    def _submit(self, real: Any, switch: Switch) -> Any:
        @functools.wraps(real)
        def submit(pool: Any, work: Any, /, *args: Any, **kwargs: Any) -> Any:
            account = self._current() if switch.is_on else None
            if account is None:
                return real(pool, work, *args, **kwargs)
            self._began(account)
            try:
                tagged = functools.partial(self._tagged, account, led_to(work))
                future = real(pool, tagged, *args, **kwargs)
            except BaseException:
                self._ended(account)
                raise
            future.add_done_callback(functools.partial(self._ended, account))
            return future

        return submit


def _is_pools(thread: Any) -> bool:
    target = getattr(thread, "_target", None)
    modules = (type(thread).__module__, getattr(target, "__module__", None) or "")
    return any(f"{module}.".startswith(_POOLS) for module in modules)
