"""What holds for every file; the layers are held by import-linter, in `pyproject.toml`."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import pytest_sscred
from pytest_sscred.resources import KINDS

PACKAGE = Path(pytest_sscred.__file__).parent


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


MODULES = dict(modules())


@pytest.mark.parametrize("name", MODULES)
def test_the_package_asserts_nothing_bare(name):
    """Under an editable install pytest rewrites no assert here: it would show no message."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]


@pytest.mark.parametrize("name", MODULES)
def test_a_file_is_one_reading_long(name):
    """But for the contract: every verb with what it promises, and a line or two to do it."""
    if name == "fake":
        return
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= 350


@pytest.mark.parametrize("name", MODULES)
def test_a_module_that_has_its_frames_hidden_says_so_alike(name):
    lines = MODULES[name].read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line.startswith("__tracebackhide__")} <= {
        "__tracebackhide__ = True"
    }


@pytest.mark.parametrize("kind", [*KINDS], ids=lambda kind: kind.noun)
def test_rows_are_made_by_keyword_alone(kind):
    """So that a field that comes to what they share moves none of their own."""
    fields = inspect.signature(kind.row).parameters.values()
    assert {each.kind for each in fields} == {inspect.Parameter.KEYWORD_ONLY}
