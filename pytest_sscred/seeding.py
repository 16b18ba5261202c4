"""What a test puts into its account, checked at once: ValueError in words that say what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from pytest_sscred.account import Account, Cause, CredentialRecord, UserRecord
from pytest_sscred.clock import in_utc, whole_seconds
from pytest_sscred.errors import AwsError, nearest
from pytest_sscred.faults import Fault
from pytest_sscred.operations import OPERATIONS
from pytest_sscred.protocol.model import IamModel
from pytest_sscred.protocol.validate import validate
from pytest_sscred.services import ALSO_CALLED, SERVICES, Service


def add_user(account: Account, model: IamModel, name: str, path: str) -> UserRecord:
    _check(model, "CreateUser", UserName=name, Path=path)
    if account.user(name) is not None:
        raise ValueError(
            f"the account has a user {name!r} already (names differ by more than case): "
            f"user({name!r}) gives it"
        )
    return account.add_user(name, path)


def add_credential(
    account: Account,
    model: IamModel,
    user_name: str,
    service_name: str,
    status: str,
    created: dt.datetime | None,
    age_days: int | None,
) -> CredentialRecord:
    age = {} if age_days is None else {"CredentialAgeDays": age_days}
    _check(
        model,
        "CreateServiceSpecificCredential",
        UserName=user_name,
        ServiceName=service_name,
        **age,
    )
    service = _service(service_name)
    if status not in ("Active", "Inactive"):
        raise ValueError(
            f"status takes 'Active' or 'Inactive', not {status!r}; for an expired credential give "
            "age_days and a created that lies further back"
        )
    now = account.clock.now()
    at = now if created is None else in_utc(created)
    if at > now:
        raise ValueError(f"created lies in the future: {at} is after {now}")
    user = account.user(user_name)
    if user is not None:
        _check_quota(account, user, service)
    else:
        user = account.add_user(user_name, "/")
    cause = Cause("add_credential", "test", at if created is None else whole_seconds(at))
    return account.add_credential(user, service, cause, status=status, age_days=age_days)


def fault(
    model: IamModel,
    error: str,
    *,
    on: str,
    user_name: str | None,
    credential_id: str | None,
    times: int | None,
    after: int,
    message: str | None,
    added_at: str,
) -> Fault:
    check_operation(model, on)
    code = model.wire_code(error)
    if code not in model.error_codes(on):
        raise ValueError(
            f"{on} cannot answer with {error!r}: {nearest(error, model.error_codes(on))}"
        )
    members = model.members(on)
    if credential_id is not None and "ServiceSpecificCredentialId" not in members:
        raise ValueError(f"{on} names no credential, so no call of it has credential_id")
    if times is not None and (not _is_whole(times) or times < 1):
        raise ValueError(f"times takes a whole number from 1, or None for always, not {times!r}")
    if not _is_whole(after) or after < 0:
        raise ValueError(f"after takes a whole number from 0, not {after!r}")
    return Fault(code, on, user_name, credential_id, times, after, message, added_at)


def check_operation(model: IamModel, operation: str) -> None:
    """ValueError unless the fake has that operation."""
    if operation in OPERATIONS:
        return
    reason = "is not faked" if operation in model.operation_names else "is no operation of IAM"
    raise ValueError(f"{operation!r} {reason}: {nearest(operation, OPERATIONS)}")


def check_params(model: IamModel, operation: str, names: Iterable[str]) -> None:
    """ValueError unless that operation has parameters of those names."""
    members = model.members(operation)
    for name in names:
        if name not in members:
            raise ValueError(f"{operation} has no parameter {name!r}: {nearest(name, members)}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check(model: IamModel, operation: str, **params: Any) -> None:
    """Hold seeds against the constraints of the operation that would make them."""
    members = model.members(operation)
    for name, value in params.items():
        expected = int if members[name].type_name == "integer" else str
        if not isinstance(value, expected) or isinstance(value, bool):
            raise TypeError(f"{name} takes {expected.__name__}, not {value!r}")
    try:
        validate(model.operation(operation).input_shape, params)
    except AwsError as error:
        raise ValueError(f"{operation} would refuse this: {error.message}") from None


def _service(name: str) -> Service:
    service = SERVICES.get(name.lower())
    if service is not None:
        return service
    known_as = ALSO_CALLED.get(name.lower().partition(".")[0])
    hint = f"AWS calls it {known_as!r}" if known_as else nearest(name, SERVICES)
    raise ValueError(f"IAM makes no credentials for a service {name!r}: {hint}")


def _check_quota(account: Account, user: UserRecord, service: Service) -> None:
    there = [each for each in user.credentials.values() if each.service is service]
    if len(there) >= account.quota:
        raise ValueError(
            f"{user.name} has {len(there)} credentials for {service.name}, and IAM allows no more; "
            "@pytest.mark.sscred_iam(quota=...) sets another quota"
        )
