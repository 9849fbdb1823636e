"""How the replicas of a global table are described (ack-api-quirks, DDB-TABLE-201, 229, 231, 259)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.settings import Replica, TableSettings

VERSION: Final = "2019.11.21"
WITH_OVERRIDES: Final = "ENABLED_WITH_OVERRIDES"

_OWN: Final = ("KMSMasterKeyId", "ProvisionedThroughputOverride", "OnDemandThroughputOverride")

Warm = Mapping[str, Any]


def status_of(replica: Replica, now: float) -> str:
    """A ReplicaStatus."""
    return replica.doing if now < replica.ready else "ACTIVE"


def is_settled(settings: TableSettings, now: float) -> bool:
    """Whether nothing of a global table is just changing."""
    return settings.status == "ACTIVE" and all(now >= one.ready for one in settings.replicas.values())


def describe_replicas(settings: TableSettings, now: float, warm: Warm, indexes: Mapping[str, Warm]) -> dict[str, Any]:
    """What DescribeTable tells of the other replicas: nothing of a table that has none.

    ``warm`` is the warm throughput of the table, ``indexes`` that of its global indexes.
    """
    told: dict[str, Any] = {}
    if settings.settings_mode is not None or settings.replicas:
        told["GlobalTableSettingsReplicationMode"] = settings.settings_mode or WITH_OVERRIDES
    if not settings.replicas:
        return told
    told["GlobalTableVersion"] = VERSION
    mode = told["GlobalTableSettingsReplicationMode"]
    told["Replicas"] = [
        {**_replica(name, replica, now, warm, indexes), "GlobalTableSettingsReplicationMode": mode}
        for name, replica in settings.replicas.items()
    ]
    if settings.strong:
        told["MultiRegionConsistency"] = "STRONG"
    if settings.witnesses:
        told["GlobalTableWitnesses"] = [{"RegionName": name, "WitnessStatus": "ACTIVE"} for name in settings.witnesses]
    return told


def _replica(name: str, replica: Replica, now: float, warm: Warm, indexes: Mapping[str, Warm]) -> dict[str, Any]:
    """Without what it has in common with the table."""
    overrides = replica.overrides
    body: dict[str, Any] = {"RegionName": name, "ReplicaStatus": status_of(replica, now)}
    body.update({member: overrides[member] for member in _OWN if overrides.get(member) is not None})
    if overrides.get("TableClassOverride") is not None:
        body["ReplicaTableClassSummary"] = {"TableClass": overrides["TableClassOverride"]}
    body["WarmThroughput"] = dict(warm)
    own = {index["IndexName"]: index for index in overrides.get("GlobalSecondaryIndexes") or ()}
    if indexes:
        body["GlobalSecondaryIndexes"] = [
            {**own.get(index, {"IndexName": index}), "WarmThroughput": dict(one)} for index, one in indexes.items()
        ]
    return body
