"""Permissions boundaries: for each user that has one, the managed policy.

As recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09).
"""

from __future__ import annotations

from pytest_sscred import assumed
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.owned import Operation
from pytest_sscred.resources.people import USERS, User, named_user
from pytest_sscred.resources.policies import BOUNDARIES, check_boundary
from pytest_sscred.state.state import State


def bound(state: State, user: User, arn: str) -> User:
    """Give the user that boundary, in place of any other."""
    check_boundary(state, arn)
    BOUNDARIES.clear(state, user.id)
    BOUNDARIES.add(state, user.id, arn)
    return USERS.change(state, user, permissions_boundary=arn)


def put(state: State, ask: Ask) -> None:
    user = named_user(state, ask.params["UserName"])
    bound(state, user, ask.params["PermissionsBoundary"])


def delete(state: State, ask: Ask) -> None:
    user = named_user(state, ask.params["UserName"])
    if user.permissions_boundary is None:
        raise AwsError("NoSuchEntity", assumed.NO_BOUNDARY.format(name=user.name))
    BOUNDARIES.clear(state, user.id)
    USERS.change(state, user, permissions_boundary=None)


READS: dict[str, Operation] = {}
WRITES: dict[str, Operation] = {
    "PutUserPermissionsBoundary": put,
    "DeleteUserPermissionsBoundary": delete,
}
