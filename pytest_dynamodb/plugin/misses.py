"""Misses among a test's failures: whether they were expected, and how they are shown."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pytest

from pytest_dynamodb.errors import UnexpectedRequest
from pytest_dynamodb.plugin.outcomes import is_expected_failure

if TYPE_CHECKING:
    from pytest_dynamodb.cassette.cassette import Cassette


_GROUPS: Any = getattr(builtins, "BaseExceptionGroup", ())  # from Python 3.11 on


def are_expected(item: pytest.Item) -> bool:
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
    return is_expected_failure(report) and isinstance(problem, UnexpectedRequest) and not are_expected(item)


def chained(problem: BaseException | None) -> Iterator[BaseException]:
    """An exception and those that led to it or that it is a group of, each once."""
    seen: set[int] = set()
    waiting = [problem]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += (one.__context__, one.__cause__)
        if isinstance(one, _GROUPS):
            waiting += reversed(one.exceptions)


def show(report: pytest.TestReport, cassette: Cassette, problem: BaseException) -> None:
    """Add what was missed to the report of a failure that does not speak of it."""
    misses = cassette.misses
    if not misses:
        return
    shown = "\n".join(map(str, chained(problem)))
    if str(cassette.missed()) in shown:
        return
    reports = [miss.report for miss in misses if miss.report not in shown]
    if reports:
        from pytest_dynamodb.cassette.report.misses import list_misses

        report.sections.append(("DynamoDB requests that no recording answered", list_misses(reports)))


# --- tracebacks of misses ---
# Without botocore's frames, which say nothing and which pytest takes 0.2 s to read and print.

_CLIENTS = frozenset({"aiobotocore", "boto3", "botocore"})
_HIDDEN = _CLIENTS | {"pytest_dynamodb"}


def trim(failure: pytest.ExceptionInfo[BaseException]) -> None:
    """End the traceback of each miss among a failure's causes with the line that made the call.

    A miss that was not raised through a client, as those that are raised again at the end, is left as it is.
    """
    for problem in chained(failure.value):
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
