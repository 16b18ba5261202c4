"""What a call is about, as far as faults choose by it, and what a fault answers in AWS's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_sscred import assumed
from pytest_sscred.account import Account, Caller
from pytest_sscred.errors import no_such_user
from pytest_sscred.faults import Fault, Target
from pytest_sscred.protocol.model import IamModel


def target_of(
    account: Account, operation: str, caller: Caller, params: Mapping[str, Any], call_id: object
) -> Target:
    """What a call is about."""
    credential_id = params.get("ServiceSpecificCredentialId")
    service_name = params.get("ServiceName")
    if service_name is None and credential_id in account.credentials:
        service_name = account.credentials[credential_id].service.name
    calling = caller.user.name if caller.user else None
    return Target(
        operation,
        params.get("UserName", calling),
        credential_id,
        service_name and service_name.lower(),
        calling,
        call_id,
    )


def message_of(fault: Fault, target: Target, caller: Caller, model: IamModel) -> str:
    """The message of its error: the one that it was given, or AWS's."""
    if fault.message is not None:
        return fault.message
    if fault.code == "AccessDenied":
        resource = f"user {target.user_name}" if target.user_name else "*"
        return assumed.ACCESS_DENIED.format(
            caller=caller.arn, operation=target.operation, resource=resource
        )
    if fault.code == "NoSuchEntity" and target.user_name:
        return no_such_user(target.user_name).message
    return model.errors[fault.code].text
