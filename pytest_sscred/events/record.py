"""The record that CloudTrail writes of a call, made when it is asked for.

Which fields there are, in which order, what is null and what is left out: by records of real
accounts (invictus-ir/aws_dataset, 2023-07; panther-labs/panther-analysis; radkawar/stackd,
2026-09).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore.model import OperationModel
from botocore.parsers import create_parser

from pytest_sscred import assumed
from pytest_sscred.ask import Ask, Caller
from pytest_sscred.asking import region_of
from pytest_sscred.journal import Call
from pytest_sscred.outcomes import Answered, ByAnother, Outcome, Refused
from pytest_sscred.protocol.model import has_secret, load_model, without_secrets
from pytest_sscred.resources import OF_STS
from pytest_sscred.state.clock import as_text
from pytest_sscred.wire import Request, Response

Record = dict[str, Any]

READS = ("Get", "List", "Simulate")
_NO_RESPONSE = (*READS, "Update", "Delete")
_AGENT = 1000  # characters of a User-Agent that are kept
_ORDER = {"AccessKey": ("AccessKeyId", "Status", "UserName", "CreateDate")}
"""The members of a structure whose order in a record is not the model's."""


class Trace:
    """What a record needs besides the call: little, kept as it came, and looked at if asked for.

    What the model calls sensitive is not kept.
    """

    __slots__ = ("_address", "_agent", "_answer", "_caller", "_error", "_request_id")

    _region = "us-east-1"
    """IAM's, whatever region a call was signed for."""
    _host = ""
    """The name that the call went to; by default the service's."""

    def __init__(
        self,
        request: Request,
        request_id: str,
        caller: Caller,
        error: tuple[str, str] | None,
        answer: Any,
    ) -> None:
        """
        :param error: the code and the message that it was answered with
        :param answer: what the record shows of: the operation's result, the response of another
            mock, or None
        """
        self._request_id = request_id
        self._caller = caller
        self._agent = request.agent[:_AGENT]
        self._address = request.address
        self._error = error
        self._answer = answer

    def __repr__(self) -> str:
        return f"<Trace {self._request_id}>"

    def record(self, call: Call) -> Record:
        """The record of that call."""
        model = load_model()
        operation = model.operation(call.operation)
        code, message = self._error or ("", "")
        parameters = elements = None
        if code != "AccessDenied":  # then only the message names what the call was about
            parameters = _parameters(operation, call.params)
        shape = operation.output_shape
        if shape and self._answer is not None:
            elements = _json(shape, self._result(operation)) or None
        return self._whole(
            call,
            service=model.of_operation(call.operation).name,
            name=call.operation,
            error={"errorCode": model.class_name(code), "errorMessage": message} if code else {},
            parameters=parameters,
            elements=elements,
            is_read=call.operation.startswith(READS),
        )

    def _result(self, operation: OperationModel) -> Any:
        if not isinstance(self._answer, Response):
            return self._answer
        status, headers, body, _ = self._answer
        parts = {"status_code": status, "headers": headers, "body": body}
        shape: Any = operation.output_shape
        return _without_empty(create_parser("query").parse(parts, shape))

    def _whole(
        self,
        call: Call,
        *,
        service: str,
        name: str,
        is_read: bool,
        error: Record = {},  # noqa: B006 - only read
        parameters: Any = None,
        elements: Any = None,
        additional: Any = None,
    ) -> Record:
        is_console = self._agent == assumed.CONSOLES_AGENT
        return {
            "eventVersion": "1.11",
            "userIdentity": self._identity(call),
            "eventTime": iso(call.at),
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": self._region,
            "sourceIPAddress": self._address or assumed.SOURCE_ADDRESS,
            "userAgent": self._agent,
            **error,
            "requestParameters": parameters,
            "responseElements": elements,
            **({} if additional is None else {"additionalEventData": additional}),
            "requestID": self._request_id,
            "eventID": uuid_of(self._request_id),
            "readOnly": is_read,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": _account_of(call.caller),
            "eventCategory": "Management",
            "tlsDetails": {
                "tlsVersion": "TLSv1.3",
                "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": self._host or f"{service}.amazonaws.com",
            },
            **({"sessionCredentialFromConsole": "true"} if is_console else {}),
        }

    def _identity(self, call: Call) -> Record:
        """Who called: an IAM user, the root user, or a role's session."""
        account, user = _account_of(call.caller), self._caller.user
        key = {"accessKeyId": self._caller.key} if self._caller.key else {}
        if user is not None:
            about = {"arn": user.arn, "accountId": account, **key, "userName": user.name}
            return {"type": "IAMUser", "principalId": user.id, **about}
        if call.caller.endswith(":root"):
            about = {"arn": call.caller, "accountId": account, **key}
            return {"type": "Root", "principalId": account, **about}
        return _session(call, account, self._caller.id, key)


class OfSts(Trace):
    """What a record needs of a call of STS, which has an endpoint in every region."""

    __slots__ = ("_host", "_region")

    def __init__(self, request: Request, *rest: Any) -> None:
        super().__init__(request, *rest)
        self._region = region_of(request)
        host = urlsplit(request.url).hostname or ""
        self._host = host if "amazonaws.com" in host else f"sts.{self._region}.amazonaws.com"


def trace_of(ask: Ask, outcome: Outcome) -> Trace | None:
    """What is kept of a call for its record; None for one that CloudTrail does not see."""
    error: tuple[str, str] | None = None
    answer: Any = None
    if isinstance(outcome, Answered):
        answer = outcome.result or None
    elif isinstance(outcome, ByAnother):
        if outcome.code is None:
            answer = outcome.response
        else:
            error = outcome.code, outcome.message
    elif isinstance(outcome, Refused):
        error = outcome.code, outcome.error.message
        if outcome.code in assumed.NOT_LOGGED:
            return None
    elif outcome.done is not None:
        return trace_of(ask, outcome.done)
    else:
        return None
    if ask.operation.startswith(_NO_RESPONSE):
        answer = None  # not kept: it may be long
    elif isinstance(outcome, Answered):
        answer = without_secrets(load_model().operation(ask.operation).output_shape, answer)
    kind = OfSts if ask.operation in OF_STS else Trace
    return kind(ask.request, ask.request_id, ask.caller, error, answer)


def _session(call: Call, account: str, principal: str, key: Record) -> Record:
    """A role's session; its ARN ends with the role's name and the session's.

    Its keys begin otherwise than a user's. It is renewed on the hour: by default one lasts so long.
    """
    partition, role = call.caller.split(":")[1], call.caller.split("/")[-2]
    role_id = principal.partition(":")[0]
    since = call.at.replace(minute=0, second=0)
    return {
        "type": "AssumedRole",
        "principalId": principal,
        "arn": call.caller,
        "accountId": account,
        **{name: value.replace("AKIA", "ASIA", 1) for name, value in key.items()},
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role_id,
                "arn": f"arn:{partition}:iam::{account}:role/{role}",
                "accountId": account,
                "userName": role,
            },
            "attributes": {"creationDate": iso(since), "mfaAuthenticated": "false"},
        },
    }


def _account_of(arn: str) -> str:
    return arn.split(":")[4]


def uuid_of(text: str) -> str:
    """A UUID of version 4, the same for the same text."""
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return str(uuid.UUID(bytes=digest, version=4))


def iso(moment: dt.datetime) -> str:
    """A time as CloudTrail writes it: in UTC, in whole seconds."""
    return as_text(moment)


# Parameters and results, by the model


def _parameters(operation: OperationModel, params: Mapping[str, Any]) -> Record | None:
    shape = operation.input_shape
    members = shape.members if shape else {}
    found = {
        _camel(name): _json(members[name], value)
        for name, value in params.items()
        if not has_secret(members[name])
    }
    return found or None


def _json(shape: Any, value: Any) -> Any:
    """A value in JSON's types, without what the model calls sensitive."""
    if isinstance(value, Mapping) and shape.type_name == "structure":
        return {
            _camel(name): _json(shape.members[name], value[name])
            for name in _ORDER.get(shape.name, shape.members)
            if name in value and not shape.members[name].metadata.get("sensitive")
        }
    if isinstance(value, Mapping):
        return {str(key): _json(shape.value, each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(shape.member, each) for each in value]
    if isinstance(value, dt.datetime):
        return iso(value)
    return value


def _without_empty(value: Any) -> Any:
    """What another mock answered; such write empty members, too."""
    if isinstance(value, dict):
        inner = {name: _without_empty(each) for name, each in value.items()}
        return {name: each for name, each in inner.items() if each not in ({}, [])}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    """`userName` for `UserName`, and `sSHPublicKeyId`: CloudTrail lowers the first letter only."""
    return name[:1].lower() + name[1:]
