"""pytest's side of a sweep: a test that is run again for each of its calls."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import pytest

from pytest_sscred.plugin_verdict import FAKE, fail

if TYPE_CHECKING:
    from pytest_sscred.sweep import Sweeping

_SWEEPING = pytest.StashKey[bool]()  # the test is being run again, with a call that fails


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run a test with the marker again for each of its calls, as subtests if pytest has them."""
    iam = pyfuncitem.stash.get(FAKE, None)
    marker = pyfuncitem.get_closest_marker("sscred_sweep")
    if iam is None or marker is None or pyfuncitem.stash.get(_SWEEPING, False):
        return (yield)

    def again() -> None:
        pyfuncitem.ihook.pytest_pyfunc_call(pyfuncitem=pyfuncitem)

    from pytest_sscred.sweep import Sweeping

    problem: str | None = None
    try:
        sweeping = Sweeping(iam._account, marker.args, **marker.kwargs)
    except (TypeError, ValueError) as error:
        problem = str(error)
    if problem:
        pytest.fail(f"sscred_sweep: {problem}", pytrace=False)
    try:
        result = yield
    except BaseException:
        sweeping.end()
        raise
    if sweeping.unnoticed():  # the test's verdict reports it; every run would break like that
        sweeping.end()
        return result
    pyfuncitem.stash[_SWEEPING] = True
    try:
        problem = _sweep(pyfuncitem, sweeping, again)
    except ValueError as error:
        problem = f"sscred_sweep: {error}"
    finally:
        del pyfuncitem.stash[_SWEEPING]
    if problem:
        pytest.fail(problem, pytrace=False)
    return result


def _sweep(item: pytest.Function, sweeping: Sweeping, again: Callable[[], None]) -> str | None:
    """Make the runs. Returns what went wrong if pytest has no subtests to report it."""
    try:
        subtests = item._request.getfixturevalue("subtests")
    except pytest.FixtureLookupError:
        return sweeping.verdict(again)
    for title, run in sweeping.runs(again):
        with subtests.test(msg=title):
            broken = run()
            fail([broken] if broken else [])
    return None
