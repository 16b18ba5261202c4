"""What is installed, and what it says of itself."""

from __future__ import annotations

import os
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import hatchling.build
import pytest

import pytest_sscred

DISTRIBUTION = metadata.distribution("pytest-sscred")


def test_the_metadata_is_what_users_find():
    about = DISTRIBUTION.metadata
    assert about["License-Expression"] == "MIT"
    assert about["Requires-Python"] == ">=3.10"
    assert "Framework :: Pytest" in about.get_all("Classifier")
    assert "Programming Language :: Python :: 3.15" in about.get_all("Classifier")
    assert about["Description-Content-Type"] == "text/markdown"


def test_the_dependencies_have_lower_bounds_and_no_upper_ones():
    required = DISTRIBUTION.requires
    assert sorted(each.partition(">=")[0] for each in required) == [
        "botocore",
        "pytest",
        "responses",
    ]
    assert not any(mark in each for each in required for mark in "<~!")


def test_the_version_is_that_of_the_distribution():
    assert pytest_sscred.__version__ == DISTRIBUTION.version
    assert "__version__" in dir(pytest_sscred)


def test_pytest_finds_the_plugin():
    (entry_point,) = [each for each in DISTRIBUTION.entry_points if each.group == "pytest11"]
    assert entry_point.value == "pytest_sscred.plugin"


def test_the_types_are_shipped():
    assert (Path(pytest_sscred.__file__).parent / "py.typed").is_file()


ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Wheel and sdist, built from the clone."""
    folder, here = tmp_path_factory.mktemp("dist"), Path.cwd()
    os.chdir(ROOT)
    try:
        return [folder / hatchling.build.build_wheel(str(folder)),
                folder / hatchling.build.build_sdist(str(folder))]  # fmt: skip
    finally:
        os.chdir(here)


def test_the_wheel_has_the_package_and_nothing_else(built):
    with zipfile.ZipFile(built[0]) as wheel:
        names = set(wheel.namelist())
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "pytest_sscred").rglob("*.py")}
    assert modules | {"pytest_sscred/py.typed"} == {n for n in names if ".dist-info/" not in n}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_sdist_has_what_is_needed_to_test_it(built):
    with tarfile.open(built[1]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "tox.ini"} <= names
    assert {"pytest_sscred/plugin.py", "tests/recorded.json", "examples/off_board.py"} <= names
    assert not [name for name in names if name.startswith((".tox", ".venv", ".ci"))]
