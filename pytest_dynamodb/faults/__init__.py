"""Faults: what may go wrong between an application and DynamoDB, planned by a test, typed, and always the same.

A fault says what happens (its class) and when (its arguments): to which operation, table, key or index, and to the
how-manieth request of that kind. ``Faults`` holds those that are planned; ``providers.faults`` lets them happen.
"""

from __future__ import annotations

from pytest_dynamodb.faults.fault import Blow, Fault
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
from pytest_dynamodb.faults.registry import Faults, Strike

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
