"""ListContributorInsights."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.insights.statuses import named, status_of
from pytest_dynamodb.engine.pages import page_after
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.tables.lookup import existing

_PAGE: Final = 100


def list_contributor_insights(call: Call) -> dict[str, Any]:
    """What has contributor insights on, or on the way: of one table or all, a table before its indexes.

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
