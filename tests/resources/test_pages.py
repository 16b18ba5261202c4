"""MaxItems and Marker, the same for every list."""

from __future__ import annotations

from itertools import chain

import pytest
from waist import Waist

from pytest_sscred import FakeIAM

LISTS = {
    "ListUsers": ("Users", "UserName", {}),
    "ListServiceSpecificCredentials": (
        "ServiceSpecificCredentials",
        "ServiceSpecificCredentialId",
        {"AllUsers": True},
    ),
    "ListAccessKeys": ("AccessKeyMetadata", "AccessKeyId", {"UserName": "u0"}),
}


@pytest.fixture
def five(iam, ask):
    for number in range(5):
        iam.add_credential(f"u{number}", "codecommit.amazonaws.com")
    for _ in range(2):
        ask("CreateAccessKey", UserName="u0")


def pages(ask, operation, **params):
    member, name, rest = LISTS[operation]
    while True:
        answer = ask(operation, **params, **rest)
        yield [item[name] for item in answer.result[member]]
        assert ("Marker" in answer.result) == answer.result["IsTruncated"]
        if not answer.result["IsTruncated"]:
            return
        params["Marker"] = answer.result["Marker"]


@pytest.mark.parametrize("operation", LISTS)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_pages_give_everything_once_and_in_one_order(five, ask, operation, size):
    (whole,) = pages(ask, operation)
    cut = list(pages(ask, operation, MaxItems=size))
    assert list(chain(*cut)) == whole == sorted(whole)
    assert all(len(page) == size for page in cut[:-1])
    assert cut[-1]


@pytest.mark.parametrize("operation", ["ListUsers", "ListServiceSpecificCredentials"])
def test_what_goes_between_two_pages_moves_nothing_else(five, iam, ask, operation):
    (whole,) = pages(ask, operation)
    reader = pages(ask, operation, MaxItems=2)
    first = next(reader)
    gone = next(u for u in iam.users() if first[1] in (u.name, u.credentials[0].id))
    iam.remove_user(gone.name)
    assert first + list(chain(*reader)) == whole


@pytest.mark.parametrize("operation", LISTS)
@pytest.mark.parametrize("marker", ["x", "AAAA", "garbage!", "ÿ", "dXNlcnM="])
def test_a_marker_that_is_none_of_ours_is_invalid(five, ask, operation, marker):
    answer = ask(operation, Marker=marker, **LISTS[operation][2])
    assert (answer.status, answer.code, answer.message) == (
        400,
        "ValidationError",
        "Invalid Marker.",
    )


def test_a_marker_of_another_list_is_invalid(five, ask):
    marker = ask("ListUsers", MaxItems=1).result["Marker"]
    answer = ask("ListServiceSpecificCredentials", AllUsers=True, Marker=marker)
    assert answer.message == "Invalid Marker."


def test_a_page_has_100_items_where_nothing_is_said(iam, ask):
    for number in range(101):
        iam.add_user(f"u{number:03}")
    first, second = pages(ask, "ListUsers")
    assert (len(first), len(second)) == (100, 1)


def test_the_accounts_page_size_caps_maxitems():
    iam = FakeIAM(page_size=1)
    iam.add_user("a")
    iam.add_user("b")
    assert list(pages(Waist(iam), "ListUsers", MaxItems=1000)) == [["a"], ["b"]]


def test_a_filter_leaves_no_empty_last_page(iam, ask):
    """Truncated means that something follows which the filter keeps."""
    for name, path in [("a", "/x/"), ("b", "/"), ("c", "/")]:
        iam.add_user(name, path)
    answer = ask("ListUsers", PathPrefix="/x", MaxItems=1)
    assert answer.result["IsTruncated"] is False


# Who did not read on

LIST = "ListServiceSpecificCredentials"


@pytest.fixture
def short():
    """An account whose lists are all truncated."""
    iam = FakeIAM(page_size=1)
    iam.add_many(6)
    return iam


def left(iam):
    return [line for line in iam.report().splitlines() if line.startswith("truncated, ")]


def test_each_list_that_nobody_read_on_is_told(short):
    ask = Waist(short)
    ask(LIST, AllUsers=True)
    ask(LIST, AllUsers=True, ServiceName="bedrock.amazonaws.com")
    assert [line.partition(": ")[2].partition(",")[0] for line in left(short)] == [
        f"1. {LIST} AllUsers=True",
        f"2. {LIST} bedrock.amazonaws.com AllUsers=True",
    ]


def test_one_reader_does_not_read_on_for_another(short):
    ask = Waist(short)
    first, second = ask(LIST, AllUsers=True), ask(LIST, AllUsers=True)
    assert first.result["Marker"] == second.result["Marker"]
    ask("ListUsers", Marker=first.result["Marker"])
    ask(LIST, AllUsers=True, Marker=first.result["Marker"])
    assert [line.split()[7] for line in left(short)] == ["2.", "4."]


def test_who_asked_for_the_rest_and_was_refused_has_asked(short):
    ask = Waist(short)
    marker = ask(LIST, AllUsers=True).result["Marker"]
    short.add_fault("AccessDenied", on=LIST)
    assert ask(LIST, AllUsers=True, Marker=marker).code == "AccessDenied"
    assert left(short) == []


def test_many_lists_are_told_in_a_few_lines(short):
    ask = Waist(short)
    for _ in range(7):
        ask(LIST, AllUsers=True)
    assert len(left(short)) == 4
    assert short.report().endswith("\nand 3 lists more")
    assert short.report(whole=True).count("truncated, ") == 7
