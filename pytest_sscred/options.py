"""The options of a test's account, with the defaults; every option is checked when it is given."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

from pytest_sscred.names import Verdict, Waits

__tracebackhide__ = True


@dataclass(frozen=True, kw_only=True)
class Options:
    """The keywords of `FakeIAM` and of the marker; with `sscred_` before them, ini options."""

    account_id: str = "123456789012"
    quota: int = 2
    page_size: int | None = None
    unused_faults: Verdict = "fail"
    unsupported: Verdict = "fail"
    network: Verdict = "fail"
    waits: Waits = "skip"

    def __post_init__(self) -> None:
        for each in fields(self):
            problem = _CHECKS[each.name](getattr(self, each.name))
            if problem:
                raise ValueError(f"{each.name} {problem}, not {getattr(self, each.name)!r}")


HELP = {
    "account_id": "number of the account, 12 digits",
    "quota": "credentials a user may have for a service",
    "page_size": "items on a page of a list at most, whatever MaxItems says",
    "unused_faults": "what to do about a fault that never fired: fail or allow",
    "unsupported": "what to do about a call that was refused because nobody answers it here: "
    "fail or allow",
    "network": "what to do about a call of another AWS service that no mock answers: fail, and "
    "send nothing, or allow, and let it leave",
    "waits": "what to do about the sleep before a retry: skip, which moves the clock, or sleep",
}
"""The options by name, in the words of `pytest --help`."""


NUMBERS = ("quota", "page_size")
"""The options that are numbers, in an ini file too."""


def _account_id(value: Any) -> str:
    is_number = isinstance(value, str) and re.fullmatch("[0-9]{12}", value)
    return "" if is_number else "takes a string of 12 digits"


def _quota(value: Any) -> str:
    return "" if is_whole(value) and value >= 1 else "takes a whole number from 1"


def _page_size(value: Any) -> str:
    if value is None or (is_whole(value) and 1 <= value <= 1000):
        return ""
    return "takes a whole number from 1 to 1000"


def _verdict(value: Any) -> str:
    return "" if value in ("fail", "allow") else "takes 'fail' or 'allow'"


def _waits(value: Any) -> str:
    return "" if value in ("skip", "sleep") else "takes 'skip' or 'sleep'"


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_CHECKS = {
    "account_id": _account_id,
    "quota": _quota,
    "page_size": _page_size,
    "unused_faults": _verdict,
    "unsupported": _verdict,
    "network": _verdict,
    "waits": _waits,
}
