"""FakeIAM: an account with all its verbs, open or closed to botocore's calls."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from pytest_sscred import assertions
from pytest_sscred.doors.botocore import open_door
from pytest_sscred.options import Options
from pytest_sscred.verbs.assert_ import Assert, fail_if
from pytest_sscred.verbs.break_ import Break
from pytest_sscred.verbs.callers import Callers
from pytest_sscred.verbs.seed import Seed

__tracebackhide__ = True


class FakeIAM(Seed, Callers, Break, Assert):
    """An AWS account in memory that answers botocore's calls of IAM while it is open.

    The fixture `sscred_iam` gives one, open. Elsewhere: `with FakeIAM() as iam: ...`; leaving
    the block without an exception raises AssertionError for a fault that never fired and for a
    call of an operation that is not faked.

    :param account_id: the account's number, 12 digits
    :param quota: credentials a user may have for a service; two, as in AWS
    :param page_size: items on a page of a list at most, whatever MaxItems says
    :param unused_faults: `"fail"` or `"allow"` a fault that never fired
    :param unsupported: `"fail"` or `"allow"` a call of an operation that is not faked and whose
        exception was swallowed
    :param seed: what ids and secrets derive from; the fixture gives the test's id
    :raises ValueError: for a value that an option does not take
    """

    def __init__(
        self,
        *,
        account_id: str = Options.account_id,
        quota: int = Options.quota,
        page_size: int | None = Options.page_size,
        unused_faults: str = Options.unused_faults,
        unsupported: str = Options.unsupported,
        seed: str = "pytest-sscred",
    ) -> None:
        self._options = Options(
            account_id=account_id,
            quota=quota,
            page_size=page_size,
            unused_faults=unused_faults,
            unsupported=unsupported,
        )
        super().__init__(self._options, seed)
        self._close: Callable[[], None] | None = None

    def open(self) -> None:
        """Answer IAM's calls from now on, and put fake AWS keys into the environment.

        :raises RuntimeError: where it is open already, or where botocore is not one it knows
        """
        if self._close is not None:
            raise RuntimeError("this FakeIAM is open already; make another one to nest them")
        self._close = open_door(self._service)

    def close(self) -> None:
        """Put botocore and the environment back as they were. The account can still be read."""
        if self._close is not None:
            self._close()
            self._close = None

    def problems(self) -> list[str]:
        """What has gone wrong unnoticed, a message each, unless the options allow it.

        That is a fault that never fired, or a call of an operation that is not faked.
        """
        calls = self.calls
        problems: list[str] = []
        if self._options.unsupported == "fail":
            problems += map(assertions.swallowed, dict.fromkeys(self._service.not_faked))
        if self._options.unused_faults == "fail":
            problems += [assertions.unused_fault(each, calls) for each in self._faults.unused()]
        return problems

    def __enter__(self) -> FakeIAM:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        if kind is None:
            fail_if("\n".join(self.problems()) or None)
