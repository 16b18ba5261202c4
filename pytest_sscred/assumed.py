"""Guesses that no recording of AWS confirms, each in one place, so that a recording can replace it.

Everything else about IAM's answers comes from recordings, AWS's documents or botocore's model;
`tests/recorded.json` names the source of each.
"""

from __future__ import annotations

import datetime as dt

DEFAULT_PAGE_SIZE = 100
"""Items on a page if the caller gives no MaxItems (IAM's documents say "defaults to 100")."""

EXPIRED_COUNTS_TOWARD_QUOTA = True
"""An expired credential still takes one of the two places a user has for a service."""

EXPIRED_CANNOT_BE_UPDATED = "Operation does not support a credential that has expired"
EXPIRED_CANNOT_BE_RESET = "Operation does not support a credential that has expired"
"""InvalidInput's text for an expired credential. AWS documents that Reset refuses, not the text."""

MALFORMED = "Invalid Argument: {value}"
"""MalformedInput's text; the code and its HTTP status are recorded, the text is not."""

NO_BOUNDARY = "The user with name {name} has no permissions boundary."
"""NoSuchEntity's text for a boundary to delete that is not there; the code is recorded."""

ONLY_USERS_CHANGE_PASSWORDS = "Only IAM Users can change their own password."
WRONG_OLD_PASSWORD = "The old password was incorrect."
SAME_PASSWORD = "The new password must differ from the old one."
"""How ChangePassword refuses. The first code is documented, the last two are recorded."""

PASSWORD_TOO_SHORT = "Password should have a minimum length of {least} "
PASSWORD_LACKS = "Password should meet {number} more of the following requirements: {classes}"
PASSWORD_REUSED = "Password should not be one that was used before"
"""PasswordPolicyViolation's texts: the first two are reported by third parties."""

TOO_MANY_DEVICES = "Cannot exceed quota for MFADevicesPerUser: {most}"
"""LimitExceeded's text for a ninth device of a user; the code is recorded."""

CERTIFICATE_EXPIRED = "The certificate has expired."
"""MalformedCertificate's text for one that has; the code is recorded."""

NOT_OUR_KEY = (
    "User: {caller} is not authorized to perform iam:GetAccessKeyLastUsed on resource: "
    "access key {key}"
)
"""Recorded (LocalStack's snapshots of AWS, 2026-02-11)."""

NO_REPORT = "No report is present. Please use GenerateCredentialReport to generate one"
REPORT_IN_PROGRESS = "Report generation is in progress"
REPORT_TAKES = dt.timedelta(seconds=2)
"""The texts of GetCredentialReport's errors, whose codes are recorded; and how long a report takes,
unless GenerateCredentialReport is called again."""

TOO_MANY_GROUPS = "Cannot exceed quota for GroupsPerUser: {most}"
TOO_MANY_SSH_KEYS = "Cannot exceed quota for SSHPublicKeysPerUser: {most}"
"""LimitExceeded's texts, by the pattern of other quotas'."""

NO_JOB = "Job {job} cannot be found."
"""NoSuchEntity's text for a job of services last accessed; the code is recorded."""

NO_ARN = "ARN {arn} does not exist."
NO_NAMESPACE = "Invalid service namespace: [{names}]"
"""How ListPoliciesGrantingServiceAccess and GenerateServiceLastAccessedDetails refuse."""

PREFIXES = {
    "access-analyzer": "accessanalyzer",
    "airflow": "mwaa",
    "aoss": "opensearchserverless",
    "apigateway": "apigatewayv2",
    "aps": "amp",
    "aws-marketplace": "meteringmarketplace marketplace-agreement marketplace-catalog "
    "marketplace-deployment marketplace-entitlement marketplace-reporting",
    "bedrock": "bedrock-agent bedrock-agent-runtime bedrock-data-automation "
    "bedrock-data-automation-runtime bedrock-runtime",
    "bedrock-agentcore": "bedrock-agentcore-control",
    "cases": "connectcases",
    "cassandra": "keyspaces keyspacesstreams",
    "chime": "chime-sdk-identity chime-sdk-media-pipelines chime-sdk-meetings chime-sdk-messaging "
    "chime-sdk-voice",
    "cloudhsm": "cloudhsmv2",
    "cloudsearch": "cloudsearchdomain",
    "codeguru-profiler": "codeguruprofiler",
    "connect": "connect-contact-lens connectparticipant",
    "connect-campaigns": "connectcampaigns connectcampaignsv2",
    "dynamodb": "dynamodbstreams",
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elb elbv2",
    "elasticmapreduce": "emr",
    "es": "opensearch",
    "execute-api": "apigatewaymanagementapi",
    "geo": "location",
    "greengrass": "greengrassv2",
    "iot": "iot-data",
    "ivs": "ivs-realtime",
    "kinesisanalytics": "kinesisanalyticsv2",
    "kinesisvideo": "kinesis-video-archived-media kinesis-video-media kinesis-video-signaling "
    "kinesis-video-webrtc-storage",
    "lex": "lex-models lex-runtime lexv2-models lexv2-runtime",
    "mobiletargeting": "pinpoint",
    "neptune-db": "neptunedata",
    "profile": "customer-profiles",
    "rds": "docdb neptune",
    "s3": "s3control",
    "s3-outposts": "s3outposts",
    "sagemaker": "sagemaker-a2i-runtime sagemaker-edge sagemaker-featurestore-runtime "
    "sagemaker-geospatial sagemaker-metrics sagemaker-runtime",
    "servicecatalog": "servicecatalog-appregistry",
    "servicequotas": "service-quotas",
    "ses": "mailmanager pinpoint-email sesv2",
    "sms-voice": "pinpoint-sms-voice pinpoint-sms-voice-v2",
    "sso": "sso-admin",
    "states": "stepfunctions",
    "tag": "resourcegroupstaggingapi",
    "timestream": "timestream-query timestream-write",
    "wisdom": "qconnect",
}
"""What actions begin with, where botocore has other names for the services: those it signs for, or
IAM's documents have. All others are taken to be botocore's own."""

NO_ALIAS = "The account alias {alias} cannot be found."
"""NoSuchEntity's text for an alias that the account does not have."""

NOT_THERE = {
    "InstanceProfileName": "Instance Profile {} cannot be found.",
    "ServerCertificateName": "The Server Certificate with name {} cannot be found.",
    "SAMLProviderArn": "Manifest not found for arn {}",
    "OpenIDConnectProviderArn": "OpenIDConnect Provider not found for arn {}",
}
"""NoSuchEntity's texts for what an account here never has, in the pattern of recorded ones."""

AWS_POLICY = '{"Version": "2012-10-17", "Statement": []}'
AWS_POLICIES = {
    "AdministratorAccess": '{"Version": "2012-10-17", "Statement": '
    '[{"Effect": "Allow", "Action": "*", "Resource": "*"}]}',
}
"""The documents of AWS's own policies: all but these are stood in for by one without statements."""

SERVICE_FAILURE = "The request processing has failed because of an unknown error."
ACCESS_DENIED = (
    "User: {caller} is not authorized to perform: {action} on resource: {resource} "
    "because no identity-based policy allows the {action} action"
)
"""Reported for other IAM operations by third parties, not recorded for these."""

NOT_LOGGED = (
    "IncompleteSignature", "InvalidClientTokenId", "MissingAuthenticationToken", "OptInRequired",
    "RequestExpired", "SignatureDoesNotMatch",
)  # fmt: skip
"""Errors of calls that CloudTrail has no record of: AWS documents that authenticated ones are."""

LONGEST_LOOP = 16
"""Events in a chain, each caused by the target of the one before, until it is cut. AWS documents
"approximately 16" invocations for Lambda's detection of recursive loops."""

MOST_RUNS = 1000
"""Runs of a target at once, from which on its events are dropped: Lambda's default quota for an
account. AWS would hold them back, and deliver them later."""

SOURCE_ADDRESS = "192.0.2.1"
"""The caller's address in CloudTrail's records of calls that no network carries (RFC 5737)."""

ANOTHER = "arn:aws:sts::{account_id}:assumed-role/Administrator/another"
CONSOLES_AGENT = "AWS Internal"
"""Who did, in CloudTrail's records, what a test does as if someone else had, in the console, whose
user agent is recorded (documentation of nuvibit, 2023-02)."""

ADMINISTRATOR = "arn:aws:sts::{account_id}:assumed-role/Administrator/pytest-sscred"
"""The caller if no user calls: a role, so that leaving UserName out is refused as recorded."""

_ACCESS_DENIED_TYPE = (
    "AccessDeniedException:http://internal.amazon.com/coral/com.amazon.coral.service/"
)

NO_KEY = (
    _ACCESS_DENIED_TYPE,
    "Invalid API Key format: Must start with pre-defined prefix",
)
BAD_KEY = (
    _ACCESS_DENIED_TYPE,
    "Authentication failed: Please make sure your API Key is valid.",
)
EXPIRED_KEY = (_ACCESS_DENIED_TYPE, "Bearer Token has expired")
"""How Bedrock refuses an API key, with 403, as third parties report it. Two guesses: an inactive
key gets the second text, and the other services with API keys answer likewise."""

NO_TOKEN = (
    "MissingAuthenticationTokenException:http://internal.amazon.com/coral/com.amazon.coral.service/",
    "Missing Authentication Token",
)
"""The answer of a service with API keys to a call without a key, with 403."""

CODECOMMIT_CHALLENGE = 'Basic realm="AWS CodeCommit"'
"""Sent with 401 to ask git for a name and a password. Wrong ones get 403, as is reported."""
