"""The codes of virtual MFA devices: TOTP (RFC 6238) with SHA-1, six digits, 30 seconds."""

from __future__ import annotations

import base64
import datetime as dt
import hmac

__tracebackhide__ = True

STEP = 30
"""Seconds that a code is shown for."""

_EARLIEST, _LATEST = -998, 1000
# Nearest to now first: nearly always it is one of the first three.
_WINDOW = sorted(range(_EARLIEST, _LATEST + 1), key=abs)
"""How far from now, in steps, the second of two codes may be. Recorded from AWS (radkawar/stackd,
2026-09-11 to 13)."""


def code(seed: str, step: int) -> str:
    """The code that a device with that seed, in base32, shows in that step since 1970."""
    return _code(base64.b32decode(seed), step)


def accepted(
    seed: str, first: str, second: str, now: dt.datetime, last_step: int | None
) -> int | None:
    """The step of `second`, if IAM would enable or resync a device with these two codes.

    They must be of two steps that follow each other, the earlier first, both after `last_step`,
    that of the last code the device was used with. None if they are not. Recorded from AWS
    (radkawar/stackd, 2026-09-11 to 13).
    """
    key = base64.b32decode(seed)
    here = int(now.timestamp() // STEP)
    # The first code has a step too, and none is before 1970.
    earliest = 1 if last_step is None else last_step + 2
    for offset in _WINDOW:
        step = here + offset
        # Mostly the first comparison fails, so two codes cost hardly more to find than one.
        if step >= earliest and _code(key, step) == second and _code(key, step - 1) == first:
            return step
    return None


def _code(key: bytes, step: int) -> str:
    """RFC 4226, 5.3: four bytes from where the last half byte says, without their first bit."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
