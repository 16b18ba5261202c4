"""The section that a failed test carries: credentials with their histories, and the calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pytest_sscred.assertions import count, describe, history
from pytest_sscred.calls import Call
from pytest_sscred.handles import Credential

Paint = Callable[[str, str], str]
"""Takes a text and the name of a colour."""


def plain(text: str, colour: str) -> str:
    """The text, without its colour."""
    return text


_COLOURS = {"Active": "green", "Inactive": "yellow", "Expired": "yellow", "Deleted": "red"}
_MOST_ROWS = 4


def section(
    credentials: Sequence[Credential],
    calls: Sequence[Call],
    *,
    whole: bool = False,
    paint: Paint = plain,
) -> str:
    """The table as text; the last few rows of each unless `whole`."""
    rows = [_row(credential, paint) for credential in credentials]
    lines = [_call_line(number, call, paint) for number, call in enumerate(calls, 1)]
    return "\n".join(
        [
            *_part("credential", rows, whole),
            *_part("call", lines, whole),
        ]
    )


def _part(what: str, rows: list[str], whole: bool) -> list[str]:
    shown = rows if whole else rows[-_MOST_ROWS:]
    hidden = len(rows) - len(shown)
    note = f", the last {len(shown)} (-vv shows all)" if hidden else ""
    return [f"{count(len(rows), what)}{note}", *(f"  {row}" for row in shown)]


def _row(credential: Credential, paint: Paint) -> str:
    statuses = history(paint(each, _COLOURS[each]) for each in credential.statuses)
    service = credential.service_name.removesuffix(".amazonaws.com")
    return f"{credential.id}  {credential.user_name}  {service}  {statuses}"


def _call_line(number: int, call: Call, paint: Paint) -> str:
    text = f"{number}. {describe(call)}"
    return paint(text, "red") if call.error else text
