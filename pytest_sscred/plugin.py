"""pytest's side: the fixture, the marker, the options, the verdict and the report.

Nothing that botocore is needed for is imported here, so that a run without the fixture does not.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from pytest_sscred.options import HELP, Options

if TYPE_CHECKING:
    from pytest_sscred.fake import FakeIAM

_FAKE = pytest.StashKey["FakeIAM"]()

_NUMBERS = ("quota", "page_size")  # an ini file has text only


def pytest_addoption(parser: pytest.Parser) -> None:
    for name, what in HELP.items():
        parser.addini(f"sscred_{name}", f"sscred_iam: {what}", default=None)


def pytest_configure(config: pytest.Config) -> None:
    keywords = "; ".join(f"{name}: {what}" for name, what in HELP.items())
    config.addinivalue_line(
        "markers",
        f"sscred_iam({', '.join(f'{name}=...' for name in HELP)}): set up the account of "
        f"sscred_iam. {keywords}. On a module, a class and a test: the closest wins.",
    )


@pytest.fixture
def sscred_iam(request: pytest.FixtureRequest) -> Iterator[FakeIAM]:
    """An AWS account in memory that answers the test's IAM calls: a pytest_sscred.FakeIAM.

    Every call that the process makes through botocore or boto3, from any client, is answered from
    this test's own account. Seed it with add_user and add_credential, run the code under test,
    then assert_deactivated, assert_deleted, assert_called, ...; break calls with add_fault.
    """
    from pytest_sscred.fake import FakeIAM

    options, problem = _options(request.node)
    if problem:
        pytest.fail(f"sscred_iam: {problem}", pytrace=False)
    iam = FakeIAM(seed=request.node.nodeid, **options)
    iam.open()
    request.node.stash[_FAKE] = iam
    try:
        yield iam
    finally:
        iam.close()


def _options(node: pytest.Item) -> tuple[dict[str, Any], str]:
    """The options of ini file and markers, the closest marker's in force, and what is wrong."""
    options: dict[str, Any] = {}
    try:
        for name in HELP:
            text = node.config.getini(f"sscred_{name}")
            if text:
                options[name] = _from_ini(name, text)
        for marker in reversed(list(node.iter_markers("sscred_iam"))):
            options |= _checked_marker(marker)
        Options(**options)
    except ValueError as error:
        return {}, str(error)
    return options, ""


def _from_ini(name: str, text: str) -> Any:
    if name not in _NUMBERS:
        return text
    if not text.isdecimal():
        raise ValueError(f"sscred_{name} takes a whole number, not {text!r}")
    return int(text)


def _checked_marker(marker: pytest.Mark) -> dict[str, Any]:
    if marker.args:
        raise ValueError(f"the marker takes keywords only, not {marker.args[0]!r}")
    for name in marker.kwargs:
        if name not in HELP:
            from pytest_sscred.names import nearest

            raise ValueError(f"the marker has no option {name!r}: {nearest(name, HELP)}")
    return dict(marker.kwargs)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the test, in its call phase, for what went wrong unnoticed."""
    result = yield
    iam = item.stash.get(_FAKE, None)
    problems = iam.problems() if iam else []
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give a failed test its section, and leave botocore's frames out of its traceback."""
    iam = item.stash.get(_FAKE, None)
    if iam is None or call.excinfo is None:
        return (yield)
    folded = _fold_botocore()
    try:
        report = yield
    finally:
        for module in folded:
            del vars(module)["__tracebackhide__"]
    if report.failed:
        del item.stash[_FAKE]  # one section, whatever fails after it
        whole = item.config.getoption("verbose", 0) >= 2  # -p no:terminal has no such option
        section = iam.report(whole=whole, paint=_painter(item.config))
        report.sections.append(("sscred_iam", section))
    return report


def _fold_botocore() -> list[ModuleType]:
    """Mark botocore's modules so that pytest hides their frames."""
    folded = []
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("botocore", "boto3") and not hasattr(
            module, "__tracebackhide__"
        ):
            vars(module)["__tracebackhide__"] = True
            folded.append(module)
    return folded


def _painter(config: pytest.Config) -> Any:
    """What colours a text where the terminal's reporter does; there is none under xdist."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")

    def paint(text: str, colour: str) -> str:
        return text if reporter is None else str(reporter._tw.markup(text, **{colour: True}))

    return paint
