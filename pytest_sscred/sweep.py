"""Sweep: a scenario run again and again, each time with another of its calls failing."""

from __future__ import annotations

import functools
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pytest_sscred.account import Account
from pytest_sscred.assertions import problems
from pytest_sscred.callbacks import is_outcome
from pytest_sscred.faults.adding import Error, answer_of
from pytest_sscred.faults.faults import Fault
from pytest_sscred.journal import USE, Call
from pytest_sscred.outcomes import READ_TIMEOUT, Lost
from pytest_sscred.resources import OPERATIONS, may_change
from pytest_sscred.text import count, describe_asked

__tracebackhide__ = True

_LIBRARIES = (str(Path(__file__).parent), sysconfig.get_path("stdlib"))

_MOST_RUNS = 8
ERRORS: tuple[Error, ...] = ("AccessDenied",)
LOST = READ_TIMEOUT


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
        how = (
            " after the change was made" if self.is_lost and may_change(self.call.operation) else ""
        )
        return f"{self.number}. {describe_asked(self.call)}: {self.code}{how}"


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
                    yield run.title, functools.partial(self._broken_in, run, again)
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
        return _broken_runs([each for each in runs if each[1]], whole)

    def _check_names(self) -> None:
        """ValueError for an error that no operation can answer with, TypeError for a non-error."""
        for error in (*self._errors, *([] if self._lost is None else [self._lost])):
            if not any(self._answer(error, operation) for operation in OPERATIONS):
                answer_of(self._account, error, "CreateServiceSpecificCredential")

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

    def _broken_in(self, run: Run, again: Callable[[], object]) -> str | None:
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
            return f"{str(error) or 'AssertionError'}{_place(error)}"
        except SystemExit as left:
            if not left.code:
                return "left with exit code 0, as if nothing had failed"
        except Exception as error:
            if _is_mistake(error):
                return f"raised {error!r}{_place(error)}"
        except BaseException as ended:
            if not is_outcome(ended):
                raise
            if type(ended).__name__ == "Failed":  # by pytest.fail; otherwise skipped or xfailed
                return f"{str(ended) or 'failed'}{_place(ended)}"
        if self._made(operation) <= run.earlier:
            return "the call was not made again: the scenario does not do the same in every run"
        return self.unnoticed(known)

    def _made(self, operation: str) -> int:
        """How many calls of the operation the run has made, even those refused before faults."""
        return sum(call.operation == operation for call in self._account.journal.calls(self._known))


def _broken_runs(broken: Sequence[tuple[str, str | None]], whole: str) -> str | None:
    """Which of a sweep's runs broke an assertion or a rule; None if none did.

    `whole` says how many runs there were, as in `of 8 runs`.
    """
    if not broken:
        return None
    lines = [f"sweep: {len(broken)} {whole} broke what the test asserts"]
    for title, how in broken[:_MOST_RUNS]:
        lines += [f"- {title}", f"  {(how or '').splitlines()[0]}"]
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


def _place(error: BaseException) -> str:
    """Where it was raised: the last line outside the libraries."""
    frames = traceback.extract_tb(error.__traceback__)
    users = [each for each in frames if not any(map(each.filename.startswith, _LIBRARIES))]
    users = [each for each in users if "site-packages" not in each.filename]
    return f"\n- at {users[-1].filename}:{users[-1].lineno}" if users else ""
