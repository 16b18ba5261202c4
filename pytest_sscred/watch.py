"""Every log record and every warning of a test, also those that a level hides.

Loggers are enabled for every level, and records that they would not have made are looked at and
handed to no handler. So the test's own logs stay what they were, and what the code would log in
production at DEBUG is seen too.
"""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from collections.abc import Iterator
from types import ModuleType, TracebackType
from typing import Any

# Packages whose own loggers say what a client sends and receives: masked while an account is open.
CLIENTS = {
    "aioboto3", "aiobotocore", "aiohttp", "boto3", "botocore", "httpcore", "httpx", "moto",
    "responses", "s3transfer", "urllib3",
}  # fmt: skip

_OPAQUE = (type, ModuleType, TracebackType, str, bytes, int, float, dict, BaseException)
_Logger: Any = logging.Logger
_warnings: Any = warnings


class Seen:
    """A record or a warning, as it was when it was made: what it holds may change later."""

    __slots__ = ("_message", "_values", "at", "origin", "who")

    def __init__(
        self, who: str, at: str, values: dict[str, Any], origin: Any, message: Any
    ) -> None:
        self.who = who
        """The logger and the level, or a warning's class."""
        self.at = at
        self.origin = origin
        self._values = {name: _kept(value) for name, value in values.items()}
        self._values["attributes"] = [_attributes(each) for each in values.values()]
        self._message = message

    @classmethod
    def record(cls, record: logging.LogRecord, *, is_hidden: bool = False) -> Seen:
        # What a level hides is formatted only if it is asked for: its values' __str__ may be slow.
        message = None if is_hidden else _message(record.msg, record.args)
        at = f"{record.pathname}:{record.lineno}"
        return cls(f"{record.name} {record.levelname}", at, vars(record), record, message)

    @classmethod
    def warning(cls, warning: warnings.WarningMessage) -> Seen:
        at = f"{warning.filename}:{warning.lineno}"
        return cls(warning.category.__name__, at, {}, warning, str(warning.message))

    @property
    def message(self) -> str:
        if self._message is None:
            self._message = _message(self._values.get("msg"), self._values.get("args"))
        return str(self._message)

    def texts(self) -> Iterator[tuple[str, str]]:
        """All that it holds: what it is called, and as text."""
        yield "the message", self.message
        for name, value in self._values.items():
            for text in _texts(value):
                yield ("the message" if name == "msg" else name), text


class Watch:
    """What was logged and warned of since it was begun."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []

    def begin(self) -> Watch:
        _watching.add(self)
        return self

    def end(self) -> None:
        _watching.remove(self)


def watching() -> Watch | None:
    """The watch that was begun last; None if there is none."""
    return _watching.watches[-1] if _watching.watches else None


def is_clients(logger_name: str) -> bool:
    return logger_name.partition(".")[0] in CLIENTS


class _Watching:
    """The wrapped methods, and who looks. One for the process, as `logging` is."""

    def __init__(self) -> None:
        self.watches: list[Watch] = []
        self._real: dict[tuple[Any, str], Any] = {}

    def add(self, watch: Watch) -> None:
        self.watches.append(watch)
        if self._real:
            return
        self._wrap(_Logger, "isEnabledFor", self._is_enabled_for)
        self._wrap(_Logger, "handle", self._handle)
        self._wrap(_Logger, "callHandlers", self._call_handlers)
        self._wrap(_warnings, "_showwarnmsg", self._show_warning)

    def remove(self, watch: Watch) -> None:
        self.watches.remove(watch)
        if not self.watches:
            for (owner, name), real in self._real.items():
                setattr(owner, name, real)
            self._real.clear()

    def _wrap(self, owner: Any, name: str, make: Any) -> None:
        real = self._real[owner, name] = getattr(owner, name)
        setattr(owner, name, make(real))

    def _note(self, seen: Seen) -> None:
        for watch in self.watches:
            watch.seen.append(seen)

    def _is_enabled_for(self, real: Any) -> Any:
        """Yes, for every level: what asks first may have something to log."""

        def isEnabledFor(logger: Any, level: Any) -> bool:  # noqa: N802
            return real(logger, level) or not is_clients(logger.name)

        return isEnabledFor

    def _handle(self, real: Any) -> Any:
        enabled = self._real[_Logger, "isEnabledFor"]
        logs = _Logger._log.__code__

        def handle(logger: Any, record: Any) -> None:
            # `_log` comes after isEnabledFor; who hands a record in has asked nobody.
            logged = sys._getframe(1).f_code is logs
            if not logger.disabled and (enabled(logger, record.levelno) or not logged):
                real(logger, record)
                return
            filtered = logger.filter(record)  # since Python 3.12 it may give another record
            if filtered and not is_clients(logger.name):
                self._note(Seen.record(record if filtered is True else filtered, is_hidden=True))

        return handle

    def _call_handlers(self, real: Any) -> Any:
        def callHandlers(logger: Any, record: Any) -> None:  # noqa: N802
            if not is_clients(logger.name):
                self._note(Seen.record(record))
            real(logger, record)

        return callHandlers

    def _show_warning(self, real: Any) -> Any:
        def _showwarnmsg(message: Any) -> None:
            self._note(Seen.warning(message))
            real(message)

        return _showwarnmsg


_watching = _Watching()


def _message(pattern: Any, args: Any) -> str:
    """As LogRecord.getMessage has it; what cannot be formatted, side by side."""
    try:
        return str(pattern) % args if args else str(pattern)
    except Exception:
        return f"{pattern} {args!r}"


def _kept(value: Any) -> Any:
    """A value as it is now: containers copied, all else itself."""
    if isinstance(value, dict):
        return {name: _kept(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return tuple(_kept(each) for each in value)
    if isinstance(value, (list, set, frozenset)):
        return [_kept(each) for each in value]
    return bytes(value) if isinstance(value, bytearray) else value


def _attributes(value: Any) -> Any:
    """What a formatter may take out of an object, which may change afterwards."""
    if isinstance(value, (list, tuple)):
        return [_attributes(each) for each in value]
    if isinstance(value, _OPAQUE):
        return None
    slots = [name for kind in type(value).__mro__ for name in vars(kind).get("__slots__", ())]
    found = {name: getattr(value, name, None) for name in slots if isinstance(name, str)}
    return _kept({**found, **getattr(value, "__dict__", {})})


def _texts(value: Any) -> Iterator[str]:
    """What a formatter might write of a value, whichever it is."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, BaseException):
        yield "".join(traceback.format_exception(type(value), value, value.__traceback__))
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(name)
            yield from _texts(each)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from _texts(each)
    elif value is not None and not isinstance(value, (int, float, type)):
        for write in (str, repr):
            try:
                yield write(value)
            except Exception:
                continue
