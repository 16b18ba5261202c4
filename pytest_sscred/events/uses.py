"""CloudTrail's records of calls with an API key.

Those of Bedrock's runtime are known: management events with `callWithBearerToken` (guide of
BeyondTrust, part 2; AWS's Bedrock guide). Inference through bedrock-mantle is a data event, which
a trail does not log unless it is told to; no record of the other services was found.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from pytest_sscred.ask import Caller
from pytest_sscred.events.record import Record, Trace
from pytest_sscred.journal import Call
from pytest_sscred.wire import Request

NAMES = {
    "converse": "Converse",
    "converse-stream": "ConverseStream",
    "invoke": "InvokeModel",
    "invoke-with-response-stream": "InvokeModelWithResponseStream",
}
"""Operations by the ends of their paths."""
_HOST = re.compile(r"bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.")
_PATH = re.compile(r"/model/(.+)/([a-z-]+)")


class Use(Trace):
    """What a record needs of a call of Bedrock's runtime with a key."""

    __slots__ = ("_host", "_model", "_name", "_region")

    def __init__(self, request: Request, request_id: str, user: Any, name: str, model: str) -> None:
        super().__init__(request, request_id, Caller(user.arn, user), None, None)
        self._name = name
        self._model = model
        self._host = urlsplit(request.url).hostname or ""
        found = _HOST.match(self._host)
        self._region = found[1] if found else "us-east-1"

    def record(self, call: Call) -> Record:
        return self._whole(
            call,
            service="bedrock",
            name=self._name,
            is_read=True,
            parameters={"modelId": self._model},
            additional={"callWithBearerToken": True},
        )


def use_of(request: Request, request_id: str, user: Any) -> Use | None:
    """What is kept of an accepted call for its record; None if no record of its kind is known."""
    parts = urlsplit(request.url)
    found = _PATH.fullmatch(parts.path)
    if not _HOST.match(parts.hostname or "") or found is None or found[2] not in NAMES:
        return None
    return Use(request, request_id, user, NAMES[found[2]], unquote(found[1]))
