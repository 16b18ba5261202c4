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
_OURS = {**_GIVEN, "AWS_DEFAULT_REGION": REGION}  # no value is ours for those in the way
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
    """Variables that lead another process's calls of IAM, STS and CloudTrail to a URL."""
    return {f"AWS_ENDPOINT_URL_{name}": url for name in ("IAM", "STS", "CLOUDTRAIL")}


class _Kept:
    """What our changes replaced, the latest last. One per process, as `os.environ` is."""

    def __init__(self) -> None:
        self.before: dict[str, list[str | None]] = {}
        self.found: dict[str, str | None] = {}
        """What was there first, for those who put our values back long after us."""
        self.is_over = True

    def change(self, name: str, value: str | None) -> None:
        was = os.environ.get(name)
        if not self.before.get(name) and was != value:
            self.found[name] = was
        self.before.setdefault(name, []).append(was)
        _set(name, value)

    def put_back(self, name: str, mock_has_left: bool = False) -> None:
        """Only over our own value: any other is somebody's who came later, or who has left."""
        before = self.before[name]
        if before and os.environ.get(name) == _OURS.get(name):
            value = before.pop()
            # What a mock had set is not put back after it, but what was there before the mock.
            _set(name, before.pop() if mock_has_left and before else value)


def _set(name: str, value: str | None) -> None:
    if value is not None:
        os.environ[name] = value
    else:
        os.environ.pop(name, None)


_kept = _Kept()


def set_fake_credentials(is_mocked: Callable[[], bool] = lambda: False) -> Callable[[], None]:
    """Put fake keys into the environment, and a region if none is set.

    `is_mocked` says whether a mock of AWS beside us has put its own there.

    Returns a function that puts back what was there. What somebody else has changed meanwhile
    stays, until they put our value back.
    """
    _put_all_back()
    if os.environ.get("AWS_ACCESS_KEY_ID") != ACCESS_KEY_ID:
        _kept.found.clear()
    changed = [*_GIVEN, *(name for name in IN_THE_WAY if name in os.environ)]
    if not any(os.environ.get(name) for name in _REGIONS):
        changed.append("AWS_DEFAULT_REGION")
    for name in changed:
        _kept.change(name, _OURS.get(name))
    _kept.is_over = False
    was_mocked = is_mocked()
    had_session = getattr(sys.modules.get("boto3"), "DEFAULT_SESSION", None) is not None

    def restore() -> None:
        boto3 = sys.modules.get("boto3")
        if boto3 is not None and not had_session:
            vars(boto3)["DEFAULT_SESSION"] = None  # made meanwhile, and so with the fake keys
        has_left = was_mocked and not is_mocked()
        for name in changed:
            _kept.put_back(name, has_left)
        _kept.is_over = True

    return restore


def put_back_again() -> None:
    """Remove our values if others, such as monkeypatch, put them back after the end."""
    if _kept.is_over:
        _put_all_back()
        _kept.before.clear()
        if os.environ.get("AWS_ACCESS_KEY_ID") == ACCESS_KEY_ID:
            for name, value in _kept.found.items():
                if os.environ.get(name) == _OURS.get(name):
                    _set(name, value)


def _put_all_back() -> None:
    for name in _kept.before:
        _kept.put_back(name)
