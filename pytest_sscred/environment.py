"""The environment variables that a botocore session reads, while an account is open."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

# The key from AWS's own documentation: of the right shape, nobody's, and known to every scanner.
ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
REGION = "us-east-1"

_KEYS = {"AWS_ACCESS_KEY_ID": ACCESS_KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY}
# This keeps botocore from asking the machine for its role's keys too.
_GIVEN = {**_KEYS, "AWS_EC2_METADATA_DISABLED": "true"}
_REGIONS = ("AWS_DEFAULT_REGION", "AWS_REGION")
# Variables that would lead botocore past those keys, to somebody's real ones.
IN_THE_WAY = (
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


def fake_credentials() -> dict[str, str]:
    """Keys and a region for another process's environment."""
    return {**_KEYS, **dict.fromkeys(_REGIONS, REGION)}


def led_to(url: str) -> dict[str, str]:
    """Variables that lead another process's calls of IAM and STS to a URL."""
    return {"AWS_ENDPOINT_URL_IAM": url, "AWS_ENDPOINT_URL_STS": url}


class _Kept:
    """The variables as they were, and our values. One per process, as `os.environ` is."""

    def __init__(self) -> None:
        self.before: dict[str, str | None] = {}
        self.given: dict[str, str] = {}
        self.is_over = True

    def put_back(self, name: str) -> None:
        value = self.before[name]
        if value is not None:
            os.environ[name] = value
        elif name in os.environ:
            del os.environ[name]


_kept = _Kept()


def set_fake_credentials() -> Callable[[], None]:
    """Put fake keys into the environment, and a region if none is set.

    Returns a function that puts everything back as it was.
    """
    changed = (*_GIVEN, *_REGIONS, *IN_THE_WAY)
    _kept.before = {name: os.environ.get(name) for name in changed}
    _kept.given = dict(_GIVEN)
    if not any(_kept.before[name] for name in _REGIONS):
        _kept.given["AWS_DEFAULT_REGION"] = REGION
    os.environ.update(_kept.given)
    for name in IN_THE_WAY:
        if _kept.before[name] is not None:
            del os.environ[name]
    _kept.is_over = False
    had_session = getattr(sys.modules.get("boto3"), "DEFAULT_SESSION", None) is not None

    def restore() -> None:
        boto3 = sys.modules.get("boto3")
        if boto3 is not None and not had_session:
            vars(boto3)["DEFAULT_SESSION"] = None  # made meanwhile, and so with the fake keys
        for name in changed:
            _kept.put_back(name)
        _kept.is_over = True

    return restore


def put_back_again() -> None:
    """Remove our values if others, such as monkeypatch, put them back after the end.

    A variable that is absent stays absent: whoever had set it before us may have removed it.
    """
    if not _kept.is_over:
        return
    for name, value in _kept.given.items():
        if os.environ.get(name) == value:
            _kept.put_back(name)
