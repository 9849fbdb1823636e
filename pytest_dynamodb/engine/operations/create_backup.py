"""CreateBackup."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.backups.backup import back_up, backup_details
from pytest_dynamodb.engine.backups.recovery import backed_up
from pytest_dynamodb.engine.call import Call


def create_backup(call: Call) -> dict[str, Any]:
    """Keep a table as it is now. Names need not be unique. Raises TableNotFoundException."""
    backup = back_up(call, backed_up(call), call.params["BackupName"])
    return {"BackupDetails": backup_details(call, backup, "CREATING")}
