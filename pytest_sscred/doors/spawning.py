"""Processes that `multiprocessing` starts anew: spawned, or made by a fork server.

They know of no account, and would reach the network. They are given the address of an endpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import spawn
from typing import Any

from pytest_sscred.doors.endpoint import Endpoint
from pytest_sscred.service import Service

_spawn: Any = spawn


class Spawning:
    """Gives processes that `multiprocessing` starts anew the way to the account."""

    def __init__(self, asked: Callable[[], Service | None]) -> None:
        self._asked = asked
        self._endpoints: dict[Service, Endpoint] = {}
        self._real: Any = None

    def _env(self) -> dict[str, str]:
        """What the account's endpoint, opened for this, asks of a child's environment."""
        service = self._asked()
        if service is None:  # the door stays for what was left over
            return {}
        if service not in self._endpoints:
            self._endpoints[service] = Endpoint(service)
        endpoint = self._endpoints[service]
        # Other services' calls come here too, and are refused.
        others = {"AWS_ENDPOINT_URL": endpoint.url} if service.keeps_calls_here else {}
        return {**endpoint.env, **others}

    def close(self, service: Service) -> None:
        endpoint = self._endpoints.pop(service, None)
        if endpoint is not None:
            endpoint.close()

    def put_on(self) -> None:
        self._real = _spawn.get_preparation_data

        def get_preparation_data(name: str) -> dict[str, Any]:
            data: dict[str, Any] = self._real(name)
            env = self._env()
            return {**data, "pytest_sscred": _Given(env)} if env else data

        _spawn.get_preparation_data = get_preparation_data

    def take_off(self) -> None:
        _spawn.get_preparation_data = self._real


class _Given:
    """Sets environment variables where it is unpickled.

    The child unpickles its preparation data before it runs anything of the user's: coverage.py
    comes along in the same way. It need not find this package, whose folder may be on a path that
    the child is only about to be told of.
    """

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return exec, (f"import os; os.environ.update({self._env!r})",)
