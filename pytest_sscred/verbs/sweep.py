"""Sweep: a scenario run again and again, each time with another of its calls failing."""

from __future__ import annotations

import sysconfig
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pytest_sscred import assertions
from pytest_sscred.arguments import check_callable
from pytest_sscred.aside import is_outcome
from pytest_sscred.calls import Call
from pytest_sscred.faults import Fault
from pytest_sscred.memento import memento
from pytest_sscred.operations import OPERATIONS
from pytest_sscred.verbs.assert_ import fail_if
from pytest_sscred.verbs.break_ import Break, Error
from pytest_sscred.wording import count, describe_asked

__tracebackhide__ = True

_LIBRARIES = (str(Path(__file__).parent.parent), sysconfig.get_path("stdlib"))

ERRORS: tuple[Error, ...] = ("AccessDenied",)
LOST = "ReadTimeoutError"


class Run(NamedTuple):
    """One run: its failing call, how many of that operation come before it, and how it fails."""

    number: int
    call: Call
    earlier: int
    code: str
    no_answer: Any
    is_lost: bool

    @property
    def title(self) -> str:
        how = " after the change was made" if self.is_lost else ""
        return f"{self.number}. {describe_asked(self.call)}: {self.code}{how}"


class Sweeping:
    """Made just before the scenario runs for the first time, to learn its calls.

    Every later run begins with the account as it was then, ids and all.
    """

    def __init__(
        self, iam: Break, errors: Sequence[Error] = ERRORS, lost: Error | None = LOST
    ) -> None:
        self._iam = iam
        self._errors = errors or ERRORS
        self._lost = lost
        self._check_names()
        self._known = iam._service.journal.mark()
        self._put_back = memento(iam)

    def runs(self, again: Callable[[], object]) -> Iterator[tuple[str, str | None]]:
        """Each run's title, and how the scenario's assertions or rules broke in it, if they did.

        `again` is the scenario. Afterwards the account is as the first run left it.
        ValueError for an error that none of the calls can be answered with.
        """
        put_back = memento(self._iam)
        try:
            for run in self._planned():
                yield run.title, self._broken_in(run, again)
        finally:
            put_back()

    def verdict(self, again: Callable[[], object]) -> str | None:
        """The same in one message; None where nothing broke."""
        runs = list(self.runs(again))
        whole = f"of {count(len(runs), 'run')}"
        return assertions.broken_runs([each for each in runs if each[1]], whole)

    def rest(self, broken: Sequence[tuple[str, str | None]]) -> str | None:
        """What is to be told of runs beyond those that were told by themselves; None for none."""
        return assertions.broken_runs(broken, "more") if broken else None

    def _check_names(self) -> None:
        """ValueError for what no operation can be answered with, TypeError for what is no error."""
        for error in (*self._errors, *([] if self._lost is None else [self._lost])):
            if not any(self._answer(error, operation) for operation in OPERATIONS):
                self._iam._error(error, "CreateServiceSpecificCredential")

    def _answer(self, error: Error, operation: str) -> tuple[str, Any] | None:
        """The error's code and what the network raises; None where the operation has no such."""
        try:
            return self._iam._error(error, operation)
        except ValueError:
            return None

    def _planned(self) -> list[Run]:
        asked = self._iam._service.journal.calls(self._known)
        calls = [call for call in asked if call.operation in self._iam._model.operation_names]
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
        self._put_back()
        operation = run.call.operation
        fault = Fault(
            run.code,
            operation,
            applied=run.is_lost,
            no_answer=run.no_answer,
            whole_calls=not run.is_lost,
            schedule=lambda number: self._made(operation) == run.earlier,
        )
        self._iam._faults.added.insert(0, fault)  # before those of the test's own
        known = self._iam._service.journal.mark()
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
            if type(ended).__name__ == "Failed":  # by pytest.fail; else skipped or xfailed
                return f"{str(ended) or 'failed'}{_place(ended)}"
        if self._made(operation) <= run.earlier:
            return "the call was not made again: the scenario does not do the same in every run"
        return self._unnoticed(known)

    def _made(self, operation: str) -> int:
        """How many calls of the operation the run has made, those refused before faults too."""
        return sum(
            call.operation == operation for call in self._iam._service.journal.calls(self._known)
        )

    def _unnoticed(self, known: int) -> str | None:
        """What went wrong in the run and raised nothing there."""
        service, faults = self._iam._service, self._iam._faults
        for rule in service.rules:
            rule.meanwhile()
        broken = [rule.broken for rule in service.rules if rule.broken]
        if self._iam._options.unsupported == "fail":
            broken += map(assertions.swallowed, service.journal.refused(known))
        broken += [assertions.raised_before(each) for each in faults.interruptions if each.error]
        return broken[0] if broken else None


# Whoever raises one of these has made a mistake, and told nobody anything.
_MISTAKES = (
    ArithmeticError, AssertionError, AttributeError, FileExistsError, FileNotFoundError,
    LookupError, NameError, NotImplementedError, TypeError,
)  # fmt: skip


def _is_mistake(error: BaseException) -> bool:
    """Whether code that raises it has failed, and not told its caller that AWS has."""
    grouped = getattr(error, "exceptions", None)
    if isinstance(grouped, (list, tuple)):
        return any(map(_is_mistake, grouped))
    return isinstance(error, _MISTAKES) and type(error).__module__ == "builtins"


def _place(error: BaseException) -> str:
    """Where it was raised: the last line that is no library's."""
    frames = traceback.extract_tb(error.__traceback__)
    users = [each for each in frames if not any(map(each.filename.startswith, _LIBRARIES))]
    users = [each for each in users if "site-packages" not in each.filename]
    return f"\n- at {users[-1].filename}:{users[-1].lineno}" if users else ""


class Sweep(Break):
    """Every call failing once."""

    def sweep(
        self, scenario: Callable[[], object], *errors: Error, lost: Error | None = LOST
    ) -> None:
        """Run a scenario once to learn its calls, then once more for each of them failing.

        The account is put back before every run to what it was, ids and all. A run is judged by
        the scenario's own assertions and by rules (`require_active`, ...). One in which it raises
        is fine, since it told its caller: but for what is a mistake, as TypeError, KeyError or
        FileNotFoundError are. What is no part of the account, mocks and files say, is not put back.

        With pytest: `@pytest.mark.sscred_sweep` on a test.

        :param errors: that the call and all its retries are answered with in place of being done,
            as for `add_fault`; AccessDenied, where none is given. Calls that cannot be answered
            with an error are passed over for it
        :param lost: the error in place of an answer that is lost once the change is made; a retry
            is answered. None for no such runs
        :raises AssertionError: that names the runs in which an assertion or a rule broke
        :raises ValueError: for an error that none of the calls can be answered with, and where
            none was made
        """
        check_callable("sweep", scenario)
        sweeping = Sweeping(self, errors, lost)
        scenario()
        fail_if(sweeping.verdict(scenario))
