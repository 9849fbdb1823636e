"""RestoreTableToPointInTime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.backups.overrides import INVALID_REQUEST
from pytest_dynamodb.engine.backups.recovery import earliest, latest, no_table, recoverable
from pytest_dynamodb.engine.backups.restore import restore
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.settings import Recovery, Restored
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.tables.moments import moment_in_zulu, moment_of
from pytest_dynamodb.errors import ValidationException, error_for
from pytest_dynamodb.requests import table_name, truth

_PARTS: Final = 6


def restore_table_to_point_in_time(call: Call) -> dict[str, Any]:
    """Make a table that holds what another one held at a time.

    Checked in AWS's order (ack-api-quirks, DDB-TABLE-100): the shape, the source, recovery, the time, the target.
    Raises ValidationException, TableNotFoundException, PointInTimeRecoveryUnavailableException,
    InvalidRestoreTimeException, TableAlreadyExistsException and TableInUseException.
    """
    _check_time_members(call.params)
    region, source = _source(call)
    time = _time(call.params, recoverable(source), call.clock.now())
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
    region = call.region if arn is None else _region(call, arn)
    given: str = call.params["SourceTableName"] if arn is None else arn
    table = region.find(table_name(given), call.clock.now())
    if table is None or table.settings.status == "CREATING":
        raise no_table(table_name(given))
    return region, table


def _region(call: Call, arn: str) -> Region:
    parts = arn.split(":", _PARTS - 1)
    if len(parts) < _PARTS or parts[2] != "dynamodb" or not parts[5].startswith("table/"):
        raise ValidationException("One or more parameter values were invalid: sourceTableArn is not a valid ARN")
    if parts[4] != call.region.account:
        raise ValidationException(
            "This action is only supported by accounts that match the resource owner\u2019s account."
        )
    return call.region_of(parts[4], parts[3])


def _time(params: Mapping[str, Any], recovery: Recovery, now: float) -> float:
    first, last = earliest(recovery, now), latest(recovery, now)
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
