"""MaxItems and Marker, the same for every list."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any

from pytest_sscred import assumed
from pytest_sscred.errors import AwsError
from pytest_sscred.state.state import Tables


def page(
    tables: Tables,
    params: Mapping[str, Any],
    kind: str,
    keys: Sequence[str],
    keep: Callable[[str], bool] = lambda key: True,
) -> tuple[list[str], dict[str, Any]]:
    """One page of the sorted `keys` that pass `keep`, and the members about the rest.

    A marker holds the last key returned, so that additions and deletions between two pages make
    the list neither skip nor repeat the keys that stay. Markers of another `kind` are refused.
    """
    size = params.get("MaxItems", assumed.DEFAULT_PAGE_SIZE)
    if tables.page_size is not None:
        size = min(size, tables.page_size)
    start = bisect_right(keys, _read_marker(kind, params["Marker"])) if "Marker" in params else 0
    found: list[str] = []
    for index in range(start, len(keys)):
        if not keep(keys[index]):
            continue
        if len(found) == size:
            return found, {"IsTruncated": True, "Marker": _marker(kind, found[-1])}
        found.append(keys[index])
    return found, {"IsTruncated": False}


class Parts(Sequence[str]):
    """Several sorted lists as one: a key is the number of its list, and its key in that list."""

    def __init__(self, parts: Sequence[Sequence[str]]) -> None:
        self._parts = parts
        self._starts = [0, *accumulate(map(len, parts))]

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, at: Any) -> Any:
        part = bisect_right(self._starts, at) - 1
        return f"{part} {self._parts[part][at - self._starts[part]]}"


def parted(key: str) -> tuple[int, str]:
    """The number of the list, and the key in it."""
    part, _, rest = key.partition(" ")
    return int(part), rest


def _marker(kind: str, key: str) -> str:
    return base64.urlsafe_b64encode(f"{kind}/{key}".encode()).decode()


def _read_marker(kind: str, marker: str) -> str:
    try:
        found, slash, key = base64.urlsafe_b64decode(marker.encode()).decode().partition("/")
    except (binascii.Error, UnicodeDecodeError):
        found = slash = key = ""
    if found != kind or not slash:
        # Recorded for another of IAM's lists (radkawar/stackd, 2026-09).
        raise AwsError("ValidationError", "Invalid Marker.")
    return key
