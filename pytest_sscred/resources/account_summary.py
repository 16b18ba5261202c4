"""How many of what an account has, and may have. As recorded from AWS by LocalStack (2026-02)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_sscred.ask import Ask
from pytest_sscred.resources import inline_policies, policies, policy_versions, roles
from pytest_sscred.resources.access_keys import ACCESS_KEYS_PER_USER
from pytest_sscred.resources.attachments import MOST as ATTACHED_POLICIES
from pytest_sscred.resources.groups import GROUPS, GROUPS_PER_USER
from pytest_sscred.resources.mfa_devices import DEVICES
from pytest_sscred.resources.owned import Operation
from pytest_sscred.resources.people import USERS
from pytest_sscred.resources.signing_certificates import CERTIFICATES_PER_USER
from pytest_sscred.state.state import Tables

QUOTAS = {
    "AccessKeysPerUserQuota": ACCESS_KEYS_PER_USER,
    "AssumeRolePolicySizeQuota": 2048,
    "AttachedPoliciesPerGroupQuota": ATTACHED_POLICIES,
    "AttachedPoliciesPerRoleQuota": 10,
    "AttachedPoliciesPerUserQuota": ATTACHED_POLICIES,
    "GlobalEndpointTokenVersion": 1,
    "GroupPolicySizeQuota": inline_policies.LARGEST["group"],
    "GroupsPerUserQuota": GROUPS_PER_USER,
    "GroupsQuota": 300,
    "InstanceProfilesQuota": 1000,
    "PoliciesQuota": 1500,
    "PolicySizeQuota": policies.LARGEST,
    "PolicyVersionsInUseQuota": 10000,
    "RolePolicySizeQuota": inline_policies.LARGEST["role"],
    "RolesQuota": 1000,
    "ServerCertificatesQuota": 20,
    "SigningCertificatesPerUserQuota": CERTIFICATES_PER_USER,
    "UserPolicySizeQuota": inline_policies.LARGEST["user"],
    "UsersQuota": 5000,
    "VersionsPerPolicyQuota": policy_versions.MOST_VERSIONS,
}
_NONE_HERE = (
    "AccountAccessKeysPresent", "AccountMFAEnabled", "AccountPasswordPresent",
    "AccountSigningCertificatesPresent", "InstanceProfiles", "Providers",
    "ServerCertificates",
)  # fmt: skip


def get(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    counts = {
        "Groups": len(GROUPS.names(tables)),
        "MFADevices": len(DEVICES.rows(tables)),
        "MFADevicesInUse": len(DEVICES.owned.used(tables)),
        "Policies": len(policies.POLICIES.names(tables)),
        "PolicyVersionsInUse": len(policies.ATTACHED.used(tables)),
        "Users": len(USERS.names(tables)),
        **dict.fromkeys(_NONE_HERE, 0),
        **roles.counts(tables),
    }
    return {"SummaryMap": dict(sorted((QUOTAS | counts).items()))}


READS: dict[str, Operation] = {"GetAccountSummary": get}
WRITES: dict[str, Operation] = {}
