"""An account as `aws iam get-account-authorization-details` prints it: with objects for documents.

The shape is that of the AWS CLI Command Reference's example; the names and ids are this project's.
"""

from __future__ import annotations

DEPLOY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::site/*"}],
}
READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}

PRINTED = {
    "UserDetailList": [
        {
            "Path": "/",
            "UserName": "Anika",
            "UserId": "AIDAEXAMPLEEXAMPLEEX1",
            "Arn": "arn:aws:iam::210987654321:user/Anika",
            "CreateDate": "2013-10-14T18:32:24+00:00",
            "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": READ}],
            "GroupList": ["Admins"],
            "AttachedManagedPolicies": [
                {"PolicyName": "deploy", "PolicyArn": "arn:aws:iam::210987654321:policy/ci/deploy"}
            ],
            "PermissionsBoundary": {
                "PermissionsBoundaryType": "Policy",
                "PermissionsBoundaryArn": "arn:aws:iam::210987654321:policy/ci/deploy",
            },
            "Tags": [{"Key": "Team", "Value": "red"}],
        },
        {
            "Path": "/bots/",
            "UserName": "bot",
            "UserId": "AIDAEXAMPLEEXAMPLEEX2",
            "Arn": "arn:aws:iam::210987654321:user/bots/bot",
            "CreateDate": "2014-10-14T18:32:24+00:00",
            "GroupList": [],
            "AttachedManagedPolicies": [],
            "Tags": [],
        },
    ],
    "GroupDetailList": [
        {
            "Path": "/",
            "GroupName": "Admins",
            "GroupId": "AGPAEXAMPLEEXAMPLEEX1",
            "Arn": "arn:aws:iam::210987654321:group/Admins",
            "CreateDate": "2013-10-14T18:32:24+00:00",
            "GroupPolicyList": [{"PolicyName": "all", "PolicyDocument": DEPLOY}],
            "AttachedManagedPolicies": [
                {
                    "PolicyName": "AdministratorAccess",
                    "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess",
                }
            ],
        }
    ],
    "RoleDetailList": [
        {
            "RoleName": "EC2role",
            "RoleId": "AROAEXAMPLEEXAMPLEEX1",
            "AttachedManagedPolicies": [
                {"PolicyName": "deploy", "PolicyArn": "arn:aws:iam::210987654321:policy/ci/deploy"}
            ],
        }
    ],
    "Policies": [
        {
            "PolicyName": "deploy",
            "PolicyId": "ANPAEXAMPLEEXAMPLEEX1",
            "Arn": "arn:aws:iam::210987654321:policy/ci/deploy",
            "Path": "/ci/",
            "DefaultVersionId": "v3",
            "AttachmentCount": 2,
            "PermissionsBoundaryUsageCount": 1,
            "IsAttachable": True,
            "CreateDate": "2015-10-14T18:32:24+00:00",
            "UpdateDate": "2016-10-14T18:32:24+00:00",
            "PolicyVersionList": [
                {
                    "Document": READ,
                    "VersionId": "v1",
                    "IsDefaultVersion": False,
                    "CreateDate": "2015-10-14T18:32:24+00:00",
                },
                {
                    "Document": DEPLOY,
                    "VersionId": "v3",
                    "IsDefaultVersion": True,
                    "CreateDate": "2016-10-14T18:32:24+00:00",
                },
            ],
        },
        {
            "PolicyName": "AdministratorAccess",
            "PolicyId": "ANPAIWMBCKSKIEE64ZLYK",
            "Arn": "arn:aws:iam::aws:policy/AdministratorAccess",
            "Path": "/",
            "DefaultVersionId": "v1",
            "CreateDate": "2015-02-06T18:39:46+00:00",
            "UpdateDate": "2015-02-06T18:39:46+00:00",
            "PolicyVersionList": [
                {
                    "Document": DEPLOY,
                    "VersionId": "v1",
                    "IsDefaultVersion": True,
                    "CreateDate": "2015-02-06T18:39:46+00:00",
                }
            ],
        },
    ],
    "IsTruncated": False,
}
