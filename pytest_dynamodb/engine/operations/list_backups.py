"""ListBackups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.backups.arns import record_arn
from pytest_dynamodb.engine.backups.backup import Backup, backup_details
from pytest_dynamodb.engine.backups.overrides import INVALID_REQUEST
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.requests import table_name

_PAGE: Final = 100


def list_backups(call: Call) -> dict[str, Any]:
    """A page of backups, oldest first: those of one table or of all, by type and time (ack-api-quirks,
    DDB-BACKUP-014). Tables that are gone have theirs still.

    Raises ValidationException.
    """
    after = _start(call)
    found = [backup for backup in _chosen(call) if after is None or _place(backup) > after]
    page = found[: call.params.get("Limit") or _PAGE]
    last = {"LastEvaluatedBackupArn": backup_details(call, page[-1])["BackupArn"]} if len(page) < len(found) else {}
    return {"BackupSummaries": [_summary(call, backup) for backup in page], **last}


def _start(call: Call) -> str | None:
    given = call.params.get("ExclusiveStartBackupArn")
    if given is None:
        return None
    arn = record_arn(call, given, "backup")
    if arn.region != call.region.name:
        raise ValidationException(f"{INVALID_REQUEST}The supplied ExclusiveStartBackupArn does not match the region")
    return arn.resource.rsplit("/", 1)[1]


def _place(backup: Backup) -> str:
    return backup.resource.rsplit("/", 1)[1]


def _chosen(call: Call) -> list[Backup]:
    params, now = call.params, call.clock.now()
    _check_bounds(params)
    table = None if params.get("TableName") is None else table_name(params["TableName"])
    kind = params.get("BackupType") or "USER"
    low, high = params.get("TimeRangeLowerBound"), params.get("TimeRangeUpperBound")
    chosen = [
        backup
        for backup in call.region.records.of(Backup).values()
        if table in {None, backup.table.name}
        and kind in {"ALL", backup.type}
        and (low is None or backup.created >= low)
        and (high is None or backup.created < high)
        and (backup.expires is None or backup.expires > now)
    ]
    return sorted(chosen, key=_place)


def _check_bounds(params: Mapping[str, Any]) -> None:
    low, high = params.get("TimeRangeLowerBound"), params.get("TimeRangeUpperBound")
    if low is not None and high is not None and low > high:
        raise ValidationException(
            "One or more parameter values were invalid: "
            "Time range lower bound must be less than or equal to upper bound"
        )


def _summary(call: Call, backup: Backup) -> dict[str, Any]:
    settings = backup.table.settings
    table = {"TableName": backup.table.name, "TableId": settings.id, "TableArn": settings.arn}
    return {**table, **backup_details(call, backup)}
