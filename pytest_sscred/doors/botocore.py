"""The door for botocore, and so for boto3: clients and resources, made anywhere and any time.

All that this package touches of botocore's private side is in this file and `stand_ins`, and what
aiobotocore has otherwise in the one of its name. Two methods are wrapped at class level, so that
clients made earlier are reached as well:

- `Endpoint.make_request`, a call with all its attempts. The real one still runs, over an endpoint
  whose network is ours: so signing, retries, events, parsing and exceptions stay botocore's. A
  `before-send` handler would not do, since botocore runs all handlers and moto's raises for the
  operations it lacks; `URLLib3Session.send` is never reached while moto is active.
- `RequestSigner.get_auth_instance`, which has no keys to sign with where the client was made
  without any, and would ask the network for fresh ones where they have run out.
"""

from __future__ import annotations

import functools
import inspect
import logging
import re
import sys
import threading
from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.credentials import Credentials, RefreshableCredentials
from botocore.endpoint import Endpoint
from botocore.signers import RequestSigner

from pytest_sscred.doors import aiobotocore
from pytest_sscred.doors.stand_ins import IamEndpoint, KeyEndpoint, stood_in_for
from pytest_sscred.environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY, set_fake_credentials
from pytest_sscred.frontends import Frontends, takes_keys
from pytest_sscred.service import Service

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
    return _wrappers.open("services", service)


def open_frontends(frontends: Frontends) -> Callable[[], None]:
    """Have `frontends` answer what botocore sends with an API key; returns what ends that."""
    return _wrappers.open("frontends", frontends)


class _Wrappers:
    """The wrapped methods of botocore's classes, and the services behind them.

    One for the process, because those classes are.
    """

    def __init__(self) -> None:
        self.services: tuple[Service, ...] = ()  # read once a call: another thread may close one
        self.frontends: tuple[Frontends, ...] = ()
        self._real: dict[tuple[Any, str], Any] = {}
        self._mask = _MaskSecrets()
        self._restore_environment: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def open(self, among: str, opened: Any) -> Callable[[], None]:
        """Have it among those of its kind that are open; returns what ends that."""
        with self._lock:
            if not self._real:
                self._put_on()
            setattr(self, among, (*getattr(self, among), opened))

        def close() -> None:
            with self._lock:
                rest = tuple(each for each in getattr(self, among) if each is not opened)
                setattr(self, among, rest)
                if self._real and not self.services and not self.frontends:
                    self._take_off()

        return close

    def _put_on(self) -> None:
        _check_botocore()
        if aiobotocore.signer_class() is not None:
            _check_aiobotocore(aiobotocore.signer_class())
        self._wrap(_Endpoint, "make_request", self._wrap_request)
        self._wrap(_RequestSigner, "get_auth_instance", self._wrap_auth)
        self._put_on_aiobotocore()
        for log in _LOGS:
            log.addFilter(self._mask)
        self._restore_environment = set_fake_credentials()

    def _take_off(self) -> None:
        for (owner, name), real in self._real.items():
            setattr(owner, name, real)
        self._real.clear()
        for log in _LOGS:
            log.removeFilter(self._mask)
        self._restore_environment()

    def _wrap(self, owner: Any, name: str, wrapper: Callable[[Any], Any]) -> None:
        self._real[owner, name] = real = vars(owner)[name]
        setattr(owner, name, wrapper(real))

    def _put_on_aiobotocore(self) -> None:
        """Where somebody has imported it; that may be after the account was opened."""
        signer = aiobotocore.signer_class()
        if signer is not None and (signer, "get_auth_instance") not in self._real:
            _check_aiobotocore(signer)
            wrapper = functools.partial(aiobotocore.wrap_auth, has_no_keys=self._has_no_keys)
            self._wrap(signer, "get_auth_instance", wrapper)

    def _wrap_request(self, real: Any) -> Any:
        @functools.wraps(real)
        def make_request(endpoint: Any, operation_model: Any, request_dict: Any) -> Any:
            services, frontends = self.services, self.frontends
            model = operation_model.service_model
            if services and model.service_name == "iam":
                if aiobotocore.is_awaited(endpoint.__class__):
                    with self._lock:
                        if self._real:  # else the last account was closed meanwhile
                            self._put_on_aiobotocore()
                endpoint = stood_in_for(endpoint, IamEndpoint)
                endpoint.lead_to(services[-1], operation_model.name)
            elif frontends and takes_keys(model.endpoint_prefix):
                endpoint = stood_in_for(endpoint, KeyEndpoint)
                endpoint.lead_to(frontends[-1], model.endpoint_prefix, operation_model.name)
            return real(endpoint, operation_model, request_dict)

        return make_request

    def _wrap_auth(self, real: Any) -> Any:
        @functools.wraps(real)
        def get_auth_instance(signer: Any, signing_name: str, *args: Any, **kwargs: Any) -> Any:
            if self._has_no_keys(signer, signing_name):
                kwargs.setdefault("request_credentials", _SIGNING_KEYS)
            return real(signer, signing_name, *args, **kwargs)

        return get_auth_instance

    def _has_no_keys(self, signer: Any, signing_name: str) -> bool:
        """Whether signing for us would fail for want of keys, or ask somebody for new ones."""
        if not self.services or signing_name != "iam":
            return False
        credentials = signer._credentials
        if isinstance(credentials, RefreshableCredentials):
            return bool(credentials.refresh_needed())
        return credentials is None


class _MaskSecrets(logging.Filter):
    """Masks what botocore's debug log tells of secrets: in answers, and in requests with a key."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_masked, record.args))
        return True


def _masked(value: Any) -> Any:
    if isinstance(value, bytes):
        return _SECRET.sub(rb"\1***", value)
    text = str(value) if isinstance(value, (str, dict, AWSPreparedRequest)) else ""
    return _BEARER.sub(r"\1***", text) if _BEARER.search(text) else value


_LOGS = [logging.getLogger(f"botocore.{name}") for name in ("parsers", "endpoint", "hooks")]
_SECRET = re.compile(rb"(<(?:ServicePassword|ServiceCredentialSecret|SecretAccessKey)>)[^<]*")
_BEARER = re.compile(r"(Bearer )[^\s'\"]+")


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


def _check_aiobotocore(signer: Any) -> None:
    """The same of aiobotocore, whose methods have botocore's names and parameters."""
    endpoint = sys.modules["aiobotocore.endpoint"].AioEndpoint
    for name, (owner, parameters, used) in _KNOWN.items():
        kind = endpoint if owner is _Endpoint else signer
        label = f"{kind.__name__}.{name}"
        _check_method(getattr(kind, name, None), label, parameters, used, "aiobotocore")


@functools.cache
def _check_method(
    method: Any,
    name: str,
    parameters: tuple[str, ...],
    used: tuple[str, ...],
    package: str = "botocore",
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
        f"{package} {sys.modules[package].__version__} has changed {name}, which pytest-sscred "
        f"relies on. Upgrade pytest-sscred, or install an earlier {package}."
    )


_wrappers = _Wrappers()
