"""Names for type checkers and editors: services, statuses, operations, options.

At run time any text is taken, and checked against the data: a newer botocore has more operations.
"""

from __future__ import annotations

from typing import Literal

ServiceName = Literal[
    "aws-external-anthropic.amazonaws.com", "bedrock.amazonaws.com", "cassandra.amazonaws.com",
    "cloudwatch.amazonaws.com", "codecommit.amazonaws.com", "logs.amazonaws.com",
]  # fmt: skip
Status = Literal["Active", "Inactive", "Expired", "Deleted"]
SettableStatus = Literal["Active", "Inactive"]
Verdict = Literal["fail", "allow"]
Waits = Literal["skip", "sleep"]

# IAM's operations, as botocore has them in November 2026, and those of STS that are faked.
OperationName = Literal[
    "AcceptDelegationRequest", "AcquireRole", "AddClientIDToOpenIDConnectProvider",
    "AddRoleToInstanceProfile", "AddUserToGroup", "AssociateDelegationRequest",
    "AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy", "ChangePassword",
    "CreateAccessKey", "CreateAccountAlias", "CreateDelegationRequest", "CreateGroup",
    "CreateInstanceProfile", "CreateLoginProfile", "CreateOpenIDConnectProvider",
    "CreatePolicy", "CreatePolicyVersion", "CreateRole", "CreateSAMLProvider",
    "CreateServiceLinkedRole", "CreateServiceSpecificCredential", "CreateUser",
    "CreateVirtualMFADevice", "DeactivateMFADevice", "DeleteAccessKey", "DeleteAccountAlias",
    "DeleteAccountPasswordPolicy", "DeleteGroup", "DeleteGroupPolicy", "DeleteInstanceProfile",
    "DeleteLoginProfile", "DeleteOpenIDConnectProvider", "DeletePolicy", "DeletePolicyVersion",
    "DeleteRole", "DeleteRolePermissionsBoundary", "DeleteRolePolicy", "DeleteSAMLProvider",
    "DeleteSSHPublicKey", "DeleteServerCertificate", "DeleteServiceLinkedRole",
    "DeleteServiceSpecificCredential", "DeleteSigningCertificate", "DeleteUser",
    "DeleteUserPermissionsBoundary", "DeleteUserPolicy", "DeleteVirtualMFADevice",
    "DetachGroupPolicy", "DetachRolePolicy", "DetachUserPolicy",
    "DisableOrganizationsRootCredentialsManagement", "DisableOrganizationsRootSessions",
    "DisableOutboundWebIdentityFederation", "EnableMFADevice",
    "EnableOrganizationsRootCredentialsManagement", "EnableOrganizationsRootSessions",
    "EnableOutboundWebIdentityFederation", "GenerateCredentialReport",
    "GenerateOrganizationsAccessReport", "GenerateServiceLastAccessedDetails",
    "GetAccessKeyInfo", "GetAccessKeyLastUsed", "GetAccountAuthorizationDetails",
    "GetAccountPasswordPolicy", "GetAccountProperties", "GetAccountSummary", "GetCallerIdentity",
    "GetContextKeysForCustomPolicy", "GetContextKeysForPrincipalPolicy", "GetCredentialReport",
    "GetDelegationRequest",
    "GetGroup", "GetGroupPolicy", "GetHumanReadableSummary", "GetInstanceProfile",
    "GetLoginProfile", "GetMFADevice", "GetOpenIDConnectProvider",
    "GetOrganizationsAccessReport", "GetOutboundWebIdentityFederationInfo", "GetPolicy",
    "GetPolicyVersion", "GetRole", "GetRolePolicy", "GetRoleTemplateVersion", "GetSAMLProvider",
    "GetSSHPublicKey", "GetServerCertificate", "GetServiceLastAccessedDetails",
    "GetServiceLastAccessedDetailsWithEntities", "GetServiceLinkedRoleDeletionStatus",
    "GetUser", "GetUserPolicy", "ListAccessKeys", "ListAccountAliases",
    "ListAttachedGroupPolicies", "ListAttachedRolePolicies", "ListAttachedUserPolicies",
    "ListDelegationRequests", "ListEntitiesForPolicy", "ListGroupPolicies", "ListGroups",
    "ListGroupsForUser", "ListInstanceProfileTags", "ListInstanceProfiles",
    "ListInstanceProfilesForRole", "ListMFADeviceTags", "ListMFADevices",
    "ListOpenIDConnectProviderTags", "ListOpenIDConnectProviders", "ListOrganizationsFeatures",
    "ListPolicies", "ListPoliciesGrantingServiceAccess", "ListPolicyTags", "ListPolicyVersions",
    "ListRolePolicies", "ListRoleTags", "ListRoles", "ListSAMLProviderTags",
    "ListSAMLProviders", "ListSSHPublicKeys", "ListServerCertificateTags",
    "ListServerCertificates", "ListServiceSpecificCredentials", "ListSigningCertificates",
    "ListUserPolicies", "ListUserTags", "ListUsers", "ListVirtualMFADevices",
    "PutAccountProperties", "PutGroupPolicy", "PutRolePermissionsBoundary", "PutRolePolicy",
    "PutUserPermissionsBoundary", "PutUserPolicy", "RejectDelegationRequest",
    "RemoveClientIDFromOpenIDConnectProvider", "RemoveRoleFromInstanceProfile",
    "RemoveUserFromGroup", "ResetServiceSpecificCredential", "ResyncMFADevice",
    "SendDelegationToken", "SetDefaultPolicyVersion", "SetSecurityTokenServicePreferences",
    "SimulateCustomPolicy", "SimulatePrincipalPolicy", "TagInstanceProfile", "TagMFADevice",
    "TagOpenIDConnectProvider", "TagPolicy", "TagRole", "TagSAMLProvider",
    "TagServerCertificate", "TagUser", "UntagInstanceProfile", "UntagMFADevice",
    "UntagOpenIDConnectProvider", "UntagPolicy", "UntagRole", "UntagSAMLProvider",
    "UntagServerCertificate", "UntagUser", "UpdateAccessKey", "UpdateAccountPasswordPolicy",
    "UpdateAssumeRolePolicy", "UpdateDelegationRequest", "UpdateGroup", "UpdateLoginProfile",
    "UpdateOpenIDConnectProviderThumbprint", "UpdateRole", "UpdateRoleDescription",
    "UpdateSAMLProvider", "UpdateSSHPublicKey", "UpdateServerCertificate",
    "UpdateServiceSpecificCredential", "UpdateSigningCertificate", "UpdateUser",
    "UploadSSHPublicKey", "UploadServerCertificate", "UploadSigningCertificate",
]  # fmt: skip
CallName = OperationName | Literal["Authenticate"]
