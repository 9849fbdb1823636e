"""DescribeBackup."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.backups import backup as backups
from pytest_dynamodb.engine.call import Call


def describe_backup(call: Call) -> dict[str, Any]:
    """What is in a backup, under the ARN it was asked for by.

    Raises ValidationException, AccessDeniedException and BackupNotFoundException.
    """
    arn = call.params["BackupArn"]
    described = backups.describe_backup(call, backups.existing_backup(call, arn))
    described["BackupDetails"]["BackupArn"] = arn
    return {"BackupDescription": described}
