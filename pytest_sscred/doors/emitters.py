"""The emitter that botocore's endpoint uses during a call that we may answer.

An endpoint asks handlers of `before-send` for an answer before it opens a connection, and handlers
of `needs-retry` whether and when to try again. Both are answered here; all other events go to the
client's own emitter. So signing, retries, events, parsing and exceptions stay botocore's.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.hooks import first_non_none_response

from pytest_sscred.doors.attempts import Answers, Attempts
from pytest_sscred.running import run
from pytest_sscred.wire import Response

__tracebackhide__ = True


class Emitter:
    """Stands in front of a client's emitter for one call."""

    def __init__(self, real: Any, attempts: Attempts) -> None:
        self._real = real
        self._attempts = attempts

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        if event_name.startswith("before-send."):
            return self._done(self._sent(event_name, kwargs))
        answers = self._real.emit(event_name, **kwargs)
        return self._slept(answers) if event_name.startswith("needs-retry.") else answers

    async def _sent(self, event_name: str, kwargs: dict[str, Any]) -> Answers:
        async def ask() -> Answers:
            return await self._ask(event_name, kwargs)

        return await self._attempts.send(kwargs["request"], ask, self._reads)

    def _slept(self, answers: Answers) -> Answers:
        """The handlers' answers, with the sleep that is left to do."""
        delay = first_non_none_response(answers)
        if delay is None or delay is False:
            return answers
        return [(None, self._attempts.wait(delay))]

    # Overridden for libraries that are awaited

    def _done(self, answers: Any) -> Any:
        return run(answers)

    async def _ask(self, event_name: str, kwargs: dict[str, Any]) -> Answers:
        return self._real.emit(event_name, **kwargs)

    def _reads(self, url: str, response: Response) -> Any:
        raw: Any = _Raw(response.body)
        headers: Any = response.headers
        return AWSResponse(url, response.status, headers, raw)


class _Raw(io.BytesIO):
    """A body, as botocore reads one from the network."""

    def stream(self, **kwargs: Any) -> Iterator[bytes]:
        yield self.read()
