"""Faults: what may go wrong between an application and DynamoDB, planned by a test, typed, and always the same.

A fault says what happens (its class) and when (its arguments): to which operation, table, key or index, and to the
how-manieth request of that kind. ``Faults`` holds those that are planned; ``providers.faults`` lets them happen. The
kinds load on first use: whoever only replays plans none.
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
