"""The account's alias: one at most. As recorded from AWS by radkawar/stackd (2026-09)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_sscred import assumed
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.owned import Operation
from pytest_sscred.resources.pages import page
from pytest_sscred.state.state import State, Tables

_CELL = "account alias"


def find(tables: Tables) -> str | None:
    alias: str | None = tables.table("cells").get(_CELL)
    return alias


def create(state: State, ask: Ask) -> None:
    """A second takes the place of the first (reported in 2026-08)."""
    state.cells[_CELL] = ask.params["AccountAlias"]


def delete(state: State, ask: Ask) -> None:
    alias = ask.params["AccountAlias"]
    if find(state) != alias:
        raise AwsError("NoSuchEntity", assumed.NO_ALIAS.format(alias=alias))
    del state.cells[_CELL]


def list_(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    alias = find(tables)
    found, rest = page(tables, ask.params, "aliases", [alias] if alias else [])
    return {"AccountAliases": found, **rest}


READS: dict[str, Operation] = {"ListAccountAliases": list_}
WRITES: dict[str, Operation] = {"CreateAccountAlias": create, "DeleteAccountAlias": delete}
