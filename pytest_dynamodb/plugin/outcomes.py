"""What became of a test: its outcome."""

from __future__ import annotations

from typing import Literal

import pytest

# --- outcomes ---
# Decided in one place, from what a test's phases did and from what pytest reported of them. An attempt begins with a
# setup, and plugins that repeat a failed test make several, some of them without a report of each phase. So what a
# phase did is noted when it ends, and what pytest says of it afterwards (that it was skipped, or failed as expected)
# goes before that. A part that failed, such as a subtest, fails the attempt, and a test that was called has been set
# up.

TestOutcome = Literal["passed", "failed", "skipped", "xfailed"]
"""What became of a test."""


class TestAttempt:
    """One attempt at a test, phase by phase."""

    def __init__(self) -> None:
        self._phases: dict[str, TestOutcome] = {}
        self._running = ""
        self._part_failed = False

    def begin(self, phase: str) -> None:
        """``setup`` or ``call`` begins: reports that come until it ends are of parts of it."""
        self._running = phase

    def end(self, phase: str, problem: BaseException | None) -> None:
        """The phase has ended, with an exception or without."""
        self._running = ""
        self._phases[phase] = outcome_of(problem)

    def report(self, report: pytest.TestReport) -> None:
        """What pytest says of a phase, or of a part of one that is still running."""
        phase = str(report.when)
        if phase == self._running:
            self._part_failed = self._part_failed or report.failed
        elif report.outcome in ("passed", "failed", "skipped"):
            self._phases[phase] = "xfailed" if is_expected_failure(report) else report.outcome

    @property
    def outcome(self) -> TestOutcome:
        """The outcome of the attempt; its teardown does not count."""
        call = self._phases.get("call")
        setup = self._phases.get("setup", "failed" if call is None else "passed")
        if self._part_failed:
            return "failed"
        return setup if setup != "passed" else call or "failed"


def outcome_of(problem: BaseException | None) -> TestOutcome:
    """What an exception, or none, makes of a phase or of a fixture, as long as pytest says nothing else of it."""
    if problem is None:
        return "passed"
    return "skipped" if isinstance(problem, pytest.skip.Exception) else "failed"


def is_expected_failure(report: pytest.TestReport) -> bool:
    """Whether pytest calls a failure expected: the test is marked ``xfail``, say."""
    return report.outcome == "skipped" and hasattr(report, "wasxfail")
