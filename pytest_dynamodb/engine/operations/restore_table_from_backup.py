"""RestoreTableFromBackup."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.backups.arns import record_arn
from pytest_dynamodb.engine.backups.backup import existing_backup
from pytest_dynamodb.engine.backups.restore import restore
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.operations.delete_backup import restoring_from
from pytest_dynamodb.engine.settings import Restored
from pytest_dynamodb.errors import error_for


def restore_table_from_backup(call: Call) -> dict[str, Any]:
    """Make a table that holds what is in a backup, which may be one of another region.

    Raises ValidationException, AccessDeniedException, BackupNotFoundException, BackupInUseException (it is just being
    restored elsewhere), TableAlreadyExistsException and TableInUseException.
    """
    arn = record_arn(call, call.params["BackupArn"], "backup")
    there = replace(call, region=call.region_of(call.region.account, arn.region or call.region.name))
    backup = existing_backup(there, arn.text)
    if restoring_from(call, arn.text) and call.params["TargetTableName"] not in call.region.tables:
        raise error_for("BackupInUseException", f"Backup is being used to restore another table: {arn.text}")
    return restore(call, backup.table, Restored(backup.created, backup.table.arn, arn.text))
