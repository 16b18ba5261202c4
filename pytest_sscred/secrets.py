"""Whether a secret is in a text, even in disguise."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Container, Iterator
from itertools import islice
from urllib.parse import quote, quote_plus, unquote

# What may split a secret that is wrapped: white space, and a line's end as `repr` shows it.
_BREAK = re.compile(r"\s|\\[rn]")
# And a long secret: a table's lines, and the end of one piece of text with the start of the next.
_WIDE_BREAK = re.compile(
    r"""[\s|\u2502]|\\[rn]|['"](?:[\s|\u2502+,.&\\]|\\[rn])*[bBfFrRuU]{0,2}['"]"""
)
_BETWEEN_HEX = re.compile(r"\\x|\b0x|[\s:,-]")
_ESCAPED = re.compile(r"\\+(?:(?:u00|x)([\da-fA-F]{2})|(/))")
_QUOTED = re.compile(r"""\\(["'\\])""")
_MOST_TIMES = 4  # that something is escaped
_TAIL = 12  # characters; AWS's own secrets are longer, a password that a user has chosen may not be


def disguises(secret: str) -> Iterator[tuple[str, str]]:
    """The forms in which a secret gets into logs: the text to look for, and the form's name.

    None is shorter than the secret: of a short one, base64 may keep nothing that is its own.
    """
    return (each for each in _disguises(secret) if len(each[0]) >= len(secret))


def _disguises(secret: str) -> Iterator[tuple[str, str]]:
    yield secret, "as it is"
    for quoted in {quote(secret), quote(secret, safe=""), quote_plus(secret)} - {secret}:
        yield quoted, "URL-quoted"
        yield re.sub("%..", lambda found: found[0].lower(), quoted), "URL-quoted"
    yield secret.replace("/", "\\/"), "as JSON"
    if not secret.isascii():
        yield secret.encode().decode("latin-1"), "as bytes"
    yield secret.encode().hex(), "as hexadecimal"
    yield secret.encode().hex().upper(), "as hexadecimal"
    for once in _base64(secret):
        yield once, "base64-encoded"
    in_lines = base64.encodebytes(secret.encode()).decode().strip()
    for once in (*_base64(secret), in_lines):
        for twice in _base64(once):
            yield twice, "base64-encoded twice"


class Secrets:
    """An account's secrets, in the order they were made: to be masked in the clients' logs."""

    __slots__ = ("_by_tail", "_looked_at", "_made", "_short")

    def __init__(self) -> None:
        self._made: dict[str, None] = {}  # in order
        self._by_tail: dict[str, set[str]] = {}  # their forms, by the last characters
        self._short: set[str] = set()
        self._looked_at = 0

    def add(self, secret: str) -> str:
        if secret:
            self._made.setdefault(secret)
        return secret

    def forget(self, most: int, kept: Container[str]) -> None:
        """Keep the last `most` of them, and those."""
        made = [*self._made]
        first = [each for each in made[:-most] if each in kept]
        self._made = dict.fromkeys(first + made[-most:])
        self._by_tail.clear()
        self._short.clear()
        self._looked_at = 0

    def mask(self, text: str) -> str:
        """The text with `***` for every secret in it, in any disguise."""
        found = list(self._found(text))
        for start, end in reversed(found):
            text = f"{text[:start]}***{text[end:]}"
        for form in self._short:
            text = text.replace(form, "***")
        return text

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the secrets are, in order; of two that overlap, the one that ends first.

        In one pass over the text, however many secrets there are: an account may have thousands.
        """
        free_from = 0
        by_tail = self._forms()
        for end in range(_TAIL, len(text) + 1):
            for form in by_tail.get(text[end - _TAIL : end], ()):
                start = end - len(form)
                if start >= free_from and text.startswith(form, start):
                    yield start, end
                    free_from = end
                    break

    def _forms(self) -> dict[str, set[str]]:
        for secret in islice(self._made, self._looked_at, None):
            for form, _ in disguises(secret):
                if len(form) >= _TAIL:
                    self._by_tail.setdefault(form[-_TAIL:], set()).add(form)
                else:
                    self._short.add(form)
        self._looked_at = len(self._made)
        return self._by_tail


def leak(secret: str, text: str) -> str | None:
    """Where and how the secret is in the text, without quoting it; None if it is not there.

    It is found even if line breaks split it, or if it is escaped, several times over.
    """
    forms = list(disguises(secret))
    hexadecimal = [each for each in forms if each[1] == "as hexadecimal"]
    breaks = [_BREAK, _WIDE_BREAK] if len(secret) >= _TAIL else [_BREAK]
    for reading, how in _readings(text):
        for form, name in forms:
            if (at := reading.find(form)) >= 0:
                return f"{how or name}, in line {_line(reading, at)}"
        for split in breaks:
            if found := _found_in(reading, forms, split, how):
                return found
    return _found_in(text, hexadecimal, _BETWEEN_HEX) if len(secret) >= _TAIL else None


def _found_in(
    text: str, forms: list[tuple[str, str]], split: re.Pattern[str], how: str = ""
) -> str | None:
    """The first of the forms that is in the text, both without what splits them, and its line."""
    unbroken = split.sub("", text)
    for form, name in forms:
        whole = split.sub("", form)
        if len(whole) < min(len(form), _TAIL):
            continue  # too little is left to be told from other words
        at = unbroken.find(whole)
        if at >= 0:
            each = re.compile(rf"(?:{split.pattern})*(.)").finditer(text)
            start = next(islice(each, at, None)).start(1)
            return f"{how or name}, in line {_line(text, start)}"
    return None


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _readings(text: str) -> Iterator[tuple[str, str]]:
    """The text as it is, and with what is escaped in it read, once more each time."""
    yield text, ""
    for _ in range(_MOST_TIMES):
        before = text
        for read in (unquote, html.unescape, _unescaped, _unquoted):
            text = read(text)
        if text == before:
            return
        yield text, "escaped"


def _unescaped(text: str) -> str:
    r"""With `\u002b`, `\x2b` and `\/` read, as JSON and Python write them."""
    return _ESCAPED.sub(lambda found: found[2] or chr(int(found[1], 16)), text)


def _unquoted(text: str) -> str:
    r"""With `\"`, `\'` and `\\` read, as they stand in a text between quotes."""
    return _QUOTED.sub(r"\1", text)


def _base64(text: str) -> Iterator[str]:
    """The text as it appears in base64 of something longer, for each of three possible offsets.

    Only the characters that do not depend on its neighbours.
    """
    for before in range(3):
        padded = b"\0" * before + text.encode()
        whole = len(padded) // 3 * 3
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(padded[:whole]).decode()[4 if before else 0 :]
