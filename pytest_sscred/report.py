"""The section that a failed test carries: credentials with their histories, and the calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pytest_sscred.calls import Call
from pytest_sscred.handles import Credential
from pytest_sscred.refusals import Refusal
from pytest_sscred.wording import count, describe, describe_asked, history, joined

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
    refused: Sequence[Refusal] = (),
    unread: Sequence[int] = (),
    stale_reads: Sequence[str] = (),
    broken: Sequence[str] = (),
    *,
    about: str = "",
    whole: bool = False,
    paint: Paint = plain,
) -> str:
    """The table as text: the last few rows of each part unless `whole`.

    Rows whose credential is named in `about`, a failure's text, come before others.
    """
    ids = {credential.id for credential in credentials if credential.id in about}
    rows = [_row(credential, paint) for credential in credentials]
    lines = [_call_line(number, call, paint) for number, call in enumerate(calls, 1)]
    parts = [*_part("credential", rows, ids, whole), *_part("call", lines, ids, whole)]
    for reason in dict.fromkeys(each.reason for each in refused):
        names = _names([each.what for each in refused if each.reason is reason])
        parts.append(f"{reason.name}, and refused: {names}")
    left = [_unread_line(at, calls[at]) for at in unread]
    parts += left if whole else left[:_MOST_ROWS]
    if len(left) > _MOST_ROWS and not whole:
        parts.append(f"and {count(len(left) - _MOST_ROWS, 'list')} more")
    if stale_reads:
        parts.append(f"did not see the latest writes: {_names(stale_reads)}")
    # Of rules that were broken before the test failed otherwise, the failure does not tell.
    untold = [each for each in broken if each.splitlines()[0] not in about]
    parts += joined(untold).splitlines()
    return "\n".join(parts)


def _names(operations: Sequence[str]) -> str:
    """Each once, the first few of many."""
    names = list(dict.fromkeys(operations))
    more = len(names) - _MOST_ROWS
    return ", ".join(names[:_MOST_ROWS] + ([f"and {more} more"] if more > 0 else []))


def _part(what: str, rows: list[str], ids: set[str], whole: bool) -> list[str]:
    if whole or len(rows) <= _MOST_ROWS:
        return [count(len(rows), what), *(f"  {row}" for row in rows)]
    latest = sorted(range(len(rows)), key=lambda at: (any(an_id in rows[at] for an_id in ids), at))
    shown = [rows[at] for at in sorted(latest[-_MOST_ROWS:])]
    return [
        f"{count(len(rows), what)}, {len(shown)} of them here (-vv shows all)",
        *(f"  {row}" for row in shown),
    ]


def _row(credential: Credential, paint: Paint) -> str:
    statuses = history(paint(each, _COLOURS[each]) for each in credential.statuses)
    service = credential.service_name.removesuffix(".amazonaws.com")
    return f"{credential.id}  {credential.user_name}  {service}  {statuses}"


def _unread_line(at: int, call: Call) -> str:
    who = call.caller.rpartition(":")[2]
    return f"truncated, and the rest never asked for: {at + 1}. {describe_asked(call)}, by {who}"


def _call_line(number: int, call: Call, paint: Paint) -> str:
    text = f"{number}. {describe(call)}"
    return paint(text, "red") if call.error else text
