"""The credential report: what of users there is to sign in with, as CSV.

As recorded from AWS by radkawar/stackd (2026-09). One that is made stays for four hours, whatever
changes.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pytest_sscred import assumed
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources import access_keys, password_policy, signing_certificates
from pytest_sscred.resources.login_profiles import PROFILES
from pytest_sscred.resources.mfa_devices import DEVICES
from pytest_sscred.resources.owned import Operation, Owned
from pytest_sscred.resources.people import User, users_there
from pytest_sscred.state.clock import as_text, moved_at_most, whole_seconds
from pytest_sscred.state.state import State, Tables

_CELL = "credential report"
_KEEPS = dt.timedelta(hours=4)
_KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
COLUMNS = (
    "user", "arn", "user_creation_time", "password_enabled", "password_last_used",
    "password_last_changed", "password_next_rotation", "mfa_active",
    *(f"access_key_{number}_{what}" for number in (1, 2) for what in _KEY),
    *(f"cert_{number}_{what}" for number in (1, 2) for what in ("active", "last_rotated")),
)  # fmt: skip


class Report(NamedTuple):
    content: bytes
    asked: dt.datetime
    is_done: bool = False


def generate(state: State, ask: Ask) -> Mapping[str, Any]:
    """The second time it is there; or once it has had its time."""
    report: Report | None = state.cells.get(_CELL)
    if report is None or ask.at - report.asked >= _KEEPS:
        state.cells[_CELL] = Report(_content(state, ask), ask.at)
        text = "No report exists. Starting a new report generation task"
        return {"State": "STARTED", "Description": text}
    state.cells[_CELL] = report._replace(is_done=True)
    return {"State": "COMPLETE"}


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    report: Report | None = tables.table("cells").get(_CELL)
    if report is None:
        raise AwsError("ReportNotPresent", assumed.NO_REPORT)
    if not report.is_done and ask.at - report.asked < assumed.REPORT_TAKES:
        raise AwsError("ReportInProgress", assumed.REPORT_IN_PROGRESS)
    return {
        "Content": report.content,
        "ReportFormat": "text/csv",
        "GeneratedTime": whole_seconds(report.asked),
    }


def _content(tables: Tables, ask: Ask) -> bytes:
    """With line feeds, and none at the end; root first, then users by name."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerow(_root(tables, ask))
    writer.writerows([*_row(tables, user)] for user in users_there(tables))
    return text.getvalue().rstrip("\n").encode()


def _root(tables: Tables, ask: Ask) -> list[str]:
    """A root user with a password that was never used, and without a device or keys."""
    head = ["<root_account>", f"arn:aws:iam::{tables.id}:root", as_text(ask.at)]
    password = ["not_supported", "no_information", "not_supported", "not_supported"]
    none = [*(["false", *["N/A"] * 4] * 2), *(["false", "N/A"] * 2)]
    return [*head, *password, "false", *none]


def _row(tables: Tables, user: User) -> Iterator[str]:
    yield from (user.name, user.arn, as_text(user.created))
    profile = PROFILES.find(tables, user.id)
    if profile is None:
        yield from ("false", "N/A", "N/A", "N/A")
    else:
        days = password_policy.max_age(tables)
        until = as_text(moved_at_most(profile.changed, dt.timedelta(days=days))) if days else "N/A"
        used = user.password_last_used
        last_used = "no_information" if used is None else as_text(used)
        yield from ("true", last_used, as_text(profile.changed), until)
    yield _flag(DEVICES.holds(tables, user.id))
    keys = list(access_keys.KIND.of(tables, user.id))
    # Active keys come first and inactive certificates, whatever their age or id (recorded).
    for key in _two(sorted(keys, key=_is_active, reverse=True)):
        yield from _of_key(tables, key)
    for certificate in _two(sorted(signing_certificates.KIND.of(tables, user.id), key=_is_active)):
        known = certificate is not None
        yield from (_flag(known and _is_active(certificate)), _made(certificate))


def _two(rows: list[Any]) -> list[Any]:
    return [*rows, None, None][:2]


def _of_key(tables: Tables, key: Any) -> Iterator[str]:
    yield from (_flag(key is not None and _is_active(key)), _made(key))
    used = access_keys.last_used(tables, key.id) if key is not None else None
    yield from (as_text(used.at), used.region, used.service) if used else ("N/A", "N/A", "N/A")


def _is_active(row: Owned) -> bool:
    return row.history.last.status == "Active"


def _made(row: Owned | None) -> str:
    return "N/A" if row is None else as_text(row.created)


def _flag(is_so: bool) -> str:
    return "true" if is_so else "false"


READS: dict[str, Operation] = {"GetCredentialReport": get}
WRITES: dict[str, Operation] = {"GenerateCredentialReport": generate}
