"""Ids and secrets of AWS's shapes, the same ones for the same seed.

Lengths, alphabets and the account number inside an id as recorded from AWS (LocalStack's
snapshots 2025-03-06 and 2026-02/03, radkawar/stackd's captures 2026-09-11 to 13).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import MutableMapping

from pytest_sscred.secrets import Secrets

# Every secret begins with words, so that anyone who finds one in a repository sees that it is fake,
# and goes on repetitively, so that scanners, which look for randomness, stay silent. The words of a
# password and of an access key are themselves base64, of a multiple of three bytes.
_PASSWORD_MARK = base64.b64decode("FakePytestSscredPassword")
_ACCESS_KEY_MARK = base64.b64decode("FakePytestSscredKeys")
_SEED_MARK = base64.b32decode("FAKEPYTESTSSCREDMFASEEDX" + "FAKE" * 2)
_API_KEY_MARK = "FAKE" + "U" * 41  # base64 of UUU is VVVV
_API_KEY_DIGITS = 15  # hexadecimal, the rest of its 60 characters

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_ODD = 0x9E375  # of which no multiple up to 32**4 leaves the same rest by 32**4 as another

_ACCOUNT_BITS = 0x7FFFFFFFFF80  # bits 7 to 46 of an id's first six bytes


class Ids:
    """Makes ids. Two with the same seed and account make the same ids in the same order."""

    __slots__ = ("_account_bits", "_key", "_made", "_request_prefix", "_secrets", "requests")

    def __init__(
        self,
        seed: str,
        account_id: str,
        made: MutableMapping[str, int] | None = None,
        secrets: Secrets | None = None,
    ) -> None:
        self._key = hashlib.blake2b(seed.encode()).digest()
        self._account_bits = int(account_id) << 7
        self._made = {} if made is None else made  # how many of each kind
        self._secrets = secrets or Secrets()
        self.requests: int = 0
        """Kept outside the tables: it changes with each call, and no answer depends on it."""
        head = self._key.hex()
        self._request_prefix = f"{head[:8]}-{head[8:12]}-{head[12:16]}-{head[16:20]}"

    def credential(self) -> str:
        """`ACCA` and 17 characters of base32."""
        return "ACCA" + self._with_account("credential") + self._base32("credential tail", 1)

    def access_key(self) -> str:
        """`AKIA` and 16 characters of base32."""
        return "AKIA" + self._with_account("access key")

    def ssh_public_key(self) -> str:
        """`APKA` and 16 characters of base32."""
        return "APKA" + self._base32("APKA", 16)

    def mfa_seed(self) -> str:
        """64 characters of base32, of which the first say that it is a fake."""
        random = self._bytes("MFA seed", 8)
        return self._secrets.add(base64.b32encode(_SEED_MARK + bytes(12) + random).decode())

    def user(self) -> str:
        """`AIDA` and 17 characters of base32."""
        return self.unique("AIDA")

    def role(self, name: str) -> str:
        """`AROA` and 17 characters of base32, always the same for a name."""
        digest = hashlib.blake2b(f"role {name}".encode(), key=self._key, digest_size=15).digest()
        return "AROA" + base64.b32encode(digest).decode()[:17]

    def unique(self, prefix: str) -> str:
        """The prefix of a kind, and 17 characters of base32."""
        return prefix + self._base32(prefix, 17)

    def password(self, end: str = "") -> str:
        """60 characters, base64 of 44 bytes, and an end."""
        random = self._bytes("password", 8)
        start = base64.b64encode(_PASSWORD_MARK + bytes(18) + random).decode()
        return self._secrets.add(start + end)

    def api_key(self, prefix: str, alias: str) -> str:
        """The prefix, and base64 of the alias, a colon and 60 characters."""
        first = int.from_bytes(self._key[:8], "big")
        number = (first + self.count("api key")) % 16**_API_KEY_DIGITS
        secret = f"{alias}:{_API_KEY_MARK}{number:0{_API_KEY_DIGITS}x}"
        return self._secrets.add(prefix + base64.b64encode(secret.encode()).decode())

    def secret_access_key(self) -> str:
        """40 characters of base64."""
        random = self._bytes("secret access key", 8)
        return self._secrets.add(base64.b64encode(_ACCESS_KEY_MARK + bytes(7) + random).decode())

    def modulus(self) -> int:
        """2048 bits, the first and the last of them 1, as in an RSA key."""
        some = b"".join(self._bytes("modulus", 64) for _ in range(4))
        return int.from_bytes(some, "big") | 1 << 2047 | 1

    def console_suffix(self) -> str:
        """Four characters, as Bedrock's console appends to a user's name; a million others come
        before it does again."""
        first = int.from_bytes(self._key[:4], "big")
        number = first + self.count("console") * _ODD
        return "".join(_BASE32[number // 32**place % 32] for place in range(4))

    def job(self) -> str:
        """36 characters, as a UUID has."""
        digits = self._bytes("job", 16).hex()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def request(self) -> str:
        """36 characters, like a UUID."""
        self.requests += 1
        return f"{self._request_prefix}-{self.requests:012x}"

    def _with_account(self, kind: str) -> str:
        """16 characters of base32 in which the account number can be read."""
        some = self._bytes(kind, 10)
        head = int.from_bytes(some[:6], "big") & ~_ACCOUNT_BITS | self._account_bits
        return base64.b32encode(head.to_bytes(6, "big") + some[6:]).decode()

    def _base32(self, kind: str, length: int) -> str:
        return base64.b32encode(self._bytes(kind, 15)).decode()[:length]

    def _bytes(self, kind: str, size: int) -> bytes:
        what = f"{kind} {self.count(kind)}".encode()
        return hashlib.blake2b(what, key=self._key, digest_size=size).digest()

    def count(self, kind: str) -> int:
        """Count one more of a kind. Returns how many there are with it."""
        self._made[kind] = number = self._made.get(kind, 0) + 1
        return number
