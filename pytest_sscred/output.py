"""The arguments of `assert_secret_not_logged`: pytest's capturing fixtures, texts and files."""

from __future__ import annotations

import codecs
import logging
import os
import re
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple

from pytest_sscred.watch import Seen, is_clients, watching

__tracebackhide__ = True

TAKES = "caplog, capsys, capfd, recwarn, texts, bytes, paths of files, or lists of them"


class Place(NamedTuple):
    """A text, and where it was found; `seen` is the record that it comes from."""

    text: str
    where: str = ""
    seen: Seen | None = None
    is_more: bool = False
    """Whether it is looked at only if nothing was found in those before: it is they together."""


class Unseen(Exception):  # noqa: N818 - the name says what happened
    """Something was not captured, so nobody can tell what is in it."""


_PRINTED = "printed"  # the cell with the output of `capsys`, which gives it only once


def places(cells: MutableMapping[str, Any], captured: Any) -> Iterator[Place]:
    """Every text in it. Raises Unseen, or TypeError for any other kind of object."""
    if hasattr(captured, "readouterr"):
        yield from map(Place, _read(cells, captured), (" of stdout", " of stderr"))
    elif hasattr(captured, "get_records") and hasattr(captured, "handler"):
        yield from _of_log(captured)
    elif isinstance(captured, os.PathLike):
        yield Place(_decoded(Path(captured).read_bytes()), f" of {Path(captured)}")
    elif isinstance(captured, (bytes, bytearray)):
        yield Place(_decoded(captured))
    elif isinstance(captured, str):
        yield Place(captured)
        if _is_path(captured):
            yield from places(cells, Path(captured))
    elif isinstance(captured, logging.LogRecord):
        yield from _of(Seen.record(captured))
    elif hasattr(captured, "getvalue"):
        yield from places(cells, captured.getvalue())
    elif hasattr(captured, "list") and hasattr(captured, "pop"):  # recwarn
        for warning in captured.list:
            yield from _of(Seen.warning(warning))
    elif isinstance(captured, (list, tuple)):
        texts = [place for each in captured for place in places(cells, each)]
        yield from texts
        # Joined together: a secret may go on from one to the next.
        yield Place("\n".join(place.text for place in texts))
    else:  # the value is not reported: it may hold the secret
        raise TypeError(f"expected {TAKES}, not {type(captured).__name__}")


def _read(cells: MutableMapping[str, Any], captured: Any) -> tuple[str, str]:
    """All the output that the fixture has given so far."""
    known = cells.get(_PRINTED, {})
    _, *texts = known.get(id(captured), (captured, "", ""))
    new = (each if isinstance(each, str) else _decoded(each) for each in captured.readouterr())
    out, err = (before + after for before, after in zip(texts, new, strict=True))
    cells[_PRINTED] = {**known, id(captured): (captured, out, err)}
    return out, err


def _of_log(caplog: Any) -> Iterator[Place]:
    watch = watching()
    if watch and watch.missed:
        raise Unseen(f"{watch.missed} of the records, which could not be looked at")
    seen = list(watch.seen) if watch else []
    known = {id(each.origin) for each in seen}
    for when in ("setup", "call", "teardown"):
        for record in caplog.get_records(when):
            if id(record) not in known and not is_clients(record.name):
                seen.append(Seen.record(record))
    for each in seen:
        yield from _of(each)
    yield Place("\n".join(each.message for each in seen), " of all messages", is_more=True)
    if not watch:
        level = logging.getLevelName(max(logging.root.level, caplog.handler.level))
        raise Unseen(f"records below {level}, and none of loggers with a level of their own")


def _of(seen: Seen) -> Iterator[Place]:
    for what, text in seen.texts():
        yield Place(text, f" of {what} of {seen.who} at {_short(seen.at)}", seen)


def _short(path: str) -> str:
    try:
        shorter = os.path.relpath(path)
    except ValueError:  # on another drive
        return path
    return path if shorter.startswith("..") else shorter


def _is_path(text: str) -> bool:
    """Whether a text is the path of a file, which may be missing."""
    named = re.fullmatch(r"[\w./\\:~+-]+\.(err|jsonl?|log|out|txt)", text)
    return bool(named) or (len(text) < 4096 and os.path.isfile(text))


def _decoded(data: bytes | bytearray) -> str:
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if is_utf16 else "utf-8", "replace")
