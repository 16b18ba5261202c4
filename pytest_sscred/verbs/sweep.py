"""Sweep: what becomes of a scenario where any one of its calls fails."""

from __future__ import annotations

from collections.abc import Callable

from pytest_sscred.sweeping import LOST, Sweeping
from pytest_sscred.verbs.assert_ import fail_if
from pytest_sscred.verbs.break_ import Break

__tracebackhide__ = True


class Sweep(Break):
    """Every call failing once."""

    def sweep(self, scenario: Callable[[], object], *errors: str, lost: str | None = LOST) -> None:
        """Run a scenario once to learn its calls, then once more for each of them failing.

        The account is put back before every run to what it was, ids and all. A run is judged by
        the scenario's own assertions and by rules (`require_active`, ...). One in which the
        scenario raises the error, or what came of it, is fine: it told its caller.

        With pytest: `@pytest.mark.sscred_sweep` on a test.

        :param errors: that the call is answered with in place of being done; AccessDenied, where
            none is given. Calls that cannot be answered with an error are passed over for it
        :param lost: the error in place of an answer that is lost once the change is made; None
            for no such runs
        :raises AssertionError: that names the runs in which an assertion or a rule broke
        :raises ValueError: for an error that none of the calls can be answered with
        """
        sweeping = Sweeping(self, errors, lost)
        scenario()
        fail_if(sweeping.verdict(scenario))
