"""Tracebacks of misses without botocore's frames, which say nothing and which pytest takes 0.2 s to read and print."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any

import pytest

from pytest_dynamodb.errors import UnexpectedRequest

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
