"""The status of things over time: a row for each that calls changed, a column for each call."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from pytest_sscred.account import Account
from pytest_sscred.handles import Held, handles_of
from pytest_sscred.journal import Call
from pytest_sscred.resources import KINDS
from pytest_sscred.resources.history import Transition
from pytest_sscred.resources.owned import Kind
from pytest_sscred.text import short_id

Paint = Callable[[str, str], str]
"""Takes a text and the name of a colour."""

COLOURS = {"Active": "green", "Inactive": "yellow", "Expired": "yellow", "Deleted": "red"}
SIGNS = {"Active": "#", "Inactive": "-", "Expired": "!", "Deleted": "x", "": "."}
_LEGEND = "# Active - Inactive ! Expired x deleted"
_WIDEST = 56  # columns, of 80; if there are more calls, the last ones
_BESIDE = 26  # columns, next to which there is still room for the legend
_MOST_ROWS = 8


class Row(NamedTuple):
    """One thing: its status after each call; empty before it was made."""

    thing: Held
    statuses: list[str]


class Timeline(NamedTuple):
    """A column for each of `calls`; `first` is the number of the first of them.

    `broken` has the numbers of the calls at which a rule broke.
    """

    first: int
    calls: list[Call]
    rows: list[Row]
    broken: set[int]

    def text(self, paint: Paint) -> list[str]:
        """Lines of at most 80 columns."""
        numbers = range(self.first, self.first + len(self.calls))
        head = "".join(str(number % 10) for number in numbers)
        lines = [f"{'after call':<12}{head}", f"  {_LEGEND}"]
        if len(head) <= _BESIDE:
            lines = [f"{'after call':<12}{head}  {_LEGEND}"]
        for thing, statuses in self.rows:
            cells = "".join(
                paint(SIGNS[each], COLOURS[each]) if each else SIGNS[each] for each in statuses
            )
            lines.append(f"  {short_id(thing.id):<10}{cells}")
        if self.broken:
            marks = "".join("^" if number in self.broken else " " for number in numbers)
            lines.append(f"{'':12}{paint(marks.rstrip(), 'red')} a rule broke")
        return lines


def timeline(account: Account) -> Timeline | None:
    """None if calls have changed one thing at most and no rule broke: its row is enough."""
    calls = account.journal.calls()
    first = max(len(calls) - _WIDEST, 0)
    rows = [row for kind in KINDS for row in _rows(account, kind, calls, first)]
    broken = {rule.now.call for rule in broken_rules(account)}
    if len(rows) < (1 if broken else 2):
        return None
    return Timeline(first + 1, calls[first:], rows[-_MOST_ROWS:], broken)


def _rows(account: Account, kind: Kind[Any], calls: Sequence[Call], first: int) -> Iterator[Row]:
    """Those of a kind that calls have changed, from the first call to show."""
    makers = makers_of(account, kind)
    for handle in handles_of(account.state, kind):
        if all(maker is None for maker in makers[handle.id]):
            continue
        statuses = [""] * (len(calls) - first)
        for transition, maker in zip(handle.transitions, makers[handle.id], strict=True):
            at = max((_reached(calls, transition) if maker is None else maker) - first, 0)
            statuses[at:] = [transition.status] * (len(statuses) - at)
        yield Row(handle, statuses)


def broken_rules(account: Account) -> list[Any]:
    """Those that were broken in the running test."""
    rules = tuple(account.rules)
    return [each for each in rules if each.broken and each not in account.broken_before]


def makers_of(account: Account, kind: Kind[Any]) -> dict[str, list[int | None]]:
    """By the ids of a kind, for each transition, the place of its call; None if no call made it.

    Matched by operation, caller, time and id; at the same time, in the order in which they came.
    """
    handles = handles_of(account.state, kind)
    if not handles:  # asked for each kind, and there may be very many calls
        return {}
    free: dict[object, deque[int]] = {}
    for at, call in enumerate(account.journal.calls()):
        if call.error is None or call.applied:
            an_id = call.params.get(kind.id_name)
            free.setdefault((call.operation, call.caller, call.at, an_id), deque()).append(at)
    found: dict[str, list[int | None]] = {}
    for handle in handles:
        found[handle.id] = []
        for each in handle.transitions:
            # A call that makes one, or an earlier one once more, names no id.
            an_id = None if each.previous in (None, "Deleted") else handle.id
            places = free.get((each.operation, each.caller, each.at, an_id))
            found[handle.id].append(places.popleft() if places else None)
    return found


def _reached(calls: Sequence[Call], transition: Transition) -> int:
    """The first call after a transition that no call made."""
    return next((at for at, call in enumerate(calls) if call.at >= transition.at), len(calls))
