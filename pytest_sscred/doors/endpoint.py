"""The door for other processes: IAM over HTTP on 127.0.0.1, for any SDK and the AWS CLI."""

from __future__ import annotations

import os
import threading

from pytest_sscred.account import Account
from pytest_sscred.blocks import Block
from pytest_sscred.doors.server import HOST, Answered, Server
from pytest_sscred.environment import fake_credentials, led_to
from pytest_sscred.options import is_whole

__tracebackhide__ = True

_LOOKS_EVERY = 0.005  # seconds between two checks whether to stop


class Endpoint(Block):
    """IAM over HTTP, while it is open: the address, and the variables that lead an SDK there."""

    def __init__(self, account: Account, port: int = 0, answered: Answered | None = None) -> None:
        if not is_whole(port) or not 0 <= port <= 65535:
            raise ValueError(f"port takes a whole number from 0 to 65535, not {port!r}")
        self._pid = os.getpid()
        try:
            self._server = Server(account, port, answered or (lambda response: None))
        except OSError as error:
            hint = f"cannot listen on port {port} of 127.0.0.1; 0 takes a free one"
            raise OSError(error.errno, f"{hint} ({error.strerror})") from None
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_LOOKS_EVERY,), daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return self._server.port

    @property
    def url(self) -> str:
        """The address, as in `http://127.0.0.1:41234`."""
        return self._server.url

    @property
    def env(self) -> dict[str, str]:
        """Environment variables that a process needs besides its own: address, keys and region.

        The keys are nobody's, so `act_as` says who calls. An AWS CLI before 2.13 does not know
        `AWS_ENDPOINT_URL_IAM` and `_STS` and takes `--endpoint-url` instead.
        """
        return {
            **led_to(self.url),
            **fake_credentials(),
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
            "AWS_EC2_METADATA_DISABLED": "true",
            **{name: _beside_the_proxy(name) for name in ("NO_PROXY", "no_proxy")},
        }

    def close(self) -> None:
        """Stop listening, and end the open connections."""
        if self._pid != os.getpid():  # a fork lacks its thread, and has closed its sockets
            return
        self._server.shutdown()
        self._thread.join()
        self._server.close_all()

    def _leave(self, error: BaseException | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Endpoint {self.url}>"


def _beside_the_proxy(name: str) -> str:
    """The hosts to reach without a proxy, ours among them."""
    return ",".join(filter(None, [HOST, os.environ.get(name)]))
