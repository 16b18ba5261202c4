"""Loads a real account's state into a test's, and dumps one, in the shapes the AWS CLI prints."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pytest_sscred.account import Account
from pytest_sscred.ask import Ask
from pytest_sscred.handles import Credential
from pytest_sscred.load.given import SHAPE, Given, Once, at
from pytest_sscred.load.sections import SINGLE, sections, single
from pytest_sscred.own_calls import seeding
from pytest_sscred.resources.authorization_details import role_detail
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.roles import ROLES

__tracebackhide__ = True

Data = Mapping[str, Any] | str | bytes | os.PathLike[str]

_DOCUMENTS = ("AssumeRolePolicyDocument", "PolicyDocument", "Document")


def load(account: Account, data: Data) -> list[Credential]:
    """Load all of it, or nothing."""
    state = account.state
    loaded: dict[str, list[Any]] = {}
    try:
        given = Given(state, Once(), _read(data))
        with seeding(state):
            for section in sections():
                loaded[section.name] = given.each(section.name, section.load)
            for name, load_single in SINGLE.items():
                with at(name):
                    load_single(given)
    except RecursionError:
        raise ValueError(f"this is nested too deep: {SHAPE}") from None
    return [Credential(state, an_id) for an_id in loaded[CREDENTIALS.listed]]


def dump(account: Account) -> dict[str, Any]:
    """The account in the form that `load` takes, ready for JSON."""
    state = account.state
    with state.lock:
        lists = {section.name: list(section.dump(state)) for section in sections()}
        account.take_roles(Ask.by_the_test("dump", state.clock.now()))
        roles = [role_detail(state, role) for role in ROLES.there(state)]
        everything = {**lists, "RoleDetailList": roles, **single(state)}
        found: dict[str, Any] = _as_json(everything)
    return found


def _as_json(value: Any, name: str = "") -> Any:
    """Dates as text, and documents as the AWS CLI prints them: objects, and not URL-quoted."""
    if isinstance(value, Mapping):
        return {name: _as_json(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if name in _DOCUMENTS:
        text = unquote(value)
        found = json.loads(text)
        return found if json.dumps(found) == text else text  # its white space stays
    return value


def _read(data: Data) -> Mapping[str, Any]:
    if isinstance(data, str):
        data = data.lstrip("\ufeff")
    if isinstance(data, os.PathLike) or (isinstance(data, str) and data.lstrip()[:1] not in "{["):
        data = Path(data).read_bytes()
    if isinstance(data, (str, bytes)):
        try:
            data = json.loads(data)
        except ValueError as error:  # from JSON, or from UTF-8, -16 or -32: json detects which
            raise ValueError(f"this is not JSON ({error}): {SHAPE}") from None
    known = {*(each.name for each in sections()), *SINGLE}
    if not isinstance(data, Mapping) or not known & set(data):
        raise ValueError(SHAPE)
    return data
