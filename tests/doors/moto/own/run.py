"""Runs moto's own tests of IAM with an account open beside each.

They come from the source distribution of the moto that is installed, in `--work`. All pass alone;
of those that fail here `contradictions.toml` lists each, by what AWS does instead. It fails if
another one fails, or a listed one passes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

import tomllib

HERE = Path(__file__).parent


def sources(work: Path) -> Path:
    """The folder of moto's sources, downloaded if it is not there."""
    name = f"moto-{version('moto')}"
    if not (work / name).exists():
        options = ["--quiet", "--no-deps", "--no-binary", "moto", "--dest", str(work)]
        wanted = name.replace("-", "==")
        subprocess.run([sys.executable, "-m", "pip", "download", *options, wanted], check=True)
        with tarfile.open(work / f"{name}.tar.gz") as archive:
            archive.extractall(work, filter="data")
    return work / name


def failures(folder: Path) -> set[str]:
    told = folder / "failed"
    told.write_text("")
    command = [sys.executable, "-m", "pytest", "-q", "-n2", "--tb=no", "-p", "beside"]
    env = {**os.environ, "SSCRED_FAILED": str(told), "PYTHONPATH": str(HERE)}
    subprocess.run([*command, "tests/test_iam"], cwd=folder, env=env, check=False)
    return {*told.read_text().splitlines()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)

    listed = {
        f"tests/test_iam/{file}.py::{test}"
        for each in tomllib.loads((HERE / "contradictions.toml").read_text())["contradictions"]
        for file, tests in each["tests"].items()
        for test in tests
    }
    failed = failures(sources(args.work))
    for test in sorted(failed - listed):
        print(f"fails, and is not listed: {test}")
    for test in sorted(listed - failed):
        print(f"passes, and is listed: {test}")
    print(f"{len(failed)} failed, {len(listed)} are listed")
    return int(failed != listed)


if __name__ == "__main__":
    sys.exit(main())
