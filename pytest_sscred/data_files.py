"""botocore's own data files, read once per process; every reader gets a fresh copy.

The contents of files are kept as bytes, and no two answers share an object: whatever a test does
to a model, the next test gets it as the file has it. Entries of a file's large tables are made
when they are asked for; other dicts are plain ones, which give the garbage collector less work.

Files of AWS_DATA_PATH and of ~/.aws/models are read as usual.
"""

from __future__ import annotations

import functools
import gzip
import json
import marshal
import os
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from botocore.loaders import JSONFileLoader, Loader

# Tables that are made entry by entry: a client asks for a few of 700 shapes, and for one of 300
# services. Of a model's operations it asks for all.
_LARGE = ("shapes", "services")
_ENDINGS: dict[str, Callable[..., Any]] = {".json": open, ".json.gz": gzip.open}


@functools.cache
def data_files() -> DataFiles:
    """The files of the installed packages."""
    return DataFiles()


class DataFiles:
    """The files that were read, and the services that have files."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[tuple[int, int, int], _Kept]] = {}
        self._services: dict[str, dict[str, set[str]]] = {}

    def load(self, path: str) -> Any:
        """The file's data; None if there is no file. `path` is without its ending."""
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

    def services(self, folder: str, type_name: str) -> set[str]:
        """The services that have a file of that type in one of the packages' folders."""
        if folder not in self._services:
            self._services[folder] = _services_by_type(folder)
        return self._services[folder].get(type_name, set())


class DataLoader(Loader):
    """botocore's loader, with the files of its package read once."""

    def __init__(self, files: DataFiles, search_paths: list[str]) -> None:
        super().__init__(search_paths, _FileLoader(files), include_default_search_paths=False)
        self._files = files

    def list_available_services(self, type_name: str) -> list[str]:
        """All services that have models, sorted."""
        others = [path for path in self.search_paths if not _is_packaged(path)]
        found: set[str] = set()
        if any(map(os.path.isdir, others)):
            loader: Any = Loader(others, include_default_search_paths=False)
            found.update(loader.list_available_services(type_name))
        for path in self.search_paths:
            if _is_packaged(path):
                found.update(self._files.services(path, type_name))
        return sorted(found)


class _FileLoader(JSONFileLoader):
    def __init__(self, files: DataFiles) -> None:
        self._files = files

    def load_file(self, file_path: str) -> Any:
        if _is_packaged(file_path):
            return self._files.load(file_path)
        return super().load_file(file_path)


@functools.lru_cache(maxsize=512)
def _is_packaged(path: str) -> bool:
    """Whether it is, or is in, a data folder that came with botocore or boto3."""
    boto3s = os.path.join("boto3", "data", "")
    return path.startswith(Loader.BUILTIN_DATA_PATH) or boto3s in os.path.join(path, "")


def _services_by_type(folder: str) -> dict[str, set[str]]:
    """The services by the type of file they have, such as `service-2`: SERVICE/VERSION/TYPE."""
    found: dict[str, set[str]] = {}
    for service in _folders(folder):
        for version in _folders(service.path):
            for name in os.listdir(version.path):
                type_name = name.removesuffix(".gz").removesuffix(".json")
                found.setdefault(type_name, set()).add(service.name)
    return found


def _folders(path: str) -> list[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        return [entry for entry in entries if entry.is_dir()]


class _Kept:
    """A file's data as bytes: its large tables entry by entry, the rest as a whole.

    `marshal` is the fastest format for JSON's types, and only this process reads it.
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
        """A fresh copy of the data: nothing in it is shared with an earlier answer."""
        data = marshal.loads(self._rest)
        tables = iter(self._tables)
        for each in [data, *data.get("partitions", [])] if self._tables else []:
            for name in _LARGE:
                if name in each:
                    each[name] = _Table(next(tables))
        return data


class _Table(OrderedDict[str, Any]):
    """A table whose values are made when asked for: those that are bytes, which JSON never has.

    An OrderedDict, as botocore's own, since `==` with one asks a subclass first, and since
    CPython's `dict(table)` takes a dict's values as they are unless its iterator differs.
    """

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if type(value) is bytes:
            value = marshal.loads(value)
            super().__setitem__(key, value)
        return value

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - this is get

    def _thaw(self) -> None:
        for key in self:
            self[key]


def _thawing(name: str) -> Callable[..., Any]:
    method = getattr(OrderedDict, name)

    @functools.wraps(method)
    def thawing(self: _Table, *args: Any, **kwargs: Any) -> Any:
        for each in (self, *args):
            if isinstance(each, _Table):
                each._thaw()
        return method(self, *args, **kwargs)

    return thawing


# All other methods that read values make them all first.
for _name in ("copy", "items", "pop", "popitem", "setdefault", "values"):
    setattr(_Table, _name, _thawing(_name))
for _name in ("__eq__", "__ne__", "__or__", "__reduce__", "__repr__", "__ror__"):
    setattr(_Table, _name, _thawing(_name))
_Table.__hash__ = None
