"""The operations on tables, and those that tell an account's quotas and endpoint."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.backups.backup import back_up_deleted
from pytest_dynamodb.control.replication.changes import update_replicas
from pytest_dynamodb.control.replication.group import check_may_leave, leave, mirror
from pytest_dynamodb.control.tables.admission import check_admitted
from pytest_dynamodb.control.tables.capacity_changes import capped
from pytest_dynamodb.control.tables.changes import changed_settings, check_concerns, concerns_of
from pytest_dynamodb.control.tables.creation import created_table
from pytest_dynamodb.control.tables.definitions import check_new_table
from pytest_dynamodb.control.tables.description import ceiling, describe
from pytest_dynamodb.control.tables.indexes import MOST_OF_ACCOUNT, MOST_OF_TABLE, check_index_updates, check_quotas
from pytest_dynamodb.control.tables.lookup import existing, in_use, require_active
from pytest_dynamodb.control.tables.rules import defined_types, index_schema_of, used_types
from pytest_dynamodb.control.tables.vectors import check_vector_updates
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import Event, TableSettings
from pytest_dynamodb.engine.streams.capture import close_stream
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import ValidationException, error_for
from pytest_dynamodb.requests import table_name

# --- CreateTable ---


def create_table(call: Call) -> dict[str, Any]:
    """Create a table. Items may be written once it is active: by the next call, unless a lifecycle says otherwise.

    Raises ValidationException for rules across members, ResourceInUseException if the name is taken,
    LimitExceededException for more units than the account may have.
    """
    check_new_table(call.params)
    name, now = table_name(call.params["TableName"]), call.clock.now()
    _check_name_is_free(call.region.find(name, now))
    check_quotas(call)
    table = call.region.tables[name] = created_table(call)
    return {"TableDescription": _first_words(describe(table, now), call.params)}


def _check_name_is_free(table: Table | None) -> None:
    if table is None:
        return
    if table.settings.restored is not None:  # DDB-TABLE-219
        raise in_use(f"Table is being used: {table.name}")
    if table.settings.status == "CREATING":  # ack-api-quirks, DDB-TABLE-444
        require_active(table)
    raise error_for("ResourceInUseException", f"Table already exists: {table.name}")


def _first_words(description: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """The description in CreateTable's answer: warm throughput only if it was asked for, and never that of indexes
    (DDB-TABLE-032, 138).
    """
    if not params.get("WarmThroughput"):
        del description["WarmThroughput"]
    for index in description.get("GlobalSecondaryIndexes", ()):
        del index["WarmThroughput"]
    return description


# --- UpdateTable ---


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
    check_vector_updates(params.get("VectorIndexUpdates"))
    table = existing(call)
    check_admitted(table, params, concerns_of(params))
    before, settings = table.settings, changed_settings(table, call)
    check_quotas(call)
    table = call.writable(table)
    _add_indexes(table, params)
    table.settings = settings
    table.settings = replace(settings, attribute_types=used_types(table))
    if table.settings.replicas:
        mirror(call, table)
    body = describe(table, call.clock.now())
    return {"TableDescription": {**body, **_asked_ceiling(before, settings, params)}}


def _add_indexes(table: Table, params: dict[str, Any]) -> None:
    """An attribute that is already defined keeps its type (nubo-db/dynoxide, captured from AWS)."""
    types = defined_types(table, params)
    for update in params.get("GlobalSecondaryIndexUpdates") or ():
        if new := update.get("Create"):
            table.add_index(index_schema_of(new, table.keys, types, is_global=True))


def _asked_ceiling(before: TableSettings, settings: TableSettings, params: dict[str, Any]) -> dict[str, Any]:
    """The answer has a -1 as the request had it (nubo-db/dynoxide, captured from AWS)."""
    if not params.get("OnDemandThroughput"):
        return {}
    return ceiling(capped(before.ceiling, params, on_demand=settings.on_demand, index=None))


# --- DeleteTable ---

_PROTECTED: Final = (
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
)

_TOLD: Final = frozenset(
    {
        *("TableName", "TableStatus", "TableArn", "TableId", "TableSizeBytes", "ItemCount", "ProvisionedThroughput"),
        *("BillingModeSummary", "TableThroughputModeSummary", "TableClassSummary", "DeletionProtectionEnabled"),
        *("StreamSpecification", "LatestStreamArn", "LatestStreamLabel", "SSEDescription"),
    }
)
"""What AWS still tells of a table that goes: neither keys nor indexes, no time of creation, no warm throughput
(dynalite's tests, deleteTable; AWS CLI reference, delete-table; of streams, encryption and class inferred)."""


def delete_table(call: Call) -> dict[str, Any]:
    """Delete a table and everything in it.

    Raises ResourceNotFoundException, ResourceInUseException (the table or an index is being created, changed or
    deleted) and ValidationException (protected).
    """
    table = existing(call)
    _check_idle(table)
    if table.settings.deletion_protection:
        raise ValidationException(_PROTECTED)
    if table.settings.replicas:
        check_may_leave(table, call.region.name, call.clock.now())
        leave(call, table, call.region.name)
    return {"TableDescription": _last_words(_going(call, table), call.clock.now())}


def _check_idle(table: Table) -> None:
    """Messages as captured by ack-api-quirks, DDB-TABLE-444; they also apply to a table that is being deleted."""
    settings = table.settings
    if settings.status in {"CREATING", "DELETING"}:
        require_active(table)
    if any(index.status != "ACTIVE" for index in settings.online_indexes.values()):
        raise in_use("Cannot delete table while indexes are being created, updated, or deleted.")
    if settings.status == "UPDATING":
        raise in_use(f"Table: {table.name} is in the process of being updated.")


def _going(call: Call, table: Table) -> Table:
    if table.settings.recovery is not None:
        back_up_deleted(call, table)
    table = call.writable(table)
    close_stream(call.region, table, call.clock.now())
    gone = Event(call.clock.now() + call.lifecycle.delete_table, {"status": "GONE"})
    table.settings = replace(table.settings, status="DELETING", events=(gone,))
    return table


def _last_words(table: Table, now: float) -> dict[str, Any]:
    """The description in DeleteTable's answer, without keys and indexes (dynalite's tests, deleteTable)."""
    return {name: told for name, told in describe(table, now).items() if name in _TOLD}


# --- DescribeTable ---


def describe_table(call: Call) -> dict[str, Any]:
    """Describe a table as it is now. Raises ResourceNotFoundException."""
    return {"Table": describe(existing(call), call.clock.now())}


# --- ListTables ---

_PAGE: Final = 100


def list_tables(call: Call) -> dict[str, Any]:
    """A page of the names of this account's tables in this region, in alphabetical order.

    ExclusiveStartTableName need not be the name of a table.
    """
    region, now = call.region, call.clock.now()
    names = sorted(name for name in list(region.tables) if region.find(name, now) is not None)
    start = call.params.get("ExclusiveStartTableName")
    first = 0 if start is None else bisect_right(names, table_name(start))
    end = first + (call.params.get("Limit") or _PAGE)
    page = names[first:end]
    last = {"LastEvaluatedTableName": page[-1]} if end < len(names) else {}
    return {"TableNames": page, **last}


# --- DescribeLimits ---


def describe_limits(_: Call) -> dict[str, Any]:
    """The default quotas of an account (developer guide, "Service quotas")."""
    return {
        "AccountMaxReadCapacityUnits": MOST_OF_ACCOUNT,
        "AccountMaxWriteCapacityUnits": MOST_OF_ACCOUNT,
        "TableMaxReadCapacityUnits": MOST_OF_TABLE,
        "TableMaxWriteCapacityUnits": MOST_OF_TABLE,
    }


# --- DescribeEndpoints ---


def describe_endpoints(call: Call) -> dict[str, Any]:
    """AWS's endpoint of the region, valid for a day."""
    suffix = ".cn" if call.region.name.startswith("cn-") else ""
    address = f"dynamodb.{call.region.name}.amazonaws.com{suffix}"
    return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": 1440}]}
