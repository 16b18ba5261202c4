"""Whether a secret is in a text, also in disguise."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote, quote_plus

# What may part a secret that is wrapped: white space, and a line's end as `repr` shows it.
_BREAK = re.compile(r"\s|\\[rn]")
_UNBROKEN = re.compile(rf"(?:{_BREAK.pattern})*(.)")


def disguises(secret: str) -> Iterator[tuple[str, str]]:
    """The forms in which a secret gets into logs: what to look for, and what it is called."""
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


def leak(secret: str, text: str) -> str | None:
    """Where and how the secret is in the text, without the secret; None where it is not.

    Lines that break it are seen through.
    """
    unbroken = _BREAK.sub("", text)
    for form, name in disguises(secret):
        at = unbroken.find(form)
        if at >= 0:
            start = next(islice(_UNBROKEN.finditer(text), at, None)).start(1)
            return f"{name}, in line {text.count(chr(10), 0, start) + 1}"
    return None


def _base64(text: str) -> Iterator[str]:
    """Base64 of more than the text, which may begin at each of three places in what was encoded.

    Of each, the characters that no neighbour changes.
    """
    for before in range(3):
        padded = b"\0" * before + text.encode()
        whole = len(padded) // 3 * 3
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(padded[:whole]).decode()[4 if before else 0 :]
