"""What an account here never has: roles, instance profiles, providers, server certificates.

Lists of them are empty and a Get finds none, so that scanners run; creating one is not faked. If
moto is active these calls are moto's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_sscred import assumed
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.owned import Operation
from pytest_sscred.state.state import Tables

_LISTS = {
    "ListInstanceProfiles": ("InstanceProfiles", True),
    "ListOpenIDConnectProviders": ("OpenIDConnectProviderList", False),
    "ListRoles": ("Roles", True),
    "ListSAMLProviders": ("SAMLProviderList", False),
    "ListServerCertificates": ("ServerCertificateMetadataList", True),
}
MISSING = {"RoleName": "The role with name {} cannot be found.", **assumed.NOT_THERE}
"""NoSuchEntity's texts, by the parameter that names the thing."""
_OF_ONE = {
    "GetInstanceProfile": "InstanceProfileName",
    "GetOpenIDConnectProvider": "OpenIDConnectProviderArn",
    "GetRole": "RoleName",
    "GetRolePolicy": "RoleName",
    "GetSAMLProvider": "SAMLProviderArn",
    "GetServerCertificate": "ServerCertificateName",
    "ListAttachedRolePolicies": "RoleName",
    "ListInstanceProfileTags": "InstanceProfileName",
    "ListInstanceProfilesForRole": "RoleName",
    "ListOpenIDConnectProviderTags": "OpenIDConnectProviderArn",
    "ListRolePolicies": "RoleName",
    "ListRoleTags": "RoleName",
    "ListSAMLProviderTags": "SAMLProviderArn",
    "ListServerCertificateTags": "ServerCertificateName",
}


def _empty(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    name, has_pages = _LISTS[ask.operation]
    return {name: [], **({"IsTruncated": False} if has_pages else {})}


def _none(tables: Tables, ask: Ask) -> Mapping[str, Any]:
    param = _OF_ONE[ask.operation]
    raise AwsError("NoSuchEntity", MISSING[param].format(ask.params[param]))


READS: dict[str, Operation] = {**dict.fromkeys(_LISTS, _empty), **dict.fromkeys(_OF_ONE, _none)}
WRITES: dict[str, Operation] = {}
