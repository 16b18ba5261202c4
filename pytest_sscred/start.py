"""Where a call began, so that one that is cut short can be taken back whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.wire import Response

__tracebackhide__ = True

Others = Callable[[], Awaitable[Response | None]]
"""Asks other mocks of IAM beside this fake; None if there are none."""


class Start:
    """The log's and the journal's marks of a call's beginning."""

    __slots__ = ("_account", "_marks", "_others")

    def __init__(self, account: Account, others: Others | None) -> None:
        self._account = account
        self._others: Any = others
        self._marks = account.state.log.mark(), account.journal.mark()

    def _note(self) -> None:
        self._marks = self._account.state.log.mark(), self._account.journal.mark()

    def go_back(self) -> None:
        writes, entries = self._marks
        self._account.state.log.rewind(writes)
        self._account.journal.rewind(entries)

    async def ask(self) -> Response | None:
        """The others' answer. What threads write meanwhile is not this call's, and stays."""
        self._account.lock.release()  # they may wait for a thread that calls as well
        try:
            theirs: Response | None = await self._others()
            return theirs
        finally:
            self._account.lock.acquire()
            self._note()
