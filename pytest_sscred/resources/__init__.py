"""IAM's operations and two of STS, a file per resource: its row, its table, its operations.

This is the table of them. A file is imported when something in it is first needed: most suites
need few of them, and all together would take a fifth of what the first account takes to import.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from pytest_sscred.ask import Ask
    from pytest_sscred.resources import boundaries as boundaries
    from pytest_sscred.resources import certificate_bodies as certificate_bodies
    from pytest_sscred.resources import groups as groups
    from pytest_sscred.resources import inline_policies as inline_policies
    from pytest_sscred.resources import login_profiles as login_profiles
    from pytest_sscred.resources import mfa_devices as mfa_devices
    from pytest_sscred.resources import no_roles as no_roles
    from pytest_sscred.resources import policies as policies
    from pytest_sscred.resources import policy_documents as policy_documents
    from pytest_sscred.resources import qr as qr
    from pytest_sscred.resources import ssh_bodies as ssh_bodies
    from pytest_sscred.resources import totp as totp
    from pytest_sscred.resources.owned import Hanging, Kind, Operation

Thing = TypeVar("Thing")

# For each file the names of its READS and of its WRITES.
FILES = {
    "users": (
        "GetUser ListUsers ListUserTags",
        "CreateUser DeleteUser UpdateUser TagUser UntagUser",
    ),
    "boundaries": ("", "PutUserPermissionsBoundary DeleteUserPermissionsBoundary"),
    "credentials": (
        "ListServiceSpecificCredentials",
        "CreateServiceSpecificCredential DeleteServiceSpecificCredential "
        "ResetServiceSpecificCredential UpdateServiceSpecificCredential",
    ),
    "access_keys": (
        "GetAccessKeyLastUsed ListAccessKeys",
        "CreateAccessKey DeleteAccessKey UpdateAccessKey",
    ),
    "ssh_public_keys": (
        "GetSSHPublicKey ListSSHPublicKeys",
        "DeleteSSHPublicKey UpdateSSHPublicKey UploadSSHPublicKey",
    ),
    "signing_certificates": (
        "ListSigningCertificates",
        "DeleteSigningCertificate UpdateSigningCertificate UploadSigningCertificate",
    ),
    "login_profiles": (
        "GetLoginProfile",
        "ChangePassword CreateLoginProfile DeleteLoginProfile UpdateLoginProfile",
    ),
    "mfa_devices": (
        "GetMFADevice ListMFADevices ListMFADeviceTags ListVirtualMFADevices",
        "CreateVirtualMFADevice DeactivateMFADevice DeleteVirtualMFADevice EnableMFADevice "
        "ResyncMFADevice TagMFADevice UntagMFADevice",
    ),
    "groups": (
        "GetGroup ListGroups ListGroupsForUser",
        "AddUserToGroup CreateGroup DeleteGroup RemoveUserFromGroup UpdateGroup",
    ),
    "policies": (
        "GetPolicy ListPolicies ListPolicyTags",
        "CreatePolicy DeletePolicy TagPolicy UntagPolicy",
    ),
    "policy_versions": (
        "GetPolicyVersion ListPolicyVersions",
        "CreatePolicyVersion DeletePolicyVersion SetDefaultPolicyVersion",
    ),
    "attachments": (
        "ListEntitiesForPolicy ListAttachedUserPolicies ListAttachedGroupPolicies GetUserPolicy "
        "GetGroupPolicy ListUserPolicies ListGroupPolicies",
        "AttachUserPolicy AttachGroupPolicy DetachUserPolicy DetachGroupPolicy PutUserPolicy "
        "PutGroupPolicy DeleteUserPolicy DeleteGroupPolicy",
    ),
    "account_alias": ("ListAccountAliases", "CreateAccountAlias DeleteAccountAlias"),
    "account_summary": ("GetAccountSummary", ""),
    "password_policy": (
        "GetAccountPasswordPolicy",
        "DeleteAccountPasswordPolicy UpdateAccountPasswordPolicy",
    ),
    "authorization_details": ("GetAccountAuthorizationDetails", ""),
    "credential_report": ("GetCredentialReport", "GenerateCredentialReport"),
    "last_accessed": (
        "GetServiceLastAccessedDetails ListPoliciesGrantingServiceAccess",
        "GenerateServiceLastAccessedDetails",
    ),
    "no_roles": (
        "ListInstanceProfiles ListOpenIDConnectProviders ListRoles ListSAMLProviders "
        "ListServerCertificates GetInstanceProfile GetOpenIDConnectProvider GetRole "
        "GetRolePolicy GetSAMLProvider GetServerCertificate ListAttachedRolePolicies "
        "ListInstanceProfileTags ListInstanceProfilesForRole ListOpenIDConnectProviderTags "
        "ListRolePolicies ListRoleTags ListSAMLProviderTags ListServerCertificateTags",
        "",
    ),
    "sts": ("GetAccessKeyInfo GetCallerIdentity", ""),
}

OTHERS = {("cloudtrail", "LookupEvents")}
OF_STS = frozenset(FILES["sts"][0].split())
YIELDING: dict[str, Callable[[Ask], bool]] = {
    **dict.fromkeys(FILES["no_roles"][0].split(), lambda ask: True),
    **dict.fromkeys(OF_STS, lambda ask: bool(_at("sts.is_temporary")(ask))),
}
"""Those that whoever mocks AWS beside this fake is asked for first, and for which calls."""
SHOWING = frozenset(
    (
        "DeletePolicy", "GenerateServiceLastAccessedDetails", "GetAccountAuthorizationDetails",
        "GetAccountSummary", "GetPolicy", "ListEntitiesForPolicy", "ListPolicies",
        "ListPoliciesGrantingServiceAccess",
    )
)  # fmt: skip
"""Those that go by the roles of a mock beside this fake."""
# AWS's access levels List and Read.
_READ_PREFIXES = ("Get", "List", "Simulate", "Generate")


def __getattr__(name: str) -> Any:
    """A file that is imported now: `resources.qr` is for those who may never need it."""
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError:
        raise AttributeError(name) from None


def _at(place: str) -> Any:
    """What the place names, such as `groups.MEMBERSHIPS`."""
    file, _, name = place.partition(".")
    return getattr(import_module(f"{__name__}.{file}"), name)


def _operations(which: int, table: str) -> dict[str, Operation]:
    operations: dict[str, Operation] = {}
    for file, names in FILES.items():
        for name in names[which].split():
            operations[name] = _imported_later(operations, f"{file}.{table}", name)
    return operations


def _imported_later(operations: dict[str, Operation], place: str, name: str) -> Operation:
    def first(tables: Any, ask: Ask) -> Any:
        operations[name] = _at(place)[name]
        return operations[name](tables, ask)

    return first


READS = _operations(0, "READS")
"""They may be given an account as it was earlier."""
WRITES = _operations(1, "WRITES")
"""They may change the account."""
OPERATIONS = ChainMap(READS, WRITES)


def is_faked(operation: str) -> bool:
    """Whether OPERATIONS has it; looked up directly, since every call asks."""
    return operation in READS or operation in WRITES


def is_ours(service: str, operation: str) -> bool:
    """Whether the account answers a service's operation: every one of IAM, and what is faked of
    STS and CloudTrail, whose others are left to mocks."""
    if service == "iam":
        return True
    return operation in OF_STS if service == "sts" else (service, operation) in OTHERS


def may_change(operation: str) -> bool:
    """Whether it is a write, as its name tells; making a report is not one."""
    return not operation.startswith(_READ_PREFIXES)


class Later(Generic[Thing]):
    """Things of several files, which are imported when the things are asked for."""

    def __init__(self, *places: str) -> None:
        self._places = places

    @cached_property
    def things(self) -> list[Thing]:
        return [_at(place) for place in self._places]

    def __iter__(self) -> Iterator[Thing]:
        return iter(self.things)


KINDS: Later[Kind[Any]] = Later(
    "credentials.KIND", "access_keys.KIND", "ssh_public_keys.KIND", "signing_certificates.KIND"
)
"""Every kind with ids and statuses."""
HANGING: Later[Hanging] = Later(
    "mfa_devices.DEVICES",
    "signing_certificates.KIND",
    "attachments.ATTACHMENTS",
    "inline_policies.INLINE",
    "credentials.KIND",
    "ssh_public_keys.KIND",
    "login_profiles.PROFILES",
    "access_keys.KIND",
    "groups.MEMBERSHIPS",
)
"""All that hangs on users, in the order in which DeleteUser names what is in its way.

That devices come before access keys is recorded (radkawar/stackd, 2026-09); the rest is a guess.
"""
