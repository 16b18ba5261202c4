"""Any writes at all: the past is what was there, and a rewind brings it back."""

from __future__ import annotations

import itertools
import threading

import pytest
from cutting import cut_short
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_sscred.own_calls import seeding
from pytest_sscred.state.state import State
from pytest_sscred.state.tables import ABSENT

PLAIN, SORTED = ("red", "blue"), ("green",)
keys = st.sampled_from("abcde")
writes = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(PLAIN + SORTED), keys, st.integers(0, 9)),
    st.tuples(st.just("drop"), st.sampled_from(PLAIN + SORTED), keys, st.none()),
    st.tuples(st.just("id"), st.none(), st.none(), st.none()),
    st.tuples(st.just("mark"), st.none(), st.none(), st.none()),
)
runs = st.lists(writes, max_size=40)


def new():
    return State("123456789012", seed="x", quota=2, page_size=None)


def table(tables, name):
    return tables.sorted(name) if name in SORTED else tables.table(name)


def shown(tables):
    """Every table as it looks, its order too."""
    there = {name: dict(table(tables, name).items()) for name in PLAIN + SORTED}
    assert all(len(table(tables, name)) == len(rows) for name, rows in there.items())
    return there, [table(tables, name).order for name in SORTED], dict(tables.table("ids made"))


def write(state, what, name, key, row):
    if what == "put":
        table(state, name)[key] = row
    elif what == "drop" and key in table(state, name):
        del table(state, name)[key]
    elif what == "id":
        state.ids.credential()


def copied(seen):
    there, orders, made = seen
    return there, [list(order) for order in orders], made


@settings(max_examples=300, deadline=None)
@given(runs)
def test_the_past_and_a_rewind_are_what_was_there(run):
    state = new()
    kept = []
    for step in run:
        if step[0] == "mark":
            kept.append((state.log.keep(object()), copied(shown(state))))
        write(state, *step)
    now = copied(shown(state))
    for mark, then in kept:
        assert shown(state.at(mark)) == then
    for mark, then in reversed(kept):
        undone = state.log.rewind(mark)
        assert shown(state) == then
        state.log.replay(undone)
        assert shown(state) == now


@settings(max_examples=200, deadline=None)
@given(runs, runs)
def test_a_replay_brings_the_marks_back_as_well(first, second):
    """What was kept during the writes that are undone is kept again, at the same marks."""
    state = new()
    start = state.log.keep("sweep", for_others=True)
    kept = []
    for step in first:
        if step[0] == "mark":
            kept.append((state.log.keep(f"rule {len(kept)}"), copied(shown(state))))
        write(state, *step)
    undone = state.log.rewind(start)
    for step in second:
        write(state, *step)
    state.log.rewind(start)
    state.log.replay(undone)
    for number, (mark, then) in enumerate(kept):
        assert state.log.kept(f"rule {number}") == mark
        assert shown(state.at(mark)) == then


def test_what_nobody_goes_back_to_is_not_kept():
    state = new()
    state.table("red")["a"] = 1
    assert state.log.since(0) == {}
    who, other = object(), object()
    mark = state.log.keep(who)
    state.table("red")["a"] = 2
    later = state.log.keep(other)
    state.table("red")["a"] = 3
    state.log.let_go(who)
    assert state.at(later).table("red")["a"] == 2
    assert state.log.since(mark) == state.log.since(later)
    state.log.let_go(other)
    state.log.let_go(other)
    assert state.log.since(0) == {}


def test_of_many_marks_each_has_its_past():
    state = new()
    marks = []
    for number in range(40):
        marks.append(state.log.keep(number))
        state.table("red")["a"] = number
    for _ in range(2):
        for number, mark in enumerate(marks[1:]):
            assert state.at(mark).table("red")["a"] == number


def test_a_sweep_keeps_what_others_may_go_back_to():
    state = new()
    early = state.log.keep("rule")
    state.table("red")["a"] = 1
    start = state.log.keep("sweep", for_others=True)
    state.log.keep("rule")  # further on, and so it needs the earlier no more
    state.table("red")["a"] = 2
    state.log.rewind(start)
    assert state.log.kept("rule") == early
    assert "a" not in state.at(early).table("red")
    assert state.table("red")["a"] == 1


def test_what_begins_inside_another_ends_inside_it():
    state = new()

    def seed():
        with seeding(state):
            state.table("red")["a"] = 1
            with seeding(state):
                state.table("red")["b"] = 2
            assert state.log.is_on
            raise LookupError

    with pytest.raises(LookupError):
        seed()
    assert not state.table("red")
    assert not state.log.is_on
    assert state.log.begun == 0


CUT = {"added": ("b", 2), "changed": ("a", 2), "dropped": ("a", None)}


@pytest.mark.parametrize(("key", "row"), CUT.values(), ids=CUT)
@pytest.mark.parametrize("name", PLAIN[:1] + SORTED)
def test_a_write_that_is_cut_short_is_undone_whole(name, key, row):
    for after in itertools.count():
        state = new()
        state.log.keep("test")
        rows = table(state, name)
        rows["a"] = rows["c"] = 1
        before, mark = copied(shown(state)), state.log.mark()
        was_cut = cut_short(lambda: rows.put(key, ABSENT if row is None else row), after)  # noqa: B023
        state.log.rewind(mark)
        assert shown(state) == before
        if not was_cut:
            break
    assert after > 5


def test_a_rewind_that_is_cut_short_is_finished_by_the_next():
    for after in itertools.count():
        state = new()
        mark = state.log.keep("test")
        before = copied(shown(state))
        for key in "bca":
            state.sorted("green")[key] = state.table("red")[key] = 1
        del state.sorted("green")["b"]
        was_cut = cut_short(lambda: state.log.rewind(mark), after)  # noqa: B023
        state.log.rewind(mark)
        assert shown(state) == before
        if not was_cut:
            break
    assert after > 5


def test_threads_write_without_losing_any():
    state = new()
    mark = state.log.keep("all")

    def work(number):
        for each in range(200):
            state.sorted("green")[f"{number} {each}"] = each
            state.table("red")[number] = each
            if each % 2:
                del state.sorted("green")[f"{number} {each}"]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    green = state.sorted("green")
    assert (
        green.order
        == sorted(green)
        == sorted(f"{n} {e}" for n in range(32) for e in range(0, 200, 2))
    )
    assert dict(state.table("red")) == dict.fromkeys(range(32), 199)
    assert dict(state.at(mark).sorted("green")) == {}
    state.log.rewind(mark)
    assert green.order == []
    assert not state.table("red")


def test_what_is_no_key_is_no_row_of_the_past_either():
    state = new()
    mark = state.log.keep("x")
    state.table("red")["a"] = 1
    with pytest.raises(KeyError):
        state.at(mark).table("red")["a"]
    assert state.at(mark).table("red").get("a") is None


def test_no_row_is_in_a_tables_repr():
    state = new()
    state.table("red")["a secret"] = "another"
    assert repr(state.table("red")) == "<Table of 1>"
    assert repr(ABSENT) == "ABSENT"


def test_the_past_is_the_same_however_often_it_is_asked_for():
    state = new()
    state.log.keep("test")
    state.table("red")["a"] = 1
    state.table("red")["b"] = 1
    mark = state.log.mark()
    for number in range(2, 5):
        state.table("red")["b"] = number
        assert state.log.since(mark) == {state.table("red"): {"b": 1}}
