"""One test's account, as passed to doors and verbs: its state, its journal, its options."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from pytest_sscred.ask import Ask, Caller
from pytest_sscred.journal import Call, Journal, Wait
from pytest_sscred.options import Options
from pytest_sscred.places import users_place
from pytest_sscred.protocol.model import Model, load_model
from pytest_sscred.refusals import Reason, Refusal
from pytest_sscred.state.state import State


class Account:
    """`name` is the test's id, or another seed that the account's ids derive from."""

    def __init__(self, options: Options, name: str) -> None:
        self.name = name
        self.options = options
        self.model: Model = load_model()
        self.journal: Journal = Journal()
        self.state: State = State(
            options.account_id, seed=name, quota=options.quota, page_size=options.page_size
        )
        self.made_by = "FakeIAM"
        """What the test writes to set the account's options."""
        self.rules: Any = self.state.table("rules")
        self.faults: Any = self.state.table("faults")
        self.swept: Any = self.state.table("faults of a sweep")
        self.event_rules: Any = self.state.table("rules of events")
        self.interruptions: Any = self.state.table("interruptions")
        self.earlier_reports: dict[str, str] = {}
        """By the first line of a failure's message: the report on the account as it was then."""
        self.test_began = 0
        """Where the journal was when the running test began."""
        self.broken_before: set[Any] = set()
        """The rules that had been broken by then."""
        self.is_copy = False
        """Whether this is a fork's copy of an account that lives in the parent process."""
        self.tell_parent: Callable[[str], None] = lambda what: None
        """In a forked process: reports a refused call to the parent."""
        self.take_reports: Callable[[], None] = lambda: None
        """Records what forked processes have reported so far."""
        self.take_roles: Callable[[Ask], None] = lambda ask: None
        """Brings the roles of another mock of IAM up to date, if there is one."""
        self.session_of: Callable[[str], Caller | None] = lambda key: None
        """Whose key it is, of the sessions that another mock of STS has begun."""

    @property
    def lock(self) -> Any:
        """Hold it to write, or to read more than one row."""
        return self.state.lock

    @property
    def keeps_calls_here(self) -> bool:
        """Whether calls of other services must not leave for AWS either."""
        return self.options.network == "fail"

    def reset(self) -> None:
        """Start over as new, in place: what others hold of it stays valid."""
        with self.lock:
            self.state.reset()
            self.journal.rewind(0)
            self.earlier_reports.clear()

    def set_by(self, option: str, value: str = '"allow"') -> str:
        """The code that sets one of the options, as the test would write it."""
        return f"{self.made_by}({option}={value})"

    def wait(self, operation: str, seconds: float) -> float:
        """Record that a client backs off, and move the clock. Returns the seconds left to sleep."""
        with self.lock:
            self.journal.add(Wait(operation, seconds))
            if self.options.waits == "sleep":
                return seconds
            self.state.clock.shift(dt.timedelta(seconds=seconds))
        return 0

    def refuse(self, what: str, reason: Reason, call: Call | None = None) -> Refusal:
        """Record a call that nobody answers here."""
        if self.is_copy:
            self.tell_parent(what)
        refusal = Refusal(what, reason, call, users_place())
        self.journal.add(refusal)
        return refusal
