"""Every log record and every warning of a test, even those that a level hides.

Loggers are enabled for every level, and records that they would not have made are looked at but
passed to no handler. So the test's own logs stay what they were, and what the code would log in
production at DEBUG is seen too.
"""

from __future__ import annotations

import functools
import logging
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from types import ModuleType, TracebackType
from typing import Any

from pytest_sscred.patches import Patches, Switch

# Packages whose own loggers show what a client sends and receives: masked while an account is open.
CLIENTS = {
    "aioboto3", "aiobotocore", "aiohttp", "boto3", "botocore", "httpcore", "httpx", "moto",
    "responses", "s3transfer", "urllib3",
}  # fmt: skip

_HIDDEN = "_pytest_sscred_extra"  # the `extra` of a record that only a watch has
_DEEPEST = 6
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_OPAQUE = (
    type,
    ModuleType,
    TracebackType,
    str,
    bytes,
    int,
    float,
    dict,
    list,
    tuple,
    BaseException,
)
_Logger: Any = logging.Logger
_warnings: Any = warnings


class Seen:
    """A record or a warning, as it was when it was made: its contents may change later."""

    __slots__ = ("_message", "_values", "at", "origin", "who")

    def __init__(
        self, who: str, at: str, values: dict[str, Any], origin: Any, message: Any
    ) -> None:
        self.who: str = who
        """The logger and the level, or a warning's class."""
        self.at: str = at
        self.origin: Any = origin
        extra = {name: value for name, value in values.items() if name not in _STANDARD}
        extra |= extra.pop(_HIDDEN, {})
        self._values = {name: _kept(value) for name, value in (values | extra).items()}
        self._values["attributes"] = [_attributes(each) for each in extra.values()]
        self._message = message

    @classmethod
    def record(cls, record: logging.LogRecord, *, is_hidden: bool = False) -> Seen:
        # A hidden record is formatted only if it is asked for: its values' __str__ may be slow.
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
        """Everything in it: the name of a part, and its text."""
        yield "the message", self.message
        for name, value in self._values.items():
            for text in _texts(value):
                yield ("the message" if name == "msg" else name), text


class Watch:
    """The log records and warnings since it was begun."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.missed = 0
        """How many could not be looked at."""

    def begin(self) -> Watch:
        _watching.add(self)
        return self

    def end(self) -> None:
        _watching.remove(self)


def watching() -> Watch | None:
    """The watch that was begun last; None if it is missing."""
    return _watching.watches[-1] if _watching.watches else None


def is_clients(logger_name: str) -> bool:
    return logger_name.partition(".")[0] in CLIENTS


class _Here(threading.local):
    is_looking = False  # what this thread logs meanwhile is not the code's


class _Watching:
    """The wrapped methods, and the watches. One per process, as `logging` is."""

    def __init__(self) -> None:
        self.watches: list[Watch] = []
        self._patches = Patches()
        self._here = _Here()
        self._enabled: Any = None

    def add(self, watch: Watch) -> None:
        self.watches.append(watch)
        if self._patches:
            return
        self._enabled = _Logger.isEnabledFor
        self._patches.wrap(_Logger, "isEnabledFor", self._is_enabled_for)
        self._patches.wrap(_Logger, "makeRecord", self._make_record)
        self._patches.wrap(_Logger, "handle", self._handle)
        self._patches.wrap(_Logger, "callHandlers", self._call_handlers)
        self._patches.wrap(_warnings, "_showwarnmsg", self._show_warning)

    def remove(self, watch: Watch) -> None:
        self.watches.remove(watch)
        if not self.watches:
            self._patches.undo()

    def _is_hidden(self, logger: Any, level: int) -> bool:
        """Whether a record of that level would exist only for us."""
        return not self._enabled(logger, level)

    def _note(self, make: Callable[[], Seen]) -> None:
        """Look at something; errors in doing so never reach the code under test."""
        if self._here.is_looking:
            return
        self._here.is_looking = True
        try:
            seen = [make()]
        except Exception:
            seen = []
        finally:
            self._here.is_looking = False
        for watch in self.watches:
            watch.seen += seen
            watch.missed += not seen

    def _is_enabled_for(self, real: Any, switch: Switch) -> Any:
        """Enable every level: code that asks first may have something to log."""

        def isEnabledFor(logger: Any, level: Any) -> bool:  # noqa: N802
            if real(logger, level):
                return True
            return switch.is_on and not self._here.is_looking and not is_clients(logger.name)

        return isEnabledFor

    def _make_record(self, real: Any, switch: Switch) -> Any:
        """Make a plain record if it is only for us, without calling the user's record factory."""

        @functools.wraps(real)
        def makeRecord(  # noqa: N802
            logger: Any, name: str, level: int, path: str, line: int, msg: Any, args: Any,
            exc_info: Any, func: Any = None, extra: Any = None, sinfo: Any = None,
        ) -> Any:  # fmt: skip
            if not switch.is_on or not self._is_hidden(logger, level):
                return real(
                    logger, name, level, path, line, msg, args, exc_info, func, extra, sinfo
                )
            record = logging.LogRecord(name, level, path, line, msg, args, exc_info, func, sinfo)
            record.__dict__[_HIDDEN] = dict(extra or {})
            return record

        return makeRecord

    def _handle(self, real: Any, switch: Switch) -> Any:
        @functools.wraps(real)
        def handle(logger: Any, record: Any) -> None:
            if switch.is_on and (_HIDDEN in vars(record) or logger.disabled):
                self._note_hidden(logger, record)
            else:
                real(logger, record)

        return handle

    def _note_hidden(self, logger: Any, record: Any) -> None:
        if is_clients(logger.name):
            return
        self._here.is_looking = True
        try:
            filtered = logger.filter(record)  # since Python 3.12 it may return another record
        except Exception:
            filtered = True
        finally:
            self._here.is_looking = False
        if filtered:
            kept = record if filtered is True else filtered
            self._note(lambda: Seen.record(kept, is_hidden=True))

    def _call_handlers(self, real: Any, switch: Switch) -> Any:
        @functools.wraps(real)
        def callHandlers(logger: Any, record: Any) -> None:  # noqa: N802
            if switch.is_on and _HIDDEN in vars(record):  # from somebody else's handle()
                self._note_hidden(logger, record)
                return
            if switch.is_on and not is_clients(logger.name):
                self._note(lambda: Seen.record(record))
            real(logger, record)

        return callHandlers

    def _show_warning(self, real: Any, switch: Switch) -> Any:
        def _showwarnmsg(message: Any) -> None:
            if switch.is_on:
                self._note(lambda: Seen.warning(message))
            real(message)

        return _showwarnmsg


_watching = _Watching()


def _message(pattern: Any, args: Any) -> str:
    """As LogRecord.getMessage makes it; if that fails, the pattern with the arguments after it."""
    try:
        return str(pattern) % args if args else str(pattern)
    except Exception:
        return f"{pattern} {args!r}"


def _kept(value: Any, depth: int = 0) -> Any:
    """A value as it is now: containers are copied, but not deep inside; all else is kept."""
    if depth > _DEEPEST:
        return value if isinstance(value, (str, bytes, int, float)) else None
    if isinstance(value, dict):
        return {name: _kept(each, depth + 1) for name, each in list(value.items())}
    if isinstance(value, tuple):
        return tuple(_kept(each, depth + 1) for each in value)
    if isinstance(value, (list, set, frozenset)):
        return [_kept(each, depth + 1) for each in list(value)]
    return bytes(value) if isinstance(value, bytearray) else value


def _attributes(value: Any) -> Any:
    """What a formatter may take out of an object that was given as `extra`."""
    if isinstance(value, _OPAQUE):
        return None
    slots = [name for kind in type(value).__mro__ for name in vars(kind).get("__slots__", ())]
    found = {name: getattr(value, name, None) for name in slots if isinstance(name, str)}
    return _kept({**found, **getattr(value, "__dict__", {})})


def _texts(value: Any) -> Iterator[str]:
    """The texts that a formatter might make of any value."""
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
