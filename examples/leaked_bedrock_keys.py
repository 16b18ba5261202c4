"""A Lambda handler that deactivates leaked Bedrock keys and reports what it could not.

An event lists keys as they were found, in a repository or a log:

    {"detail": {"keys": ["ABSK...", ...]}}

or it is CloudTrail's, of AWS putting its quarantine policy on a user whose key was found in
public; PATTERN is EventBridge's for those. Then all Bedrock keys of that user are deactivated.

A key says whose it is: behind its prefix stands base64 of its alias, a colon and the secret. The
alias outlives a rename of the user, so that the credential is looked up by it, not by the name.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import boto3

BEDROCK = "bedrock.amazonaws.com"
PREFIX = "ABSK"
PATTERN = {
    "source": ["aws.iam"],
    "detail": {
        "eventName": ["AttachUserPolicy"],
        "errorCode": [{"exists": False}],
        "requestParameters": {"policyArn": [{"wildcard": "*/AWSCompromisedKeyQuarantine*"}]},
    },
}

iam = boto3.client("iam", region_name="us-east-1")


def handler(event: dict[str, Any], context: object = None) -> dict[str, Any]:
    """`deactivated`: ids of credentials; `failed`: aliases or keys' beginnings, with reasons."""
    credentials = by_alias()
    report: dict[str, Any] = {"deactivated": [], "failed": {}}
    for key, alias in found_in(event["detail"], credentials):
        if alias is None:
            report["failed"][key[:8]] = "no Bedrock key"
            continue
        reason = deactivate(credentials.get(alias))
        if reason:
            report["failed"][alias] = reason
        else:
            report["deactivated"].append(credentials[alias]["ServiceSpecificCredentialId"])
    return report


def found_in(
    detail: dict[str, Any], credentials: dict[str, dict[str, Any]]
) -> list[tuple[str, str | None]]:
    """Keys that an event names, and their aliases; of a quarantined user, all its aliases."""
    if "keys" in detail:
        return [(key, alias_of(key)) for key in detail["keys"]]
    user_name = detail["requestParameters"]["userName"]
    return [(alias, alias) for alias, each in credentials.items() if each["UserName"] == user_name]


def deactivate(credential: dict[str, Any] | None) -> str:
    """Why it could not be; nothing, where it is Inactive now."""
    if credential is None:
        return "no such credential"
    try:
        iam.update_service_specific_credential(
            UserName=credential["UserName"],
            ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"],
            Status="Inactive",
        )
    except iam.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return ""


def by_alias() -> dict[str, dict[str, Any]]:
    """All Bedrock keys of the account. botocore has no paginator for this list."""
    found: dict[str, dict[str, Any]] = {}
    marker: dict[str, str] = {}
    while True:
        page = iam.list_service_specific_credentials(AllUsers=True, ServiceName=BEDROCK, **marker)
        for credential in page["ServiceSpecificCredentials"]:
            found[credential["ServiceCredentialAlias"]] = credential
        if not page["IsTruncated"]:
            return found
        marker = {"Marker": page["Marker"]}


def alias_of(key: str) -> str | None:
    try:
        decoded = base64.b64decode(key.removeprefix(PREFIX), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    alias, colon, _ = decoded.rpartition(":")
    return alias if colon and key.startswith(PREFIX) else None
