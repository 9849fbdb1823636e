"""The operations on backups and on point-in-time recovery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.backups import backup as backups
from pytest_dynamodb.control.backups.restore import INVALID_REQUEST, restore
from pytest_dynamodb.control.tables.lookup import moment_in_zulu, moment_of
from pytest_dynamodb.engine.arns import parse_arn
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.settings import Recovery, Restored
from pytest_dynamodb.engine.table import History, Table
from pytest_dynamodb.errors import ValidationException, error_for
from pytest_dynamodb.requests import truth

# --- CreateBackup ---


def create_backup(call: Call) -> dict[str, Any]:
    """Back up a table as it is now. Backups of one table may share a name. Raises TableNotFoundException."""
    backup = backups.back_up(call, backups.backed_up(call), call.params["BackupName"])
    return {"BackupDetails": backups.backup_details(call, backup, "CREATING")}


# --- DeleteBackup ---


def delete_backup(call: Call) -> dict[str, Any]:
    """Delete a backup.

    Raises BackupNotFoundException, BackupInUseException while a table is being restored from it, and
    ValidationException for a backup made by AWS.
    """
    backup = backups.existing_backup(call, call.params["BackupArn"])
    arn = backups.backup_details(call, backup)["BackupArn"]
    _check_may_go(backup, arn)
    if restoring_from(call, arn):
        raise error_for("BackupInUseException", f"Backup is being used to restore table: {arn}")
    del call.region.records.of(backups.Backup)[backup.resource]
    return {"BackupDescription": backups.backup_description(call, backup, "DELETED")}


def _check_may_go(backup: backups.Backup, arn: str) -> None:
    if backup.expires is not None:
        raise ValidationException(
            f"{INVALID_REQUEST}User is not allowed to delete the system backup with arn {arn}. "
            f"It will automatically expire on {moment_in_zulu(backup.expires)}"
        )


def restoring_from(call: Call, arn: str) -> bool:
    """Whether a table of the region is being restored from a backup."""
    now = call.clock.now()
    tables = [call.region.find(name, now) for name in list(call.region.tables)]
    origins = [table.settings.restored for table in tables if table is not None]
    return any(origin is not None and origin.backup_arn == arn for origin in origins)


# --- DescribeBackup ---


def describe_backup(call: Call) -> dict[str, Any]:
    """Describe a backup, under the ARN that the request gives.

    Raises ValidationException, AccessDeniedException and BackupNotFoundException.
    """
    arn = call.params["BackupArn"]
    described = backups.backup_description(call, backups.existing_backup(call, arn))
    described["BackupDetails"]["BackupArn"] = arn
    return {"BackupDescription": described}


# --- ListBackups ---

_PAGE: Final = 100


def list_backups(call: Call) -> dict[str, Any]:
    """A page of the backups of one table or of all, oldest first, by type and time (ack-api-quirks, DDB-BACKUP-014).
    Those of deleted tables are included.

    Raises ValidationException.
    """
    after = _start(call)
    found = [backup for backup in _chosen(call) if after is None or _place(backup) > after]
    page = found[: call.params.get("Limit") or _PAGE]
    last = (
        {"LastEvaluatedBackupArn": backups.backup_details(call, page[-1])["BackupArn"]}
        if len(page) < len(found)
        else {}
    )
    return {"BackupSummaries": [_summary(call, backup) for backup in page], **last}


def _start(call: Call) -> str | None:
    given = call.params.get("ExclusiveStartBackupArn")
    if given is None:
        return None
    arn = backups.record_arn(call, given, "backup")
    if arn.region != call.region.name:
        raise ValidationException(f"{INVALID_REQUEST}The supplied ExclusiveStartBackupArn does not match the region")
    return arn.resource.rsplit("/", 1)[1]


def _place(backup: backups.Backup) -> str:
    return backup.resource.rsplit("/", 1)[1]


def _chosen(call: Call) -> list[backups.Backup]:
    params, now = call.params, call.clock.now()
    _check_bounds(params)
    table = None if params.get("TableName") is None else call.name()
    kind = params.get("BackupType") or "USER"
    low, high = params.get("TimeRangeLowerBound"), params.get("TimeRangeUpperBound")
    chosen = [
        backup
        for backup in call.region.records.of(backups.Backup).values()
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


def _summary(call: Call, backup: backups.Backup) -> dict[str, Any]:
    settings = backup.table.settings
    table = {"TableName": backup.table.name, "TableId": settings.id, "TableArn": settings.arn}
    return {**table, **backups.backup_details(call, backup)}


# --- RestoreTableFromBackup ---


def restore_table_from_backup(call: Call) -> dict[str, Any]:
    """Make a table with the content of a backup, which may be from another region.

    Raises ValidationException, AccessDeniedException, BackupNotFoundException, BackupInUseException (another restore
    from it is under way), TableAlreadyExistsException and TableInUseException.
    """
    arn = backups.record_arn(call, call.params["BackupArn"], "backup")
    there = replace(call, region=call.region_of(call.region.account, arn.region or call.region.name))
    backup = backups.existing_backup(there, arn.text)
    if restoring_from(call, arn.text) and call.params["TargetTableName"] not in call.region.tables:
        raise error_for("BackupInUseException", f"Backup is being used to restore another table: {arn.text}")
    return restore(call, backup.table, Restored(backup.created, backup.table.arn, arn.text))


# --- RestoreTableToPointInTime ---


def restore_table_to_point_in_time(call: Call) -> dict[str, Any]:
    """Make a table with what another one held at a time.

    Checked in AWS's order (ack-api-quirks, DDB-TABLE-100): the shape, the source, recovery, the time, the target.
    Raises ValidationException, TableNotFoundException, PointInTimeRecoveryUnavailableException,
    InvalidRestoreTimeException, TableAlreadyExistsException and TableInUseException.
    """
    _check_time_members(call.params)
    region, source = _source(call)
    time = _time(call.params, backups.recoverable(source), call.clock.now())
    undone = [] if source.history is None else source.history.after(time)
    return restore(call, region.kept(source), Restored(time, source.arn), undone=undone)


def _check_time_members(params: Mapping[str, Any]) -> None:
    newest, time = truth(params.get("UseLatestRestorableTime")), params.get("RestoreDateTime")
    if newest and time is not None:
        raise ValidationException(
            f"{INVALID_REQUEST}Both RestoreDateTime and UseLatestRestorableTime cannot be set for point-in-time "
            "restore request. Please specify only one of them"
        )
    if not newest and time is None:
        raise ValidationException(
            f"{INVALID_REQUEST}Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both"
        )


def _source(call: Call) -> tuple[Region, Table]:
    name, arn = call.params.get("SourceTableName"), call.params.get("SourceTableArn")
    if name is not None and arn is not None:
        raise ValidationException(f"{INVALID_REQUEST}Must provide exactly one of: sourceTableArn, sourceTableName")
    if name is None and arn is None:
        raise ValidationException("The parameter 'TableName' is required but was not present in the request")
    region, wanted = (call.region, str(name)) if arn is None else _restore_table_to_point_in_time_place(call, arn)
    table = region.find(wanted, call.clock.now())
    if table is None or table.settings.status == "CREATING":
        raise backups.no_table(wanted)
    return region, table


def _restore_table_to_point_in_time_place(call: Call, text: str) -> tuple[Region, str]:
    """The region of a SourceTableArn, and the table's name."""
    arn = parse_arn(text)
    if arn is None or arn.table is None:
        raise ValidationException("One or more parameter values were invalid: sourceTableArn is not a valid ARN")
    if arn.account != call.region.account:
        raise ValidationException(
            "This action is only supported by accounts that match the resource owner\u2019s account."
        )
    return call.region_of(arn.account, arn.region), arn.table


def _time(params: Mapping[str, Any], recovery: Recovery, now: float) -> float:
    first, last = backups.earliest(recovery, now), backups.latest(recovery, now)
    if params.get("RestoreDateTime") is None:
        return max(last, recovery.since)
    wanted = moment_of(params["RestoreDateTime"])
    if not first <= wanted <= last:
        raise error_for(
            "InvalidRestoreTimeException",
            f"RestoreDateTime '{moment_in_zulu(wanted)}' must be within EarliestRestorableDateTime "
            f"'{moment_in_zulu(first)}' and LatestRestorableDateTime '{moment_in_zulu(last)}'",
        )
    return wanted


# --- DescribeContinuousBackups ---


def describe_continuous_backups(call: Call) -> dict[str, Any]:
    """Whether a table can be restored to points in time, and to which. Raises TableNotFoundException."""
    return backups.describe_recovery(backups.backed_up(call).settings.recovery, call.clock.now())


# --- UpdateContinuousBackups ---

_DAYS = 35


def update_continuous_backups(call: Call) -> dict[str, Any]:
    """Enable or disable point-in-time recovery, or change how far back it goes.

    Raises TableNotFoundException, and ValidationException for a period while it is disabled.
    """
    wanted = call.params["PointInTimeRecoverySpecification"]
    enabled, days = truth(wanted["PointInTimeRecoveryEnabled"]), wanted.get("RecoveryPeriodInDays")
    if not enabled and days is not None:
        raise ValidationException(
            f"{INVALID_REQUEST}Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery."
        )
    table = call.writable(backups.backed_up(call))
    _switch(table, call.clock.now(), enabled=enabled, days=days)
    return backups.describe_recovery(table.settings.recovery, call.clock.now())


def _switch(table: Table, now: float, *, enabled: bool, days: int | None) -> None:
    old = table.settings.recovery
    if not enabled:
        new, table.history = None, None
    elif old is None:
        new, table.history = Recovery(now, days or _DAYS), History(table.owner)
    else:
        new = replace(old, days=days or old.days)
    table.settings = replace(table.settings, recovery=new)
