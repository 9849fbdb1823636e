"""UpdateContributorInsights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.insights.statuses import ALL_KEYS, named, observed, status_of
from pytest_dynamodb.engine.settings import Insights
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import ValidationException


def update_contributor_insights(call: Call) -> dict[str, Any]:
    """Switch contributor insights of a table or an index; what is so already stays as it is.

    Raises ResourceNotFoundException, and ValidationException of what is on its way up.
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
