"""The section that a failed test carries: credentials with their histories, and the calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pytest_sscred.account import Account
from pytest_sscred.handles import Credential, Held, handles_of
from pytest_sscred.journal import Call
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.owned import KINDS
from pytest_sscred.text import count, describe, describe_asked, history, joined

Paint = Callable[[str, str], str]
"""Takes a text and the name of a colour."""


def plain(text: str, colour: str) -> str:
    """The text, without its colour."""
    return text


_COLOURS = {"Active": "green", "Inactive": "yellow", "Expired": "yellow", "Deleted": "red"}
_MOST_ROWS = 4


def section(account: Account, *, about: str = "", whole: bool = False, paint: Paint = plain) -> str:
    """The table as text: the last few rows of each part unless `whole`.

    Rows of things that are named in `about`, a failure's text, come before others.
    """
    state, journal = account.state, account.journal
    with account.lock:
        calls, refused, unread = journal.calls(), journal.refused(), journal.unread()
        stale_reads = journal.stale_reads()
        parts: list[str] = []
        named = {each for kind in KINDS for each in kind.rows(state) if each in about}
        for kind in KINDS:
            rows = [_row(each, paint) for each in handles_of(state, kind)]
            if rows or kind is CREDENTIALS:
                parts += _part(kind.label, rows, named, whole)
    lines = [_call_line(number, call, paint) for number, call in enumerate(calls, 1)]
    parts += _part("call", lines, named, whole)
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
    broken = [rule.broken for rule in tuple(account.rules) if rule.broken]
    parts += joined([each for each in broken if each.splitlines()[0] not in about]).splitlines()
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


def _row(thing: Held, paint: Paint) -> str:
    statuses = history(paint(each, _COLOURS[each]) for each in thing.statuses)
    what = [thing.id, thing.user_name, statuses]
    if isinstance(thing, Credential):
        what.insert(2, thing.service_name.removesuffix(".amazonaws.com"))
    return "  ".join(what)


def _unread_line(at: int, call: Call) -> str:
    who = call.caller.rpartition(":")[2]
    return f"truncated, and the rest never asked for: {at + 1}. {describe_asked(call)}, by {who}"


def _call_line(number: int, call: Call, paint: Paint) -> str:
    text = f"{number}. {describe(call)}"
    return paint(text, "red") if call.error else text
