"""IAM's operations, a file per resource: its row, its table, its fields, its operations.

READS may be given an account as it was earlier; WRITES may change it.
"""

from __future__ import annotations

from collections import ChainMap
from typing import Any

from pytest_sscred.resources import access_keys, credentials, users
from pytest_sscred.resources.owned import KINDS, Operation

READS: dict[str, Operation] = {}
WRITES: dict[str, Operation] = {}
# AWS's access levels List and Read.
_READ_PREFIXES = ("Get", "List", "Simulate", "Generate")
OPERATIONS = ChainMap(READS, WRITES)


def is_faked(operation: str) -> bool:
    """Whether OPERATIONS has it; looked up directly, since every call asks."""
    return operation in READS or operation in WRITES


def may_change(operation: str) -> bool:
    """Whether it is a write; if it is not faked, its name decides."""
    return operation in WRITES or not (operation in READS or operation.startswith(_READ_PREFIXES))


for _each in (users, credentials, access_keys):
    _resource: Any = _each
    READS |= _resource.READS
    WRITES |= _resource.WRITES
    KINDS += [_resource.KIND] if hasattr(_resource, "KIND") else []
