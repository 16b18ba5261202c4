"""Both sides of a comparison in turn, a few calls each: the machine's pace is the same for both."""

from __future__ import annotations

import gc
import statistics
import time

import pytest

FIGURES = pytest.StashKey[list]()
ROUNDS = 60
CALLS = 12
WARM_UP = 2  # of each round's calls


@pytest.fixture
def figure(benchmark, request):
    """Keeps a figure for the summary."""

    def figure(title, value, most):
        benchmark.extra_info[title] = value
        request.config.stash.setdefault(FIGURES, []).append((title, value, most))

    return figure


@pytest.fixture
def compare(benchmark, figure):
    """Time two calls in turn; the figure is the median, over the rounds, of their ratio in each.

    A round is over in milliseconds: while the machine's pace changes between two, it is the same
    for both sides of one. Each side is a context to be entered before its call, not timed, and
    the call. Returns the median of what ours took, in seconds.
    """

    def compare(title, ours, theirs, most, rounds=ROUNDS):
        taken = ([], [])

        def both():
            for (context, call), seconds in zip((ours, theirs), taken, strict=True):
                with context():
                    seconds.append(statistics.median([timed(call) for _ in range(CALLS)][WARM_UP:]))

        gc.collect()
        benchmark.pedantic(both, rounds=rounds)
        ratios = [one / other for one, other in zip(*taken, strict=True)]
        figure(title, statistics.median(ratios), most)
        return statistics.median(taken[0])

    return compare


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter, config):
    figures = config.stash.get(FIGURES, [])
    if figures:
        terminalreporter.section("figures")
    for title, value, most in figures:
        verdict = "ok" if value <= most else "OVER"
        terminalreporter.write_line(f"{title:56}{value:8.2f}   at most {most:<5} {verdict}")


def pytest_sessionfinish(session):
    """A figure over its limit fails the run."""
    if any(value > most for _, value, most in session.config.stash.get(FIGURES, [])):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
