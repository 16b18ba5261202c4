"""The private parts of botocore and aiobotocore that we rely on, checked when a door opens."""

from __future__ import annotations

import functools
import inspect
import sys
from typing import Any

from botocore.endpoint import Endpoint
from botocore.signers import RequestSigner
from botocore.waiter import Waiter

# Untyped: the stubs lack the private names.
_Endpoint: Any = Endpoint
_RequestSigner: Any = RequestSigner
_Waiter: Any = Waiter

# Methods that are wrapped, replaced or relied on: their parameters, and names that they must use.
_KNOWN: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
    "make_request": (_Endpoint, ("operation_model", "request_dict"), ("_send_request",)),
    "_send_request": (_Endpoint, ("request_dict", "operation_model"), ("_get_response",)),
    "_get_response": (_Endpoint, ("request", "operation_model", "context"), ("_do_get_response",)),
    "_do_get_response": (
        _Endpoint, ("request", "operation_model", "context"), ("_send", "_event_emitter")
    ),
    "_send": (_Endpoint, ("request",), ()),
    "wait": (_Waiter, ("kwargs",), ("_operation_method", "config")),
    "get_auth_instance": (
        _RequestSigner,
        ("signing_name", "region_name", "signature_version", "request_credentials", "kwargs"),
        ("_credentials",),
    ),
}  # fmt: skip


def check_botocore() -> None:
    """RuntimeError, at once, if the door does not fit this botocore."""
    for name, (owner, parameters, used) in _KNOWN.items():
        _check_method(getattr(owner, name, None), f"{owner.__name__}.{name}", parameters, used)


def check_aiobotocore(signer: Any) -> None:
    """The same for aiobotocore, whose methods have botocore's names and parameters."""
    endpoint = sys.modules["aiobotocore.endpoint"].AioEndpoint
    waiter = getattr(sys.modules.get("aiobotocore.waiter"), "AIOWaiter", _Waiter)
    kinds = {_Endpoint: endpoint, _RequestSigner: signer, _Waiter: waiter}
    for name, (owner, parameters, used) in _KNOWN.items():
        kind = kinds[owner]
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
    mocks = sys.modules.get("unittest.mock")
    if mocks is not None and isinstance(getattr(method, "mock", method), mocks.NonCallableMock):
        raise RuntimeError(
            f"{name} is a mock: nothing can be answered behind it. Open the account first (ask for "
            "the fixture before it is patched), or patch what your own code calls."
        )
    raise RuntimeError(
        f"{package} {sys.modules[package].__version__} has changed {name}, which pytest-sscred "
        f"relies on. Upgrade pytest-sscred, or install an earlier {package}."
    )
