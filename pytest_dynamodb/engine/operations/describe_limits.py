"""DescribeLimits."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.tables.quotas import MOST_OF_ACCOUNT, MOST_OF_TABLE


def describe_limits(_: Call) -> dict[str, Any]:
    """The quotas of an account that has asked for no others (developer guide, "Service quotas")."""
    return {
        "AccountMaxReadCapacityUnits": MOST_OF_ACCOUNT,
        "AccountMaxWriteCapacityUnits": MOST_OF_ACCOUNT,
        "TableMaxReadCapacityUnits": MOST_OF_TABLE,
        "TableMaxWriteCapacityUnits": MOST_OF_TABLE,
    }
