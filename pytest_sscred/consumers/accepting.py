"""The services that take the credentials, as a test sees them while they are open."""

from __future__ import annotations

import json as json_module
from collections.abc import Callable, Mapping
from typing import Any

from pytest_sscred.arguments import check_text
from pytest_sscred.blocks import Block
from pytest_sscred.consumers.http import Answer, Consumers
from pytest_sscred.names import ServiceName
from pytest_sscred.options import is_whole
from pytest_sscred.resources.services import known_service

__tracebackhide__ = True


class Services(Block):
    """The parts of CodeCommit, Bedrock, CloudWatch and Claude Platform that take credentials."""

    def __init__(self, consumers: Consumers, close: Callable[[], None]) -> None:
        self._consumers = consumers
        self._close = close

    def accept(
        self,
        service_name: ServiceName,
        *,
        json: Any = None,
        body: bytes | str = b"",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        path: str = "/",
    ) -> None:
        """Set the answer to accepted calls. If several fit a call, the last one set counts.

        Without one, a service with API keys answers `{}`, and CodeCommit answers as an empty
        repository does.

        :param json: the body, to be sent as JSON
        :param body: or the body itself
        :param path: answer only calls whose path begins with it
        :raises ValueError: for an unknown service, or one that does not speak HTTP, and for an
            invalid status or path
        :raises TypeError: for a value that is not text or JSON
        """
        service = known_service(service_name)
        if not service.hosts:
            raise ValueError(f"{service.name} does not speak HTTP: ask authenticate() instead")
        if status in (204, 304) and (json is not None or body):
            raise ValueError(f"an answer with status {status} has no body: leave json and body out")
        if json is not None and body:
            raise TypeError("accept takes json or body, not both")
        _check_answer(body, status, headers or {}, path)
        content = body if json is None else json_module.dumps(json)
        content = content.encode() if isinstance(content, str) else content
        kind = {} if json is None else {"content-type": "application/json"}
        kind |= {name.lower(): value for name, value in dict(headers or {}).items()}
        self._consumers.add(Answer(service, path, status, kind, content))

    def __repr__(self) -> str:
        said = len(self._consumers.answers)
        return f"<Services of {self._consumers.account.state.id}: {said} accept()>"

    def close(self) -> None:
        """Leave `requests` and botocore as they were."""
        self._close()

    def _leave(self, error: BaseException | None) -> None:
        self.close()


def _check_answer(body: Any, status: Any, headers: Mapping[str, Any], path: Any) -> None:
    if not is_whole(status) or not 100 <= status <= 599:
        raise ValueError(f"status takes a number from 100 to 599, not {status!r}")
    check_text("a path", path)
    if not path.startswith("/"):
        raise ValueError(f"path begins with /, not {path!r}")
    if not isinstance(body, (bytes, str)):
        raise TypeError(f"body takes bytes or text, not {body!r}")
    for name, value in dict(headers).items():
        check_text("a header's name", name)
        check_text(f"the header {name}", value)
