"""What an account may have that has asked AWS for no more (developer guide, "Service quotas"; ack-api-quirks,
DDB-TABLE-443).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.tables.index_rules import action_of
from pytest_dynamodb.errors import error_for

MOST_OF_ACCOUNT: Final = 80_000
MOST_OF_TABLE: Final = 40_000


def check_quotas(call: Call) -> None:
    """Raises LimitExceededException for a CreateTable or UpdateTable of more units than a table or index may have."""
    params = call.params
    _check(params, call.region.name, "", "table")
    updates = [action_of(update) for update in params.get("GlobalSecondaryIndexUpdates") or ()]
    for index in (*(params.get("GlobalSecondaryIndexes") or ()), *(what for _, what in updates)):
        _check(index, call.region.name, f" for index {index['IndexName']}", "index")


def _check(described: Mapping[str, Any], region: str, which: str, kind: str) -> None:
    given = described.get("ProvisionedThroughput") or {}
    for name in ("ReadCapacityUnits", "WriteCapacityUnits"):
        units = given.get(name) or 0
        if units > MOST_OF_TABLE:
            raise error_for(
                "LimitExceededException",
                f"The requested {name}{which}, {int(units)}, is above the per {kind} maximum for the account in "
                f"{region}. Per {kind} maximum: {MOST_OF_TABLE}. "
                "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
            )
