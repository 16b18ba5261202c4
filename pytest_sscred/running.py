"""Coroutines that are run at once where nobody awaits them, and what really waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from queue import Queue
from typing import Any, TypeVar

__tracebackhide__ = True

Result = TypeVar("Result")

_is_run: ContextVar[bool] = ContextVar("a coroutine that `run` runs", default=False)


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end at once. It must not really wait for anything.

    No event loop is used, since one may be running where botocore's clients call this.
    """
    before = _is_run.get()
    try:  # and only then `set`: a signal may come as that returns
        _is_run.set(True)
        coroutine.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        _is_run.set(before)
    coroutine.close()
    raise RuntimeError("this coroutine waits: await it")


async def finished(awaitable: Awaitable[Result]) -> Result:
    """The result of something that may wait.

    It is awaited; in a coroutine that `run` runs, it is run to its end by a loop of its own, in
    a thread, since another loop may be running in this one. What interrupts this thread meanwhile
    cancels it.
    """
    if not _is_run.get():
        return await awaitable

    import asyncio  # half as slow as botocore, and few need it

    ways_to_cancel: Queue[Callable[[], object]] = Queue()

    async def whole() -> Result:
        task: Any = asyncio.current_task()
        loop = asyncio.get_running_loop()
        ways_to_cancel.put(lambda: loop.call_soon_threadsafe(task.cancel))
        _is_run.set(False)
        return await awaitable

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(copy_context().run, asyncio.run, whole())
        try:
            return done.result()
        finally:
            if not done.done():
                ways_to_cancel.get()()
