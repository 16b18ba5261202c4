"""A compliance check: reads the account's credential report and says what is wrong in it.

    python credential_report.py

Passwords without an MFA device, and access keys that are older than 90 days or were never used.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
import time
from collections.abc import Iterator

import boto3

OLDEST = dt.timedelta(days=90)


def findings(iam, now: dt.datetime) -> list[str]:
    """A line for each, in the order of the report."""
    return [f"{row['user']}: {wrong}" for row in report(iam) for wrong in wrongs(row, now)]


def report(iam) -> list[dict[str, str]]:
    """The rows of a report, which AWS takes some seconds to make."""
    while iam.generate_credential_report()["State"] != "COMPLETE":
        time.sleep(1)
    content = iam.get_credential_report()["Content"].decode()
    return list(csv.DictReader(content.splitlines()))


def wrongs(row: dict[str, str], now: dt.datetime) -> Iterator[str]:
    if row["password_enabled"] == "true" and row["mfa_active"] == "false":
        yield "has a password and no MFA device"
    for key in ("access_key_1", "access_key_2"):
        if row[f"{key}_active"] == "false":
            continue
        made = dt.datetime.fromisoformat(row[f"{key}_last_rotated"].replace("Z", "+00:00"))
        if now - made > OLDEST:
            yield f"{key} is {(now - made).days} days old"
        if row[f"{key}_last_used_date"] == "N/A":
            yield f"{key} was never used"


if __name__ == "__main__":
    found = findings(boto3.client("iam"), dt.datetime.now(dt.timezone.utc))
    print(*found, sep="\n")
    sys.exit(1 if found else 0)
