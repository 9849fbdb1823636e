"""DeleteBackup."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.backups.backup import Backup, backup_details, describe_backup, existing_backup
from pytest_dynamodb.engine.backups.overrides import INVALID_REQUEST
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.tables.moments import moment_in_zulu
from pytest_dynamodb.errors import ValidationException, error_for


def delete_backup(call: Call) -> dict[str, Any]:
    """Forget a backup.

    Raises BackupNotFoundException, BackupInUseException while a table is restored from it, and ValidationException for
    a backup of AWS's own.
    """
    backup = existing_backup(call, call.params["BackupArn"])
    arn = backup_details(call, backup)["BackupArn"]
    _check_may_go(backup, arn)
    if restoring_from(call, arn):
        raise error_for("BackupInUseException", f"Backup is being used to restore table: {arn}")
    del call.region.records.of(Backup)[backup.resource]
    return {"BackupDescription": describe_backup(call, backup, "DELETED")}


def _check_may_go(backup: Backup, arn: str) -> None:
    if backup.expires is not None:
        raise ValidationException(
            f"{INVALID_REQUEST}User is not allowed to delete the system backup with arn {arn}. "
            f"It will automatically expire on {moment_in_zulu(backup.expires)}"
        )


def restoring_from(call: Call, arn: str) -> bool:
    """Whether a table of the region is just being restored from a backup."""
    now = call.clock.now()
    tables = [call.region.find(name, now) for name in list(call.region.tables)]
    origins = [table.settings.restored for table in tables if table is not None]
    return any(origin is not None and origin.backup_arn == arn for origin in origins)
