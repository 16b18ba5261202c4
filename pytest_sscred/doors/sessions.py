"""What botocore works out anew for every session, though it is the same for all: done once.

A session reads IAM's model, all endpoints and some 900 folders before its first client, and looks
at the signature of each of its handlers: 50 ms of a test that makes a client. Kept here is what
files hold, as bytes, and no two sessions share an object: whatever a test does to a model, the next
test's is as the file has it. The large tables of a file are made entry by entry, when an entry is
asked for; dicts are plain ones, of which the garbage collector has less to look at.

Files of AWS_DATA_PATH and of ~/.aws/models are read as always, and a loader of the user's own stays
what it is.
"""

from __future__ import annotations

import copy
import functools
import gzip
import json
import marshal
import os
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import botocore.session
from botocore import hooks
from botocore.hooks import EVENT_ALIASES, EventAliaser
from botocore.loaders import JSONFileLoader, Loader

# Tables that are made entry by entry: a client asks for a few of 700 shapes, and for one of 300
# services. Of a model's operations it asks for all.
_LARGE = ("shapes", "services")
_PACKAGES = ("boto3.", "botocore.")
_ALIASES = dict(EVENT_ALIASES)
_EventAliaser: Any = EventAliaser
_ENDINGS: dict[str, Callable[..., Any]] = {".json": open, ".json.gz": gzip.open}
_session: Any = botocore.session


class FreshSessions:
    """Has the sessions that are made meanwhile begin with what is known already."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[tuple[int, int, int], _Kept]] = {}
        self._listed: dict[tuple[str, str], list[str]] = {}
        self._accepts: dict[Any, Any] = {}
        self._aliases: dict[str, str] = {}
        self._real: dict[tuple[Any, str], Any] = {}

    def put_on(self) -> None:
        self._put(_session, "create_loader", self._create_loader)
        self._put(_session, "EventAliaser", self._create_aliaser)
        self._put(hooks, "accepts_kwargs", self._accepts_kwargs)

    def take_off(self) -> None:
        for (module, name), real in self._real.items():
            setattr(module, name, real)

    def _put(self, module: Any, name: str, replacement: Any) -> None:
        self._real[module, name] = getattr(module, name)
        setattr(module, name, replacement)

    def _create_loader(self, *args: Any, **kwargs: Any) -> Any:
        made = self._real[_session, "create_loader"](*args, **kwargs)
        if type(made) is not Loader:  # somebody else's
            return made
        return _Loader(self, made.search_paths)

    def _create_aliaser(self, *args: Any, **kwargs: Any) -> Any:
        return _Aliaser(self, *args, **kwargs)

    def alias(self, name: str, work_out: Callable[[str], str]) -> str:
        """Under which name an event goes, with botocore's own aliases."""
        if name not in self._aliases:
            self._aliases[name] = work_out(name)
        return self._aliases[name]

    def _accepts_kwargs(self, function: Any) -> Any:
        """Whether a handler takes any keywords; asked of botocore's own 180 for every client."""
        real = self._real[hooks, "accepts_kwargs"]
        plain = getattr(function, "__func__", function)
        if type(plain) is not FunctionType or not plain.__module__.startswith(_PACKAGES):
            return real(function)
        if plain not in self._accepts:
            self._accepts[plain] = real(function)
        return self._accepts[plain]

    def load(self, path: str) -> Any:
        """The file's data; None where there is no file. `path` is without its ending."""
        for ending, opened in _ENDINGS.items():
            try:
                found = os.stat(path + ending)
            except OSError:
                continue
            stamp = found.st_mtime_ns, found.st_size, found.st_ino
            if path not in self._read or self._read[path][0] != stamp:
                with opened(path + ending, "rb") as file:
                    self._read[path] = stamp, _Kept(json.load(file))
            return self._read[path][1].thawed()
        return None

    def list_services(self, folder: str, type_name: str) -> list[str]:
        """The services that have a file of that type in one of the packages' folders."""
        known = self._listed.get((folder, type_name))
        if known is None:
            known = self._listed[folder, type_name] = _list_services([folder], type_name)
        return known


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


class _Loader(Loader):
    """botocore's, over files that are read once."""

    def __init__(self, sessions: FreshSessions, search_paths: list[str]) -> None:
        super().__init__(search_paths, _FileLoader(sessions), include_default_search_paths=False)
        self._sessions = sessions

    def list_available_services(self, type_name: str) -> list[str]:
        """All services that there are models of, sorted."""
        theirs = [path for path in self.search_paths if not _is_packaged(path)]
        found = set(_list_services(theirs, type_name))
        for path in self.search_paths:
            if _is_packaged(path):
                found.update(self._sessions.list_services(path, type_name))
        return sorted(found)


class _FileLoader(JSONFileLoader):
    def __init__(self, sessions: FreshSessions) -> None:
        self._sessions = sessions

    def load_file(self, file_path: str) -> Any:
        if _is_packaged(file_path):
            return self._sessions.load(file_path)
        return super().load_file(file_path)


def _list_services(folders: list[str], type_name: str) -> list[str]:
    if not any(map(os.path.isdir, folders)):
        return []
    loader: Any = Loader(folders, include_default_search_paths=False)
    services: list[str] = loader.list_available_services(type_name)
    return services


@functools.cache
def _packages() -> tuple[str, ...]:
    return Loader.BUILTIN_DATA_PATH, os.path.join("boto3", "data")


@functools.lru_cache(maxsize=512)
def _is_packaged(path: str) -> bool:
    """Whether it is, or lies in, a folder of data that came with botocore or boto3."""
    botocores, boto3s = _packages()
    return path.startswith(botocores) or f"{boto3s}{os.sep}" in f"{path}{os.sep}"


class _Kept:
    """A file's data as bytes: its large tables entry by entry, the rest as a whole.

    `marshal` is the fastest that there is for what JSON holds, and both ends are this process.
    """

    def __init__(self, data: Any) -> None:
        self._tables: list[dict[str, bytes]] = []
        for each in [data, *data.get("partitions", [])] if isinstance(data, dict) else []:
            for name in _LARGE:
                if isinstance(each.get(name), dict):
                    self._tables.append({key: marshal.dumps(each[name][key]) for key in each[name]})
                    each[name] = None
        self._rest = marshal.dumps(data)

    def thawed(self) -> Any:
        """The data anew: nothing in it is shared with an earlier answer."""
        data = marshal.loads(self._rest)
        tables = iter(self._tables)
        for each in [data, *data.get("partitions", [])] if self._tables else []:
            for name in _LARGE:
                if name in each:
                    each[name] = _Table(next(tables))
        return data


class _Table(dict[str, Any]):
    """A dict whose values are made when they are asked for. No value of JSON's is bytes."""

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if type(value) is bytes:
            value = marshal.loads(value)
            super().__setitem__(key, value)
        return value

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - this is get

    def __iter__(self) -> Iterator[str]:
        # Without one of its own, `dict(table)` would copy the values as they are: CPython takes a
        # subclass that iterates as a dict does for a dict.
        return super().__iter__()

    def _thaw(self) -> None:
        for key in self:
            self[key]


def _thawing(name: str) -> Callable[..., Any]:
    method = getattr(dict, name)

    @functools.wraps(method)
    def thawing(self: _Table, *args: Any) -> Any:
        for each in (self, *args):
            if isinstance(each, _Table):
                each._thaw()
        return method(self, *args)

    return thawing


# Whatever else reads values has them all made first.
for _name in ("copy", "items", "pop", "popitem", "setdefault", "values"):
    setattr(_Table, _name, _thawing(_name))
for _name in ("__eq__", "__ne__", "__or__", "__reduce_ex__", "__repr__", "__ror__"):
    setattr(_Table, _name, _thawing(_name))
_Table.__hash__ = None
