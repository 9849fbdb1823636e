"""What a test asked of DynamoDB, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from pytest_dynamodb.cassette.items import consumed
from pytest_dynamodb.exchange import Exchange
from pytest_dynamodb.operations import named

_REPEATABLE: Final = named(effect="reads", shape="single") | named(effect="reads", shape="collection")
"""Reads that are one too many where they are made twice."""


def traffic_in_numbers(traffic: Iterable[Exchange]) -> dict[str, Any]:
    """A test's traffic in numbers that travel as JSON: capacity units, scans, repeated reads, the slowest call."""
    traffic = list(traffic)
    used = consumed(traffic)
    reads = Counter(f"{e.operation} {sorted(e.params.items())!r}" for e in traffic if e.operation in _REPEATABLE)
    slowest = max(traffic, key=lambda exchange: exchange.elapsed, default=None)
    return {
        "exchanges": len(traffic),
        "read": used.read,
        "write": used.write,
        "unreported": len(used.unreported),
        "scans": sum(exchange.operation == "Scan" for exchange in traffic),
        "repeated": sum(times - 1 for times in reads.values()),
        "slowest": f"{slowest.operation} {slowest.elapsed * 1e3:.0f} ms" if slowest else "",
    }
