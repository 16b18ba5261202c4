"""As much of DER (ITU-T X.690) as RSA keys and certificates need, and its armour, PEM.

It is read one level at a time, as far as it is asked for, so nothing nested can exhaust the stack.
What cannot be read raises ValueError.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from typing import NamedTuple

__tracebackhide__ = True

INTEGER, BIT_STRING, UTC_TIME, GENERALIZED_TIME, SEQUENCE = 0x02, 0x03, 0x17, 0x18, 0x30
VERSION = 0xA0
"""The tag [0], which a certificate has around the number of its version."""

# The "lax" form of RFC 7468, with lines of any length or none. Text before or after is refused.
_ARMOUR = re.compile(
    r"\s*-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*", re.ASCII
)
_TIMES = {UTC_TIME: re.compile(rb"[0-9]{12}Z"), GENERALIZED_TIME: re.compile(rb"[0-9]{14}Z")}


class Element(NamedTuple):
    """One value: its tag of one byte, and what it contains."""

    tag: int
    content: bytes


def read(data: bytes) -> Element:
    """The one element that `data` is."""
    element, end = _element(data, 0)
    if end != len(data):
        raise ValueError("something follows the element")
    return element


def sequence(element: Element) -> list[Element]:
    """What a SEQUENCE contains."""
    content = _content(element, SEQUENCE)
    found: list[Element] = []
    at = 0
    while at < len(content):
        child, at = _element(content, at)
        found.append(child)
    return found


def integer(element: Element) -> int:
    """The number that an INTEGER is."""
    content = _content(element, INTEGER)
    found = int.from_bytes(content, "big", signed=True)
    bits = max(found, ~found).bit_length()  # without the sign's
    if not content or bits < 8 * (len(content) - 1):
        raise ValueError("an integer of no bytes, or of more than it needs")
    return found


def bit_string(element: Element) -> bytes:
    """What a BIT STRING contains, which must be whole bytes, as it is in keys and signatures."""
    content = _content(element, BIT_STRING)
    if content[:1] != b"\0":
        raise ValueError("a bit string that is not of whole bytes")
    return content[1:]


def time(element: Element) -> dt.datetime:
    """The time that a UTCTime or a GeneralizedTime is, in the forms that certificates may have.

    They end with seconds and Z, and a year of two digits is one from 1950 to 2049 (RFC 5280,
    4.1.2.5).
    """
    form = _TIMES.get(element.tag)
    if form is None or not form.fullmatch(element.content):
        raise ValueError("not a time")
    digits = element.content[:-1].decode()
    if element.tag == UTC_TIME:
        digits = ("20" if digits < "50" else "19") + digits
    month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(4, 14, 2))
    return dt.datetime(int(digits[:4]), month, day, hour, minute, second, tzinfo=dt.timezone.utc)


def write(tag: int, *contents: bytes) -> bytes:
    """An element of that tag, with these contents one after the other."""
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def number(value: int) -> bytes:
    """What an INTEGER of 0 or more contains; a number of SSH's (mpint, RFC 4251) is the same."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def from_pem(text: str) -> tuple[str, bytes]:
    """The label of the one PEM that `text` is, and what is in it."""
    armour = _ARMOUR.fullmatch(text)
    if armour is None:
        raise ValueError("not PEM")
    label, body = armour.groups()
    return label, base64.b64decode("".join(body.split()), validate=True)


def to_pem(label: str, data: bytes) -> str:
    """PEM as OpenSSL writes it, in lines of 64."""
    body = base64.b64encode(data).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))


def _element(data: bytes, at: int) -> tuple[Element, int]:
    """The element that begins at `at`, and where it ends."""
    head = data[at : at + 2]
    if len(head) < 2 or head[0] & 0x1F == 0x1F:
        raise ValueError("no tag and length, or a tag of several bytes")
    start, length = at + 2, head[1]
    if length & 0x80:
        octets = data[start : start + (length & 0x7F)]
        start, length = start + len(octets), int.from_bytes(octets, "big")
        # None of them: a length left open, which is BER. One too many: not the shortest form.
        if length < 0x80 or octets[0] == 0:
            raise ValueError("a length that is open or too long")
    end = start + length
    if end > len(data):
        raise ValueError("shorter than it says")
    return Element(head[0], data[start:end]), end


def _content(element: Element, tag: int) -> bytes:
    if element.tag != tag:
        raise ValueError(f"not of the tag {tag:#04x}")
    return element.content
