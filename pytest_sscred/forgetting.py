"""What an account forgets that serves for long: nobody asks it for more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_sscred.resources import KINDS
from pytest_sscred.resources.credentials import KIND as CREDENTIALS
from pytest_sscred.resources.credentials import SECRETS
from pytest_sscred.resources.groups import GROUPS
from pytest_sscred.resources.history import History
from pytest_sscred.resources.people import USERS
from pytest_sscred.resources.policies import POLICIES
from pytest_sscred.state.state import State


def forget(state: State, most: int) -> None:
    """Keep the last change of each thing, `most` deleted ones of a kind, and as many secrets."""
    with state.lock:
        for kind in KINDS:
            rows: Any = kind.rows(state)
            gone = []
            for an_id, row in list(rows.items()):
                if row.history.last.status == "Deleted":
                    gone.append(an_id)
                if row.history.earlier is not None:
                    last = History(row.history.last, None, row.history.length)
                    rows[an_id] = replace(row, history=last)
            for an_id in gone[:-most]:
                del rows[an_id]
        for named in (USERS, GROUPS, POLICIES):
            rows = named.rows(state)
            there = {each.id for each in named.there(state)}
            for an_id in [each for each in rows if each not in there][:-most]:
                del rows[an_id]
        state.secrets.forget(most, kept=_forget_secrets(state))


def _forget_secrets(state: State) -> set[str]:
    """Keep of each credential the secret that is in force, and the one before it; they all."""
    kept: set[str] = set()
    rows: Any = CREDENTIALS.rows(state)
    for an_id, row in list(rows.items()):
        old = row.old_secrets[-1:]
        kept.update((row.secret, *old))
        if len(row.old_secrets) > 1:
            rows[an_id] = replace(row, old_secrets=old)
    by_secret = state.table(SECRETS)
    for secret in [each for each in by_secret if each not in kept]:
        del by_secret[secret]
    return kept
