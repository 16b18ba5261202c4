"""Processes that `multiprocessing` starts afresh: spawned, or made by a fork server.

They have no account, and would reach the network. So they are led to an endpoint of the account,
which answers for IAM and refuses other services' calls.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from multiprocessing import spawn
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.doors import child
from pytest_sscred.doors.endpoint import Endpoint
from pytest_sscred.doors.forks import url_in_parent
from pytest_sscred.environment import fake_credentials, led_to
from pytest_sscred.partitions import aws_suffixes
from pytest_sscred.patches import Patches, Switch

_NOWHERE = "http://127.0.0.1:9"  # the port of "discard", which nobody serves any more


class Spawning:
    """Has these processes run `child` first."""

    def __init__(self, patches: Patches, asked: Callable[[], Account | None]) -> None:
        self._asked = asked
        self._endpoints: dict[Account, Endpoint] = {}
        self._lock = threading.Lock()
        patches.wrap(spawn, "get_preparation_data", self._get_preparation_data)

    def _get_preparation_data(self, real: Any, switch: Switch) -> Any:
        def get_preparation_data(name: str) -> dict[str, Any]:
            data: dict[str, Any] = real(name)
            # None: the door stays open only for leftover work.
            account = self._asked() if switch.is_on else None
            return data if account is None else {**data, "pytest_sscred": self._given(account)}

        return get_preparation_data

    def close(self, account: Account) -> None:
        endpoint = self._endpoints.pop(account, None)
        if endpoint is not None:
            endpoint.close()

    def _given(self, account: Account) -> _Given:
        if account.is_copy:  # this process was forked, and serves nobody
            url = url_in_parent(account) or _NOWHERE
            env = {**led_to(url), **fake_credentials()}
        else:
            with self._lock:
                if account not in self._endpoints:
                    self._endpoints[account] = Endpoint(account)
            url, env = self._endpoints[account].url, self._endpoints[account].env
        suffixes = aws_suffixes() if account.keeps_calls_here else ()
        return _Given(env, url, suffixes)


class _Given:
    """Runs the text of `child` where it is unpickled.

    A process unpickles its preparation data before it runs any code of the user's; coverage.py
    starts in the same way. It need not find this package, whose folder may be on a path that the
    process does not know yet.
    """

    def __init__(self, *given: Any) -> None:
        self._given = given

    def __reduce__(self) -> tuple[Any, tuple[str, dict[str, str]]]:
        source, path = inspect.getsource(child), child.__file__
        text = f"exec(compile({source!r}, {path!r}, 'exec')); begin(*{self._given!r})"
        return exec, (text, {"__name__": "pytest_sscred_child"})
