"""Code written once for clients that are awaited and for those that are not."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

__tracebackhide__ = True

Result = TypeVar("Result")


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end at once. It may await only what never waits.

    No event loop is involved: botocore's clients call this where there may be one running.
    """
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    coroutine.close()
    raise RuntimeError("this coroutine waits: await it")
