"""Sweep: a scenario run again and again, each time with another of its calls failing."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from pytest_sscred import assertions
from pytest_sscred.calls import Call
from pytest_sscred.faults import Fault
from pytest_sscred.memento import memento
from pytest_sscred.operations import OPERATIONS
from pytest_sscred.verbs.assert_ import fail_if
from pytest_sscred.verbs.break_ import Break
from pytest_sscred.verbs.checks import check_text

__tracebackhide__ = True

_HERE = str(Path(__file__).parent.parent)
_LIBRARIES = "site-packages"

ERRORS = ("AccessDenied",)
LOST = "ReadTimeoutError"


class Run(NamedTuple):
    """One run: its failing call, how many of that operation come before it, and how it fails."""

    number: int
    call: Call
    earlier: int
    error: str
    is_lost: bool

    @property
    def title(self) -> str:
        how = " after the change was made" if self.is_lost else ""
        return f"{self.number}. {assertions.describe_asked(self.call)}: {self.error}{how}"


class Sweeping:
    """Made just before the scenario runs for the first time, to learn its calls.

    Every later run begins with the account as it was then, ids and all.
    """

    def __init__(self, iam: Break, errors: Sequence[str] = ERRORS, lost: str | None = LOST) -> None:
        self._iam = iam
        self._errors = errors or ERRORS
        self._lost = lost
        self._check_names()
        self._known = len(iam.calls)
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
        whole = f"of {assertions.count(len(runs), 'run')}"
        return assertions.broken_runs([each for each in runs if each[1]], whole)

    def rest(self, broken: Sequence[tuple[str, str | None]]) -> str | None:
        """What is to be told of runs beyond those that were told by themselves; None for none."""
        return assertions.broken_runs(broken, "more") if broken else None

    def _check_names(self) -> None:
        """ValueError for what no operation can be answered with, TypeError for what is no name."""
        for error in (*self._errors, *([] if self._lost is None else [self._lost])):
            check_text("an error", error)
            if not any(self._fits(error, operation) for operation in OPERATIONS):
                self._iam._error(error, "CreateServiceSpecificCredential")

    def _fits(self, error: str, operation: str) -> bool:
        try:
            self._iam._error(error, operation)
        except ValueError:
            return False
        return True

    def _planned(self) -> list[Run]:
        asked = self._iam.calls[self._known :]
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

    def _fitting(self, calls: Sequence[Call], error: str, is_lost: bool) -> Iterator[Run]:
        for at, call in enumerate(calls):
            if self._fits(error, call.operation):
                earlier = sum(each.operation == call.operation for each in calls[:at])
                yield Run(at + 1, call, earlier, error, is_lost)

    def _broken_in(self, run: Run, again: Callable[[], object]) -> str | None:
        self._put_back()
        operation = run.call.operation
        code, no_answer = self._iam._error(run.error, operation)
        fault = Fault(
            code,
            operation,
            applied=run.is_lost,
            no_answer=no_answer,
            whole_calls=not run.is_lost,
            schedule=lambda number: self._made(operation) == run.earlier,
        )
        self._iam._faults.added.insert(0, fault)  # before those of the test's own
        known = len(self._iam._service.not_faked)
        try:
            again()
        except AssertionError as error:
            return f"{error or 'AssertionError'}{_place(error)}"
        except SystemExit as left:
            if not left.code:
                return "left with exit code 0, as if nothing had failed"
        except Exception as error:
            if not _came_of_aws(error):
                return f"raised {error!r}{_place(error)}"
        if self._made(operation) <= run.earlier:
            return "the call was not made again: the scenario does not do the same in every run"
        return self._unnoticed(known)

    def _made(self, operation: str) -> int:
        """How many calls of the operation the run has made, those refused before faults too."""
        return sum(call.operation == operation for call in self._iam._service.calls[self._known :])

    def _unnoticed(self, known: int) -> str | None:
        """What went wrong in the run and raised nothing there."""
        service, faults = self._iam._service, self._iam._faults
        for rule in service.rules:
            rule.meanwhile()
        broken = [rule.broken for rule in service.rules if rule.broken]
        broken += map(assertions.swallowed, service.not_faked[known:])
        broken += [assertions.raised_before(each) for each in faults.interruptions if each.error]
        return broken[0] if broken else None


# Raised in a handler, these are a mistake there and no word to the caller.
_MISTAKES = (
    ArithmeticError, AttributeError, LookupError, NameError, NotImplementedError, TypeError,
)  # fmt: skip


def _came_of_aws(error: BaseException | None) -> bool:
    """Whether it is an error of the SDK's or the network's, or was raised because of one."""
    grouped = getattr(error, "exceptions", None)
    if grouped:
        return all(map(_came_of_aws, grouped))
    while error is not None and not isinstance(error, _MISTAKES):
        network = isinstance(error, (ConnectionError, TimeoutError))
        if network or isinstance(error, (ClientError, BotoCoreError)):
            return True
        if type(error).__module__.startswith("requests."):
            return True
        error = error.__cause__ or error.__context__
    return False


def _place(error: BaseException) -> str:
    """Where it was raised: the last line that is no library's."""
    frames = traceback.extract_tb(error.__traceback__)
    users = [each for each in frames if _LIBRARIES not in each.filename]
    users = [each for each in users if _HERE not in each.filename]
    return f"\n- at {users[-1].filename}:{users[-1].lineno}" if users else ""


class Sweep(Break):
    """Every call failing once."""

    def sweep(self, scenario: Callable[[], object], *errors: str, lost: str | None = LOST) -> None:
        """Run a scenario once to learn its calls, then once more for each of them failing.

        The account is put back before every run to what it was, ids and all. A run is judged by
        the scenario's own assertions and by rules (`require_active`, ...). One in which the
        scenario raises the error, or what came of it, or exits with a code, is fine: it told its
        caller. What is no part of the account, mocks and files say, is not put back.

        With pytest: `@pytest.mark.sscred_sweep` on a test.

        :param errors: that the call is answered with in place of being done; AccessDenied, where
            none is given. Calls that cannot be answered with an error are passed over for it
        :param lost: the error in place of an answer that is lost once the change is made; None
            for no such runs
        :raises AssertionError: that names the runs in which an assertion or a rule broke
        :raises ValueError: for an error that none of the calls can be answered with, and where
            none was made
        """
        sweeping = Sweeping(self, errors, lost)
        scenario()
        fail_if(sweeping.verdict(scenario))
