"""Reads a request: which operation it asks for, who calls, and with what parameters."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel

from pytest_sscred import assumed
from pytest_sscred.ask import Ask, Caller
from pytest_sscred.errors import COMMON_ERRORS, AwsError
from pytest_sscred.places import users_place
from pytest_sscred.protocol.model import Service
from pytest_sscred.protocol.parse import as_sent, parse
from pytest_sscred.protocol.validate import validate
from pytest_sscred.resources import is_faked
from pytest_sscred.resources.access_keys import KIND as ACCESS_KEYS
from pytest_sscred.resources.access_keys import Use, note_use
from pytest_sscred.resources.people import USERS, User
from pytest_sscred.state.state import State
from pytest_sscred.wire import Request

ACTING = "acting user"
"""The cell with the UserId assumed for a key that is nobody's; None: the administrator. The root
user's is the account's number."""

# Where a signature names its access key: Signature Version 4 in a header or in a presigned URL,
# and Version 2.
_SIGNED_BY = re.compile(r"Credential=([^/,\s]{1,128})")  # AccessKeyId has at most so many
_SIGNED_FOR = re.compile(r"Credential=[^/,\s]+/\d+/[^/,\s]*/([a-z0-9-]+)/aws4_request")
_SIGNED_WITH = re.compile(r"Credential=[^/,\s]+/\d+/([^/,\s]+)/([a-z0-9-]+)/aws4_request")
_SIGNED_BY_PARAMETERS = ("X-Amz-Credential", "AWSAccessKeyId")


def operation_of(service: Service, form: Mapping[str, str]) -> OperationModel:
    """The operation that a form names; AwsError if the service does not have it."""
    name = form.get("Action", "")
    if not name:
        raise AwsError("MissingAction", COMMON_ERRORS["MissingAction"].text)
    version = form.get("Version", "NO_VERSION_SPECIFIED")
    if name not in service.operation_names or version != service.version:
        raise AwsError("InvalidAction", f"Could not find operation {name} for version {version}")
    return service.operation(name)


def ask_of(
    state: State,
    request: Request,
    form: Mapping[str, str],
    operation: OperationModel,
    now: dt.datetime,
    request_id: str = "",
) -> tuple[Ask, AwsError | None]:
    """What is asked, and the error in it or None. Parameters that cannot be read stay text."""
    caller, refused = _who_calls(state, request, form)
    params: dict[str, Any] = {}
    wrong: AwsError | None = None
    try:
        params = parse(operation.input_shape, form)
        if is_faked(operation.name):  # otherwise whoever answers it decides what is right
            validate(operation.input_shape, params)
    except AwsError as error:
        params = params or as_sent(operation.input_shape, form)
        # This frame and its traceback would keep each other, and the form.
        wrong = error.with_traceback(None)
    place = request.place or users_place()
    of_the_client = request.attempt, request.call_id, request.patience, place
    ask = Ask(operation.name, caller, now, params, *of_the_client, request, request_id)
    return ask, refused or wrong


def _who_calls(
    state: State, request: Request, form: Mapping[str, str]
) -> tuple[Caller, AwsError | None]:
    """Who signed, and the error if the key is no longer good.

    A key that this account never had counts as the default caller's: `boto3.DEFAULT_SESSION`
    outlives a test, and the fake's environment holds a key that is nobody's.
    """
    key_id = _signing_key(request, form)
    key = ACCESS_KEYS.rows(state).get(key_id)
    if key is not None:
        is_good = key.history.last.status == "Active"
        return _as_user(USERS.of_id(state, key.owner), key_id) if is_good else _refused(key_id)
    acting = state.cells.get(ACTING)
    if acting is None or key_id == state.administrator_key:
        return _administrator(state.id, state.administrator_role, key_id), None
    if acting == state.id:
        return Caller(root_arn(state.id), key=key_id, id=state.id), None
    user = USERS.of_id(state, acting)
    return _as_user(user, key_id) if USERS.is_there(state, user) else _refused(user.arn)


def root_arn(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:root"


@functools.lru_cache(maxsize=64)
def _administrator(account_id: str, role_id: str, key_id: str) -> Caller:
    arn = assumed.ADMINISTRATOR.format(account_id=account_id)
    session = arn.rpartition("/")[2]
    return Caller(arn, key=key_id, id=f"{role_id}:{session}")


def signed_for(request: Request) -> str | None:
    """The service that the signature in the header is for, such as `s3`; None for none."""
    found = _SIGNED_FOR.search(request.authorization)
    return found[1] if found else None


def region_of(request: Request) -> str:
    """The region that the signature in the header is for; us-east-1 without a signature."""
    found = _SIGNED_WITH.search(request.authorization)
    return found[1] if found else "us-east-1"


def note_key(state: State, request: Request, ask: Ask) -> None:
    """Note that a user's key has signed a call, for GetAccessKeyLastUsed."""
    if ask.caller.key not in ACCESS_KEYS.rows(state):
        return
    found = _SIGNED_WITH.search(request.authorization)
    region, service = found.groups() if found else ("us-east-1", "iam")
    note_use(state, ask.caller.key, Use(ask.at, region, service))


def _signing_key(request: Request, form: Mapping[str, str]) -> str:
    found = _SIGNED_BY.search(request.authorization)
    if found:
        return found[1]
    named = (form[name] for name in _SIGNED_BY_PARAMETERS if name in form)
    return next(named, "").partition("/")[0]


def _as_user(user: User, key_id: str) -> tuple[Caller, None]:
    return Caller(user.arn, user, key_id, user.id), None


def _refused(who: str) -> tuple[Caller, AwsError]:
    kind = COMMON_ERRORS["InvalidClientTokenId"]
    return Caller(who), AwsError(kind.code, kind.text)
