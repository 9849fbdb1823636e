"""TableDescription (API reference; dynalite's tests; captures of AWS by ack-api-quirks, DDB-TABLE-125, 134, 138).

Counts and sizes are current; AWS's are up to six hours old.
"""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.control.replication.group import describe_replicas
from pytest_dynamodb.control.tables.rules import used_types
from pytest_dynamodb.engine.schema import IndexSchema, KeySchema, key_parts
from pytest_dynamodb.engine.settings import IndexSettings, Restored, TableSettings, Throughput, Units
from pytest_dynamodb.engine.table import SecondaryIndex, Table
from pytest_dynamodb.engine.vectors.entries import billed_size
from pytest_dynamodb.engine.vectors.index import describe_vectors

_DAY: Final = 86_400.0

ON_DEMAND_WARM: Final = Units(12_000, 4_000)
"""What an on-demand table carries from the start (developer guide, "DynamoDB warm throughput")."""


def describe(table: Table, now: float) -> dict[str, Any]:
    """The TableDescription. Whatever was due by ``now`` must have been carried out before."""
    settings = table.settings
    body: dict[str, Any] = {
        "AttributeDefinitions": attribute_definitions(table),
        "TableName": table.name,
        "KeySchema": key_schema(table.keys),
        "TableStatus": settings.status,
        "CreationDateTime": settings.created,
        "ProvisionedThroughput": _throughput(settings.throughput, now),
        "TableSizeBytes": table.store.size,
        "ItemCount": table.store.count,
        "TableArn": settings.arn,
        "TableId": settings.id,
    }
    body.update(_billing(settings))
    body.update(_indexes(table, now))
    body.update(_options(settings, now))
    if settings.vectors:
        body.update(describe_vectors(table))
        body["TableSizeBytes"] = sum(billed_size(settings.vectors.values(), item) for item in table.store)
    return body


def attribute_definitions(table: Table) -> list[dict[str, str]]:
    """The attributes that the keys of the table and its indexes use, by name."""
    return [{"AttributeName": name, "AttributeType": tag} for name, tag in sorted(used_types(table).items())]


def key_schema(schema: KeySchema) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": role} for name, _, role in key_parts(schema)]


def _projection(schema: IndexSchema) -> dict[str, Any]:
    projection = schema.projection
    body: dict[str, Any] = {"ProjectionType": projection.type}
    if projection.attributes:
        body["NonKeyAttributes"] = sorted(projection.attributes)
    return body


def _throughput(throughput: Throughput, now: float) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if throughput.last_increase is not None:
        body["LastIncreaseDateTime"] = throughput.last_increase
    if throughput.last_decrease is not None:
        body["LastDecreaseDateTime"] = throughput.last_decrease
    body["NumberOfDecreasesToday"] = decreases_today(throughput, now)
    body["ReadCapacityUnits"], body["WriteCapacityUnits"] = throughput.read, throughput.write
    return body


def decreases_today(throughput: Throughput, now: float) -> int:
    """How often units were decreased on the UTC day of ``now``."""
    last = throughput.last_decrease
    return throughput.decreases if last is not None and last // _DAY == now // _DAY else 0


def _billing(settings: TableSettings) -> dict[str, Any]:
    if not settings.was_on_demand:
        return {}
    mode = "PAY_PER_REQUEST" if settings.on_demand else "PROVISIONED"
    since = {} if settings.on_demand_since is None else {"LastUpdateToPayPerRequestDateTime": settings.on_demand_since}
    # The second is not in the public model, but is on the wire (dynalite's tests).
    return {
        "BillingModeSummary": {"BillingMode": mode, **since},
        "TableThroughputModeSummary": {"TableThroughputMode": mode, **since},
    }


def warm_units(own: TableSettings | IndexSettings, *, on_demand: bool) -> Units:
    """What a table or an index can serve at once: what was asked for, but never less than its default."""
    provisioned = Units(own.throughput.read, own.throughput.write)
    floor = ON_DEMAND_WARM if on_demand else provisioned
    return Units(max(floor.read or 0, own.warm.read or 0), max(floor.write or 0, own.warm.write or 0))


def _warm(settings: TableSettings, own: TableSettings | IndexSettings) -> dict[str, Any]:
    units = warm_units(own, on_demand=settings.on_demand)
    changing = own.warm_changing or own.status == "CREATING"
    return {
        "ReadUnitsPerSecond": units.read,
        "WriteUnitsPerSecond": units.write,
        "Status": "UPDATING" if changing else "ACTIVE",
    }


def ceiling(units: Units) -> dict[str, Any]:
    """An OnDemandThroughput member, or no member where there is none."""
    members = {"MaxReadRequestUnits": units.read, "MaxWriteRequestUnits": units.write}
    told = {name: value for name, value in members.items() if value is not None}
    return {"OnDemandThroughput": told} if told else {}


def _indexes(table: Table, now: float) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if local := table.local_indexes:
        body["LocalSecondaryIndexes"] = [_index(table, index) for index in local]
    if global_ := table.global_indexes:
        body["GlobalSecondaryIndexes"] = [_global_index(table, index, now) for index in global_]
    return body


def _index(table: Table, index: SecondaryIndex) -> dict[str, Any]:
    return {
        "IndexName": index.name,
        "KeySchema": key_schema(index.schema.keys),
        "Projection": _projection(index.schema),
        "IndexSizeBytes": index.store.size,
        "ItemCount": index.store.count,
        "IndexArn": f"{table.arn}/index/{index.name}",
    }


def _global_index(table: Table, index: SecondaryIndex, now: float) -> dict[str, Any]:
    settings = table.settings.indexes[index.name]
    body = _index(table, index)
    body["IndexStatus"] = settings.status
    if settings.backfilling is not None:
        body["Backfilling"] = settings.backfilling
    body["ProvisionedThroughput"] = _throughput(settings.throughput, now)
    body["WarmThroughput"] = _warm(table.settings, settings)
    return {**body, **ceiling(settings.ceiling)}


def _options(settings: TableSettings, now: float) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if settings.encryption is not None:
        body["SSEDescription"] = {
            "Status": settings.encryption.status,
            "SSEType": "KMS",
            "KMSMasterKeyArn": settings.encryption.key_arn,
        }
    if settings.stream is not None:
        body.update(_stream(settings))
    if settings.table_class is not None:
        changed = settings.table_class_changed
        since = {} if changed is None else {"LastUpdateDateTime": changed}
        body["TableClassSummary"] = {"TableClass": settings.table_class, **since}
    if settings.restored is not None:
        body["RestoreSummary"] = _origin(settings.restored)
    body["DeletionProtectionEnabled"] = settings.deletion_protection
    body["WarmThroughput"] = warm = _warm(settings, settings)
    indexes = {name: _warm(settings, index) for name, index in settings.indexes.items()}
    body.update(describe_replicas(settings, now, warm, indexes))
    return {**body, **ceiling(settings.ceiling)}


def _origin(restored: Restored) -> dict[str, Any]:
    backup = {} if restored.backup_arn is None else {"SourceBackupArn": restored.backup_arn}
    return {
        **backup,
        "SourceTableArn": restored.table_arn,
        "RestoreDateTime": restored.time,
        "RestoreInProgress": True,
    }


def _stream(settings: TableSettings) -> dict[str, Any]:
    stream = settings.stream
    if stream is None:
        return {}
    body: dict[str, Any] = {
        "LatestStreamLabel": stream.label,
        "LatestStreamArn": f"{settings.arn}/stream/{stream.label}",
    }
    if stream.enabled:
        body["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream.view_type}
    return body
