"""Sweep: a scenario run again and again, each time with another of its calls failing."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from pytest_sscred.account import Account
from pytest_sscred.assertions import problems
from pytest_sscred.callbacks import is_outcome
from pytest_sscred.faults.adding import Error, answer_of
from pytest_sscred.faults.faults import Fault
from pytest_sscred.journal import USE, Call
from pytest_sscred.outcomes import READ_TIMEOUT, WAYS, Lost
from pytest_sscred.places import raised_at
from pytest_sscred.report import section
from pytest_sscred.resources import OPERATIONS, may_change
from pytest_sscred.text import count, in_one_line, nearest

__tracebackhide__ = True

_MOST_RUNS = 8
ERRORS: tuple[Error, ...] = ("AccessDenied",)
LOST = READ_TIMEOUT
WENT_ON = "went on after"


class Run(NamedTuple):
    """One run: its failing call, how many of that operation come before it, and how it fails."""

    number: int
    call: Call
    earlier: int
    code: str
    lost: Lost | None
    is_lost: bool

    @property
    def title(self) -> str:
        """What fails, in a few words: pytest's summary drops what follows a long title."""
        return f"call {self.number} {self._how}: {self.code}"

    @property
    def step(self) -> str:
        """What fails, and where."""
        return f"{self.number}. {self.call.operation} {self._how}: {self.met}"

    @property
    def met(self) -> str:
        """The error, and the line of the user's code that meets it."""
        place = self.call.place
        return self.code if place is None else f"{self.code} at {place.short}"

    @property
    def _how(self) -> str:
        if not self.is_lost:
            return "refused"
        return "done, but its answer lost" if may_change(self.call.operation) else "lost"


class Broken(NamedTuple):
    """How a run broke: the message of what went wrong in it."""

    text: str
    verb: str = "after"
    """What the code did about the error; empty if it did not meet it."""
    where: str = ""
    """The line of the user's code that asserted or raised."""

    @classmethod
    def by(cls, error: BaseException, text: str, verb: str = "after") -> Broken:
        place = raised_at(error)
        how = "asserted" if verb == WENT_ON else "raised"
        return cls(text, verb, "" if place is None else f"{how} at {place}")

    @property
    def first(self) -> str:
        return self.text.splitlines()[0]

    def message(self, run: Run) -> str:
        then = f"{self.verb} {run.met}, then: {self.first}" if self.verb else self.first
        headline = in_one_line(then)
        whole = [] if headline == then else [f"- {self.first}"]
        where = [f"- {self.where}"] if self.where else []
        return "\n".join([headline, *whole, *self.text.splitlines()[1:], *where])


class Sweeping:
    """Made just before the scenario runs for the first time, to learn its calls.

    Every later run begins with the account as it was then, ids and all.
    """

    def __init__(
        self, account: Account, errors: Sequence[Error] = ERRORS, lost: Error | None = LOST
    ) -> None:
        self._account = account
        self._errors = errors or ERRORS
        self._lost = lost
        self._check_names()
        for rule in tuple(account.rules):  # earlier steps are not the scenario's
            rule.meanwhile()
            rule.go_on()
        self._mark = account.state.log.keep(self, for_others=True)
        self._known = account.journal.mark()
        self._requests = account.state.ids.requests
        self._broken: list[tuple[Run, Broken]] = []
        self._left_broken = ""
        """The report on the account as the first broken run left it."""

    def end(self) -> None:
        """Stop keeping the way back; `runs` does this itself."""
        self._account.state.log.let_go(self)

    def runs(self, again: Callable[[], object]) -> Iterator[tuple[str, Callable[[], str | None]]]:
        """Every run: its title, and a function that makes it and returns how it broke, or None.

        `again` is the scenario. Afterwards the account is as the first run left it.
        ValueError for an error that none of the calls can be answered with.
        """
        log, journal = self._account.state.log, self._account.journal
        try:
            planned = self._planned()
            writes, entries = self.put_back()
            try:
                for run in planned:
                    yield run.title, functools.partial(self._judged, run, again)
                    self.put_back()
            finally:
                self.put_back()
                with self._account.lock:
                    log.replay(writes)
                    journal.replay(entries)
        finally:
            self.end()

    def unnoticed(self, since: int | None = None) -> str | None:
        """What went wrong in a run, by default the first, without raising anything in it.

        Unused faults do not count.
        """
        known = self._known if since is None else since
        return next(iter(problems(self._account, known, unused_faults=False)), None)

    def put_back(self) -> tuple[list[Any], list[Any]]:
        """Restore the state before the first run. Returns what was written and recorded since."""
        with self._account.lock:
            self._account.state.ids.requests = self._requests
            writes = self._account.state.log.rewind(self._mark)
            return writes, self._account.journal.rewind(self._known)

    def results(self, again: Callable[[], object]) -> Iterator[tuple[str, str | None]]:
        """The same, with the runs made: the title of each run, and how it broke."""
        for title, run in self.runs(again):
            yield title, run()

    def verdict(self, again: Callable[[], object]) -> str | None:
        """The same in one message; None if nothing broke."""
        runs = list(self.results(again))
        whole = f"of {count(len(runs), 'run')}"
        if not self._broken:
            return None
        text = _broken_runs(self._broken, whole)
        self._account.earlier_reports[text.splitlines()[0]] = self._left_broken
        return text

    def _check_names(self) -> None:
        """ValueError for an error that no operation can answer with, TypeError for a non-error."""
        for error in (*self._errors, *([] if self._lost is None else [self._lost])):
            if not any(self._answer(error, operation) for operation in OPERATIONS):
                codes = map(self._account.model.error_codes, OPERATIONS)
                hint = nearest(str(error), {*WAYS}.union(*codes))
                raise ValueError(f"no operation can answer with {error!r}: {hint}")

    def _answer(self, error: Error, operation: str) -> tuple[str, Lost | None] | None:
        """The error's code and how the answer is lost; None if the operation has no such error."""
        try:
            return answer_of(self._account, error, operation)
        except ValueError:
            return None

    def _planned(self) -> list[Run]:
        asked = self._account.journal.calls(self._known)
        calls = [call for call in asked if call.operation != USE]
        if not calls:
            raise ValueError("no call of IAM was made: there is nothing to sweep")
        wanted = [(error, False) for error in self._errors]
        if self._lost is not None:
            wanted.append((self._lost, True))
        runs: list[Run] = []
        for error, is_lost in wanted:
            fitting = list(self._fitting(calls, error, is_lost))
            if not fitting:
                raise ValueError(f"none of the calls can be answered with {error!r}")
            runs += fitting
        return sorted(runs, key=lambda run: run.number)

    def _fitting(self, calls: Sequence[Call], error: Error, is_lost: bool) -> Iterator[Run]:
        for at, call in enumerate(calls):
            answer = self._answer(error, call.operation)
            if answer is not None:
                earlier = sum(each.operation == call.operation for each in calls[:at])
                yield Run(at + 1, call, earlier, *answer, is_lost)

    def _judged(self, run: Run, again: Callable[[], object]) -> str | None:
        """How the run broke, as a message; None if it did not."""
        broken = self._broken_in(run, again)
        if broken is None:
            return None
        how = broken.message(run)
        if not self._broken:
            self._left_broken = section(self._account, about=how)
        self._broken.append((run, broken))
        return how

    def _broken_in(self, run: Run, again: Callable[[], object]) -> Broken | None:
        operation = run.call.operation
        Fault(
            run.code,
            operation,
            applied=run.is_lost,
            lost=run.lost,
            whole_calls=not run.is_lost,
            schedule=lambda number: self._made(operation) == run.earlier,
            table=self._account.swept,
        )
        known = self._account.journal.mark()
        try:
            again()
        except AssertionError as error:
            return Broken.by(error, str(error) or "AssertionError", WENT_ON)
        except SystemExit as left:
            if not left.code:
                return Broken("left with exit code 0, as if nothing had failed")
        except Exception as error:
            if _is_mistake(error):
                return Broken.by(error, f"raised {error!r}")
        except BaseException as ended:
            if not is_outcome(ended):
                raise
            if type(ended).__name__ == "Failed":  # by pytest.fail; otherwise skipped or xfailed
                return Broken.by(ended, str(ended) or "failed", WENT_ON)
        if self._made(operation) <= run.earlier:
            same = "the call was not made again: the scenario does not do the same in every run"
            return Broken(same, verb="")
        unnoticed = self.unnoticed(known)
        return Broken(unnoticed, WENT_ON) if unnoticed else None

    def _made(self, operation: str) -> int:
        """How many calls of the operation the run has made, even those refused before faults."""
        return sum(call.operation == operation for call in self._account.journal.calls(self._known))


def _broken_runs(broken: Sequence[tuple[Run, Broken]], whole: str) -> str:
    """Which of a sweep's runs broke an assertion or a rule.

    `whole` says how many runs there were, as in `of 8 runs`.
    """
    lines = [f"sweep: {len(broken)} {whole} broke what the test asserts"]
    for run, how in broken[:_MOST_RUNS]:
        where = f" ({how.where})" if how.where else ""
        lines += [f"- {run.step}", f"  then: {how.first}{where}"]
    more = len(broken) - _MOST_RUNS
    return "\n".join([*lines, f"- and {more} more"] if more > 0 else lines)


# Code that raises one of these has made a mistake, and has not reported a failure.
_MISTAKES = (
    ArithmeticError, AssertionError, AttributeError, FileExistsError, FileNotFoundError,
    LookupError, NameError, NotImplementedError, TypeError,
)  # fmt: skip


def _is_mistake(error: BaseException) -> bool:
    """Whether code that raises it has a bug, instead of telling its caller that AWS failed."""
    grouped = getattr(error, "exceptions", None)
    if isinstance(grouped, (list, tuple)):
        return any(map(_is_mistake, grouped))
    return isinstance(error, _MISTAKES) and type(error).__module__ == "builtins"
