"""What has gone wrong in an account unnoticed: each a message, all of it the test's verdict."""

from __future__ import annotations

from pytest_sscred import messages
from pytest_sscred.account import Account
from pytest_sscred.faults.faults import missed, unused


def problems(account: Account, since: int = 0, *, unused_faults: bool = True) -> list[str]:
    """Broken rules, faults that never fired, calls that were refused, unless the options allow it.

    `since` is a mark of the journal's.
    """
    options = account.options
    for rule in list(account.rules):
        rule.meanwhile()
    found: list[str] = [rule.broken for rule in account.rules if rule.broken is not None]
    if options.unsupported == "fail":
        found += map(messages.swallowed, dict.fromkeys(account.journal.refused(since)))
    if unused_faults:
        if options.unused_faults == "fail" and (left := unused(account)):
            found.append(messages.unused_faults(left, account))
        found += map(messages.never_happened, missed(account))
    found += [messages.raised_before(each) for each in account.interruptions if each.error]
    return found
