"""Coroutines that are run at once where nobody awaits them, and what really waits."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

__tracebackhide__ = True

Result = TypeVar("Result")

_is_run: ContextVar[bool] = ContextVar("a coroutine that `run` runs", default=False)


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end at once. It must not really wait for anything.

    No event loop is used, since one may be running where botocore's clients call this.
    """
    before = _is_run.set(True)
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        _is_run.reset(before)
    coroutine.close()
    raise RuntimeError("this coroutine waits: await it")


async def finished(awaitable: Awaitable[Result]) -> Result:
    """The result of something that may wait.

    It is awaited; in a coroutine that `run` runs, it is run to its end by a loop of its own, in
    a thread, since another loop may be running in this one.
    """
    if not _is_run.get():
        return await awaitable

    import asyncio  # half as slow as botocore, and few need it

    async def whole() -> Result:
        _is_run.set(False)
        return await awaitable

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(copy_context().run, asyncio.run, whole()).result()
