"""One list of what happened, and what is asked of it."""

from __future__ import annotations

import datetime as dt
import gc
import tracemalloc

import pytest

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


def test_that_entries_are_dropped_is_told_each_time():
    told = []
    made = Journal(2, lambda is_first: told.append((is_first, len(made.calls()))))
    for number in range(9):
        made.add(call(f"no. {number}"))
    assert told == [(True, 5), (False, 5)]


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


LARGE = "x" * 2**20


@pytest.fixture
def refused(iam, ask):
    """Makes a call that IAM refuses, and returns what is kept of its parameters."""

    def refused(operation, **params):
        assert ask(operation, **params).code is not None
        return iam.calls[-1].params

    return refused


def test_of_a_refused_call_no_more_than_the_beginnings_of_long_values_are_kept(iam, refused):
    document = {"UserName": "Anika", "PolicyName": "p", "PolicyDocument": LARGE}
    kept = refused("PutUserPolicy", **document)
    assert kept == {**document, "PolicyDocument": "x" * 200 + "… (1,048,576 characters)"}
    iam.assert_called("PutUserPolicy", **document)
    iam.assert_not_called("PutUserPolicy", PolicyDocument=LARGE + "x")


def test_of_a_refused_call_long_lists_are_cut_too(iam, refused):
    tags = [{"Key": f"{number}", "Value": "v"} for number in range(5000)]
    kept = refused("TagUser", UserName="Anika", Tags=tags)
    assert kept["Tags"] == [*tags[:10], "… (5,000 members)"]
    iam.assert_called("TagUser", Tags=tags)
    iam.assert_not_called("TagUser", Tags=tags[:4999])


def test_a_refused_call_of_the_usual_size_is_kept_whole(refused):
    tags = [{"Key": f"{number}", "Value": "v" * 100} for number in range(50)]
    assert refused("TagUser", UserName="Anika", Tags=tags)["Tags"] == tags


def test_what_iam_took_is_kept_whole_but_not_by_a_server(iam, ask):
    document = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
    policy = {"PolicyName": "p", "PolicyDocument": document + " " * 100_000}
    assert ask("CreatePolicy", **policy).code is None
    assert iam.calls[-1].params == policy
    iam._account.journal = Journal(10)
    assert ask("CreatePolicy", **{**policy, "PolicyName": "q"}).code is None
    assert len(iam.calls[-1].params["PolicyDocument"]) < 300


def test_of_a_refused_secret_no_more_than_its_beginning_is_kept(iam, refused):
    refused("CreateLoginProfile", UserName="Anika", Password=LARGE)
    assert sum(map(len, iam._account.state.secrets._made)) < 2000


@pytest.mark.parametrize(
    "form",
    [
        {"Action": LARGE},
        {"Action": "ListUsers", "Marker": LARGE},
        {"Action": "GetUser", "UserName": "Anika", "Path": LARGE},
        {"Action": "DeleteUser", "UserName": "Anika", "Path": LARGE},
        {"Action": "CreateLoginProfile", "UserName": "Anika", "Password": LARGE},
    ],
    ids=["unknown", "wrong", "read", "write", "secret"],
)
def test_a_refused_request_is_gone_at_once(ask, form):
    ask.form({"Version": "2010-05-08", **form})  # what is kept of the first
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for number in range(5):
            ask.form({"Version": "2010-05-08", **form, "Extra": f"{number}"})
        assert tracemalloc.get_traced_memory()[0] < len(LARGE)
    finally:
        tracemalloc.stop()
        gc.enable()
