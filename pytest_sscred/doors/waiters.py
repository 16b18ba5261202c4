"""botocore's waiters, whose sleep between two polls takes no time, like that of retries.

They sleep for the waiter's Delay: with `time.sleep` in `botocore.waiter`, with `asyncio.sleep` in
aiobotocore. So a copy of the waiter is run that has no Delay and moves the clock instead.
"""

from __future__ import annotations

import copy
import functools
import sys
from collections.abc import Callable
from typing import Any

from botocore.waiter import Waiter

from pytest_sscred.account import Account
from pytest_sscred.patches import Patches, Switch

_Waiter: Any = Waiter


class Waiters:
    """Has IAM's waiters wait by the account's clock."""

    def __init__(self, patches: Patches, asked: Callable[[], Account | None]) -> None:
        self._asked = asked
        self._patches = patches
        patches.wrap(_Waiter, "wait", self._wait)
        self.wrap_aiobotocore()

    def wrap_aiobotocore(self) -> None:
        """Wrap aiobotocore's waiter if somebody has imported it."""
        kind = getattr(sys.modules.get("aiobotocore.waiter"), "AIOWaiter", None)
        if kind is not None and not self._patches.has(kind, "wait"):
            self._patches.wrap(kind, "wait", self._wait)

    def _wait(self, real: Any, switch: Switch) -> Any:
        @functools.wraps(real)
        def wait(waiter: Any, **kwargs: Any) -> Any:
            account = self._asked() if switch.is_on else None
            if account is None or waiter.config.operation not in account.model.iam.operation_names:
                return real(waiter, **kwargs)
            config = dict(kwargs.pop("WaiterConfig", {}))
            delay = config.get("Delay", waiter.config.delay)
            if account.options.waits == "skip":
                config["Delay"] = 0
            twin = copy.copy(waiter)
            twin._operation_method = _after_a_wait(waiter, account, delay)
            return real(twin, WaiterConfig=config, **kwargs)

        return wait


def _after_a_wait(waiter: Any, account: Account, delay: float) -> Callable[..., Any]:
    """The waiter's operation; every call after the first waits the delay by the account's clock."""
    real, calls = waiter._operation_method, 0

    def operation(**kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 1:
            account.wait(waiter.config.operation, delay)
        return real(**kwargs)

    return operation
