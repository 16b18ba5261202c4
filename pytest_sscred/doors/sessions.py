"""What botocore works out anew for every session, though it is the same for all: done once.

A session reads IAM's model, all endpoints and some 900 folders before its first client, and looks
at the signature of each of its handlers: 50 ms of a test that makes a client. A loader of the
user's own stays what it is.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
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


class FreshSessions:
    """Has the sessions that are made meanwhile begin with what is known already."""

    def __init__(self) -> None:
        self._accepts: dict[Any, Any] = {}
        self._aliases: dict[str, str] = {}

    def put_on(self, patches: Patches) -> None:
        patches.wrap(_session, "create_loader", self._create_loader)
        patches.wrap(_session, "EventAliaser", self._create_aliaser)
        patches.wrap(hooks, "accepts_kwargs", self._accepts_kwargs)

    def _create_loader(self, real: Any, switch: Switch) -> Any:
        def create_loader(*args: Any, **kwargs: Any) -> Any:
            made = real(*args, **kwargs)
            if not switch.is_on or type(made) is not Loader:  # somebody else's
                return made
            return DataLoader(data_files(), made.search_paths)

        return create_loader

    def _create_aliaser(self, real: Any, switch: Switch) -> Any:
        def create_aliaser(*args: Any, **kwargs: Any) -> Any:
            if not switch.is_on or real is not EventAliaser:  # somebody else's
                return real(*args, **kwargs)
            return _Aliaser(self, *args, **kwargs)

        return create_aliaser

    def alias(self, name: str, work_out: Callable[[str], str]) -> str:
        """Under which name an event goes, with botocore's own aliases."""
        if name not in self._aliases:
            self._aliases[name] = work_out(name)
        return self._aliases[name]

    def _accepts_kwargs(self, real: Any, switch: Switch) -> Any:
        """Whether a handler takes any keywords; asked of botocore's own 180 for every client."""

        def accepts_kwargs(function: Any) -> Any:
            plain = getattr(function, "__func__", function)
            if type(plain) is not FunctionType or not plain.__module__.startswith(_PACKAGES):
                return real(function)
            if plain not in self._accepts:
                self._accepts[plain] = real(function)
            return self._accepts[plain]

        return accepts_kwargs


class _Aliaser(_EventAliaser):  # type: ignore[misc]
    """botocore's, with what is known of its own aliases."""

    def __init__(self, sessions: FreshSessions, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sessions = sessions

    def __copy__(self) -> _Aliaser:
        return _Aliaser(self._sessions, copy.copy(self._emitter), copy.copy(self._event_aliases))

    def _alias_event_name(self, event_name: str) -> Any:
        known = self._alias_name_cache.get(event_name)
        if known is not None:
            return known
        work_out = super()._alias_event_name
        if self._event_aliases != _ALIASES:  # somebody has others
            return work_out(event_name)
        return self._sessions.alias(event_name, work_out)
