"""Calls that are refused because nobody answers them here: not sent, and reported to the test."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from pytest_sscred.places import Place

ELSEWHERE = "moto's mock_aws answers what the fake lacks, for clients made after moto's import"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a call was refused, in the words of the test's verdict."""

    name: str
    verdict: str
    seen: str
    expected: str
    hint: str
    to_allow: str
    option: str
    """The account's option that allows it."""


NOT_FAKED = Reason(
    "not faked",
    "called, and not faked",
    "a call of {} that was refused; nothing was sent",
    "operations that are faked",
    ELSEWHERE,
    "To allow it",
    "unsupported",
)
NOT_SERVED = replace(NOT_FAKED, hint="moto is not asked for what comes over HTTP")
NOT_MOCKED = Reason(
    "not mocked",
    "called, and not mocked",
    "a call of {} that was refused; nothing was sent",
    "calls of AWS that a mock answers",
    "moto's mock_aws answers other services, for clients made after moto's import",
    "To let such calls leave",
    "network",
)
NOT_ASKED_FOR = replace(
    NOT_MOCKED,
    hint="sscred_services checks passwords and API keys; moto's mock_aws answers other services",
)
FORKED = Reason(
    "in a forked process",
    "called in a forked process",
    "a call of {} that was refused: the account lives in the process that forked",
    "calls of the test's own process, or of one that can reach it",
    "ask for sscred_endpoint, or start processes by spawn or forkserver",
    "To allow it",
    "unsupported",
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused call: `what` is IAM's operation, or another service's as in `s3:PutObject`.

    `call` is its record, if the code under test called IAM in this process.
    """

    what: str
    reason: Reason
    call: Any = field(default=None, compare=False)
    place: Place | None = field(default=None, compare=False)
    """The line of the user's code that called."""

    def _where(self) -> str:
        return "" if self.place is None else f"\n- called at {self.place}"

    def text(self, expected: str = "") -> str:
        """The message to the caller."""
        return (
            f"{self.reason.name}, and not sent: {self.what}\n"
            f"- expected: {expected or self.reason.expected}\n- {self.reason.hint}{self._where()}"
        )
