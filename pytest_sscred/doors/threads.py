"""Work of threads that goes on after the account that it began under is closed.

It must reach neither the account of the next test nor the network. A thread alone does not tell:
those of a pool serve one test after the other. So what is noted is a frame, the outermost one of
the work that a thread was at when the account closed; while that frame runs, it is the same work.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Iterator
from types import FrameType

# Packages whose threads serve whoever comes: in the standard library those of `concurrent.futures`,
# asyncio and `multiprocessing.pool`. trio's idle threads were seen here; the others pool as well.
_POOLS = {
    *sys.stdlib_module_names,
    *("anyio", "asgiref", "eventlet", "execnet", "gevent", "pebble", "trio", "twisted", "xdist"),
}


class Leftovers:
    """The work that was left over, with the account that it belongs to."""

    def __init__(self) -> None:
        self._work: dict[int, tuple[FrameType, str]] = {}
        self._on_their_own: weakref.WeakSet[threading.Thread] = weakref.WeakSet()

    def opened(self) -> None:
        """This thread opens an account itself: what it does is its own business."""
        self._on_their_own.add(threading.current_thread())
        self._work.pop(threading.get_ident(), None)

    def note(self, known: frozenset[threading.Thread], account: str) -> None:
        """Note what threads are at that are not among those `known` when the account was opened."""
        others = {*threading.enumerate()} - known - {*self._on_their_own}
        running = sys._current_frames() if others else {}
        for ident in running.keys() & {each.ident for each in others}:
            work = _outermost(running[ident])
            if work is not None:
                self._work.setdefault(ident, (work, account))

    def account(self) -> str | None:
        """The closed account that this thread's work began under; None for other work."""
        frame, account = self._work.get(threading.get_ident(), (None, None))
        if frame is None or any(each is frame for each in _stack(sys._getframe())):
            return account
        self._work.pop(threading.get_ident(), None)
        return None

    def __bool__(self) -> bool:
        """Whether any of it is still at work; what is over is forgotten."""
        if not self._work:
            return False
        running = sys._current_frames()
        for ident, (frame, _) in list(self._work.items()):
            if ident not in running or all(each is not frame for each in _stack(running[ident])):
                self._work.pop(ident, None)
        return bool(self._work)


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _outermost(frame: FrameType) -> FrameType | None:
    """The first call that is not of a pool's own; None for a thread that waits for work."""
    work = [each for each in _stack(frame) if _root(each) not in _POOLS]
    return work[-1] if work else None


def _root(frame: FrameType) -> str:
    name: str = frame.f_globals.get("__name__", "")
    return name.partition(".")[0]
