"""Capacity units consumed, as answers report them in ``ConsumedCapacity``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.operations import OPERATIONS
from pytest_dynamodb.requests import is_write


class Consumed(NamedTuple):
    """Read and write units, and the successful operations whose answer did not say what they consumed."""

    read: float
    write: float
    unreported: list[str]


def consumed(exchanges: Iterable[Exchange]) -> Consumed:
    """The sum over ``exchanges``; errors and operations on tables consume nothing."""
    read = write = 0.0
    unreported = []
    for exchange in exchanges:
        row = OPERATIONS.get(exchange.operation)
        if exchange.error_code is not None or row is None or not row.uses_units:
            continue
        reported = (exchange.response or {}).get("ConsumedCapacity")
        if not reported:
            unreported.append(exchange.operation)
        writes = is_write(exchange.operation, exchange.params)
        for entry in reported if isinstance(reported, list) else [reported] if isinstance(reported, dict) else []:
            units = _units(entry, writes=writes)
            read, write = read + units[0], write + units[1]
    return Consumed(read, write, unreported)


def _units(entry: dict[str, Any], *, writes: bool) -> tuple[float, float]:
    """Transactions report both arms; other operations report one total, which is of their own kind."""
    if "ReadCapacityUnits" in entry or "WriteCapacityUnits" in entry:
        return float(entry.get("ReadCapacityUnits", 0)), float(entry.get("WriteCapacityUnits", 0))
    total = float(entry.get("CapacityUnits", 0))
    return (0.0, total) if writes else (total, 0.0)
