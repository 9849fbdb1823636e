"""Contributor insights: which are on, and how that is told (ack-api-quirks, DDB-TABLE-089 to 095, 116, 341)."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import Insights
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.tables.lookup import existing
from pytest_dynamodb.errors import error_for

ALL_KEYS: Final = "ACCESSED_AND_THROTTLED_KEYS"
_THROTTLED: Final = "THROTTLED_KEYS"


def observed(call: Call) -> tuple[Table, str]:
    """The table and the index of a request; the index of a request for the table is "".

    Raises ResourceNotFoundException, also for local indexes.
    """
    table, index = existing(call), call.params.get("IndexName") or ""
    if index and index not in table.settings.indexes:
        raise error_for(
            "ResourceNotFoundException",
            f"Requested resource not found: Index: {index} not found for table: {table.name}",
        )
    return table, index


def status_of(insights: Insights | None, call: Call) -> str:
    """ENABLED or DISABLED, or on the way there."""
    if insights is None:
        return "DISABLED"
    changing = call.clock.now() < insights.changed + call.lifecycle.update_table
    return ("ENABL" if insights.enabled else "DISABL") + ("ING" if changing else "ED")


def named(table: Table, index: str) -> dict[str, str]:
    """The members that say what insights are of."""
    return {"TableName": table.name, "IndexName": index} if index else {"TableName": table.name}


def rules(table: Table, index: str, insights: Insights) -> list[str]:
    """The names of CloudWatch's rules: of accesses and throttles, by partition key, and by sort key if there is one."""
    keys = table.indexes[index].schema.keys if index else table.keys
    kinds = ["T"] if insights.mode == _THROTTLED else ["C", "T"]
    parts = ["PK", "SK"] if keys.range else ["PK"]
    where = f"{table.name}-{index}" if index else table.name
    return [f"DynamoDBContributorInsights-{part}{kind}-{where}-{insights.number}" for part in parts for kind in kinds]


def describe_insights(call: Call, table: Table, index: str) -> dict[str, Any]:
    """What DescribeContributorInsights answers."""
    insights = table.settings.insights.get(index)
    body: dict[str, Any] = {**named(table, index), "ContributorInsightsStatus": status_of(insights, call)}
    if insights is None:
        return body
    if insights.enabled:
        body["ContributorInsightsRuleList"] = rules(table, index, insights)
    return {**body, "LastUpdateDateTime": insights.changed, "ContributorInsightsMode": insights.mode}
