"""What holds for every file; the layers are held by import-linter, in `pyproject.toml`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pytest_sscred

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
