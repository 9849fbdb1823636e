"""Backups, the window of point-in-time recovery, and ARNs of what outlives its table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from pytest_dynamodb.control.tables.description import ceiling, describe, key_schema
from pytest_dynamodb.engine.arns import access_denied
from pytest_dynamodb.engine.call import Call, Written
from pytest_dynamodb.engine.settings import Recovery
from pytest_dynamodb.engine.table import SecondaryIndex, Table
from pytest_dynamodb.errors import DynamoDbError, ValidationException, error_for

RecordKind = Literal["backup", "export", "import"]

_ARN: Final = re.compile(
    r"arn:(aws[a-z-]*):dynamodb:([a-z0-9-]*):(\d{12}):table/"
    r"((?:[a-zA-Z0-9_.-]{3,255}|[a-zA-Z0-9_.-])/(backup|export|import)/[a-zA-Z0-9-]+)"
)


@dataclass(frozen=True, slots=True)
class RecordArn:
    """The region of an ARN, and the resource in it: ``app/backup/01791504762511-2779fadd``."""

    text: str
    region: str
    resource: str


def record_arn(call: Call, text: str, kind: RecordKind) -> RecordArn:
    """The ARN of a backup, export or import (ack-api-quirks, DDB-BACKUP-012, DDB-EXPORT-006).

    Raises ValidationException, or AccessDeniedException for another account's.
    """
    found = _ARN.fullmatch(text)
    if found is None or found[5] != kind:
        raise ValidationException(f"Invalid {kind.capitalize()} ARN")
    if found[3] != call.region.account:
        raise access_denied()
    return RecordArn(text, found[2], found[4])


def arn_of(call: Call, resource: str) -> str:
    return call.region.arn(resource)


# --- backups ---
# (ack-api-quirks, DDB-BACKUP-004, 006, 009, 021)

EXPIRY_SECONDS: Final = 35 * 86_400.0
"""How long the backup made of a deleted table with point-in-time recovery is kept (developer guide)."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A table as it was when the backup was made. ``expires`` is set only for backups that AWS makes."""

    resource: str
    name: str
    created: float
    table: Table
    type: Literal["USER", "SYSTEM"] = "USER"
    expires: float | None = None


def back_up(call: Call, table: Table, name: str) -> Backup:
    now = call.clock.now()
    records = call.region.records
    resource = f"{table.name}/backup/{records.new_id(now, call.random)}"
    backup = records.of(Backup)[resource] = Backup(resource, name, _thousandths(now), call.region.kept(table))
    return backup


def back_up_deleted(call: Call, table: Table) -> None:
    """Make the backup that AWS keeps of a deleted table with point-in-time recovery (DDB-BACKUP-015)."""
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
    """The backup of an ARN, whatever its region. Raises BackupNotFoundException, and what ``record_arn`` raises."""
    arn = record_arn(call, given, "backup")
    backup = call.region.records.of(Backup).get(arn.resource)
    if backup is None or (backup.expires is not None and backup.expires <= call.clock.now()):
        raise no_backup(given)
    return backup


def no_backup(arn: str) -> DynamoDbError:
    return error_for("BackupNotFoundException", f"Backup not found: {arn}")


def backup_details(call: Call, backup: Backup, status: str = "AVAILABLE") -> dict[str, Any]:
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


def backup_description(call: Call, backup: Backup, status: str = "AVAILABLE") -> dict[str, Any]:
    """A BackupDescription. Of the table it has what a restore brings back, plus streams and time to live."""
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


def _index(described: list[dict[str, Any]], index: SecondaryIndex) -> dict[str, Any]:
    found = next(one for one in described if one["IndexName"] == index.name)
    return {member: found[member] for member in ("IndexName", "KeySchema", "Projection")}


def _units(table: Table, index: str | None) -> dict[str, int]:
    settings = table.settings
    throughput = settings.throughput if index is None else settings.indexes[index].throughput
    return {"ReadCapacityUnits": throughput.read, "WriteCapacityUnits": throughput.write}


def _thousandths(now: float) -> float:
    return int(now * 1000) / 1000


# --- point-in-time recovery ---
# (Developer guide, "Point-in-time recovery"; ack-api-quirks, DDB-TABLE-083, 085, 086.)

LAG_SECONDS: Final = 300.0
DAY_SECONDS: Final = 86_400.0


def earliest(recovery: Recovery, now: float) -> float:
    """The earliest time to restore to, in whole seconds."""
    return float(int(max(recovery.since, now - recovery.days * DAY_SECONDS)))


def latest(recovery: Recovery, now: float) -> float:
    """The latest time to restore to: five minutes ago, but not before recovery was enabled."""
    return float(int(max(recovery.since, now - LAG_SECONDS)))


def note(_: Call, table: Table, written: Written) -> None:
    """Keep what a write replaced, if the table can be restored to points in time, and drop what has become too old."""
    recovery, change = table.settings.recovery, written.change
    if table.history is not None and recovery is not None:
        kept = written.time - recovery.days * DAY_SECONDS
        table.history.note(written.time, change.old, change.new, kept=kept)


def describe_recovery(recovery: Recovery | None, now: float) -> dict[str, Any]:
    """A ContinuousBackupsDescription. Its own status is always ENABLED, whether or not there is point-in-time
    recovery.
    """
    if recovery is None:
        told: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
    else:
        told = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": recovery.days,
            "EarliestRestorableDateTime": earliest(recovery, now),
            "LatestRestorableDateTime": latest(recovery, now),
        }
    return {
        "ContinuousBackupsDescription": {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": told}
    }


def backed_up(call: Call, given: str | None = None) -> Table:
    """The table of a request of this family, which has no separate error for one being created (DDB-TABLE-447).

    Raises TableNotFoundException.
    """
    name = call.name(given)
    table = call.region.find(name, call.clock.now())
    if table is None or table.settings.status == "CREATING":
        raise no_table(name)
    return table


def no_table(name: str) -> DynamoDbError:
    """This family's error for a table that does not exist."""
    return error_for("TableNotFoundException", f"Table not found: {name}")


def recoverable(table: Table) -> Recovery:
    """Raise PointInTimeRecoveryUnavailableException if recovery is not enabled."""
    if table.settings.recovery is None:
        raise error_for(
            "PointInTimeRecoveryUnavailableException",
            f"Point in time recovery is not enabled for table '{table.name}'",
        )
    return table.settings.recovery
