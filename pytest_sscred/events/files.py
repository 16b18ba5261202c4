"""CloudTrail's records as a trail delivers them: a file of JSON, compressed or not."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable
from pathlib import Path

from pytest_sscred.events.record import Record


def write(path: str | os.PathLike[str], records: Iterable[Record]) -> None:
    """Write a log file; one whose name ends in `.gz` is compressed, as a trail's are."""
    data = json.dumps({"Records": list(records)}).encode()
    file = Path(path)
    file.write_bytes(gzip.compress(data, mtime=0) if file.suffix.lower() == ".gz" else data)
