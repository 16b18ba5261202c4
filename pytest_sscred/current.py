"""The test that runs, as far as an account that it makes needs to know."""

from __future__ import annotations

from collections.abc import Callable


class Current:
    """`on_account` is called for every account that is made; None if nobody is to know."""

    on_account: Callable[[], None] | None = None


current = Current()
