"""DescribeLimits."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call


def describe_limits(_: Call) -> dict[str, Any]:
    """The quotas of an account that has asked for no others (developer guide, "Service quotas")."""
    return {
        "AccountMaxReadCapacityUnits": 80_000,
        "AccountMaxWriteCapacityUnits": 80_000,
        "TableMaxReadCapacityUnits": 40_000,
        "TableMaxWriteCapacityUnits": 40_000,
    }
