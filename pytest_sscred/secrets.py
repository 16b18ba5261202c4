"""Whether a secret is in a text, also in disguise."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus


def disguises(secret: str) -> Iterator[tuple[str, str]]:
    """The forms in which a secret gets into logs: what to look for, and what that form is called.

    Base64 is looked for at each of the three places at which the secret may begin in what was
    encoded; of each, the characters that no neighbour changes.
    """
    yield secret, "as it is"
    for quoted in {quote(secret), quote(secret, safe=""), quote_plus(secret)} - {secret}:
        yield quoted, "URL-quoted"
        yield re.sub("%..", lambda found: found[0].lower(), quoted), "URL-quoted"
    yield secret.replace("/", "\\/"), "as JSON"
    for before in range(3):
        padded = b"\0" * before + secret.encode()
        whole = len(padded) // 3 * 3
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(padded[:whole]).decode()[4 if before else 0 :], "base64-encoded"


def leak(secret: str, text: str) -> str | None:
    """Where and how the secret is in the text, without the secret; None where it is not."""
    for form, name in disguises(secret):
        at = text.find(form)
        if at >= 0:
            return f"{name}, in line {text.count(chr(10), 0, at) + 1}"
    return None
