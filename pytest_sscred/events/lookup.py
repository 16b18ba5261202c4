"""CloudTrail's event history, as LookupEvents searches it.

Its parameters, errors and limits as AWS documents them; the form of an event and its resources as
recorded (radkawar/stackd, 2026-09).
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_sscred.errors import AwsError
from pytest_sscred.events.record import Record, iso

_MOST = 50
_KEPT = dt.timedelta(days=90)
_USER, _KEY = "AWS::IAM::User", "AWS::IAM::AccessKey"
_RESOURCES = {
    "CreateUser": (
        (_USER, "responseElements.user.arn"),
        (_USER, "responseElements.user.userName"),
        (_USER, "responseElements.user.userId"),
    ),
    "UpdateUser": ((_USER, "requestParameters.userName"),),
    "DeleteUser": ((_USER, "requestParameters.userName"),),
    "CreateAccessKey": (
        (_KEY, "responseElements.accessKey.accessKeyId"),
        (_USER, "responseElements.accessKey.userName"),
    ),
    "UpdateAccessKey": (
        (_KEY, "requestParameters.accessKeyId"),
        (_USER, "requestParameters.userName"),
    ),
    "DeleteAccessKey": (
        (_KEY, "requestParameters.accessKeyId"),
        (_USER, "requestParameters.userName"),
    ),
}
"""What an event says that it is about; of other operations that is not known."""
_FILTERS = {
    "EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource",
    "AccessKeyId",
}  # fmt: skip


def lookup(records: Sequence[Record], params: Mapping[str, Any], now: dt.datetime) -> Record:
    """The answer to LookupEvents: events of the last 90 days, the latest first.

    :param records: a region's, oldest first
    """
    wanted = _wanted(params.get("LookupAttributes") or [])
    first, last = _range(params)
    if "EventCategory" in params:  # `insight` is the only one, and no event here is of it
        if params["EventCategory"] != "insight":
            raise AwsError("InvalidEventCategoryException", "Specify a valid event category.")
        records = []
    most = params.get("MaxResults", _MOST)
    if not isinstance(most, int) or not 1 <= most <= _MOST:
        raise AwsError("InvalidMaxResultsException", f"Max results is from 1 to {_MOST}.")
    is_early = now - dt.datetime.min.replace(tzinfo=now.tzinfo) < _KEPT
    earliest = first if is_early else max(iso(now - _KEPT), first)
    found = [
        event
        for event in map(_event, reversed(records))
        if earliest <= event["EventTime"] <= last and _fits(event, wanted)
    ]
    query = json.dumps({name: params[name] for name in sorted(params) if name != "NextToken"})
    left = _left(params.get("NextToken"), query, len(found))
    page = found[len(found) - left :][:most]
    answer: Record = {"Events": [{**event, "EventTime": _seconds(event)} for event in page]}
    if left > most:
        answer["NextToken"] = _token(left - most, query)
    return answer


def _event(record: Record) -> Record:
    """A record as it is wrapped in an answer; its time is text still."""
    identity = record["userIdentity"]
    key = {"AccessKeyId": identity["accessKeyId"]} if "accessKeyId" in identity else {}
    resources: list[Record] = []
    if "errorCode" not in record:
        for kind, path in _RESOURCES.get(record["eventName"], ()):
            name = _at(record, path)
            resources += [] if name is None else [{"ResourceType": kind, "ResourceName": name}]
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": "true" if record["readOnly"] else "false",
        **key,
        "EventTime": record["eventTime"],
        "EventSource": record["eventSource"],
        "Username": _name_of(identity),
        "Resources": resources,
        "CloudTrailEvent": json.dumps(record),
    }


def _name_of(identity: Record) -> str:
    """A user's name, or a session's."""
    return str(identity.get("userName") or identity["arn"].rpartition("/")[2])


def _at(record: Record, path: str) -> Any:
    value: Any = record
    for name in path.split("."):
        value = (value or {}).get(name)
    return value


def _seconds(event: Record) -> float:
    moment = dt.datetime.fromisoformat(event["EventTime"].replace("Z", "+00:00"))
    return moment.timestamp()


def _wanted(attributes: Any) -> Record:
    """The one attribute to look for; none, for every event."""
    valid = isinstance(attributes, list) and len(attributes) <= 1
    if not valid or not all(
        isinstance(each, dict) and each.get("AttributeKey") in _FILTERS for each in attributes
    ):
        text = "You can specify only one lookup attribute, and a valid key."
        raise AwsError("InvalidLookupAttributesException", text)
    return {each["AttributeKey"]: each.get("AttributeValue") for each in attributes}


def _fits(event: Record, wanted: Record) -> bool:
    for name, value in wanted.items():
        if name.startswith("Resource"):
            return value in [each[name] for each in event["Resources"]]
        return bool(event.get(name) == value)
    return True


def _range(params: Mapping[str, Any]) -> tuple[str, str]:
    """The first and the last time, in the form of a record's."""
    try:
        first, last = (
            iso(dt.datetime.fromtimestamp(params[name], dt.timezone.utc)) if name in params else ""
            for name in ("StartTime", "EndTime")
        )
    except (TypeError, ValueError, OverflowError, OSError):
        raise AwsError("InvalidTimeRangeException", "The time is out of range.") from None
    if first and last and first > last:
        raise AwsError("InvalidTimeRangeException", "The start time occurs after the end time.")
    return first, last or "9999"


def _token(left: int, query: str) -> str:
    return base64.b64encode(json.dumps([left, query]).encode()).decode()


def _left(token: Any, query: str, all_of_them: int) -> int:
    """How many events are left to return."""
    if token is None:
        return all_of_them
    try:
        left, asked = json.loads(base64.b64decode(token, validate=True))
        if asked == query and 0 < left <= all_of_them:
            return int(left)
    except (TypeError, ValueError, binascii.Error):
        pass
    raise AwsError("InvalidNextTokenException", "The token is not valid for these parameters.")
