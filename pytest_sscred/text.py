"""Short wordings: of calls, counts, histories and messages, and of what may have been meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from pytest_sscred.journal import Call
from pytest_sscred.places import Place

MOST_CALLS = 3
_PLAIN = {"UserName", "ServiceSpecificCredentialId", "ServiceName", "Status"}
_WIDEST = 30  # characters of a value in a call's line
_WORDS = 60  # characters of a text to quote
_MOST_STEPS = 8
_MOST_NAMES = 8  # the six services are named
_TAIL = 5  # characters of an id
_MOST_LINES = 14  # of several messages together; a failure has its section besides


def with_params(params: Mapping[str, Any]) -> str:
    """` with UserName=x`; empty if there are none."""
    if not params:
        return ""
    return " with " + " ".join(f"{name}={value}" for name, value in params.items())


def count(number: int, what: str, several: str = "") -> str:
    return f"{number} {what if number == 1 else several or what + 's'}"


def a(what: str) -> str:
    """With the article: `an access key`, `an SSH public key`, `a user`."""
    return f"{'an' if what[:1] in 'aeioAEIO' or what[:2] in ('SS', 'MF') else 'a'} {what}"


def history(statuses: Iterable[str]) -> str:
    return " > ".join(statuses) or "none"


def in_brief(operations: Sequence[str]) -> str:
    """A history with repetitions counted; if it is long, without its middle."""
    runs = [(name, len(list(each))) for name, each in groupby(operations)]
    words = [name if times == 1 else f"{name} ({times} times)" for name, times in runs]
    if len(words) > _MOST_STEPS:
        half = _MOST_STEPS // 2
        words[half:-half] = [f"({len(words) - 2 * half} more)"]
    return history(words)


def describe(call: Call) -> str:
    """A call, its answer, and the line that made it."""
    how = ", though done" if call.applied else ""
    by = "" if call.answered_by == "sscred" else f", by {call.answered_by}"
    at = "" if call.place is None else f", {call.place}"
    return f"{describe_asked(call)}: {call.error or 'ok'}{how}{by}{at}"


def describe_asked(call: Call) -> str:
    """Only the call. Values that explain themselves have no names before them."""
    words = [
        _short(str(value)) if name in _PLAIN else _short(f"{name}={value}")
        for name, value in call.params.items()
    ]
    return " ".join([call.operation, *words])


def printable(text: str) -> str:
    """The text; if anything in it would break, colour or reverse a line, as Python writes it."""
    return text if text.isprintable() else repr(text)[1:-1]


def _short(word: str) -> str:
    word = printable(word)
    return word if len(word) <= _WIDEST else f"{word[: _WIDEST - 1]}…"


def excerpt(text: str, about: str = "") -> str:
    """A text in quotes; of a long one what is around `about`, or its beginning."""
    words = " ".join(text.split())
    if len(words) <= _WORDS:
        return repr(words)
    start = max(min(words.find(about) - _WORDS // 2, len(words) - _WORDS), 0)
    end = start + _WORDS
    before, after = "…" if start else "", "…" if end < len(words) else ""
    return repr(f"{before}{words[start + len(before) : end - len(after)]}{after}")


_LONGEST = 72  # characters of a first line


def in_one_line(text: str, longest: int = _LONGEST) -> str:
    """A first line, cut if it is too long."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def at_its_place(text: str, place: Place | None, otherwise: str) -> str:
    """A first line that ends with a place, which is never cut: its folder is dropped first."""
    where = f"at {place}" if place else otherwise
    if place and len(f"{text} {where}") > _LONGEST:
        where = f"at {place.short}"
    room = _LONGEST - len(where) - 1
    return f"{text if len(text) <= room else text[: room - 1] + '…'} {where}".rstrip()


def in_words(error: BaseException) -> str:
    """An exception: its class and the first line of its message."""
    first = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def short_id(an_id: str) -> str:
    """Its end: the first characters are the same in all of an account."""
    return f"…{an_id[-_TAIL:]}"


def message(headline: str, items: Iterable[str], hint: str = "") -> str:
    return "\n".join([headline, *(f"- {item}" for item in items), *([hint] if hint else [])])


def joined(problems: Sequence[str]) -> str:
    """Several messages as one: in full while there is room, then their first lines."""
    lines: list[str] = []
    for at, problem in enumerate(problems):
        if at and len(lines) + len(problem.splitlines()) > _MOST_LINES:
            rest = [each.splitlines()[0] for each in problems[at:]]
            lines += [f"also: {line}" for line in rest[:MOST_CALLS]]
            lines += [f"and {len(rest) - MOST_CALLS} more"] if len(rest) > MOST_CALLS else []
            break
        lines += problem.splitlines()
    return "\n".join(lines)


def _near(name: str, names: Iterable[str]) -> list[str]:
    """Names that may be meant: much alike, or alike and with the same beginning."""
    alike = difflib.get_close_matches(name, names, n=5, cutoff=0.6)
    return [each for each in alike if each[:3] == name[:3] or _is_typo(name, each)]


def _is_typo(name: str, other: str) -> bool:
    return difflib.SequenceMatcher(None, name, other).ratio() >= 0.8


def nearest(name: str, names: Iterable[str]) -> str:
    """`did you mean 'X'?`; if none is near, the names, or only how many there are."""
    names = sorted(names)
    folded = {each.casefold(): each for each in names}
    begin = [each for each in folded if name and each.startswith(name.casefold())]
    near = _near(name.casefold(), folded)
    found = begin if len(begin) == 1 else near
    if found:
        return f"did you mean {folded[found[0]]!r}?"
    if len(names) > _MOST_NAMES:
        return f"none of the {len(names)} has a name like this"
    return f"there are: {', '.join(names)}"
