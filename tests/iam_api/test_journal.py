"""One list of what happened, and what is asked of it."""

from __future__ import annotations

import datetime as dt

from pytest_sscred.journal import Call, Journal, ReadOn, Retried, Stale, Truncated, Wait
from pytest_sscred.refusals import NOT_FAKED, Refusal

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.timezone.utc)


def call(operation):
    return Call(operation, {}, "test", None, NOW)


def journal(*entries):
    made = Journal()
    for entry in entries:
        made.add(entry)
    return made


def test_each_question_has_its_kind_of_entry():
    made = journal(
        call("ListUsers"),
        Wait("ListUsers", 0.5),
        Retried("ListUsers"),
        call("GetUser"),
        Stale("GetUser"),
        Refusal("ListGroups", NOT_FAKED),
    )
    assert [each.operation for each in made.calls()] == ["ListUsers", "GetUser"]
    assert made.number_of_calls() == 2
    assert made.waits() == [("ListUsers", 0.5)]
    assert made.retries() == ["ListUsers"]
    assert made.stale_reads() == ["GetUser"]
    assert [each.what for each in made.refused()] == ["ListGroups"]


def test_it_is_asked_from_a_mark_on():
    made = journal(call("ListUsers"), Refusal("ListGroups", NOT_FAKED))
    mark = made.mark()
    made.add(call("GetUser"))
    assert [each.operation for each in made.calls(mark)] == ["GetUser"]
    assert made.refused(mark) == []


def test_a_list_is_unread_until_its_rest_is_asked_for():
    """Of two calls that gave the same marker, the first is read on by the first that asks."""
    made = journal(
        Truncated("ListUsers", "m", 0),
        Truncated("ListUsers", "m", 3),
        Truncated("ListAccessKeys", "m", 4),
        ReadOn("ListUsers", "another"),
    )
    assert made.unread() == [0, 3, 4]
    made.add(ReadOn("ListUsers", "m"))
    assert made.unread() == [3, 4]
    made.add(ReadOn("ListUsers", "m"))
    made.add(ReadOn("ListUsers", "m"))
    assert made.unread() == [4]


def test_a_rewind_gives_what_is_to_be_replayed():
    made = journal(call("ListUsers"))
    mark = made.mark()
    made.add(call("GetUser"))
    made.add(Stale("GetUser"))
    undone = made.rewind(mark)
    assert (made.number_of_calls(), made.stale_reads()) == (1, [])
    made.add(call("DeleteUser"))
    made.rewind(mark)
    made.replay(undone)
    assert [each.operation for each in made.calls()] == ["ListUsers", "GetUser"]
    assert (made.number_of_calls(), made.stale_reads()) == (2, ["GetUser"])


def test_of_a_server_the_last_entries_are_kept():
    made = Journal(10)
    for number in range(1000):
        made.add(call(f"no. {number}"))
        assert len(made.calls()) <= 20
    assert [each.operation for each in made.calls()][-10:] == [f"no. {n}" for n in range(990, 1000)]
    assert made.number_of_calls() == made.mark() == 1000


def test_marks_and_numbers_hold_when_the_first_entries_are_gone():
    made = Journal(2)
    made.add(Truncated("ListUsers", "early", 0))
    early = made.mark()
    for number in range(9):
        made.add(call(f"no. {number}"))
    late = made.mark()
    made.add(Truncated("ListUsers", "late", 9))
    made.add(call("ListUsers"))
    (unread,) = made.unread()
    assert made.calls()[unread].operation == "ListUsers"
    assert [each.operation for each in made.calls(late)] == ["ListUsers"]
    assert made.calls(early) == made.calls()
    assert len(made.rewind(late)) == 2
    assert made.mark() == late
