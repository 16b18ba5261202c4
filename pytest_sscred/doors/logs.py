"""Keeps our secrets out of the clients' own debug logs, which show requests and answers."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any

from pytest_sscred.secrets import Secrets

# Loggers of botocore and its companions that log parameters, bodies, headers or URLs.
_LOGS = [
    logging.getLogger(name)
    for name in (
        "boto3.resources.action",
        "boto3.resources.collection",
        "botocore.auth",
        "botocore.endpoint",
        "botocore.hooks",
        "botocore.httpsession",
        "botocore.parsers",
        "botocore.retries.standard",
        "botocore.retryhandler",
        "s3transfer.futures",
        "s3transfer.tasks",
        "s3transfer.utils",
        "urllib3.connectionpool",
    )
]
# As botocore logs parameters, before the call is known here: the text is one that `repr` makes.
_PASSWORD = re.compile(r"""('(?:Old|New)?Password': )(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
_SEED = re.compile("(<QRCodePNG>)[^<]+")
_BEARER = re.compile(r"(Bearer )[^\s'\"]+")


class ClientLogs:
    """Masks the secrets of accounts, and the API keys of any account."""

    def __init__(self, secrets: Callable[[], Iterable[Secrets]]) -> None:
        self._secrets = secrets
        for log in _LOGS:
            log.addFilter(self._mask)

    def unmask(self) -> None:
        for log in _LOGS:
            log.removeFilter(self._mask)

    def _mask(self, record: logging.LogRecord) -> bool:
        record.msg = self._masked(record.msg)  # s3transfer formats its own messages
        if isinstance(record.args, tuple):
            record.args = tuple(map(self._masked, record.args))
        else:  # a single dict, whose keys the message names
            record.msg, record.args = self._masked(record.getMessage()), None
        return True

    def _masked(self, value: Any) -> Any:
        """The value, or its text without the secrets in it."""
        if value is None or isinstance(value, (int, float)):
            return value
        if isinstance(value, bytes):
            return self._masked(value.decode("latin-1")).encode("latin-1")
        text = str(value)
        masked = _BEARER.sub(r"\1***", _SEED.sub(r"\1***", text))
        masked = _PASSWORD.sub(r"\1'***'", masked)
        for secrets in self._secrets():
            masked = secrets.mask(masked)
        return value if masked == text else masked
