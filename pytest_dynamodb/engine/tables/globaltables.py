"""CloudFormation's AWS::DynamoDB::GlobalTable, read as the table of its first replica.

Its reading units stand with each replica and its writing ones with the table, both as limits for scaling: the least
of them is where a table begins. (CloudFormation template reference, AWS::DynamoDB::GlobalTable.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Members = Mapping[str, Any]

_OF_REPLICA: Final = ("Tags", "TableClass", "DeletionProtectionEnabled")


def as_table(properties: Members) -> Members:
    """The same as members of a table; what is no global table is left as it is."""
    replicas = properties.get("Replicas")
    if "TableStatus" in properties or not isinstance(replicas, (list, tuple)) or not replicas:
        return properties
    replica = replicas[0]
    table = {**properties, **_throughput(properties, replica)}
    table.update({member: replica[member] for member in _OF_REPLICA if replica.get(member) is not None})
    if indexes := properties.get("GlobalSecondaryIndexes"):
        own = {index.get("IndexName"): index for index in replica.get("GlobalSecondaryIndexes") or ()}
        table["GlobalSecondaryIndexes"] = [
            {**index, **_throughput(index, own.get(index.get("IndexName"), {}))} for index in indexes
        ]
    return table


def _throughput(shared: Members, own: Members) -> dict[str, Any]:
    read, write = _least(own, "Read"), _least(shared, "Write")
    members: dict[str, Any] = {}
    if read or write:
        members["ProvisionedThroughput"] = {"ReadCapacityUnits": read or 1, "WriteCapacityUnits": write or 1}
    ceiling = {
        **(shared.get("WriteOnDemandThroughputSettings") or {}),
        **(own.get("ReadOnDemandThroughputSettings") or shared.get("ReadOnDemandThroughputSettings") or {}),
    }
    return {**members, "OnDemandThroughput": ceiling} if ceiling else members


def _least(described: Members, kind: str) -> int:
    settings = described.get(f"{kind}ProvisionedThroughputSettings") or {}
    scaling = settings.get(f"{kind}CapacityAutoScalingSettings") or {}
    return int(settings.get(f"{kind}CapacityUnits") or scaling.get("SeedCapacity") or scaling.get("MinCapacity") or 0)
