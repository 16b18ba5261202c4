"""IAM's operations and two of STS, a file per resource: its row, its table, its operations.

READS may be given an account as it was earlier; WRITES may change it.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable
from typing import Any

from pytest_sscred.ask import Ask
from pytest_sscred.resources import (
    access_keys,
    account_alias,
    account_summary,
    attachments,
    authorization_details,
    credential_report,
    credentials,
    groups,
    last_accessed,
    login_profiles,
    mfa_devices,
    no_roles,
    password_policy,
    policies,
    policy_versions,
    signing_certificates,
    ssh_public_keys,
    sts,
    users,
)
from pytest_sscred.resources.inline_policies import INLINE
from pytest_sscred.resources.owned import HANGING, KINDS, Operation

READS: dict[str, Operation] = dict(no_roles.READS)
WRITES: dict[str, Operation] = {}
YIELDING: dict[str, Callable[[Ask], bool]] = {
    **dict.fromkeys(no_roles.READS, lambda ask: True),
    **dict.fromkeys(sts.READS, sts.is_temporary),
}
"""Those that whoever mocks AWS beside this fake is asked for first, and for which calls."""
# AWS's access levels List and Read.
_READ_PREFIXES = ("Get", "List", "Simulate", "Generate")
OPERATIONS = ChainMap(READS, WRITES)


def is_faked(operation: str) -> bool:
    """Whether OPERATIONS has it; looked up directly, since every call asks."""
    return operation in READS or operation in WRITES


def is_ours(service: str, operation: str) -> bool:
    """Whether the account answers a service's operation: every one of IAM, and what is faked of
    STS and CloudTrail, whose others are left to mocks."""
    if service == "cloudtrail":
        return operation == "LookupEvents"
    return service == "iam" or (service == "sts" and operation in sts.READS)


def may_change(operation: str) -> bool:
    """Whether it is a write, as its name tells; making a report is none."""
    return not operation.startswith(_READ_PREFIXES)


for _each in (
    users, credentials, access_keys, ssh_public_keys, signing_certificates, login_profiles,
    mfa_devices, groups, policies, policy_versions, attachments, account_alias, account_summary,
    password_policy, authorization_details, credential_report, last_accessed, sts,
):  # fmt: skip
    _resource: Any = _each
    READS |= _resource.READS
    WRITES |= _resource.WRITES
    KINDS += [_resource.KIND] if hasattr(_resource, "KIND") else []

HANGING += [
    mfa_devices.DEVICES,
    signing_certificates.KIND,
    attachments.ATTACHMENTS,
    INLINE,
    credentials.KIND,
    ssh_public_keys.KIND,
    login_profiles.PROFILES,
    access_keys.KIND,
    groups.MEMBERSHIPS,
]
