"""Free until used: what pytest's start imports, measured in processes of their own."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
from network_guard import IN_A_PROCESS

import pytest_sscred

HEAVY = {"aiobotocore", "botocore", "boto3", "responses", "requests", "urllib3", "moto"}
RUN = """
import sys
import pytest
code = pytest.main({args!r} + ["-q", "-p", "no:cacheprovider"])
print("exit", int(code))
print("modules", *sorted({{name.partition(".")[0] for name in sys.modules}}))
"""


def run(tmp_path, tests, *args):
    """pytest in a new process, with the plugin found by its entry point alone."""
    (tmp_path / "test_it.py").write_text(tests)
    keep = ["-p", "pytest_sscred.plugin"] if args else []
    process = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS + RUN.format(args=[str(tmp_path), *keep, *args])],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    lines = dict(line.partition(" ")[::2] for line in process.stdout.splitlines() if " " in line)
    assert "exit" in lines, process.stdout + process.stderr
    assert process.returncode == 0, "it reached for another machine"
    return lines["exit"], set(lines["modules"].split())


def test_a_run_without_the_fixture_imports_nothing_heavy(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # others' plugins may
    code, modules = run(tmp_path, "def test_it(): pass", "-p", "no:randomly")
    assert code == "0"
    assert "pytest_sscred" in modules
    assert not modules & HEAVY


def test_a_run_with_the_fixture_imports_botocore_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    code, modules = run(tmp_path, "def test_it(sscred_iam): pass", "-p", "no:randomly")
    assert code == "0"
    assert modules & HEAVY == {"botocore", "urllib3"}


def test_the_entry_point_is_enough(tmp_path):
    code, modules = run(tmp_path, "def test_it(sscred_iam): pass")
    assert code == "0"
    assert "botocore" in modules


@pytest.mark.parametrize("kind", [pytest_sscred.AccountClosed, pytest_sscred.OperationNotFaked])
def test_an_exception_is_named_as_it_is_imported(kind):
    assert kind.__module__ == "pytest_sscred"
    again = pickle.loads(pickle.dumps(kind("not sent")))
    assert (type(again), again.args) == (kind, ("not sent",))


def test_the_public_names_are_there_and_no_others():

    assert set(pytest_sscred.__all__) <= set(dir(pytest_sscred))
    for name in pytest_sscred.__all__:
        assert getattr(pytest_sscred, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        pytest_sscred.Nothing  # noqa: B018
