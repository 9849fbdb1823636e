"""Settings that all replicas of a global table share: billing and units, indexes, table class, time to live
(ack-api-quirks, DDB-TABLE-230, 251, 296).
"""

from __future__ import annotations

from dataclasses import replace

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.replication.membership import members
from pytest_dynamodb.engine.settings import Event
from pytest_dynamodb.engine.table import Table


def mirror(call: Call, table: Table) -> None:
    """Let the other replicas have a table's shared settings, now and as they are still to become."""
    for region, member in members(call, table):
        own = region.writable(member)
        for index in table.global_indexes:
            if index.name not in own.indexes:
                own.add_index(index.schema)
        _share(table, own)


def mirror_time_to_live(call: Call, table: Table) -> None:
    """Let items end in every region."""
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
    """Which replicas there are, each knows of the others; keys are a region's own."""
    return "replicas" not in event.changes and "encryption" not in event.changes
