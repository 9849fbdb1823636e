"""DescribeTableReplicaAutoScaling."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.replication.scaling import describe_scaling, scaled_table


def describe_table_replica_auto_scaling(call: Call) -> dict[str, Any]:
    """The auto scaling of a global table's replicas. Raises ResourceNotFoundException."""
    return {"TableAutoScalingDescription": describe_scaling(call, scaled_table(call))}
