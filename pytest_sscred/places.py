"""Lines of the user's code: where a call was made, where a fault or a rule was added."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from typing import Any, NamedTuple

# Modules whose frames are skipped on the way to the line that interests the user.
_CLIENTS = {"aioboto3", "aiobotocore", "boto3", "botocore", "moto", "requests", "responses"}
_RUNNERS = {"_pytest", "anyio", "pluggy", "pytest", "pytest_sscred", "s3transfer", "urllib3"}
_known: dict[str, bool] = {}  # whether a module of that name is the user's


class Place(NamedTuple):
    """A file and a line in it."""

    path: str
    line: int

    def __str__(self) -> str:
        try:
            shown = _below(os.getcwd(), self.path)
        except (ValueError, OSError):  # on another drive, or there is no working directory
            shown = self.path
        return f"{shown}:{self.line}"

    @property
    def short(self) -> str:
        """Without its folder, for where there is little room."""
        return f"{os.path.basename(self.path)}:{self.line}"


@functools.lru_cache(maxsize=64)  # a suite's calls come from few files
def _below(folder: str, path: str) -> str:
    """The path from the folder, in which we are, if it is in it."""
    shorter = os.path.relpath(path)
    return path if shorter.startswith("..") else shorter


def users_place() -> Place | None:
    """The line that called: the innermost outside this package, clients and the standard library.

    None for a call over HTTP, which is made in another process.
    """
    frame: Any = sys._getframe(1)
    while frame is not None:
        known = _known.get(frame.f_globals.get("__name__", ""))  # first, since every call asks
        if known or (known is None and is_users(frame)):
            return Place(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None


def raised_at(error: BaseException) -> Place | None:
    """The line that raised it: the innermost of the user's; None if it is missing."""
    found = [
        Place(frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if is_users(frame) and "site-packages" not in frame.f_code.co_filename
    ]
    return found[-1] if found else None


def is_users(frame: Any) -> bool:
    """Whether it is the user's: not this package, the clients, pytest or the standard library."""
    name = frame.f_globals.get("__name__", "")
    known = _known.get(name)
    if known is None:
        known = _known[name] = _looks_like_users(name)
    return known


def _looks_like_users(module: str) -> bool:
    top = module.partition(".")[0]
    return not (top in _CLIENTS or top in _RUNNERS or top in sys.stdlib_module_names)
