"""IAM's operations, a file a resource: its row, its table, what it looks like, what is done to it.

READS may be handed an account as it was; WRITES may change it.
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
    """Whether it is one of them: for each call, and so without the detour over OPERATIONS."""
    return operation in READS or operation in WRITES


def may_change(operation: str) -> bool:
    """Whether it is a write; of one that is not faked its name tells."""
    return operation in WRITES or not (operation in READS or operation.startswith(_READ_PREFIXES))


for _each in (users, credentials, access_keys):
    _resource: Any = _each
    READS |= _resource.READS
    WRITES |= _resource.WRITES
    KINDS += [_resource.KIND] if hasattr(_resource, "KIND") else []
