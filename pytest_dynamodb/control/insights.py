"""Contributor insights of tables and indexes: they can be switched and described, but have no effect."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.pages import page_after
from pytest_dynamodb.control.tables.lookup import existing
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import Insights
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import ValidationException, error_for

# --- settings ---
# (ack-api-quirks, DDB-TABLE-089 to 095, 116, 341)

ALL_KEYS: Final = "ACCESSED_AND_THROTTLED_KEYS"
_THROTTLED: Final = "THROTTLED_KEYS"


def observed(call: Call) -> tuple[Table, str]:
    """The table and the index of a request; for the table itself, the index is "".

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
    """ENABLED or DISABLED, or ENABLING or DISABLING on the way there."""
    if insights is None:
        return "DISABLED"
    changing = call.clock.now() < insights.changed + call.lifecycle.update_table
    return ("ENABL" if insights.enabled else "DISABL") + ("ING" if changing else "ED")


def named(table: Table, index: str) -> dict[str, str]:
    """The members that say which table and index insights are for."""
    return {"TableName": table.name, "IndexName": index} if index else {"TableName": table.name}


def rules(table: Table, index: str, insights: Insights) -> list[str]:
    """The names of CloudWatch's rules: for accesses and throttles, by partition key and, if there is one, by sort
    key.
    """
    keys = table.indexes[index].schema.keys if index else table.keys
    kinds = ["T"] if insights.mode == _THROTTLED else ["C", "T"]
    parts = ["PK", "SK"] if keys.range else ["PK"]
    where = f"{table.name}-{index}" if index else table.name
    return [f"DynamoDBContributorInsights-{part}{kind}-{where}-{insights.number}" for part in parts for kind in kinds]


def describe_insights(call: Call, table: Table, index: str) -> dict[str, Any]:
    insights = table.settings.insights.get(index)
    body: dict[str, Any] = {**named(table, index), "ContributorInsightsStatus": status_of(insights, call)}
    if insights is None:
        return body
    if insights.enabled:
        body["ContributorInsightsRuleList"] = rules(table, index, insights)
    return {**body, "LastUpdateDateTime": insights.changed, "ContributorInsightsMode": insights.mode}


# --- DescribeContributorInsights ---


def describe_contributor_insights(call: Call) -> dict[str, Any]:
    """Whether contributor insights of a table or an index are on. Raises ResourceNotFoundException."""
    return describe_insights(call, *observed(call))


# --- ListContributorInsights ---

_PAGE: Final = 100


def list_contributor_insights(call: Call) -> dict[str, Any]:
    """Where contributor insights are on or being switched, for one table or all; a table comes before its indexes.

    Raises ResourceNotFoundException.
    """
    now, region = call.clock.now(), call.region
    if call.params.get("TableName") is not None:
        tables = [existing(call)]
    else:
        found = [region.find(name, now) for name in sorted(region.tables)]
        tables = [table for table in found if table is not None]
    summaries = [(f"{table.name}/{index}", (table, index)) for table in tables for index in _switched(table)]
    told = [(place, one) for place, one in summaries if _status(call, *one) != "DISABLED"]
    page, more = page_after(told, call.params.get("NextToken"), call.params.get("MaxResults") or _PAGE)
    return {"ContributorInsightsSummaries": [_summary(call, *one) for one in page], **more}


def _switched(table: Table) -> list[str]:
    return sorted(index for index in table.settings.insights if not index or index in table.settings.indexes)


def _status(call: Call, table: Table, index: str) -> str:
    return status_of(table.settings.insights[index], call)


def _summary(call: Call, table: Table, index: str) -> dict[str, Any]:
    return {
        **named(table, index),
        "ContributorInsightsStatus": _status(call, table, index),
        "ContributorInsightsMode": table.settings.insights[index].mode,
    }


# --- UpdateContributorInsights ---


def update_contributor_insights(call: Call) -> dict[str, Any]:
    """Enable or disable contributor insights of a table or an index; nothing happens if they already are.

    Raises ResourceNotFoundException, and ValidationException for a table or index that is being created.
    """
    table, index = observed(call)
    _check_active(table, index)
    old = table.settings.insights.get(index)
    enabled = call.params["ContributorInsightsAction"] == "ENABLE"
    mode = call.params.get("ContributorInsightsMode") or (ALL_KEYS if enabled or old is None else old.mode)
    if old is None and not enabled:
        return {**named(table, index), "ContributorInsightsStatus": "DISABLED"}
    if old is not None and old.enabled == enabled and old.mode == mode:
        status = status_of(old, call)
    else:
        status = "ENABLING" if enabled else "DISABLING"
        now = call.clock.now()
        number = old.number if old is not None and old.enabled else int(now * 1000)
        _set(call, table, index, Insights(enabled, mode, now, number))
    return {**named(table, index), "ContributorInsightsStatus": status, "ContributorInsightsMode": mode}


def _set(call: Call, table: Table, index: str, insights: Insights) -> None:
    table = call.writable(table)
    both = {**table.settings.insights, index: insights}
    table.settings = replace(table.settings, insights=both)


def _check_active(table: Table, index: str) -> None:
    settings = table.settings
    waits = "TableStatus" if settings.status == "CREATING" else ""
    if index and settings.indexes[index].status == "CREATING":
        waits = waits or "IndexStatus"
    if waits:
        raise ValidationException(
            "Table or Index is not in a valid state to update Key Access Insights: "
            f"{waits} must be ACTIVE to enable ContributorInsights."
        )
