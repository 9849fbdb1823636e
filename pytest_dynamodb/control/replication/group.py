"""The tables of a global table: which they are, the settings that they share, and how they are described."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.replication.rules import ONE_OF_STRONG
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.settings import Event, Replica, TableSettings
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import ValidationException

# --- members ---

SOURCE_SECONDS: Final = 24 * 3600.0
"""How long the region that a replica was made from cannot be removed (ack-api-quirks, DDB-TABLE-266)."""


def members(call: Call, table: Table) -> Iterator[tuple[Region, Table]]:
    for name in table.settings.replicas:
        region = call.region_of(call.region.account, name)
        found = region.find(table.name, call.clock.now())
        if found is not None and found.settings.replicas:
            yield region, found


def check_may_leave(table: Table, region: str, now: float) -> None:
    """Raise ValidationException for a replica that cannot be deleted by itself, or not yet."""
    settings = table.settings
    if settings.strong:
        raise ValidationException(ONE_OF_STRONG)
    check_no_source(settings.replicas, region, now)


def check_no_source(replicas: Mapping[str, Replica], region: str, now: float) -> None:
    """Raise ValidationException for a region from which a replica was made within the last day."""
    if any(one.source == region and one.since > now - SOURCE_SECONDS for one in replicas.values()):
        raise ValidationException(
            "Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the "
            "table in the last 24 hours."
        )


def leave(call: Call, table: Table, gone: str) -> None:
    """Tell the other replicas that one is going away."""
    for region, member in members(call, table):
        if region.name != gone:
            own = region.writable(member)
            own.settings = without(own.settings, [gone], call.clock.now() + call.lifecycle.delete_table)


def without(settings: TableSettings, gone: list[str], due: float) -> TableSettings:
    """The settings of a table that loses replicas at a time; with the last of them, it is no global table any more."""
    going = {
        name: replace(one, ready=due, doing="DELETING") if name in gone else one
        for name, one in settings.replicas.items()
    }
    left = {name: one for name, one in settings.replicas.items() if name not in gone}
    after: dict[str, Any] = {"replicas": left} if left else {"replicas": {}, "strong": False, "witnesses": ()}
    return replace(settings, replicas=going).then(Event(due, after))


# --- shared settings ---
# Billing and units, indexes, table class, time to live (ack-api-quirks, DDB-TABLE-230, 251, 296).


def mirror(call: Call, table: Table) -> None:
    """Give the other replicas a table's shared settings, the current ones and those due later."""
    for region, member in members(call, table):
        own = region.writable(member)
        for index in table.global_indexes:
            if index.name not in own.indexes:
                own.add_index(index.schema)
        _share(table, own)


def mirror_time_to_live(call: Call, table: Table) -> None:
    """Apply a table's time to live in every region."""
    for region, member in members(call, table):
        own = region.writable(member)
        own.settings = replace(own.settings, ttl=table.settings.ttl)


def _share(table: Table, own: Table) -> None:
    settings = table.settings
    shared = replace(
        own.settings,
        status=settings.status,
        attribute_types=settings.attribute_types,
        on_demand=settings.on_demand,
        was_on_demand=settings.was_on_demand,
        on_demand_since=settings.on_demand_since,
        throughput=settings.throughput,
        ceiling=settings.ceiling,
        warm=settings.warm,
        warm_changing=settings.warm_changing,
        indexes=settings.indexes,
        vectors=settings.vectors,
        table_class=settings.table_class,
        table_class_changed=settings.table_class_changed,
    )
    own.settings = replace(shared, events=()).then(*(event for event in settings.events if _is_shared(event)))


def _is_shared(event: Event) -> bool:
    """Replicas keep their own list of the others, and encryption keys belong to a region."""
    return "replicas" not in event.changes and "encryption" not in event.changes


# --- descriptions ---
# Source: ack-api-quirks, DDB-TABLE-201, 229, 231, 259.

VERSION: Final = "2019.11.21"
WITH_OVERRIDES: Final = "ENABLED_WITH_OVERRIDES"

_OWN: Final = ("KMSMasterKeyId", "ProvisionedThroughputOverride", "OnDemandThroughputOverride")

Warm = Mapping[str, Any]


def status_of(replica: Replica, now: float) -> str:
    return replica.doing if now < replica.ready else "ACTIVE"


def is_settled(settings: TableSettings, now: float) -> bool:
    """Whether no replica of a global table is being changed."""
    return settings.status == "ACTIVE" and all(now >= one.ready for one in settings.replicas.values())


def describe_replicas(settings: TableSettings, now: float, warm: Warm, indexes: Mapping[str, Warm]) -> dict[str, Any]:
    """The members of DescribeTable about the other replicas; none for a table without replicas.

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
    """A ReplicaDescription, without what the table's own description says."""
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
