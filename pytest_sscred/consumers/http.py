"""The services that take the credentials, over HTTP: they accept or refuse, and no more.

Who is refused, and how, is documented or reported for Bedrock and CodeCommit; the other services
with API keys are assumed to answer as Bedrock does.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from pytest_sscred import assumed
from pytest_sscred.account import Account
from pytest_sscred.consumers.authentication import authenticate
from pytest_sscred.partitions import dns_suffixes
from pytest_sscred.resources.services import SERVICES, Service
from pytest_sscred.wire import Request, Response

_BY_HOST = {
    host: service
    for service in SERVICES.values()
    for host in (*service.hosts, *service.hosts_that_refuse)
}
_JSON = "application/json"
_REGION = "[a-z]+(?:-[a-z]+)+-[0-9]+"


class Answer(NamedTuple):
    """The answer to a service's accepted calls whose path begins with `path`."""

    service: Service
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Consumers:
    """Every service that takes credentials of one account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._answers = account.state.table("answers of consumers")

    @property
    def answers(self) -> list[Answer]:
        """The answers to accepted calls; the last that fits wins."""
        return list(self._answers.values())

    def add(self, answer: Answer) -> None:
        self._answers[len(self._answers)] = answer

    def consumer(self, request: Request, host: str | None = None) -> Service | None:
        """The service that judges this request; None if the request is for someone else.

        The first label of the host decides: `host` if given, otherwise that of the URL. A request
        that is signed with an access key needs none of our credentials, and is for someone else.
        """
        service = _BY_HOST.get(first_label(request.url) if host is None else host)
        return None if service is None or is_signed(request) else service

    def handle(self, request: Request, service: Service) -> Response:
        """Accept or refuse. A refusal's status, headers and body are AWS's."""
        with self.account.lock:
            request_id = self.account.state.ids.request()
        response = self._answer(request, service, request_id)
        headers = {**response.headers, "x-amzn-requestid": request_id}
        return response._replace(headers=headers)

    def _answer(self, request: Request, service: Service, request_id: str) -> Response:
        scheme, _, credentials = request.authorization.strip().partition(" ")
        wanted = "bearer" if service.takes_api_key else "basic"
        given = credentials.strip() if scheme.lower() == wanted else ""
        if service.takes_api_key:
            return self._with_key(request, service, given, request_id)
        return self._with_password(request, service, given)

    def _with_key(self, request: Request, service: Service, key: str, request_id: str) -> Response:
        if not key:
            return self._refused(*assumed.NO_TOKEN)
        if first_label(request.url) in service.hosts_that_refuse:
            return self._refused(*assumed.BAD_KEY)
        verdict = authenticate(self.account, service, key, use=(request, request_id))
        if verdict:
            return self._accepted(request, service) or self._json(200, {})
        prefixes = [each.secret_prefix for each in SERVICES.values() if each.secret_prefix]
        if not key.startswith(tuple(prefixes)):
            return self._refused(*assumed.NO_KEY)
        return self._refused(
            *(assumed.EXPIRED_KEY if verdict.reason == "expired" else assumed.BAD_KEY)
        )

    def _with_password(self, request: Request, service: Service, encoded: str) -> Response:
        if not encoded:
            challenge = {"www-authenticate": assumed.CODECOMMIT_CHALLENGE}
            return self._response(401, challenge, b"")
        alias, password = _basic(encoded)
        if not authenticate(self.account, service, password, alias):
            return self._response(403, {}, b"")
        return self._accepted(request, service) or self._git(request)

    def _accepted(self, request: Request, service: Service) -> Response | None:
        path = unquote(urlsplit(request.url).path) or "/"
        for answer in reversed(self.answers):
            if answer.service is service and path.startswith(unquote(answer.path)):
                return self._response(answer.status, answer.headers, answer.body)
        return None

    def _git(self, request: Request) -> Response:
        """An empty repository, over git's smart HTTP protocol; 404 for any other path.

        "gitprotocol-http", Git's documentation.
        """
        url = urlsplit(request.url)
        for pack_service in ("git-upload-pack", "git-receive-pack"):
            kind = f"application/x-{pack_service}"
            if url.path.endswith("/info/refs") and f"service={pack_service}" in url.query:
                body = (
                    _packet(f"# service={pack_service}\n") + b"0000" + _packet(_NO_REFS) + b"0000"
                )
                return self._response(200, {"content-type": f"{kind}-advertisement"}, body)
            if url.path.endswith(f"/{pack_service}"):
                return self._response(200, {"content-type": f"{kind}-result"}, b"")
        return self._response(404, {}, b"")

    def _refused(self, error: str, message: str) -> Response:
        return self._json(403, {"Message": message}, {"x-amzn-errortype": error})

    def _json(self, status: int, what: Any, headers: Mapping[str, str] | None = None) -> Response:
        body = json.dumps(what).encode()
        return self._response(status, {"content-type": _JSON, **(headers or {})}, body)

    def _response(self, status: int, headers: Mapping[str, str], body: bytes) -> Response:
        return Response(status, {**headers, "content-length": str(len(body))}, body)


_NO_REFS = f"{'0' * 40} capabilities^{{}}\0"


def _packet(line: str) -> bytes:
    return f"{len(line) + 4:04x}{line}".encode()


def _basic(encoded: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def takes_keys(host: str) -> bool:
    """Whether a host with this first label is one of a service that takes API keys."""
    return host in _BY_HOST and _BY_HOST[host].takes_api_key


def is_signed(request: Request) -> bool:
    """Whether the request is signed with an access key, in its header or, without one, its URL."""
    if request.authorization:
        return request.authorization.startswith("AWS")
    return "X-Amz-Signature" in parse_qs(urlsplit(request.url).query)


@functools.lru_cache(maxsize=64)
def first_label(url: str) -> str:
    """`iam` for `https://iam.us-gov.amazonaws.com/`; "" if the host is not a service's.

    A service's host is a label, a region or a stand-in for one, and a suffix of AWS's. The host of
    a VPC endpoint begins with its id. A bucket's host is not one: it names S3 in between.
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    found = _host_pattern().fullmatch(host)
    return found["label"] if found else ""


@functools.cache
def _host_pattern() -> re.Pattern[str]:
    suffixes = "|".join(map(re.escape, dns_suffixes()))
    return re.compile(
        rf"(?:vpce-[a-z0-9-]+\.)?(?P<label>[a-z-]+)(?:\.(?:global|us-gov|{_REGION}))?(?:\.vpce)?"
        rf"\.(?:{suffixes})"
    )
