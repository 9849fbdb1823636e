"""DescribeTable."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.tables.description import describe
from pytest_dynamodb.engine.tables.lookup import existing


def describe_table(call: Call) -> dict[str, Any]:
    """What there is to know of a table, as of now. Raises ResourceNotFoundException."""
    return {"Table": describe(existing(call), call.clock.now())}
