"""UpdateTableReplicaAutoScaling."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.replication.scaling import describe_scaling, scaled_table, update_scaling


def update_table_replica_auto_scaling(call: Call) -> dict[str, Any]:
    """Set the auto scaling of a global table's replicas; nothing is scaled.

    Raises ResourceNotFoundException (table, replica or index) and ValidationException.
    """
    return {"TableAutoScalingDescription": describe_scaling(call, update_scaling(call, scaled_table(call)))}
