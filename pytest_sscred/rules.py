"""Rules about every step: judged about each call, and once more where they end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from pytest_sscred.account import Cause
from pytest_sscred.aside import aside, is_outcome
from pytest_sscred.removable import Removable

# What a rule is about, and so when it is judged.
ATTEMPTS = "attempts"  # before each call, whatever comes of it
CHANGES = "changes"  # after each call that may have changed something
STATES = "states"  # then, and before each call: time may have gone by, the test done something


@dataclass(slots=True, eq=False)
class Rule(Removable):
    """What must hold at every step. A handle: `remove()`, or a `with` block, ends it.

    `broken` tells which step broke it first, or is None.
    """

    text: str
    about: str = field(repr=False)
    seen: Callable[[Cause | None], str] = field(repr=False)
    """What breaks the rule now, after a call or, for None, between two; nothing, where it holds."""
    tell: Callable[[Rule, Cause | None, str], str] = field(repr=False)
    around: Callable[[], AbstractContextManager[None]] = field(default=aside, repr=False)
    """In which it is judged."""
    added_at: str = ""
    memory: dict[str, int] = field(default_factory=dict, repr=False)
    """What `seen` keeps between two calls."""
    broken: str | None = field(default=None, init=False)

    def before(self, call: Cause) -> None:
        """Judge what is about to be done, or what was done since the last call."""
        if self.about == ATTEMPTS:
            self._judge(call)
        self.meanwhile()

    def after(self, call: Cause) -> None:
        """Judge what the call did."""
        if self.about != ATTEMPTS:
            self._judge(call)

    def pass_over(self) -> None:
        """Take note of what a callback of the test's own did, and judge none of it."""
        if self.about == CHANGES:
            self.seen(None)

    def meanwhile(self) -> None:
        """Judge what no call did: time, or the test itself."""
        if self.about == STATES:
            self._judge(None)

    def remove(self) -> None:
        """Have no effect from now on. What broke it so far stays."""
        self.meanwhile()
        Removable.remove(self)  # not super(): dataclasses with slots break it

    def _judge(self, cause: Cause | None) -> None:
        """Look at the account, and keep the first step that broke the rule."""
        if self.removed or self.broken is not None:
            return
        try:
            with self.around():  # a rule may call IAM itself
                seen = self.seen(cause)
        except BaseException as error:
            if not (isinstance(error, Exception) or is_outcome(error)):
                raise
            seen = f"the rule raised {error!r}"
        if seen:
            self.broken = self.tell(self, cause, seen)
