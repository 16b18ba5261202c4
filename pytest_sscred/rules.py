"""Rules about every step: each is judged after each call that changed something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pytest_sscred.account import Cause
from pytest_sscred.removable import Removable


@dataclass(slots=True, eq=False)
class Rule(Removable):
    """What must hold after every change. A handle: `remove()`, or a `with` block, ends it.

    `broken` tells which step broke it first, or is None.
    """

    text: str
    seen: Callable[[Cause], str] = field(repr=False)
    """What breaks the rule now, after a call; nothing, where it holds."""
    tell: Callable[[Rule, Cause, str], str] = field(repr=False)
    added_at: str = ""
    memory: dict[str, int] = field(default_factory=dict, repr=False)
    """What `seen` keeps between two calls."""
    of_attempts: bool = field(default=False, repr=False)
    """Judged before each call instead, whatever comes of it."""
    broken: str | None = field(default=None, init=False)
    judging: bool = field(default=False, init=False, repr=False)

    def judge(self, cause: Cause) -> None:
        """Look at the account after a call, and keep the first step that broke the rule."""
        if self.removed or self.broken is not None or self.judging:
            return
        self.judging = True  # a rule may call IAM itself
        try:
            seen = self.seen(cause)
        except Exception as error:
            seen = f"the rule raised {error!r}"
        finally:
            self.judging = False
        if seen:
            self.broken = self.tell(self, cause, seen)
