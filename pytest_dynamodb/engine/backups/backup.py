"""A backup: the table as it was, and how that is told (ack-api-quirks, DDB-BACKUP-004, 006, 009, 021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from pytest_dynamodb.engine.backups.arns import arn_of, record_arn
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.table import Index, Table
from pytest_dynamodb.engine.tables.description import ceiling, describe, key_schema
from pytest_dynamodb.errors import DynamoDbError, error_for

EXPIRY_SECONDS: Final = 35 * 86_400.0
"""How long the backup of a deleted table with point-in-time recovery stays (developer guide)."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A table as it was when the backup was made. ``expires`` is that of AWS's own."""

    resource: str
    name: str
    created: float
    table: Table
    type: Literal["USER", "SYSTEM"] = "USER"
    expires: float | None = None


def back_up(call: Call, table: Table, name: str) -> Backup:
    """Keep a table of the call's region as it is."""
    now = call.clock.now()
    records = call.region.records
    resource = f"{table.name}/backup/{records.new_id(now, call.random)}"
    backup = records.of(Backup)[resource] = Backup(resource, name, _thousandths(now), call.region.kept(table))
    return backup


def back_up_deleted(call: Call, table: Table) -> None:
    """Keep a table that is deleted while it can be restored to points in time (DDB-BACKUP-015)."""
    now = call.clock.now()
    records = call.region.records
    number = records.new_id(now, call.random).split("-")[0]
    resource = f"{table.name}/backup/{number}-00000000"
    records.of(Backup)[resource] = Backup(
        resource,
        f"{table.name}$DeletedTableBackup",
        _thousandths(now),
        call.region.kept(table),
        "SYSTEM",
        _thousandths(now) + EXPIRY_SECONDS,
    )


def existing_backup(call: Call, given: str) -> Backup:
    """The backup of an ARN, whose region is not looked at. Raises BackupNotFoundException and others."""
    arn = record_arn(call, given, "backup")
    backup = call.region.records.of(Backup).get(arn.resource)
    if backup is None or (backup.expires is not None and backup.expires <= call.clock.now()):
        raise no_backup(given)
    return backup


def no_backup(arn: str) -> DynamoDbError:
    """The error for a backup that there is not."""
    return error_for("BackupNotFoundException", f"Backup not found: {arn}")


def backup_details(call: Call, backup: Backup, status: str = "AVAILABLE") -> dict[str, Any]:
    """A BackupDetails."""
    expires = {} if backup.expires is None else {"BackupExpiryDateTime": backup.expires}
    return {
        "BackupArn": arn_of(call, backup.resource),
        "BackupName": backup.name,
        "BackupSizeBytes": backup.table.store.size,
        "BackupStatus": status,
        "BackupType": backup.type,
        "BackupCreationDateTime": backup.created,
        **expires,
    }


def describe_backup(call: Call, backup: Backup, status: str = "AVAILABLE") -> dict[str, Any]:
    """A BackupDescription: of the table only what a restore brings back, and streams and time to live besides."""
    table = backup.table
    settings = table.settings
    source = {
        "TableName": table.name,
        "TableId": settings.id,
        "TableArn": settings.arn,
        "TableSizeBytes": table.store.size,
        "KeySchema": key_schema(table.keys),
        "TableCreationDateTime": settings.created,
        "ProvisionedThroughput": _units(table, None),
        "ItemCount": table.store.count,
        "BillingMode": "PAY_PER_REQUEST" if settings.on_demand else "PROVISIONED",
        **ceiling(settings.ceiling),
    }
    return {
        "BackupDetails": backup_details(call, backup, status),
        "SourceTableDetails": source,
        "SourceTableFeatureDetails": {} if backup.type == "SYSTEM" else _features(backup),
    }


def _features(backup: Backup) -> dict[str, Any]:
    table, settings = backup.table, backup.table.settings
    told = describe(table, backup.created)
    features: dict[str, Any] = {}
    if local := table.local_indexes:
        features["LocalSecondaryIndexes"] = [_index(told["LocalSecondaryIndexes"], index) for index in local]
    if global_ := table.global_indexes:
        features["GlobalSecondaryIndexes"] = [
            {
                **_index(told["GlobalSecondaryIndexes"], index),
                "ProvisionedThroughput": _units(table, index.name),
                **ceiling(settings.indexes[index.name].ceiling),
            }
            for index in global_
        ]
    if "StreamSpecification" in told:
        features["StreamDescription"] = told["StreamSpecification"]
    if settings.ttl.enabled:
        features["TimeToLiveDescription"] = {
            "TimeToLiveStatus": "ENABLED",
            "AttributeName": settings.ttl.attribute,
        }
    if "SSEDescription" in told:
        features["SSEDescription"] = told["SSEDescription"]
    return features


def _index(described: list[dict[str, Any]], index: Index) -> dict[str, Any]:
    found = next(one for one in described if one["IndexName"] == index.name)
    return {member: found[member] for member in ("IndexName", "KeySchema", "Projection")}


def _units(table: Table, index: str | None) -> dict[str, int]:
    settings = table.settings
    throughput = settings.throughput if index is None else settings.indexes[index].throughput
    return {"ReadCapacityUnits": throughput.read, "WriteCapacityUnits": throughput.write}


def _thousandths(now: float) -> float:
    return int(now * 1000) / 1000
