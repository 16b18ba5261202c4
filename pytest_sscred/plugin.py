"""pytest's side: the fixtures, the marker and the options.

Nothing that needs botocore is imported here, so that a run without the fixture does not load it.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from pytest_sscred.callbacks import current
from pytest_sscred.options import HELP, NUMBERS, Options

if TYPE_CHECKING:
    from pytest_sscred.consumers.accepting import Services
    from pytest_sscred.doors.endpoint import Endpoint
    from pytest_sscred.fake import FakeIAM

# Registered when the fixture is first used, so that tests without it do not pay for their hooks.
_WHEN_USED = ("pytest_sscred.plugin_verdict", "pytest_sscred.plugin_sweep")


def pytest_addoption(parser: pytest.Parser) -> None:
    takes_numbers = pytest.version_tuple >= (8, 4)
    for name, what in HELP.items():
        kind = "int" if name in NUMBERS and takes_numbers else "string"
        parser.addini(f"sscred_{name}", f"sscred_iam: {what}", type=kind, default=None)  # type: ignore[arg-type]


def pytest_configure(config: pytest.Config) -> None:
    try:
        Options(**_from_ini(config))
    except ValueError as error:
        raise pytest.UsageError(f"sscred_iam: {error}") from None
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
    from pytest_sscred.plugin_verdict import FAKE, TOLD, fail

    _register_more(request.config)
    iam = FakeIAM(seed=request.node.nodeid, **_options(request.node))
    iam._account.made_by = "@pytest.mark.sscred_iam"
    request.node.stash[FAKE] = iam
    if os.environ.get("PYTEST_CURRENT_TEST", "").endswith("(call)"):
        request.node.stash[TOLD] = []  # requested inside the test, when a verdict may come too late
    iam.open()
    yield iam
    iam.close()
    told = request.node.stash.get(TOLD, None)
    if told is not None:
        fail([problem for problem in iam.problems() if problem not in told])


def _register_more(config: pytest.Config) -> None:
    for name in _WHEN_USED:
        if not config.pluginmanager.has_plugin(name):
            config.pluginmanager.register(import_module(name), name)


@pytest.fixture
def sscred_endpoint(sscred_iam: FakeIAM) -> Iterator[Endpoint]:
    """The account of sscred_iam over HTTP on 127.0.0.1, for other processes and languages.

    `url` is the address; `env` holds the variables that an AWS SDK or CLI needs besides os.environ.
    """
    with sscred_iam.serve() as endpoint:
        yield endpoint


@pytest.fixture
def sscred_services(sscred_iam: FakeIAM) -> Iterator[Services]:
    """The services that take the credentials of sscred_iam, for code that uses `requests`, and for
    botocore's clients that use an API key. IAM's Query API is among them.

    accept sets the answer to accepted calls; refused ones get what AWS answers.
    """
    with sscred_iam.open_services() as services:
        yield services


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse an invalid marker, even on a test without an account."""
    if item.get_closest_marker("sscred_iam"):
        _options(item)
    current.on_account = None
    current.left.clear()
    for opened in current.opened:
        opened._begin_test()
    current.on_open = functools.partial(_register_more, item.config)
    if "caplog" in getattr(item, "fixturenames", ()):
        current.on_account = functools.partial(_watch, item)
        door = sys.modules.get("pytest_sscred.doors.botocore")
        if door is not None and door.is_any_open():  # an account of a wider scope
            _watch(item)
    sweeping = item.get_closest_marker("sscred_sweep")
    if sweeping is None:
        return
    problem = None
    if set(sweeping.kwargs) - {"lost"}:
        names = ", ".join(f"{name}=" for name in sorted({*sweeping.kwargs} - {"lost"}))
        problem = f'the marker takes names, as in ("Throttling", lost=None), and no {names}'
    elif "sscred_iam" not in getattr(item, "fixturenames", ()):
        if sweeping in item.own_markers:
            problem = "it is for tests that ask for sscred_iam"
    elif hasattr(item, "addFailure"):
        problem = "it is for test functions, not for a unittest.TestCase's methods"
    if problem:
        pytest.fail(f"sscred_sweep: {problem}{_at(item)}", pytrace=False)


def _watch(item: pytest.Item) -> None:
    """Watch everything the test logs: it has an account, and may look for a secret there."""
    _register_more(item.config)
    from pytest_sscred.plugin_verdict import WATCH
    from pytest_sscred.watch import Watch

    if WATCH not in item.stash:
        item.stash[WATCH] = Watch().begin()


def _options(node: pytest.Item) -> dict[str, Any]:
    """The options of ini file and markers; the closest marker wins. Fails for an invalid one."""
    options = _from_ini(node.config)
    problem = None
    try:
        for marker in reversed(list(node.iter_markers("sscred_iam"))):
            options |= _checked_marker(marker)
        Options(**options)
    except ValueError as error:
        problem = str(error)
    if problem:
        pytest.fail(f"sscred_iam: {problem}{_at(node)}", pytrace=False)
    return options


def _at(item: pytest.Item) -> str:
    """Where the marker's test is: a line of a message."""
    path, line, _ = item.location
    return f"\n- marked at {path}:{(line or 0) + 1}"


def _from_ini(config: pytest.Config) -> dict[str, Any]:
    """The options that the ini file sets. ValueError for a value that is not a number or text."""
    options: dict[str, Any] = {}
    for name in HELP:
        what = "a whole number" if name in NUMBERS else "text: put it in quotes"
        try:
            value = config.getini(f"sscred_{name}")
            if value not in (None, ""):
                options[name] = int(value) if name in NUMBERS else value
        except (TypeError, ValueError, pytest.UsageError) as error:
            raise ValueError(f"sscred_{name} takes {what}: {error}") from None
    return options


def _checked_marker(marker: pytest.Mark) -> dict[str, Any]:
    if marker.args:
        raise ValueError(f"the marker takes keywords only, not {marker.args[0]!r}")
    for name in marker.kwargs:
        if name not in HELP:
            from pytest_sscred.text import nearest

            raise ValueError(f"the marker has no option {name!r}: {nearest(name, HELP)}")
    return dict(marker.kwargs)
