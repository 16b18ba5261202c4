"""Who answers the attempts of one botocore call: an account, a service, others, or nobody.

An object of these classes is made for one call and asked before every attempt is sent. It
answers the `before-send` event: handlers of that event, moto's for one, stand between botocore
and its network, so botocore takes their answers for the network's.
"""

from __future__ import annotations

import copy
import functools
import inspect
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from botocore import exceptions
from botocore.awsrequest import AWSPreparedRequest
from botocore.hooks import first_non_none_response

from pytest_sscred import cloudtrail_api
from pytest_sscred.account import Account
from pytest_sscred.consumers.http import Consumers
from pytest_sscred.doors.forks import url_in_parent
from pytest_sscred.doors.moto.door import asked_for, is_active, is_elsewhere, load_policies
from pytest_sscred.errors import OperationNotFaked
from pytest_sscred.iam_api import answer_to, told
from pytest_sscred.outcomes import Lost
from pytest_sscred.partitions import is_aws_host
from pytest_sscred.places import users_place
from pytest_sscred.refusals import FORKED, Reason, Refusal
from pytest_sscred.wire import Response, as_ours

__tracebackhide__ = True

Answers = Any
"""The handlers of an event with the values they returned."""

Ask = Callable[[], Awaitable[Answers]]
"""Lets the client's own handlers of the event answer."""

Reads = Callable[[str, Response], Any]
"""Turns an answer into the response that the client's library reads."""


class Attempts(Protocol):
    """How one call is handled."""

    async def send(self, request: Any, ask: Ask, reads: Reads) -> Answers:
        """The answer to `before-send`; empty if the attempt is to be sent."""

    def wait(self, seconds: float) -> float:
        """The seconds that the client should sleep before its next attempt."""


class OfIam:
    """A call of IAM or STS: the account answers; others may answer what is theirs or what it lacks.

    All attempts go to the account that the first one went to, even if it is closed while a
    thread still backs off.
    """

    def __init__(self, account: Account, endpoint: Any, operation: str) -> None:
        self._account = account
        self._endpoint = endpoint
        self._operation = operation
        self._attempts = 0
        self._place = users_place()  # a few frames from here, and many where the call is answered

    async def send(self, request: Any, ask: Ask, reads: Reads) -> Answers:
        async def others() -> Response | None:
            with asked_for(self._account):
                theirs = first_non_none_response(await ask())
            return None if theirs is None else await _as_ours(theirs)

        if is_active():
            if is_elsewhere(self._account, request):
                answers = await ask()
                if first_non_none_response(answers) is not None:
                    return answers
            load_policies(self._account)
        self._attempts += 1
        patience = functools.partial(_patience, self._endpoint, request)
        asked = as_ours(request, self._attempts, self, patience, self._place)
        answer = await answer_to(self._account, asked, others)
        if isinstance(answer, Lost):
            raise _as_botocore(answer, request.url)
        if isinstance(answer, Refusal):
            raise OperationNotFaked(told(answer))
        return [(None, reads(request.url, answer))]

    def wait(self, seconds: float) -> float:
        return self._account.wait(self._operation, seconds)


class _Sleeping:
    """Sleeps as usual before its next attempt."""

    def wait(self, seconds: float) -> float:
        return seconds


class OfCloudTrail(OfIam):
    """A search of CloudTrail's records of the account."""

    async def send(self, request: Any, ask: Ask, reads: Reads) -> Answers:
        found = cloudtrail_api.answer(self._account, as_ours(request))
        return [(None, reads(request.url, found))]


OURS = {"iam": OfIam, "sts": OfIam, "cloudtrail": OfCloudTrail}
"""By service, for the operations that accounts answer."""


class OfAnother(_Sleeping):
    """A call of another service: its mocks answer; one that would leave for AWS is refused."""

    def __init__(self, account: Account, endpoint: Any, refuse: Callable[[], Exception]) -> None:
        self._account = account
        self._endpoint = endpoint
        self._refuse = refuse

    async def send(self, request: Any, ask: Ask, reads: Reads) -> Answers:
        answers = await ask()
        if (
            first_non_none_response(answers) is None
            and self._account.keeps_calls_here
            and is_aws_host(request.url)
            and not _is_mocked(self._endpoint)
        ):
            raise self._refuse()
        return answers


class WithKey:
    """A call of a service that takes API keys; one that is signed another way is passed on."""

    def __init__(
        self, consumers: Consumers, host: str, operation: str, beside: OfAnother | None
    ) -> None:
        self._consumers = consumers
        self._host = host
        self._operation = operation
        self._beside = beside
        self._is_answered = False  # whether the last attempt was answered here

    async def send(self, request: Any, ask: Ask, reads: Reads) -> Answers:
        asked = as_ours(request)
        service = self._consumers.consumer(asked, self._host)
        self._is_answered = service is not None
        if service is not None:
            return [(None, reads(request.url, self._consumers.handle(asked, service)))]
        return await (ask() if self._beside is None else self._beside.send(request, ask, reads))

    def wait(self, seconds: float) -> float:
        return (
            self._consumers.account.wait(self._operation, seconds) if self._is_answered else seconds
        )


class InAFork(_Sleeping):
    """A call of IAM or STS in a forked process: the account is not here but in the parent.

    It goes to the endpoint that serves the account there, or is refused if nothing serves it.
    """

    def __init__(self, account: Account, operation: str) -> None:
        self._account = account
        self._operation = operation

    async def send(self, request: Any, ask: Ask, reads: Reads) -> Answers:
        if is_aws_host(request.url):
            url = url_in_parent(self._account)
            if url is None:
                raise refused(self._account, self._operation, FORKED)
            request.url = url
        return []


def refused(account: Account, called: str, reason: Reason) -> OperationNotFaked:
    return OperationNotFaked(account.refuse(called, reason).text())


def _as_botocore(lost: Lost, url: str) -> Exception:
    """The error as botocore raises it, for a request that went to `url`."""
    if lost.error is not None:
        return copy.copy(lost.error).with_traceback(None)
    error: Exception = getattr(exceptions, lost.how)(endpoint_url=url, error="a fault")
    return error


async def _as_ours(theirs: Any) -> Response:
    content = theirs.content
    if inspect.isawaitable(content):
        content = await content
    return Response(theirs.status_code, dict(theirs.headers), content)


def _patience(endpoint: Any, request: AWSPreparedRequest) -> float | None:
    """Seconds that the client waits for an answer; None if unknown.

    Sessions keep it in the timeout object of their library: urllib3, aiohttp or httpx.
    """
    asked = getattr(request, "context", None) or {}
    if asked.get("read_timeout") is not None:  # for this call alone
        return float(asked["read_timeout"])
    timeout = getattr(endpoint.http_session, "_timeout", None)
    for name in ("read_timeout", "sock_read", "read"):
        timeout = getattr(timeout, name, timeout)
    return float(timeout) if isinstance(timeout, (int, float)) else None


# Tools that mock below botocore and aiobotocore, by what they replace. Other wrappers may pass a
# request on, as tracers do.
_MOCKS = ("aioresponses", "httpretty", "mocket", "pook", "unittest.mock", "vcr")
_REPLACED = (
    ("botocore.awsrequest", "AWSHTTPSConnectionPool.ConnectionCls"),  # VCR.py, seen in 9.4
    ("urllib3.connectionpool", "HTTPConnectionPool.urlopen"),
    ("socket", "socket"),
)
_REPLACED_AWAITED = (("aiohttp", "ClientSession._request"), ("socket", "socket"))


def _is_mocked(endpoint: Any) -> bool:
    """Whether a known mock is behind this endpoint, so that nothing would leave."""
    send = getattr(endpoint.http_session, "send", None)
    replaced = _REPLACED_AWAITED if inspect.iscoroutinefunction(send) else _REPLACED
    if "send" in vars(endpoint.http_session):  # put there by a test
        return True
    return _is_mock(send) or any(_is_mock(_found(*each)) for each in replaced)


def _found(module: str, path: str) -> Any:
    found = sys.modules.get(module)
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


def _is_mock(thing: Any) -> bool:
    modules = (getattr(thing, "__module__", None), type(thing).__module__)
    return any(f"{module}.".startswith(tuple(f"{mock}." for mock in _MOCKS)) for module in modules)
