"""The certificates that UploadSigningCertificate takes."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from typing import NamedTuple

from pytest_sscred import assumed
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import der, ssh_bodies

__tracebackhide__ = True


class Certificate(NamedTuple):
    """What IAM goes by of a certificate."""

    id: str
    """Base32 of the SHA-1 of its DER: 32 characters, as recorded from AWS (radkawar/stackd,
    2026-09-11 to 13)."""
    not_after: dt.datetime
    """The last moment at which it is valid, in UTC."""


def read(body: str, now: dt.datetime) -> Certificate:
    """The certificate in `body`, which is PEM.

    Raises MalformedCertificate if it cannot be read, or has expired. The code and the first text
    are recorded from AWS (LocalStack's snapshots, 2026-02-17; radkawar/stackd, 2026-09-11 to 13),
    and so it is that the kind and the size of its key do not matter. Its signature is not checked:
    whose it is, IAM does not ask.
    """
    try:
        label, data = der.from_pem(body)
        if label != "CERTIFICATE":
            raise ValueError("not a certificate")
        not_after = _not_after(data)
    except ValueError:
        raise AwsError("MalformedCertificate", f"Certificate {body} is malformed.") from None
    if now > not_after:  # RFC 5280, 4.1.2.5: the last moment is part of the time
        raise AwsError("MalformedCertificate", assumed.CERTIFICATE_EXPIRED)
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    return Certificate(base64.b32encode(digest).decode(), not_after)


# sha256WithRSAEncryption (RFC 4055, 5), and CN=pytest-sscred.
_ALGORITHM = der.write(der.SEQUENCE, bytes.fromhex("06092a864886f70d01010b0500"))
_NAME = der.write(
    der.SEQUENCE,
    der.write(
        0x31,
        der.write(der.SEQUENCE, bytes.fromhex("0603550403"), der.write(0x0C, b"pytest-sscred")),
    ),
)
# From 2024 on; until a time that says that none is meant (RFC 5280, 4.1.2.5).
_VALIDITY = der.write(
    der.SEQUENCE,
    der.write(der.UTC_TIME, b"240101000000Z"),
    der.write(der.GENERALIZED_TIME, b"99991231235959Z"),
)


def made_up(modulus: int) -> str:
    """A certificate, as PEM, of a key with that modulus. Its signature proves nothing."""
    number = der.number(modulus)
    serial = der.write(der.INTEGER, b"\x01" + number[-8:])
    key = ssh_bodies.info(der.number(ssh_bodies.EXPONENT), number)
    signed = der.write(der.SEQUENCE, serial, _ALGORITHM, _NAME, _VALIDITY, _NAME, key)
    signature = der.write(der.BIT_STRING, b"\0" + number[1:])
    return der.to_pem("CERTIFICATE", der.write(der.SEQUENCE, signed, _ALGORITHM, signature))


def _not_after(data: bytes) -> dt.datetime:
    """When a certificate expires; ValueError if `data` has not a certificate's outline.

    That is RFC 5280, 4.1, without what names, keys and extensions have inside.
    """
    signed, algorithm, signature = der.sequence(der.read(data))
    der.bit_string(signature)
    fields = der.sequence(signed)
    if fields and fields[0].tag == der.VERSION:  # left out in the first version
        del fields[0]
    serial, same_algorithm, issuer, validity, subject, key, *_extensions = fields
    der.integer(serial)
    if same_algorithm != algorithm:
        raise ValueError("signed by another algorithm than it says")
    for element in (algorithm, issuer, subject, key):
        der.sequence(element)
    _not_before, not_after = map(der.time, der.sequence(validity))
    return not_after
