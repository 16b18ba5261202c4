"""Changes the package in one place at a time, and looks whether a test notices.

cosmic-ray makes the changes, of which a seed draws some. Each is tested in
a fork of a process that has imported what is slow to import, by the tests that run the changed
line, the likeliest to fail first: some, and if none of them notices it, all of them, unless it is
listed in `survivors.toml` with the reason.

It fails if fewer than 97 % are noticed, or if one that is not is not listed. Those that can be
listed are printed as they would be.
"""

from __future__ import annotations

import argparse
import ast
import bisect
import collections
import difflib
import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import pytest
import tomllib
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from coverage import CoverageData

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGE = "pytest_sscred"
ROOMS = (
    "state",
    "resources",
    "protocol",
    "faults",
    "events",
    "rules.py",
    "sweep.py",
    "assertions.py",
)
LEAST = 97  # percent
FIRST = 20.0  # seconds of tests that are tried before `survivors.toml` is looked at
SLOW_TO_IMPORT = ("boto3", "botocore.session", "freezegun", "hypothesis", "moto", "responses")

# What is left out: annotations, which nothing evaluates, and what needs names to insert.
_ANNOTATED = (ast.AnnAssign, ast.arg, ast.FunctionDef, ast.AsyncFunctionDef)
_NO_OPERATORS = ("core/VariableInserter", "core/VariableReplacer")


class Mutant(NamedTuple):
    module: str  # within the package
    operator: str
    occurrence: int
    line: int
    text: str
    """The line, and what stands before the place in it."""

    def drawn_by(self, seed: str) -> bytes:
        """Sorts all of them at random, and alike after a change of other lines."""
        about = f"{seed} {self.module} {self.operator} {self.text}"
        return hashlib.blake2b(about.encode()).digest()

    def change(self) -> tuple[str, str, str]:
        """The whole module changed, and the line as it was and as it is."""
        source = (ROOT / PACKAGE / self.module).read_text()
        changed = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        lines = [
            each
            for each in difflib.ndiff(source.splitlines(), changed.splitlines())
            if each[0] in "-+"
        ]
        was, becomes = (
            " ".join(each[2:].strip() for each in lines if each[0] == sign) for sign in "-+"
        )
        return changed, was, becomes


class Verdict(NamedTuple):
    mutant: Mutant
    was: str
    becomes: str
    how: str  # noticed, listed or survived
    by: str  # the test that noticed it; empty if all stopped

    @property
    def key(self) -> tuple[str, str, str]:
        return self.mutant.module, self.was, self.becomes


# Mutants


def modules() -> list[str]:
    found = []
    for room in ROOMS:
        path = ROOT / PACKAGE / room
        found += [path] if path.suffix else sorted(path.glob("*.py"))
    return [each.relative_to(ROOT / PACKAGE).as_posix() for each in found]


def mutants() -> list[Mutant]:
    found = []
    for module in modules():
        source = (ROOT / PACKAGE / module).read_text()
        lines = source.splitlines()
        tree, idle = get_ast(source), annotations(source)
        for name in operator_names():
            if name.startswith(_NO_OPERATORS):
                continue
            operator, number = get_operator(name)(), 0
            for node in ast_nodes(tree):
                for start, _ in operator.mutation_positions(node):
                    if not any(first <= start < last for first, last in idle):
                        line = lines[start[0] - 1]
                        text = f"{line} {start[1]}"
                        found.append(Mutant(module, name, number, start[0], text))
                    number += 1
    return found


def annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where they are."""
    found = []
    for node in ast.walk(ast.parse(source)):
        for each in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(node, _ANNOTATED) and each is not None:
                start, end = (each.lineno, each.col_offset), (each.end_lineno, each.end_col_offset)
                found.append((start, end))
    return found


# Which tests run a line


def measured(work: Path) -> Path:
    """The folder with what the tests run; measured anew when the package or a test has changed."""
    files = sorted([*(ROOT / PACKAGE).rglob("*.py"), *(ROOT / "tests").rglob("*.py")])
    digest = hashlib.blake2b(b"".join(each.read_bytes() for each in files), digest_size=8)
    folder = work / digest.hexdigest()
    if (folder / "done").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "rc").write_text(
        "[run]\nparallel = true\nsource_pkgs = pytest_sscred\npatch = _exit, fork, subprocess\n"
        f"data_file = {folder}/data\ndisable_warnings = no-data-collected, module-not-imported, "
        "module-not-measured\ncore = ctrace\n"
    )
    run = [sys.executable, "-m", "coverage"]
    tests = ["-q", "-n2", "-m", "not program", "-p", "measure", "-p", "no:cacheprovider"]
    env = {**os.environ, "COVERAGE_FILE": f"{folder}/data", "PYTHONPATH": f"{ROOT}:{HERE}"}
    run_all = [*run, "run", f"--rcfile={folder}/rc", "-m", "pytest", *tests]
    subprocess.run(run_all, cwd=ROOT, env=env, check=True)
    subprocess.run([*run, "combine", f"--rcfile={folder}/rc", "-q"], cwd=ROOT, env=env, check=True)
    (folder / "done").touch()
    return folder


class Tests:
    """The tests that run a line, the likeliest to notice a change of it first."""

    def __init__(self, folder: Path) -> None:
        self._data = CoverageData(f"{folder}/data")
        self._data.read()
        self.seconds = dict(
            json.loads(each) for each in Path(f"{folder}/data-times").read_text().splitlines()
        )
        self._by_line: dict[str, dict[int, list[str]]] = {}

    def of(self, module: str, line: int) -> list[str]:
        if module not in self._by_line:
            path = str(ROOT / PACKAGE / module)
            self._by_line[module] = self._data.contexts_by_lineno(path)
        by_line = self._by_line[module]
        found = [each for each in by_line.get(line, ()) if each in self.seconds]
        if not found:  # it runs when the module is imported
            of_all = {each for each in self.seconds if each.startswith("tests/project/")}
            those = {each for those in by_line.values() for each in those} & {*self.seconds}
            found = [*(of_all | those)]
        words = {*Path(module).with_suffix("").parts}
        return spread(sorted(found, key=lambda each: (_distance(words, each), self.seconds[each])))

    def task(self, mutant: Mutant) -> Task:
        tests = self.of(mutant.module, mutant.line)
        ends = list(accumulate(self.seconds[each] for each in tests))
        first = max(1, bisect.bisect(ends, FIRST))
        return mutant, tests[:first], tests[first:], 60 + 5 * ends[-1]


def _distance(words: set[str], test: str) -> int:
    """Tests of a module stand in a folder that mirrors the package."""
    path = test.partition("::")[0].removeprefix("tests/").removesuffix(".py")
    return -sum(word in path for word in words)


def spread(tests: list[str]) -> list[str]:
    """A test of each function first, then another of each: variants mostly fail together."""
    seen: collections.Counter[str] = collections.Counter()
    ranks = {}
    for each in tests:
        function = each.partition("[")[0]
        seen[function] += 1
        ranks[each] = seen[function]
    return sorted(tests, key=lambda each: ranks[each])


# One mutant


Task = tuple[Mutant, list[str], list[str], float]
"""With the tests that are tried first and those that are left, and seconds for any of the two."""


class Worker:
    """A copy of the package, in which one module at a time is changed."""

    def __init__(self, folder: str, listed: set[tuple[str, str, str]]) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=folder))
        shutil.copytree(
            ROOT / PACKAGE, self.folder / PACKAGE, ignore=shutil.ignore_patterns("__pycache__")
        )
        subprocess.run([sys.executable, "-m", "compileall", "-q", self.folder], check=True)
        self.listed = listed
        self._told = self.folder / "failed"

    def judge(self, mutant: Mutant, first: list[str], left: list[str], longest: float) -> Verdict:
        changed, was, becomes = mutant.change()
        path = self.folder / PACKAGE / mutant.module
        source, at = path.read_bytes(), path.stat()
        path.write_text(changed)
        try:
            is_listed = (mutant.module, was, becomes) in self.listed
            how = "noticed"
            if not self.fails(first, longest) and (is_listed or not self.fails(left, longest)):
                how = "listed" if is_listed else "survived"
        finally:
            path.write_bytes(source)
            os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))  # its bytecode is good again
        return Verdict(mutant, was, becomes, how, self.failed)

    @property
    def failed(self) -> str:
        """The last test that failed."""
        return self._told.read_text()

    def fails(self, tests: list[str], longest: float, *options: str) -> bool:
        """Whether one of them fails, or they do not end, or cannot be found."""
        self._told.write_text("")
        if not tests:
            return False
        child = os.fork()
        if not child:
            self._run([*options, *tests])
        deadline = time.monotonic() + longest
        while time.monotonic() < deadline:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return status != 0
            time.sleep(0.02)
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return True

    def _run(self, args: list[str]) -> None:
        code = 70
        try:
            os.setsid()
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(nowhere, stream)
            sys.path.insert(0, str(self.folder))
            sys.dont_write_bytecode = True
            os.environ |= {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
            os.chdir(ROOT)
            quick = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
            quick += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of what was imported
            quick += [f"--basetemp={self.folder}/temp"]
            code = int(pytest.main([*quick, *args], plugins=[self]))
        finally:
            os._exit(code)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._told.write_text(report.nodeid)


_worker: list[Worker] = []  # the one of this process


def _begin(folder: str, listed: set[tuple[str, str, str]]) -> None:
    _worker.append(Worker(folder, listed))


def _judge(task: Task) -> Verdict:
    return _worker[0].judge(*task)


# All of them


def listed() -> dict[tuple[str, str, str], str]:
    """Those that no test can notice, and why."""
    found = tomllib.loads((HERE / "survivors.toml").read_text())["survivors"]
    return {(each["module"], each["was"], each["becomes"]): each["reason"] for each in found}


def drawn(number: int, seed: str, only: str) -> list[Mutant]:
    found = [each for each in mutants() if only in each.module]
    return sorted(found, key=lambda each: each.drawn_by(seed))[:number]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=500)
    parser.add_argument("--seed", default="sscred")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", default="", help="part of a module's path")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "sscred-mutants")
    args = parser.parse_args()

    for name in SLOW_TO_IMPORT:
        __import__(name)
    tests = Tests(measured(args.work))
    tasks = [tests.task(each) for each in drawn(args.number, args.seed, args.only)]
    reasons, forks = listed(), multiprocessing.get_context("fork")
    started = time.monotonic()
    # Outside of this folder, whose settings would be those of the runs that tests start there.
    with tempfile.TemporaryDirectory() as folder:
        verdicts, unchanged = [], Worker(folder, set())
        if unchanged.fails([*tests.seconds], 600, "--collect-only"):
            print("the tests that were measured cannot be found again by their names")
            return 1
        with forks.Pool(args.processes, _begin, (folder, {*reasons})) as pool:
            for verdict in pool.imap_unordered(_judge, tasks):
                verdicts.append(verdict)
                if verdict.how != "noticed":
                    print(_told(verdict, reasons), flush=True)
        seconds = time.monotonic() - started
        by = sorted({each.by for each in verdicts if each.by})
        if unchanged.fails(by, 60 + 5 * sum(map(tests.seconds.__getitem__, by))):
            print(f"it fails without a change too: {unchanged.failed}")
            return 1
    return summed_up(verdicts, seconds)


def _told(verdict: Verdict, reasons: dict[tuple[str, str, str], str]) -> str:
    """As it is listed."""
    mutant = verdict.mutant
    where = f"# {verdict.how}, line {mutant.line}, {mutant.operator}"
    values = zip(("module", "was", "becomes"), verdict.key, strict=True)
    lines = [f"{name} = {json.dumps(value)}" for name, value in values]
    reason = json.dumps(reasons.get(verdict.key, ""))
    return "\n".join([where, "[[survivors]]", *lines, f"reason = {reason}", ""])


def summed_up(verdicts: list[Verdict], seconds: float) -> int:
    noticed = sum(each.how == "noticed" for each in verdicts)
    new = [each for each in verdicts if each.how == "survived"]
    share = 100 * noticed / len(verdicts)
    print(
        f"{noticed} of {len(verdicts)} noticed, {share:.1f} %, in {seconds:.0f} s; "
        f"{len(verdicts) - noticed - len(new)} listed, {len(new)} not listed"
    )
    return int(share < LEAST or bool(new))


if __name__ == "__main__":
    sys.exit(main())
