"""pytest's side of a test that has an account: its verdict, its report and its cleanup."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pytest_sscred.callbacks import current
from pytest_sscred.places import is_users

_CALLED = re.compile(r"^- (?:asserted|called|raised).* at (\S+):(\d+)$", re.MULTILINE)
_AT = re.compile(r" at (\S+):(\d+)$", re.MULTILINE)
_CLIENTS = ("aioboto3", "aiobotocore", "boto3", "botocore", "requests", "responses", "urllib3")
FAKE = pytest.StashKey[Any]()
TOLD = pytest.StashKey[list[str]]()  # problems that the test's verdict has reported
WATCH = pytest.StashKey[Any]()  # the watch on what the test logs
_REPORTED = pytest.StashKey[bool]()  # a failure has shown the section already


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the test, in its call phase, for what went wrong unnoticed."""
    for other in _others(item):
        other._gone_wrong()  # from before the test, and not its fault
    try:
        result = yield
    finally:
        iam = item.stash.get(FAKE, None)
        item.stash[TOLD] = iam.problems() if iam else []
        if iam is not None:
            iam.end_rules()
    fail([*item.stash[TOLD], *(each for other in _others(item) for each in other._gone_wrong())])
    return result


def _others(item: pytest.Item) -> list[Any]:
    """The open accounts besides the fixture's, from the test's own fixtures in any scope."""
    return [each for each in current.opened if each is not item.stash.get(FAKE, None)]


def fail(problems: list[str]) -> None:
    if problems:
        from pytest_sscred.text import joined

        pytest.fail(joined(problems), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Restore what was changed, even if a fixture had saved it while it was ours."""
    try:
        return (yield)
    finally:
        if item.stash.get(FAKE, None) is not None:
            from pytest_sscred.environment import put_back_again
            from pytest_sscred.patches import remove_what_is_left

            put_back_again()
            remove_what_is_left()
        current.on_account = None
        if WATCH in item.stash:
            item.stash[WATCH].end()
            del item.stash[WATCH]


@pytest.hookimpl(tryfirst=True)
def pytest_exception_interact(node: pytest.Item, call: pytest.CallInfo[Any]) -> None:
    """Make `--pdb` stop in one of the user's frames: it takes the last one of the traceback.

    pytest hides frames with a local variable, `__tracebackhide__`; ours have a global one.
    """
    if (
        not (FAKE in node.stash or current.opened)
        or call.excinfo is None
        or not node.config.getoption("usepdb", False)
    ):
        return
    entries = [entry._rawentry for entry in call.excinfo.traceback]
    for last in [each for each in entries if is_users(each.tb_frame)][-1:]:
        last.tb_next = None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give a failed test its section, and leave its clients' frames out of its traceback."""
    iam = item.stash.get(FAKE, None)
    others = [each for each in _others(item) if _is_of(each, item)]
    if call.excinfo is not None:
        others += [each for error, each in current.left if error is call.excinfo.value]
    is_ours = call.excinfo is not None and call.excinfo.type.__module__ == "pytest_sscred"
    if iam is None and not others and not is_ours:
        return _without_locals((yield))
    # A unittest's failure is put into `call` by a hook that runs after this line.
    may_fail = call.excinfo is not None or hasattr(item, "addFailure")
    folded = _fold_clients() if may_fail else []
    try:
        report = yield
    finally:
        for module in folded:
            vars(module).pop("__tracebackhide__", None)
    _without_locals(report)
    # Each subtest has its own. A failing teardown would repeat what the test has shown.
    if report.failed:
        _point_at_users_line(item, report)
    if report.failed and (call.when == "call" or not item.stash.get(_REPORTED, False)):
        item.stash[_REPORTED] = True
        # This option is missing with -p no:terminal.
        whole = item.config.getoption("verbose", 0) >= 2 or bool(os.environ.get("CI"))
        named = [("sscred_iam", iam)] if iam else []
        for title, each in [*named, *((each._title(), each) for each in others)]:
            show = functools.partial(each.report, whole=whole, about=report.longreprtext)
            report.sections.append((title, show(paint=_painter(item.config))))
            if item.config.getoption("xmlpath", None):  # JUnit has properties, not sections
                item.user_properties.append((title, show()))
            _draw(item.config, report, title, each)
    if call.when == "teardown":
        kept: tuple[pytest.StashKey[Any], ...] = (FAKE, TOLD, _REPORTED)
        for key in kept:  # an item outlives its test
            if key in item.stash:
                del item.stash[key]
    return report


def _is_of(iam: Any, item: pytest.Item) -> bool:
    """Whether the test has to do with an open account: one of its fixtures is it, or it called."""
    used = getattr(item, "funcargs", {}).values()
    return iam._is_called() or any(each is iam for each in used)


def _point_at_users_line(item: pytest.Item, report: pytest.TestReport) -> None:
    """Give a verdict, which is raised in this package, the place that it is about."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None or not Path(crash.path).is_relative_to(Path(__file__).parent):
        return
    found = _CALLED.search(crash.message) or _AT.search(crash.message)
    path, line, _ = item.location
    crash.path, crash.lineno = str(item.config.rootpath / path), (line or 0) + 1
    if found:
        crash.path, crash.lineno = os.path.abspath(found[1]), int(found[2])


def _without_locals(report: pytest.TestReport) -> pytest.TestReport:
    """Leave out the variables of our frames and the clients', which hold secrets: `-l` and
    `--full-trace` show them."""
    for traceback, *_ in getattr(report.longrepr, "chain", ()):
        for entry in traceback.reprentries:
            where = getattr(entry, "reprfileloc", None)
            if where is not None and os.path.abspath(where.path).startswith(_folders()):
                entry.reprlocals = entry.reprfuncargs = None
    return report


def _folders() -> tuple[str, ...]:
    """Those of this package and of the client libraries."""
    found = [sys.modules.get(name) for name in ("pytest_sscred", *_CLIENTS)]
    files = [getattr(module, "__file__", None) for module in found]
    return tuple(os.path.join(os.path.dirname(each), "") for each in files if each)


def _draw(config: pytest.Config, report: pytest.TestReport, title: str, iam: Any) -> None:
    """Add the timeline as a picture to pytest-html's and Allure's reports, if one is written."""
    html = config.getoption("htmlpath", None)
    allure = config.getoption("allure_report_dir", None)
    if not html and not allure:
        return
    from pytest_sscred.timeline import timeline
    from pytest_sscred.timeline_svg import svg

    shown = timeline(iam._account)
    if html and shown:
        extra = dict.fromkeys(("mime_type", "extension"), "") | {
            "format_type": "html", "content": svg(shown), "name": title,
        }  # fmt: skip
        report.extras = [*getattr(report, "extras", []), extra]  # type: ignore[attr-defined]
    if allure:  # it does not show a report's sections either
        attach = import_module("allure").attach
        attach(dict(report.sections)[title], title, import_module("allure").attachment_type.TEXT)
        if shown:
            attach(svg(shown), f"{title}: timeline", import_module("allure").attachment_type.SVG)


def _fold_clients() -> list[ModuleType]:
    """Mark the modules of the client libraries, so that pytest hides their frames."""
    folded = []
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in _CLIENTS or not isinstance(module, ModuleType):
            continue  # None stands for a module that a test wants to be missing
        if "__tracebackhide__" not in vars(module):
            vars(module)["__tracebackhide__"] = True
            folded.append(module)
    return folded


def _painter(config: pytest.Config) -> Any:
    """Colours a text as the terminal's reporter does; under xdist there is no reporter."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")

    def paint(text: str, colour: str) -> str:
        return text if reporter is None else str(reporter._tw.markup(text, **{colour: True}))

    return paint
