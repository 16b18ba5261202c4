"""Data flows one way, and no room knows the one above it: the allowed imports, as data."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pytest_sscred

PACKAGE = Path(pytest_sscred.__file__).parent

# What each module may import of this package. Leaves may be imported by all that stand above them.
ALLOWED = {
    "assumed": set(),
    "wire": {"calls"},
    "propagation": {"account"},
    "clock": set(),
    "services": set(),
    "ids": set(),
    "environment": set(),
    "options": set(),
    "names": set(),
    "secrets": set(),
    "aside": set(),
    "rules": {"account", "aside", "removable"},
    "removable": {"blocks"},
    "calls": set(),
    "faults": {"aside", "removable"},
    "errors": {"assumed"},
    "account": {"assumed", "clock", "ids", "services"},
    "protocol.model": {"errors"},
    "protocol.parse": {"assumed", "errors", "wire"},
    "protocol.validate": {"errors"},
    "protocol.serialise": {"errors"},
    "operations.context": {"account", "errors"},
    "operations.pages": {"account", "assumed", "errors"},
    "operations.access_keys": {"account", "errors", "operations.context", "operations.pages"},
    "operations.users": {
        "account", "assumed", "errors", "operations.context", "operations.pages",
    },
    "operations.credentials": {
        "account", "assumed", "errors", "operations.context", "operations.pages", "services",
    },
    "operations": {
        "account", "operations.access_keys", "operations.context", "operations.credentials",
        "operations.users",
    },
    "fault_answers": {"account", "assumed", "errors", "faults", "protocol.model"},
    "service": {
        "account", "aside", "authentication", "callers", "calls", "errors", "fault_answers",
        "faults", "names",
        "operations", "operations.context", "propagation", "protocol.model", "protocol.parse",
        "protocol.serialise", "protocol.validate", "rules", "services", "wire",
    },
    "partitions": {"protocol.model"},
    "authentication": {"account", "aside", "calls", "handles", "propagation", "services"},
    "frontends": {"assumed", "partitions", "service", "services", "wire"},
    "doors.aiobotocore": {"environment"},
    "doors.stand_ins": {"doors.aiobotocore", "frontends", "service", "wire"},
    "doors.botocore": {
        "doors.aiobotocore", "doors.stand_ins", "environment", "frontends", "service",
    },
    "doors.endpoint": {"blocks", "environment", "service", "wire"},
    "doors.requests": {"frontends", "service", "wire"},
    "clients": {"environment", "protocol.model"},
    "handles": {"account"},
    "wording": {"calls"},
    "assertions": {"account", "calls", "faults", "handles", "rules", "wording"},
    "report": {"calls", "handles", "wording"},
    "verbs": set(),
    "verbs.checks": {
        "authentication", "handles", "names", "operations", "options", "protocol.model", "services",
    },
    "blocks": set(),
    "memento": set(),
    "callers": {"account", "errors", "wire"},
    "verbs.sweep": {
        "aside", "assertions", "calls", "faults", "memento", "operations", "verbs.assert_",
        "verbs.break_", "verbs.checks", "wording",
    },
    "verbs.use": {"authentication", "verbs.checks", "verbs.read"},
    "accepting": {"blocks", "frontends", "options", "verbs.checks"},
    "verbs.read": {
        "account", "calls", "clock", "faults", "handles", "ids", "names", "options",
        "protocol.model", "report", "service", "verbs.checks", "wording",
    },
    "verbs.seed": {
        "account", "clock", "errors", "handles", "protocol.validate", "services", "verbs.checks",
        "verbs.read",
    },
    "verbs.break_": {"faults", "handles", "names", "verbs.checks", "verbs.read", "wire"},
    "verbs.load": {"account", "handles", "verbs.checks", "verbs.seed"},
    "verbs.require": {
        "account", "aside", "assertions", "handles", "rules", "verbs.checks", "verbs.read",
        "wording",
    },
    "verbs.assert_": {"assertions", "handles", "secrets", "verbs.checks", "verbs.read"},
    "fake": {
        "accepting", "assertions", "blocks", "clients", "doors.botocore", "doors.endpoint",
        "doors.requests", "frontends", "handles", "operations.access_keys", "options",
        "verbs.assert_", "verbs.load", "verbs.require", "verbs.sweep", "verbs.use", "wording",
    },
    "plugin": {
        "accepting", "doors.endpoint", "environment", "fake", "names", "options", "verbs.sweep",
        "wording",
    },
    "__main__": {"environment", "fake", "options", "wire", "wording"},
    "protocol": set(),
    "doors": set(),
    "": {
        "accepting", "account", "authentication", "calls", "clock", "doors.endpoint", "errors",
        "fake", "faults", "handles", "rules",
    },
}  # fmt: skip

# What may be imported from elsewhere, beside the standard library.
OTHERS = {
    "plugin": {"pytest"},
    "clients": {"botocore"},
    "doors.botocore": {"botocore"},
    "doors.stand_ins": {"botocore"},
    "doors.requests": {"botocore", "requests", "responses"},
    "verbs.break_": {"botocore"},
    "service": {"botocore"},
    "protocol.model": {"botocore"},
    "protocol.parse": {"botocore"},
    "protocol.validate": {"botocore"},
    "protocol.serialise": {"botocore"},
}


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


def imports(path):
    """Dotted names of everything that a module imports, names of this package without it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if node.module in ("pytest_sscred", "pytest_sscred.doors", "pytest_sscred.operations"):
                names = {f"{node.module}.{alias.name}" for alias in node.names}
                known = {f"pytest_sscred.{name}" for name, _ in modules()}
                yield from names & known or {node.module}
            else:
                yield node.module


MODULES = dict(modules())


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_what_it_may(name):
    ours = {
        found.removeprefix("pytest_sscred").removeprefix(".")
        for found in imports(MODULES[name])
        if found.partition(".")[0] == "pytest_sscred"
    }
    assert ours == ALLOWED[name]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_borrows_from_whom_it_may(name):
    import sys

    others = {found.partition(".")[0] for found in imports(MODULES[name])}
    others -= {"pytest_sscred", "__future__", *sys.stdlib_module_names}
    assert others == OTHERS.get(name, set())


def test_the_table_names_the_modules_that_there_are():
    assert set(ALLOWED) == set(MODULES)


def test_no_room_knows_the_one_above_it():
    """The table has an order in which each module comes after all that it imports."""
    placed = set()
    left = dict(ALLOWED)
    while left:
        ready = {name for name, needs in left.items() if needs <= placed}
        assert ready, f"these know one another: {sorted(left)}"
        placed |= ready
        for name in ready:
            del left[name]


@pytest.mark.parametrize("name", MODULES)
def test_the_package_asserts_nothing_bare(name):
    """Under an editable install pytest rewrites no assert here: it would show no message."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]


@pytest.mark.parametrize("name", MODULES)
def test_a_file_is_one_reading_long(name):
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= 350
