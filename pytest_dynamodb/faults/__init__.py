"""Faults: what may go wrong between an application and DynamoDB, as a test plans it. The same plan always has the same
effect.

A fault says what happens (its class) and when (its arguments): with which operation, table, key or index, and from
which of the matching requests on. ``Faults`` holds the planned ones, ``providers.faults`` applies them. Kinds of faults
load on first use: a replay without faults needs none.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.faults.faults import Blow, Fault, Faults, Strike

if TYPE_CHECKING:
    from pytest_dynamodb.faults.kinds import (
        ConnectionLost,
        Failed,
        InternalError,
        Slow,
        Throttled,
        TimedOut,
        TransactionConflict,
        Unavailable,
        Unprocessed,
    )

__all__ = [
    "Blow",
    "ConnectionLost",
    "Failed",
    "Fault",
    "Faults",
    "InternalError",
    "Slow",
    "Strike",
    "Throttled",
    "TimedOut",
    "TransactionConflict",
    "Unavailable",
    "Unprocessed",
]


def __getattr__(name: str) -> Any:
    """Load a kind of fault on first use."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.kinds"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
