"""The public keys that UploadSSHPublicKey takes and GetSSHPublicKey gives: RSA, in two dresses."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import NamedTuple

from pytest_sscred.errors import AwsError
from pytest_sscred.resources import der

__tracebackhide__ = True

_KIND = "ssh-rsa"
_SMALLEST, _LARGEST = 2048, 16384
"""Bits of the modulus: the least in UploadSSHPublicKey's documentation, the most in CodeCommit's
("Set up SSH connections": 2048 bits, up to 16384)."""

EXPONENT = 65537
"""That of nearly all keys."""

# The kind, base64, and a comment that may have anything in it but another line.
_SSH = re.compile(rf"{_KIND}[ \t]+([A-Za-z0-9+/=]+)(?:[ \t][^\r\n]*)?")

# rsaEncryption and its parameters, NULL (RFC 3279, 2.3.1).
_RSA = bytes.fromhex("06092a864886f70d0101010500")


class PublicKey(NamedTuple):
    """A key, whatever dress it came in."""

    blob: bytes
    """As SSH sends it (RFC 4253, 6.6): the same for the same key."""
    fingerprint: str
    """MD5 of the blob. Of nothing else does the example in the reference of UploadSSHPublicKey
    come out."""


def read(body: str) -> PublicKey:
    """The key in `body`: a line of OpenSSH's, or PEM.

    Raises UnrecognizedPublicKeyEncoding for anything else, InvalidPublicKey for RSA of a size that
    is not taken. Both codes and texts as recorded from AWS (radkawar/stackd, 2026-09-11 to 13), who
    tried a malformed key, a certificate, other kinds and RSA of 1024 bits.
    """
    try:
        read_as = _from_pem if body.lstrip().startswith("-----") else _from_ssh
        exponent, modulus = read_as(body)
    except ValueError:
        raise AwsError("UnrecognizedPublicKeyEncoding", "Invalid public key uploaded.") from None
    is_a_key = 3 <= exponent < modulus  # RFC 8017, 3.1
    if not is_a_key or not _SMALLEST <= modulus.bit_length() <= _LARGEST:
        raise AwsError("InvalidPublicKey", "Invalid body for public key")
    blob = _wire(exponent, modulus)
    digest = hashlib.md5(blob, usedforsecurity=False).digest()
    return PublicKey(blob, digest.hex(":"))


def made_up(modulus: int) -> str:
    """A key with that modulus, as a line of OpenSSH's. Nobody has its private part."""
    return f"{_KIND} {base64.b64encode(_wire(EXPONENT, modulus)).decode()}"


def ssh(key: PublicKey) -> str:
    """As GetSSHPublicKey gives it for the encoding SSH: without the comment."""
    return f"{_KIND} {base64.b64encode(key.blob).decode()}"


def pem(key: PublicKey) -> str:
    """As GetSSHPublicKey gives it for the encoding PEM: SubjectPublicKeyInfo."""
    _, exponent, modulus = _strings(key.blob)
    # Numbers are encoded alike in SSH and in DER.
    return der.to_pem("PUBLIC KEY", info(exponent, modulus))


def info(exponent: bytes, modulus: bytes) -> bytes:
    """SubjectPublicKeyInfo (RFC 5280, 4.1) of these numbers, which are encoded already."""
    numbers = (der.write(der.INTEGER, modulus), der.write(der.INTEGER, exponent))
    bits = der.write(der.BIT_STRING, b"\0", der.write(der.SEQUENCE, *numbers))
    return der.write(der.SEQUENCE, der.write(der.SEQUENCE, _RSA), bits)


def _from_ssh(body: str) -> tuple[int, int]:
    line = _SSH.fullmatch(body.strip(" \t\r\n"))
    if line is None:
        raise ValueError("not a line of OpenSSH's")
    blob = base64.b64decode(line[1], validate=True)
    _, exponent, modulus = (int.from_bytes(part, "big") for part in _strings(blob))
    # Another kind, a negative number, zeros in front, too little or too much: all differ here.
    if _wire(exponent, modulus) != blob:
        raise ValueError("not a blob of ssh-rsa")
    return exponent, modulus


def _from_pem(body: str) -> tuple[int, int]:
    label, data = der.from_pem(body)
    if label == "PUBLIC KEY":
        algorithm, bits = der.sequence(der.read(data))
        if algorithm != (der.SEQUENCE, _RSA):
            raise ValueError("not RSA")
        data = der.bit_string(bits)
    elif label != "RSA PUBLIC KEY":
        raise ValueError("not a public key")
    modulus, exponent = map(der.integer, der.sequence(der.read(data)))
    return exponent, modulus


def _wire(exponent: int, modulus: int) -> bytes:
    parts = (_KIND.encode(), der.number(exponent), der.number(modulus))
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _strings(blob: bytes) -> list[bytes]:
    """The strings (RFC 4251) that a blob is made of; a last one may be shorter than it says."""
    found: list[bytes] = []
    while blob:
        end = 4 + int.from_bytes(blob[:4], "big")
        found.append(blob[4:end])
        blob = blob[end:]
    return found
