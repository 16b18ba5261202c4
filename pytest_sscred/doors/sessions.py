"""Work that botocore repeats for every session, though the result is the same: done once.

A session reads IAM's model, all endpoints and about 900 folders before its first client, and
looks at the signature of each of its handlers: 50 ms of a test that makes a client. The user's
own loader is left alone.
"""

from __future__ import annotations

import copy
from types import FunctionType
from typing import Any

import botocore.session
from botocore import hooks
from botocore.hooks import EVENT_ALIASES, EventAliaser
from botocore.loaders import Loader

from pytest_sscred.data_files import DataLoader, data_files
from pytest_sscred.patches import Patches, Switch

_PACKAGES = ("boto3.", "botocore.")
_ALIASES = dict(EVENT_ALIASES)
_EventAliaser: Any = EventAliaser
_session: Any = botocore.session


_accepts: dict[Any, Any] = {}
_aliases: dict[str, str] = {}


def begin_sessions_with_what_is_known(patches: Patches) -> None:
    """Have sessions that are made meanwhile use what earlier ones have worked out."""
    patches.wrap(_session, "create_loader", _create_loader)
    patches.wrap(_session, "EventAliaser", _create_aliaser)
    patches.wrap(hooks, "accepts_kwargs", _accepts_kwargs)


def _create_loader(real: Any, switch: Switch) -> Any:
    def create_loader(*args: Any, **kwargs: Any) -> Any:
        made = real(*args, **kwargs)
        if not switch.is_on or type(made) is not Loader:  # somebody else's
            return made
        return DataLoader(data_files(), made.search_paths)

    return create_loader


def _create_aliaser(real: Any, switch: Switch) -> Any:
    def create_aliaser(*args: Any, **kwargs: Any) -> Any:
        if not switch.is_on or real is not EventAliaser:  # somebody else's
            return real(*args, **kwargs)
        return _Aliaser(*args, **kwargs)

    return create_aliaser


def _accepts_kwargs(real: Any, switch: Switch) -> Any:
    """Cache whether a handler takes any keywords: botocore asks 180 of its own for every client."""

    def accepts_kwargs(function: Any) -> Any:
        plain = getattr(function, "__func__", function)
        if type(plain) is not FunctionType or not plain.__module__.startswith(_PACKAGES):
            return real(function)
        if plain not in _accepts:
            _accepts[plain] = real(function)
        return _accepts[plain]

    return accepts_kwargs


class _Aliaser(_EventAliaser):  # type: ignore[misc]
    """botocore's aliaser, which remembers its own aliases."""

    def __copy__(self) -> _Aliaser:
        return _Aliaser(copy.copy(self._emitter), copy.copy(self._event_aliases))

    def _alias_event_name(self, event_name: str) -> Any:
        known = self._alias_name_cache.get(event_name)
        if known is not None:
            return known
        if self._event_aliases != _ALIASES:  # somebody has set others
            return super()._alias_event_name(event_name)
        if event_name not in _aliases:
            _aliases[event_name] = super()._alias_event_name(event_name)
        return _aliases[event_name]
