"""Whether a secret is in a text, even in disguise."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote, quote_plus

# What may split a secret that is wrapped: white space, and a line's end as `repr` shows it.
_BREAK = re.compile(r"\s|\\[rn]")
_TAIL = 12  # characters; AWS's own secrets are longer, a password that a user has chosen may not be
_UNBROKEN = re.compile(rf"(?:{_BREAK.pattern})*(.)")


def disguises(secret: str) -> Iterator[tuple[str, str]]:
    """The forms in which a secret gets into logs: the text to look for, and the form's name."""
    yield secret, "as it is"
    for quoted in {quote(secret), quote(secret, safe=""), quote_plus(secret)} - {secret}:
        yield quoted, "URL-quoted"
        yield re.sub("%..", lambda found: found[0].lower(), quoted), "URL-quoted"
    yield secret.replace("/", "\\/"), "as JSON"
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

    It is found even if line breaks split it.
    """
    unbroken = _BREAK.sub("", text)
    for form, name in disguises(secret):
        at = unbroken.find(form)
        if at >= 0:
            start = next(islice(_UNBROKEN.finditer(text), at, None)).start(1)
            return f"{name}, in line {text.count(chr(10), 0, start) + 1}"
    return None


def _base64(text: str) -> Iterator[str]:
    """The text as it appears in base64 of something longer, for each of three possible offsets.

    Only the characters that do not depend on its neighbours.
    """
    for before in range(3):
        padded = b"\0" * before + text.encode()
        whole = len(padded) // 3 * 3
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(padded[:whole]).decode()[4 if before else 0 :]
