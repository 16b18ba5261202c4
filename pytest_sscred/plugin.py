"""pytest's side: the fixture, the marker, the options, the verdict and the report.

Nothing that botocore is needed for is imported here, so that a run without the fixture does not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from pytest_sscred.options import HELP, NUMBERS, Options

if TYPE_CHECKING:
    from pytest_sscred.accepting import Services
    from pytest_sscred.doors.endpoint import Endpoint
    from pytest_sscred.fake import FakeIAM
    from pytest_sscred.verbs.sweep import Sweeping

_CLIENTS = ("aioboto3", "aiobotocore", "boto3", "botocore", "requests", "responses")
_MOST_SUBTESTS = 2  # that fail, of a sweep; the others are named in one message
_FAKE = pytest.StashKey["FakeIAM"]()
_TOLD = pytest.StashKey[list[str]]()  # problems of which the test's verdict has told
_SWEEPING = pytest.StashKey[bool]()  # the test is being run again, with a call that fails
_REPORTED = pytest.StashKey[bool]()  # a failure has carried the section already


def pytest_addoption(parser: pytest.Parser) -> None:
    takes_numbers = pytest.version_tuple >= (8, 4)
    for name, what in HELP.items():
        kind = "int" if name in NUMBERS and takes_numbers else "string"
        parser.addini(f"sscred_{name}", f"sscred_iam: {what}", type=kind, default=None)  # type: ignore[arg-type]


def pytest_configure(config: pytest.Config) -> None:
    keywords = "; ".join(f"{name}: {what}" for name, what in HELP.items())
    config.addinivalue_line(
        "markers",
        f"sscred_iam({', '.join(f'{name}=...' for name in HELP)}): set up the account of "
        f"sscred_iam. {keywords}. On a module, a class and a test: the closest wins.",
    )
    config.addinivalue_line(
        "markers",
        "sscred_sweep(*errors, lost='ReadTimeoutError'): run the test again for each of its calls "
        "of IAM, with that call failing: answered with an error, and its answer lost.",
    )


@pytest.fixture
def sscred_iam(request: pytest.FixtureRequest) -> Iterator[FakeIAM]:
    """An AWS account in memory that answers the test's IAM calls: a pytest_sscred.FakeIAM.

    Every call that the process makes through botocore, boto3 or aiobotocore, from any client, is
    answered from this test's own account. Seed it with add_user and add_credential, run the code
    under test, then assert_deactivated, assert_deleted, assert_called, ...; break calls with
    add_fault.
    """
    from pytest_sscred.fake import FakeIAM

    iam = FakeIAM(seed=request.node.nodeid, **_options(request.node))
    request.node.stash[_FAKE] = iam
    iam.open()
    yield iam
    iam.close()
    told = request.node.stash.get(_TOLD, None)
    if told is not None:
        _fail([problem for problem in iam.problems() if problem not in told])


@pytest.fixture
def sscred_endpoint(sscred_iam: FakeIAM) -> Iterator[Endpoint]:
    """The account of sscred_iam over HTTP on 127.0.0.1, for other processes and languages.

    `url` is the address; `env` holds what an AWS SDK or CLI needs beside os.environ.
    """
    with sscred_iam.serve() as endpoint:
        yield endpoint


@pytest.fixture
def sscred_services(sscred_iam: FakeIAM) -> Iterator[Services]:
    """The services that take the credentials of sscred_iam, for code that uses `requests`, and for
    botocore's clients that use an API key. IAM's Query API is among them.

    accept says what an accepted call gets; a refused one gets what AWS answers.
    """
    with sscred_iam.open_services() as services:
        yield services


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a marker that makes no sense, also on a test that asks for no account."""
    if item.get_closest_marker("sscred_iam"):
        _options(item)
    sweeping = item.get_closest_marker("sscred_sweep")
    if sweeping is None:
        return
    problem = None
    if set(sweeping.kwargs) - {"lost"}:
        problem = f"the marker takes errors and lost=..., not {sorted(sweeping.kwargs)}"
    elif "sscred_iam" not in getattr(item, "fixturenames", ()):
        if sweeping in item.own_markers:
            problem = "it is for tests that ask for sscred_iam"
    elif hasattr(item, "addFailure"):
        problem = "it is for test functions, not for a unittest.TestCase's methods"
    if problem:
        pytest.fail(f"sscred_sweep: {problem}", pytrace=False)


def _options(node: pytest.Item) -> dict[str, Any]:
    """The options of ini file and markers, the closest marker's in force. Fails for a wrong one."""
    options: dict[str, Any] = {}
    problem = None
    try:
        for name in HELP:
            options |= _from_ini(node.config, name)
        for marker in reversed(list(node.iter_markers("sscred_iam"))):
            options |= _checked_marker(marker)
        Options(**options)
    except ValueError as error:
        problem = str(error)
    if problem:
        pytest.fail(f"sscred_iam: {problem}", pytrace=False)
    return options


def _from_ini(config: pytest.Config, name: str) -> dict[str, Any]:
    what = "a whole number" if name in NUMBERS else "text: put it in quotes"
    try:
        value = config.getini(f"sscred_{name}")
        if value in (None, ""):
            return {}
        return {name: int(value) if name in NUMBERS else value}
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise ValueError(f"sscred_{name} takes {what}: {error}") from None


def _checked_marker(marker: pytest.Mark) -> dict[str, Any]:
    if marker.args:
        raise ValueError(f"the marker takes keywords only, not {marker.args[0]!r}")
    for name in marker.kwargs:
        if name not in HELP:
            from pytest_sscred.names import nearest

            raise ValueError(f"the marker has no option {name!r}: {nearest(name, HELP)}")
    return dict(marker.kwargs)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run a test that is to be swept again for each of its calls, as subtests where there are."""
    iam = pyfuncitem.stash.get(_FAKE, None)
    marker = pyfuncitem.get_closest_marker("sscred_sweep")
    if iam is None or marker is None or pyfuncitem.stash.get(_SWEEPING, False):
        return (yield)

    def again() -> None:
        pyfuncitem.ihook.pytest_pyfunc_call(pyfuncitem=pyfuncitem)

    from pytest_sscred.verbs.sweep import Sweeping

    problem: str | None = None
    try:
        sweeping = Sweeping(iam, marker.args, **marker.kwargs)
    except (TypeError, ValueError) as error:
        problem = str(error)
    if problem:
        pytest.fail(f"sscred_sweep: {problem}", pytrace=False)
    result = yield
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
    """Make the runs; what is wrong, where pytest has no subtests to tell it."""
    try:
        subtests = item._request.getfixturevalue("subtests")
    except pytest.FixtureLookupError:
        return sweeping.verdict(again)
    failed: list[tuple[str, str | None]] = []
    for title, broken in sweeping.runs(again):
        if broken:
            failed.append((title, broken))
        if len(failed) <= _MOST_SUBTESTS or not broken:
            with subtests.test(msg=title):
                _fail([broken] if broken else [])
    return sweeping.rest(failed[_MOST_SUBTESTS:])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the test, in its call phase, for what went wrong unnoticed."""
    try:
        result = yield
    finally:
        iam = item.stash.get(_FAKE, None)
        item.stash[_TOLD] = iam.problems() if iam else []
        if iam is not None:
            iam.end_rules()
    _fail(item.stash[_TOLD])
    return result


def _fail(problems: list[str]) -> None:
    if problems:
        from pytest_sscred.wording import joined

        pytest.fail(joined(problems), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Leave the environment as it was, also where a fixture had kept it while it was ours."""
    try:
        return (yield)
    finally:
        if item.stash.get(_FAKE, None) is not None:
            from pytest_sscred.environment import put_back_again

            put_back_again()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give a failed test its section, and leave its clients' frames out of its traceback."""
    iam = item.stash.get(_FAKE, None)
    if iam is None:
        return (yield)
    # A unittest's failure is put into `call` by a hook that runs after this line.
    may_fail = call.excinfo is not None or hasattr(item, "addFailure")
    folded = _fold_clients() if may_fail else []
    try:
        report = yield
    finally:
        for module in folded:
            vars(module).pop("__tracebackhide__", None)
    if report.failed and not item.stash.get(_REPORTED, False):
        item.stash[_REPORTED] = True
        whole = item.config.getoption("verbose", 0) >= 2  # -p no:terminal has no such option
        section = iam.report(whole=whole, about=report.longreprtext, paint=_painter(item.config))
        report.sections.append(("sscred_iam", section))
    if call.when == "teardown":
        kept: tuple[pytest.StashKey[Any], ...] = (_FAKE, _TOLD, _REPORTED)
        for key in kept:  # an item outlives its test
            if key in item.stash:
                del item.stash[key]
    return report


def _fold_clients() -> list[ModuleType]:
    """Mark the modules of what the code under test calls, so that pytest hides their frames."""
    folded = []
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in _CLIENTS or not isinstance(module, ModuleType):
            continue  # None stands for one that a test wants to be missing
        if "__tracebackhide__" not in vars(module):
            vars(module)["__tracebackhide__"] = True
            folded.append(module)
    return folded


def _painter(config: pytest.Config) -> Any:
    """What colours a text where the terminal's reporter does; there is none under xdist."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")

    def paint(text: str, colour: str) -> str:
        return text if reporter is None else str(reporter._tw.markup(text, **{colour: True}))

    return paint
