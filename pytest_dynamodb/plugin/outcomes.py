"""What became of a test: its outcome, and the misses among its failures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Literal

import pytest

from pytest_dynamodb.errors import UnexpectedRequest

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


def expects_misses(item: pytest.Item) -> bool:
    """Whether a test says that it expects ``UnexpectedRequest``, by that name: ``xfail(raises=UnexpectedRequest)``.

    A wider class will not do: it is there for something else.
    """
    for mark in item.iter_markers("xfail"):
        raises = mark.kwargs.get("raises")
        if UnexpectedRequest in (raises if isinstance(raises, tuple) else (raises,)):
            return True
    return False


def hides_a_miss(item: pytest.Item, report: pytest.TestReport, problem: BaseException | None) -> bool:
    """Whether a report passes a miss off as an expected failure that was expected for another reason."""
    return is_expected_failure(report) and isinstance(problem, UnexpectedRequest) and not expects_misses(item)


def chained(problem: BaseException | None) -> Iterator[BaseException]:
    """An exception and those that led to it."""
    seen: set[int] = set()
    while problem is not None and id(problem) not in seen:
        seen.add(id(problem))
        yield problem
        yield from chained(problem.__cause__)
        problem = problem.__context__


# --- tracebacks of misses ---
# Without botocore's frames, which say nothing and which pytest takes 0.2 s to read and print.

_CLIENTS = frozenset({"aiobotocore", "boto3", "botocore"})
_HIDDEN = _CLIENTS | {"pytest_dynamodb"}


def trim(failure: pytest.ExceptionInfo[BaseException], chain: Iterable[BaseException]) -> None:
    """End the traceback of each miss in ``chain`` with the line that made the call.

    ``chain`` is the exception of ``failure`` and those that led to it. A miss that was not raised through a client, as
    those that are raised again at the end, is left as it is.
    """
    for problem in chain:
        if isinstance(problem, UnexpectedRequest):
            frames = list(_frames(problem.__traceback__))
            if any(_package(frame) in _CLIENTS for frame in frames):
                problem.__traceback__ = _joined(frame for frame in frames if _package(frame) not in _HIDDEN)
                if problem is failure.value:
                    failure.traceback = type(failure.traceback)(problem.__traceback__ or ())


def _frames(trace: TracebackType | None) -> Iterable[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _package(trace: TracebackType) -> str:
    name: Any = trace.tb_frame.f_globals.get("__name__")
    return str(name).partition(".")[0]


def _joined(frames: Iterable[TracebackType]) -> TracebackType | None:
    joined: TracebackType | None = None
    for one in reversed(list(frames)):
        joined = TracebackType(joined, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return joined
