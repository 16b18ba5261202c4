"""The first code to run in a process that a test has spawned: leads its AWS calls to an endpoint.

It runs there as text, before the user's code and before this package can be found, so it imports
nothing of the package.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import sys
from typing import Any
from urllib.parse import urlsplit, urlunsplit

_ENDPOINTS = {"botocore.endpoint": "Endpoint", "aiobotocore.endpoint": "AioEndpoint"}


class _Finder(importlib.abc.MetaPathFinder):
    """Wraps the endpoints of botocore and aiobotocore when they are imported.

    Calls that the child's own mocks answer do not reach an endpoint's `_send`.
    """

    def __init__(self, url: str, suffixes: tuple[str, ...]) -> None:
        self._url = url
        self._suffixes = suffixes

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name not in _ENDPOINTS:
            return None
        sys.meta_path.remove(self)
        try:
            spec: Any = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        spec.loader = _Loader(spec.loader, self)
        return spec

    def wrap(self, endpoint: Any) -> None:
        real = endpoint._send

        def _send(self_: Any, request: Any) -> Any:
            request.url = self._led(request.url)
            return real(self_, request)

        endpoint._send = _send

    def _led(self, url: str) -> str:
        parts = urlsplit(url)
        host = f".{(parts.hostname or '').rstrip('.')}"
        if not host.endswith(self._suffixes):
            return url
        ours = urlsplit(self._url)
        return urlunsplit((ours.scheme, ours.netloc, *parts[2:]))


class _Loader(importlib.abc.Loader):
    """Loads as the real loader does, which may load other modules too."""

    def __init__(self, real: Any, finder: _Finder) -> None:
        self._real = real
        self._finder = finder

    def create_module(self, spec: Any) -> Any:
        return self._real.create_module(spec)

    def exec_module(self, module: Any) -> None:
        self._real.exec_module(module)
        self._finder.wrap(getattr(module, _ENDPOINTS[module.__name__]))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def begin(env: dict[str, str], url: str, suffixes: tuple[str, ...]) -> None:
    """Set environment variables, and lead requests to hosts with these suffixes to the URL."""
    os.environ.update(env)
    if not suffixes:
        return
    finder = _Finder(url, suffixes)
    sys.meta_path.insert(0, finder)
    for name, endpoint in _ENDPOINTS.items():
        if name in sys.modules:  # a fork server has loaded it already
            finder.wrap(getattr(sys.modules[name], endpoint))
