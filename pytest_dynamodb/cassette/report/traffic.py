"""What a test asked of DynamoDB, in numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_dynamodb.cassette.habits import Habit, repeated_reads, scans
from pytest_dynamodb.cassette.items import consumed
from pytest_dynamodb.exchange import Exchange


def traffic_in_numbers(traffic: Iterable[Exchange]) -> dict[str, Any]:
    """A test's traffic in numbers that travel as JSON: capacity units, scans, repeated reads, the slowest call."""
    traffic = list(traffic)
    used = consumed(traffic)
    slowest = max(traffic, key=lambda exchange: exchange.elapsed, default=None)
    return {
        "exchanges": len(traffic),
        "read": used.read,
        "write": used.write,
        "unreported": len(used.unreported),
        "scans": _amount(scans(traffic)),
        "repeated": _amount(repeated_reads(traffic)),
        "slowest": f"{slowest.operation} {slowest.elapsed * 1e3:.0f} ms" if slowest else "",
    }


def _amount(habits: Iterable[Habit]) -> int:
    return int(sum(habit.amount for habit in habits))
