"""What EventBridge hands to a Lambda function: the event, and the context of the invocation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pytest_sscred.events.record import Record, iso, uuid_of

FIELDS = frozenset(
    {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}
)
"""Those of an event."""


def event_of(record: Record, at: dt.datetime) -> dict[str, Any]:
    """The event of a record that is delivered at that time.

    Its form is that of a real one (documentation of nuvibit, 2023-02); its time is the delivery's.
    """
    return {
        "version": "0",
        "id": uuid_of(f"event {record['eventID']}"),
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{record['eventSource'].partition('.')[0]}",
        "account": record["recipientAccountId"],
        "time": iso(at),
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    }


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """The context that Lambda's Python runtime gives to a handler."""

    function_name: str
    invoked_function_arn: str
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "128"
    identity: Any = None
    client_context: Any = None

    def get_remaining_time_in_millis(self) -> int:
        """The time left until a timeout, always the longest that Lambda grants."""
        return 15 * 60 * 1000


def context_of(name: str, event: dict[str, Any], number: int) -> LambdaContext:
    """The context in which a function of that name is given the event, the same in each attempt.

    :param number: the invocation's among all of the account
    """
    function = "".join(each if each.isalnum() or each in "-_" else "-" for each in name)
    request_id = uuid_of(f"invocation {number} {event['id']}")
    account, day = f"{event['region']}:{event['account']}", event["time"][:10].replace("-", "/")
    return LambdaContext(
        function_name=function,
        invoked_function_arn=f"arn:aws:lambda:{account}:function:{function}",
        aws_request_id=request_id,
        log_group_name=f"/aws/lambda/{function}",
        log_stream_name=f"{day}/[$LATEST]{request_id.replace('-', '')}",
    )
