"""UpdateTable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.replication.changes import update_replicas
from pytest_dynamodb.engine.replication.mirroring import mirror
from pytest_dynamodb.engine.settings import TableSettings
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.tables.admission import check_admitted
from pytest_dynamodb.engine.tables.capacity_changes import capped
from pytest_dynamodb.engine.tables.changes import changed_settings
from pytest_dynamodb.engine.tables.concerns import check_concerns, concerns_of
from pytest_dynamodb.engine.tables.description import ceiling, describe
from pytest_dynamodb.engine.tables.index_rules import check_index_updates
from pytest_dynamodb.engine.tables.lookup import existing
from pytest_dynamodb.engine.tables.quotas import check_quotas
from pytest_dynamodb.engine.tables.schemas import attribute_types_of, index_schema_of, used_types


def update_table(call: Call) -> dict[str, Any]:
    """Change a table's throughput, billing, global indexes, stream, encryption, class, protection or replicas.

    Raises ValidationException for rules across members, ResourceNotFoundException (table or index),
    ResourceInUseException (busy) and LimitExceededException (a second index at a time, too many, too many decreases).
    """
    params = call.params
    if params.get("ReplicaUpdates") is not None:
        return update_replicas(call)
    check_concerns(params)
    check_index_updates(params.get("GlobalSecondaryIndexUpdates"))
    table = existing(call)
    check_admitted(table, params, concerns_of(params))
    before, settings = table.settings, changed_settings(table, call)
    check_quotas(call)
    table = call.writable(table)
    _add_indexes(table, params)
    table.settings = replace(settings, attribute_types=used_types(table))
    if table.settings.replicas:
        mirror(call, table)
    body = describe(table, call.clock.now())
    return {"TableDescription": {**body, **_asked_ceiling(before, settings, params)}}


def _add_indexes(table: Table, params: dict[str, Any]) -> None:
    """A type that an attribute has already stays (nubo-db/dynoxide, captured from AWS)."""
    types = attribute_types_of(params.get("AttributeDefinitions") or ()) | used_types(table)
    for update in params.get("GlobalSecondaryIndexUpdates") or ():
        if new := update.get("Create"):
            table.add_index(index_schema_of(new, table.keys, types, is_global=True))


def _asked_ceiling(before: TableSettings, settings: TableSettings, params: dict[str, Any]) -> dict[str, Any]:
    """The answer tells a -1 as it came (nubo-db/dynoxide, captured from AWS)."""
    if not params.get("OnDemandThroughput"):
        return {}
    return ceiling(capped(before.ceiling, params, on_demand=settings.on_demand, index=None))
