"""A page, a lookup or a change costs the same in a large account: counted in calls of functions."""

from __future__ import annotations

import pytest
from waist import Waist
from whole_users import AT, DOCUMENT, EVERYONE, whole_users
from work import work

from pytest_sscred.ask import Ask, Caller
from pytest_sscred.resources import OPERATIONS

PAGE = {"MaxItems": 100}
ALL = {"PolicyArn": EVERYONE}
READS = {
    "ListUsers": PAGE,
    "ListGroups": PAGE,
    "ListPolicies": PAGE,
    "ListVirtualMFADevices": PAGE,
    "ListEntitiesForPolicy": {**PAGE, **ALL},
    "GetGroup": {**PAGE, "GroupName": "everyone"},
    "GetAccountAuthorizationDetails": PAGE,
    "GetAccountSummary": {},
    "GetPolicy": ALL,
    "GetUser": {"UserName": "u5"},
    "ListAttachedUserPolicies": {"UserName": "u5"},
    "ListGroupsForUser": {"UserName": "u5"},
    "ListMFADevices": {"UserName": "u5"},
}
OWN = "arn:aws:iam::123456789012:policy/new"
WRITES = {
    "CreateUser": {"UserName": "new"},
    "UpdateUser": {"UserName": "new", "NewUserName": "a"},
    "AddUserToGroup": {"UserName": "a", "GroupName": "everyone"},
    "RemoveUserFromGroup": {"UserName": "a", "GroupName": "everyone"},
    "AttachUserPolicy": {"UserName": "a", **ALL},
    "DetachUserPolicy": {"UserName": "a", **ALL},
    "PutUserPermissionsBoundary": {"UserName": "a", "PermissionsBoundary": EVERYONE},
    "DeleteUser": {"UserName": "a"},
    "CreatePolicy": {"PolicyName": "new", "PolicyDocument": DOCUMENT},
    "DeletePolicy": {"PolicyArn": OWN},
}
"""One after the other."""


@pytest.fixture(scope="module")
def accounts():
    return [Waist(whole_users(number)) for number in (110, 2000)]


def cost(ask, operation, params):
    answers = []
    taken = work(lambda: answers.append(ask(operation, **params)))
    assert answers[0].code is None, answers[0].message
    return taken


@pytest.mark.parametrize("operation", READS)
def test_a_read_costs_the_same_in_a_large_account(accounts, operation):
    for ask in accounts:
        ask(operation, **READS[operation])  # what is read once a process
    small, large = (cost(ask, operation, READS[operation]) for ask in accounts)
    assert large <= 1.2 * small


@pytest.mark.parametrize("operation", READS)
def test_a_read_that_looks_at_the_past_costs_the_same_too(accounts, operation):
    costs = []
    for ask in accounts:
        state = ask.account.state
        mark = state.log.keep("test")
        for change in ("CreateUser", "AddUserToGroup", "AttachUserPolicy"):
            assert ask(change, **{**WRITES[change], "UserName": "late"}).code is None
        ask_of = Ask(operation, Caller("test"), AT, READS[operation])
        costs.append(work(OPERATIONS[operation], state.at(mark), ask_of))
        state.log.rewind(mark)
        state.log.let_go("test")
    assert costs[1] <= 1.2 * costs[0]


def test_a_change_costs_the_same_in_a_large_account(accounts):
    taken = [[cost(ask, *each) for each in WRITES.items()] for ask in (accounts[0], *accounts)]
    for operation, small, large in zip(WRITES, *taken[1:], strict=True):
        assert large <= 1.2 * small, operation


@pytest.mark.parametrize(
    ("operation", "params", "member"),
    [
        ("GetGroup", {"GroupName": "everyone"}, "Users"),
        ("ListEntitiesForPolicy", ALL, "PolicyUsers"),
    ],
)
def test_pages_of_many_that_are_linked_give_each_once(accounts, operation, params, member):
    names, rest = [], {"IsTruncated": True}
    while rest["IsTruncated"]:
        marker = {"Marker": rest["Marker"]} if "Marker" in rest else {}
        rest = accounts[1](operation, **params, MaxItems=900, **marker).result
        names += [each["UserName"] for each in rest[member]]
    assert names == sorted(f"u{each}" for each in range(2000))
