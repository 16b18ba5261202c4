"""The README is true: its blocks run, its red outputs are what is printed, its names are all."""

from __future__ import annotations

import importlib
import inspect
import itertools
import json
import pkgutil
import re
from pathlib import Path

import pytest

import pytest_sscred
from pytest_sscred import (
    AccessKey,
    Credential,
    FakeIAM,
    Group,
    LoginProfile,
    MFADevice,
    Policy,
    SigningCertificate,
    SSHPublicKey,
    User,
    resources,
)
from pytest_sscred.options import HELP, Options
from pytest_sscred.state.clock import Clock

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [
    (README[: match.start()].count("\n") + 1, match[1], match[2])
    for match in re.finditer(r"```(\w+)\n(.*?)```", README, re.DOTALL)
]
RECORDINGS = "recorded.json", "recorded_users.json"
RESOURCES = [
    module
    for each in pkgutil.iter_modules(resources.__path__, "pytest_sscred.resources.")
    if hasattr(module := importlib.import_module(each.name), "READS")
]
PYTHON = [(line, code) for line, kind, code in BLOCKS if kind == "python"]
FAILING = {
    "test_a_leaked_key_is_deactivated",
    "test_anika_is_never_without_a_password",
    "test_features_are_listed",
    "test_a_credential_is_retired",
}


@pytest.mark.parametrize(("line", "code"), PYTHON, ids=[f"line {line}" for line, _ in PYTHON])
def test_a_block_runs(run_pytest, capsys, line, code):
    if "def test_" not in code:
        exec(compile(code, f"README.md:{line}", "exec"), {"__name__": "readme"})
        assert "1 credential" in capsys.readouterr().out
        return
    for module in re.findall(r"^(?:from|import) (\w+)", code, re.MULTILINE):
        pytest.importorskip(module, reason=f"{module} is not in this environment")
    names = set(re.findall(r"def (test_\w+)", code))
    # As subtests a sweep's runs would count.
    options = ["-p", "no:subtests"] if "sscred_sweep" in code else []
    result = run_pytest(code, *options)
    result.assert_outcomes(passed=len(names - FAILING), failed=len(names & FAILING))


def test_the_first_output_is_what_the_first_block_prints(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    code, output = BLOCKS[0][2], BLOCKS[1][2]
    pytester.makepyfile(test_leak=code)
    result = pytester.runpytest_inprocess("-p", "pytest_sscred.plugin")
    assert output in result.stdout.str()


@pytest.mark.parametrize("test", sorted(FAILING - {"test_a_leaked_key_is_deactivated"}))
def test_the_other_outputs_are_what_their_blocks_print(run_pytest, test):
    if test == "test_a_credential_is_retired" and pytest.version_tuple < (9,):
        pytest.skip("pytest has subtests from 9.0 on")
    line, code = next(block for block in PYTHON if test in block[1])
    output = next(text for at, kind, text in BLOCKS if kind == "text" and at > line)
    assert output in run_pytest(code).stdout.str()


def test_the_ini_block_is_one(run_pytest, pytester):
    pytester.makeini(next(text for _, kind, text in BLOCKS if kind == "ini"))
    run_pytest("""
def test_it(sscred_iam):
    assert sscred_iam.account_id == "210987654321"
    sscred_iam.add_fault("Throttling", on="ListUsers")
""").assert_outcomes(passed=1)


def public(owner):
    return [name for name, _ in inspect.getmembers(owner) if not name.startswith("_")]


HANDLES = [
    AccessKey, Credential, Group, LoginProfile, MFADevice, Policy, SigningCertificate, SSHPublicKey,
    User,
]  # fmt: skip


@pytest.mark.parametrize("owner", [FakeIAM, *HANDLES, Clock])
def test_every_public_name_is_named(owner):
    assert [name for name in public(owner) if not re.search(rf"\b{name}\b", README)] == []


def test_every_export_and_option_is_named():
    for name in (*pytest_sscred.__all__, *(f"`{option}`" for option in HELP)):
        assert name in README, name


def test_the_options_are_the_markers_and_the_fakes():
    assert set(HELP) == set(Options.__dataclass_fields__)
    assert set(inspect.signature(FakeIAM).parameters) == {*HELP, "seed"}


def test_the_clones_commands_are_one_line_each():
    """CI runs them word for word: `.ci/run` takes them from the same place."""
    section = README.partition("## Run it from a clone")[2]
    commands = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    assert [command.count("\n") for command in commands] == [1, 1]
    assert "pytest examples" in commands[0]
    assert "tox" in commands[1]


def observations(name):
    return json.loads((ROOT / "tests" / name).read_text())["observations"]


def test_the_recordings_are_as_many_as_it_says():
    ours, users = map(len, map(observations, RECORDINGS))
    assert f"hold {ours} and {users} observations" in README


def test_the_table_counts_what_is_known_of_each_operation():
    labels = {}
    for each in itertools.chain.from_iterable(map(observations, RECORDINGS)):
        operation = each["call"][0].rpartition(":")[2]
        labels.setdefault(operation, []).append(each.get("label", "R"))
    table = {}
    for resource in RESOURCES:
        operations = sorted([*resource.READS, *resource.WRITES])
        known = [label for operation in operations for label in labels.get(operation, [])]
        guesses = set(re.findall(r"assumed\.([A-Z_]+)", inspect.getsource(resource)))
        counts = [sum(label in kind for label in known) for kind in ("R", "DT", "I")]
        table[", ".join(operations)] = [*counts, len(guesses)]
    rows = re.findall(r"^\| [^|]+ \| ([A-Z][\w, ]+) \|((?: \d+ \|){4})$", README, re.MULTILINE)
    assert {names: list(map(int, re.findall(r"\d+", told))) for names, told in rows} == table
