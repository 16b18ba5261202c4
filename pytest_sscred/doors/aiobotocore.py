"""The door for aiobotocore, and so for aioboto3: where it differs from botocore.

Its endpoint inherits `make_request`, which the door for botocore wraps, and awaits the rest.
Only its users import aiobotocore; the parts that we touch are looked up in `sys.modules`.
"""

from __future__ import annotations

import functools
import inspect
import io
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

from pytest_sscred.doors.attempts import Answers
from pytest_sscred.doors.emitters import Emitter
from pytest_sscred.environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from pytest_sscred.patches import Switch
from pytest_sscred.wire import Response

__tracebackhide__ = True


@functools.cache
def is_awaited(kind: Any) -> bool:
    """Whether the attempts of an endpoint of this class are coroutines."""
    return inspect.iscoroutinefunction(kind._send_request)


class AwaitedEmitter(Emitter):
    """Stands in front of an emitter whose `emit` is awaited."""

    def _done(self, answers: Any) -> Any:
        return answers

    async def _slept(self, answers: Any) -> Answers:
        return super()._slept(await answers)

    async def _ask(self, event_name: str, kwargs: dict[str, Any]) -> Answers:
        return await self._real.emit(event_name, **kwargs)

    def _reads(self, url: str, response: Response) -> Any:
        kind = sys.modules["aiobotocore.awsrequest"].AioAWSResponse
        return kind(url, response.status, response.headers, _AwaitedRaw(response.body))


class _AwaitedRaw:
    """A body, as aiobotocore reads one from the network, at once or as a stream."""

    def __init__(self, body: bytes) -> None:
        self._body = io.BytesIO(body)
        self.content = self

    async def read(self, amount: int = -1) -> bytes:
        return self._body.read(amount)

    async def iter_chunks(self) -> AsyncIterator[tuple[bytes, bool]]:
        yield self._body.read(), True

    def close(self) -> None:
        self._body.close()


def signer_class() -> Any:
    """aiobotocore's signer, which has its own methods; None if nobody can call it yet."""
    if "aiobotocore.client" not in sys.modules:
        return None
    return getattr(sys.modules.get("aiobotocore.signers"), "AioRequestSigner", None)


def wrap_auth(has_no_keys: Callable[[Any, str], bool], real: Any, switch: Switch) -> Any:
    """Wrap `get_auth_instance` to give a signer without keys our fake ones."""

    @functools.wraps(real)
    async def get_auth_instance(signer: Any, signing_name: str, *args: Any, **kwargs: Any) -> Any:
        if switch.is_on and has_no_keys(signer, signing_name):
            credentials = sys.modules["aiobotocore.credentials"].AioCredentials
            kwargs.setdefault("request_credentials", credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY))
        return await real(signer, signing_name, *args, **kwargs)

    return get_auth_instance
