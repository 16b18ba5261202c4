"""An exception out of nowhere, as Ctrl-C and pytest-timeout raise one.

CPython lets a signal in when a function begins and when a call has returned, and in loops, never
between: so `sys.setprofile` raises wherever a signal could, on every version. But not in a lock's
`__enter__`: since 3.14 `with` calls it outside of what it protects, so that nothing could release
the lock. Nor as a generator yields: the exception would end it without its `finally`, where a
signal comes in its caller, and the generator is closed with its `finally`. Nor, with Python 3.10,
as a generator goes on: there too it would end without its `finally`.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

_IS_LOST = sys.version_info < (3, 11)


class Cut(BaseException):
    """Like KeyboardInterrupt: no `except Exception` catches it."""


def cut_short(do: Callable[[], object], after: int) -> bool:
    """Call it, and raise Cut in it once that many functions have begun or returned.

    Returns whether it called that many, and so was cut short.
    """
    return calls_in(do, after) > after


def calls_in(do: Callable[[], object], after: int = 1 << 30) -> int:
    """The same, with how many began or returned."""
    seen = 0

    def profile(frame: Any, event: str, argument: Any) -> None:
        nonlocal seen
        is_locked = getattr(argument, "__name__", "") == "__enter__"
        yields = event == "return" and frame.f_code.co_flags & inspect.CO_GENERATOR
        resumes = event == "call" and frame.f_code.co_flags & inspect.CO_GENERATOR and _IS_LOST
        if event in ("call", "return", "c_return") and not (is_locked or yields or resumes):
            seen += 1
            if seen > after:
                sys.setprofile(None)
                raise Cut

    before = sys.getprofile()
    try:
        sys.setprofile(profile)
        do()
    except Cut:
        pass
    finally:
        sys.setprofile(before)
    return seen
