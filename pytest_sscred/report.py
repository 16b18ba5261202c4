"""The section in a failed test's report: credentials with their histories, and the calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pytest_sscred.account import Account
from pytest_sscred.events.passing import problems as problems_of_targets
from pytest_sscred.handles import (
    Held,
    handles_of,
    label_of,
    making_of,
    service_of,
    title_of,
    without_status,
)
from pytest_sscred.journal import Call
from pytest_sscred.refusals import Refusal
from pytest_sscred.resources import KINDS
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.owned import Kind
from pytest_sscred.resources.people import users_there
from pytest_sscred.text import count, describe, describe_asked, history
from pytest_sscred.timeline import COLOURS, Paint, broken_rules, makers_of, timeline


def plain(text: str, colour: str) -> str:
    """The text, without its colour."""
    return text


_MOST_ROWS = 4  # of one kind
_LEAST_ROWS = 2  # likewise, of each other kind than credentials if they have many lines together
_FEW_LINES = 8
_MOST_CALLS = 20
_LEAST_CALLS = 4  # for which a timeline has to leave room
_MOST_LINES = 25  # with other things than credentials, which take lines from the calls
# Failures that a client which asks somebody else explains: an assertion on what was called or
# changed, the test's own among them.
_UNASKED = re.compile(
    "never called|no call named|never fired|no call of |^E +(?:AssertionError: )?assert ",
    re.MULTILINE,
)
_NO_CALLS = ": is the client mocked (MagicMock, Stubber), or in another process?"


def section(account: Account, *, about: str = "", whole: bool = False, paint: Paint = plain) -> str:
    """The table as text: the last few rows of each part unless `whole`.

    Rows of things that are named in `about`, a failure's text, are chosen before others. If that
    is a failure of an earlier state of the account, the report is on that state.
    """
    for failure, earlier in account.earlier_reports.items():
        if failure in about:
            return earlier
    state, journal = account.state, account.journal
    with account.lock:
        calls, refused, unread = journal.calls(), journal.refused(), journal.unread()
        stale_reads = journal.stale_reads()
        named = {each for kind in KINDS for each in kind.rows(state) if each in about}
        parts = _things(account, named, whole, paint)
        parts[0] += _users(account)
        parts += _without_status(account, calls, whole)
        over_time, of_one_second = timeline(account), _of_one_second(account)
    shown = over_time.text(paint) if over_time else []
    most = _MOST_CALLS
    if len(parts) > 1 + _MOST_ROWS and not whole:
        room = _MOST_LINES - 1 - len(parts) - len(of_one_second)
        shown = shown if room - len(shown) >= _LEAST_CALLS else []
        most = min(most, room - len(shown))
    parts += of_one_second
    lines = [_call_line(number, call, paint) for number, call in enumerate(calls, 1)]
    parts += _part("call", lines, named, most, whole)
    if not calls and not refused and not account.event_rules and _UNASKED.search(about):
        parts[-1] += _NO_CALLS
    parts += shown + _refused(refused)
    left = [_unread_line(at, calls[at]) for at in unread]
    parts += left if whole else left[:_MOST_ROWS]
    if len(left) > _MOST_ROWS and not whole:
        parts.append(f"and {count(len(left) - _MOST_ROWS, 'list')} more")
    if stale_reads:
        parts.append(f"did not see the latest writes: {_names(stale_reads)}")
    parts += _targets(account)
    return "\n".join(parts + _went_wrong(account, about))


def _things(account: Account, named: set[str], whole: bool, paint: Paint) -> list[str]:
    """The rows of everything that has a status; those of credentials come first, always."""
    rows: dict[str, list[str]] = {}
    for kind in KINDS:
        told = _told(account, kind)
        found = [_row(each, paint, told[each.id]) for each in handles_of(account.state, kind)]
        if found or kind is CREDENTIALS:
            rows[kind.label] = found
    others = sum(1 + len(each) for each in rows.values()) - 1 - len(rows[CREDENTIALS.label])
    parts: list[str] = []
    for label, each in rows.items():
        is_short = label == CREDENTIALS.label or others <= _FEW_LINES
        parts += _part(label, each, named, _MOST_ROWS if is_short else _LEAST_ROWS, whole)
    return parts


def _refused(refused: Sequence[Refusal]) -> list[str]:
    parts = []
    for reason in dict.fromkeys(each.reason for each in refused):
        names = _names([each.what for each in refused if each.reason is reason])
        parts.append(f"{reason.name}, and refused: {names}")
    return parts


def _targets(account: Account) -> list[str]:
    """What the targets of events were given."""
    parts = []
    for rule in tuple(account.event_rules)[:_MOST_ROWS]:
        given = count(rule.delivered, "event") if rule.delivered else "no event"
        waiting = len(rule.now.waiting)
        left = f", {count(waiting, 'event')} still waits" if waiting == 1 else ""
        left = f", {waiting} events still wait" if waiting > 1 else left
        hint = "" if rule.delivered or waiting else "; seeds make none without recorded=True"
        parts.append(f"on_event: {rule.name} was given {given}{left}{hint}")
    return parts


def _went_wrong(account: Account, about: str) -> list[str]:
    """What went wrong before the failure, which does not mention it."""
    found = [rule.broken.splitlines()[:1] for rule in broken_rules(account)]
    found += [each.splitlines()[:2] for each in problems_of_targets(account)]  # with what was seen
    parts = ["\n".join(lines) for lines in found if lines[0] not in about]
    return [f"also: {each}" for each in parts[:_MOST_ROWS]]


def _names(operations: Sequence[str]) -> str:
    """The names without repetitions, and only the first few of many."""
    names = list(dict.fromkeys(operations))
    more = len(names) - _MOST_ROWS
    return ", ".join(names[:_MOST_ROWS] + ([f"and {more} more"] if more > 0 else []))


def _part(what: str, rows: list[str], ids: set[str], most: int, whole: bool) -> list[str]:
    if whole or len(rows) <= most:
        return [count(len(rows), what), *(f"  {row}" for row in rows)]
    latest = sorted(range(len(rows)), key=lambda at: (any(an_id in rows[at] for an_id in ids), at))
    shown = [rows[at] for at in sorted(latest[-most:])]
    return [
        f"{count(len(rows), what)}, {len(shown)} of them here (-vv shows all)",
        *(f"  {row}" for row in shown),
    ]


def _users(account: Account) -> str:
    names = [user.name for user in users_there(account.state)]
    return f"; {count(len(names), 'user')}: {_names(names)}" if names else ""


def _without_status(account: Account, calls: Sequence[Call], whole: bool) -> Iterator[str]:
    """A line for each sort of things: the names of the first, and which calls made them."""
    makers = {
        (call.operation, str(value).casefold()): number
        for number, call in enumerate(calls, 1)
        if call.error is None or call.applied
        for value in (call.params.values())
    }
    for handles in without_status(account.state):
        names = []
        for each in handles if whole else handles[:_MOST_ROWS]:
            operation, name = making_of(each)
            maker = makers.get((operation, name.casefold()))
            by = "" if maker is None else f" (made by call {maker})"
            names.append(f"{title_of(each).removeprefix(label_of(each)).strip()}{by}")
        if len(handles) > len(names):
            names.append(f"and {len(handles) - len(names)} more")
        if handles:
            label = label_of(handles[0])
            several = f"{label.removesuffix('y')}ies" if label.endswith("y") else ""
            yield f"{count(len(handles), label, several)}: {', '.join(names)}"


def _told(account: Account, kind: Kind[Any]) -> dict[str, str]:
    """Who made each thing of the kind."""
    return {
        an_id: "seeded" if makers[0] is None else f"made by call {makers[0] + 1}"
        for an_id, makers in makers_of(account, kind).items()
    }


def _of_one_second(account: Account) -> list[str]:
    """A line that says whose credentials are of one age, if any are."""
    rows = CREDENTIALS.rows(account.state)
    twins: dict[object, list[Held]] = {}
    for each in handles_of(account.state, CREDENTIALS):
        row = rows[each.id]
        twins.setdefault((row.owner, row.service.name, row.created), []).append(each)
    told = [f"{len(same)} of {same[0].user_name}'s" for same in twins.values() if len(same) > 1]
    which = "neither" if all(each.startswith("2 ") for each in told) else "none"
    return [f"{_names(told)} were created in one second: {which} is older"] if told else []


def _row(thing: Held, paint: Paint, told: str) -> str:
    statuses = history(paint(each, COLOURS[each]) for each in thing.statuses)
    what = [thing.id, thing.user_name, statuses, told]
    if service := service_of(thing):
        what.insert(2, service)
    return "  ".join(what)


def _unread_line(at: int, call: Call) -> str:
    by = f", by {call.caller.rpartition('/')[2]}" if ":user/" in call.caller else ""
    where = "" if call.place is None else f", {call.place}"
    asked = f"{at + 1}. {describe_asked(call)}{by}{where}"
    return f"truncated, and the rest never asked for: {asked}"


def _call_line(number: int, call: Call, paint: Paint) -> str:
    text = f"{number}. {describe(call)}"
    return paint(text, "red") if call.error else text
