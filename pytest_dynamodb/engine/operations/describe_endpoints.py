"""DescribeEndpoints."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call


def describe_endpoints(call: Call) -> dict[str, Any]:
    """AWS's endpoint of the region, good for a day."""
    suffix = ".cn" if call.region.name.startswith("cn-") else ""
    address = f"dynamodb.{call.region.name}.amazonaws.com{suffix}"
    return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": 1440}]}
