"""DescribeContributorInsights."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.insights.statuses import describe_insights, observed


def describe_contributor_insights(call: Call) -> dict[str, Any]:
    """Whether contributor insights of a table or an index are on. Raises ResourceNotFoundException."""
    return describe_insights(call, *observed(call))
