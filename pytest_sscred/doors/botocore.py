"""The door for botocore, and so for boto3: clients and resources, made anywhere and any time.

All that this package touches of botocore's private side is in this file. Two methods are wrapped
at class level, so that clients made earlier are reached as well:

- `Endpoint.make_request`, a call with all its attempts. The real one still runs, over an endpoint
  whose network is ours: so signing, retries, events, parsing and exceptions stay botocore's. A
  `before-send` handler would not do, since botocore runs all handlers and moto's raises for the
  operations it lacks; `URLLib3Session.send` is never reached while moto is active.
- `RequestSigner.get_auth_instance`, which has no keys to sign with where the client was made
  without any, and would ask the network for fresh ones where they have run out.
"""

from __future__ import annotations

import copy
import functools
import inspect
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import botocore
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.credentials import Credentials, RefreshableCredentials
from botocore.endpoint import Endpoint
from botocore.hooks import first_non_none_response
from botocore.signers import RequestSigner

from pytest_sscred.environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY, set_fake_credentials
from pytest_sscred.service import Service
from pytest_sscred.wire import NoAnswer, Request

__tracebackhide__ = True

# As they are at run time: what is private here is in no stub.
_Endpoint: Any = Endpoint
_RequestSigner: Any = RequestSigner

_SIGNING_KEYS = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)


def open_door(service: Service) -> Callable[[], None]:
    """Have `service` answer every call of IAM from now on; returns what ends that.

    The environment names fake keys for as long as any door is open.
    Doors may be opened inside one another and closed in any order: the one opened last answers.
    """
    if not _wrappers.services:
        _wrappers.put_on()
    _wrappers.services = (*_wrappers.services, service)

    def close() -> None:
        _wrappers.services = tuple(each for each in _wrappers.services if each is not service)
        if not _wrappers.services:
            _wrappers.take_off()

    return close


class _Wrappers:
    """The wrapped methods of botocore's classes, and the services behind them.

    One for the process, because those classes are.
    """

    def __init__(self) -> None:
        self.services: tuple[Service, ...] = ()  # read once a call: another thread may close one
        self._make_request: Any = None
        self._get_auth_instance: Any = None
        self._mask = _MaskSecrets()
        self._restore_environment: Callable[[], None] = lambda: None

    def put_on(self) -> None:
        _check_botocore()
        self._make_request = _Endpoint.make_request
        self._get_auth_instance = _RequestSigner.get_auth_instance
        _Endpoint.make_request = self._wrap_request(self._make_request)
        _RequestSigner.get_auth_instance = self._wrap_auth(self._get_auth_instance)
        _RESPONSE_LOG.addFilter(self._mask)
        self._restore_environment = set_fake_credentials()

    def take_off(self) -> None:
        _Endpoint.make_request = self._make_request
        _RequestSigner.get_auth_instance = self._get_auth_instance
        _RESPONSE_LOG.removeFilter(self._mask)
        self._restore_environment()

    def _wrap_request(self, real: Any) -> Any:
        @functools.wraps(real)
        def make_request(endpoint: Any, operation_model: Any, request_dict: Any) -> Any:
            services = self.services
            if services and operation_model.service_model.service_name == "iam":
                _refuse_asyncio(endpoint)
                endpoint = _IamEndpoint(endpoint, operation_model.name, services[-1])
            return real(endpoint, operation_model, request_dict)

        return make_request

    def _wrap_auth(self, real: Any) -> Any:
        @functools.wraps(real)
        def get_auth_instance(signer: Any, signing_name: str, *args: Any, **kwargs: Any) -> Any:
            if self.services and signing_name == "iam" and _has_no_keys(signer):
                kwargs.setdefault("request_credentials", _SIGNING_KEYS)
            return real(signer, signing_name, *args, **kwargs)

        return get_auth_instance


def _has_no_keys(signer: Any) -> bool:
    """Whether signing would fail for want of keys, or ask somebody for new ones."""
    credentials = signer._credentials
    if isinstance(credentials, RefreshableCredentials):
        return bool(credentials.refresh_needed())
    return credentials is None


def _refuse_asyncio(endpoint: Any) -> None:
    """aiobotocore's endpoint awaits its attempts, and no door for it is there yet."""
    if type(endpoint)._send_request is not _Endpoint._send_request:
        raise NotImplementedError(
            f"pytest-sscred answers botocore and boto3, not {type(endpoint).__module__}: "
            "nothing was sent. Test this call over a client of botocore's."
        )


class _IamEndpoint(_Endpoint):  # type: ignore[misc]
    """An endpoint of botocore's in all but its network, which is the account.

    One for a call: all its attempts go to the account that the first one went to, even where that
    is closed while a thread still backs off.
    """

    def __init__(self, real: Any, operation: str, service: Service) -> None:
        self.__dict__.update(real.__dict__)
        self._operation = operation
        self._service = service
        self._is_ours = not service.lacks(operation)
        # For what we lack, whoever mocks by `before-send` is asked first: moto, for one.
        emitter = real._event_emitter
        self._event_emitter = _Emitter(emitter, self._wait) if self._is_ours else emitter

    def _wait(self, seconds: float) -> float:
        return self._service.wait(self._operation, seconds)

    def _send(self, request: AWSPreparedRequest) -> AWSResponse:
        """What botocore calls where everything after it would be the network."""
        if not self._is_ours:
            raise self._service.refuse(self._operation)
        try:
            response = self._service.handle(_as_ours(request))
        except NoAnswer as lost:
            raise _as_botocores(lost, request.url) from None
        raw: Any = _Raw(response.body)
        headers: Any = response.headers
        return AWSResponse(request.url, response.status, headers, raw)


class _Emitter:
    """An event emitter that keeps two events to itself.

    `before-send`: somebody else might answer it. `needs-retry`: its answer is what the endpoint
    sleeps before the next attempt, and that is the account's to say.
    """

    def __init__(self, real: Any, wait: Callable[[float], float]) -> None:
        self._real = real
        self._wait = wait

    def emit(self, event_name: str, **kwargs: Any) -> Any:
        kind = event_name.partition(".")[0]
        if kind == "before-send":
            return []
        answers = self._real.emit(event_name, **kwargs)
        if kind == "needs-retry":
            delay = first_non_none_response(answers)
            if delay is not None and delay is not False:
                return [(None, self._wait(delay))]
        return answers


class _Raw:
    """A body, as botocore reads one from the network."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **kwargs: Any) -> Iterator[bytes]:
        yield self._body


def _as_botocores(lost: NoAnswer, url: str) -> Exception:
    """The error as botocore's network raises it."""
    if isinstance(lost.error, Exception):
        return copy.copy(lost.error).with_traceback(None)
    return lost.error(**{"endpoint_url": url, "error": "a fault"})


def _as_ours(request: Any) -> Request:
    authorization = request.headers.get("Authorization", "")
    body = request.body or b""
    return Request(
        request.url,
        authorization.decode("latin-1") if isinstance(authorization, bytes) else authorization,
        body.encode() if isinstance(body, str) else body,
    )


class _MaskSecrets(logging.Filter):
    """Masks what botocore's debug log tells of an answer's secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _SECRET.sub(rb"\1***", each) if isinstance(each, bytes) else each
                for each in record.args
            )
        return True


_RESPONSE_LOG = logging.getLogger("botocore.parsers")
_SECRET = re.compile(rb"(<(?:ServicePassword|ServiceCredentialSecret|SecretAccessKey)>)[^<]*")


# Methods that are wrapped, replaced or relied on: their parameters, and names that they must use.
_KNOWN: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
    "make_request": (_Endpoint, ("operation_model", "request_dict"), ("_send_request",)),
    "_send_request": (_Endpoint, ("request_dict", "operation_model"), ("_get_response",)),
    "_get_response": (_Endpoint, ("request", "operation_model", "context"), ("_do_get_response",)),
    "_do_get_response": (
        _Endpoint, ("request", "operation_model", "context"), ("_send", "_event_emitter")
    ),
    "_send": (_Endpoint, ("request",), ()),
    "get_auth_instance": (
        _RequestSigner,
        ("signing_name", "region_name", "signature_version", "request_credentials", "kwargs"),
        ("_credentials",),
    ),
}  # fmt: skip


def _check_botocore() -> None:
    """Say at once that this botocore is not one that the door fits."""
    for name, (owner, parameters, used) in _KNOWN.items():
        _check_method(getattr(owner, name, None), f"{owner.__name__}.{name}", parameters, used)


@functools.cache
def _check_method(
    method: Any, name: str, parameters: tuple[str, ...], used: tuple[str, ...]
) -> None:
    plain = inspect.unwrap(method) if method is not None else None
    code = getattr(plain, "__code__", None)
    if (
        plain is not None
        and code is not None
        and tuple(inspect.signature(plain).parameters)[1:] == parameters
        and set(used) <= set(code.co_names)
    ):
        return
    raise RuntimeError(
        f"botocore {botocore.__version__} has changed {name}, which pytest-sscred relies on. "
        "Upgrade pytest-sscred, or install an earlier botocore."
    )


_wrappers = _Wrappers()
