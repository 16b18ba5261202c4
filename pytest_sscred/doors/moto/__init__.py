"""moto beside an account. moto's private parts are touched in this folder alone.

What only an account beside moto needs is imported when there is one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_sscred.doors.moto import fence as fence
    from pytest_sscred.doors.moto import methods as methods
    from pytest_sscred.doors.moto import roles as roles
    from pytest_sscred.doors.moto import rows as rows
    from pytest_sscred.doors.moto import things as things


def __getattr__(name: str) -> Any:
    if name in ("fence", "methods", "roles", "rows", "things"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(name)
