"""The table of files: its lines are true, and it imports a file when it is needed."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from pytest_sscred import resources
from pytest_sscred.doors import moto

# Files that hold something heavy, or that few suites need.
RARE = """
    attachments authorization_details boundaries certificate_bodies condition_operators
    credential_report der groups inline_policies last_accessed login_profiles mfa_devices policies
    policy_documents policy_versions qr ssh_bodies totp
"""
LOADED = """
import sys, pytest_sscred
with pytest_sscred.FakeIAM() as iam:
    iam.add_credential("Anika", "codecommit.amazonaws.com").id
print(*(name.rpartition(".")[2] for name in sys.modules if "sscred.resources." in name))
"""


@pytest.mark.parametrize("file", resources.FILES)
def test_a_line_has_the_operations_of_its_file(file):
    reads, writes = (set(names.split()) for names in resources.FILES[file])
    module = import_module(f"pytest_sscred.resources.{file}")
    assert (set(module.READS), set(getattr(module, "WRITES", ()))) == (reads, writes)


def test_every_file_with_operations_has_a_line():
    paths = Path(resources.__file__).parent.glob("[a-z]*.py")
    texts = {path.stem: path.read_text(encoding="utf-8") for path in paths}
    assert {file for file, text in texts.items() if "\nREADS" in text} == set(resources.FILES)


def test_a_first_account_imports_no_file_that_it_does_not_need(tmp_path):
    # Elsewhere: in this folder it would import the package from here, and not the installed one.
    command = [sys.executable, "-c", LOADED]
    run = subprocess.run(command, capture_output=True, check=True, text=True, cwd=tmp_path)
    assert "credentials" in run.stdout.split()
    assert not set(RARE.split()) & set(run.stdout.split())


@pytest.mark.parametrize("folder", [resources, moto])
def test_what_is_no_file_is_not_there(folder):
    with pytest.raises(AttributeError, match="nothing"):
        folder.nothing  # noqa: B018
