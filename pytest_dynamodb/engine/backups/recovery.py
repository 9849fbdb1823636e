"""The times that a table can be restored to (developer guide, "Point-in-time recovery"; ack-api-quirks, DDB-TABLE-083,
085, 086).
"""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.call import Call, Written
from pytest_dynamodb.engine.settings import Recovery
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import DynamoDbError, error_for
from pytest_dynamodb.requests import table_name

LAG_SECONDS: Final = 300.0
DAY_SECONDS: Final = 86_400.0


def earliest(recovery: Recovery, now: float) -> float:
    """The first time to restore to: a whole second, as AWS tells it."""
    return float(int(max(recovery.since, now - recovery.days * DAY_SECONDS)))


def latest(recovery: Recovery, now: float) -> float:
    """The last time to restore to: five minutes ago, or when recovery was switched on."""
    return float(int(max(recovery.since, now - LAG_SECONDS)))


def note(_: Call, table: Table, written: Written) -> None:
    """Keep what a change overwrote in the history of a table that can be restored, and forget what is too old."""
    recovery, change = table.settings.recovery, written.change
    if table.history is not None and recovery is not None:
        kept = written.time - recovery.days * DAY_SECONDS
        table.history.note(written.time, change.old, change.new, kept=kept)


def describe_recovery(recovery: Recovery | None, now: float) -> dict[str, Any]:
    """A ContinuousBackupsDescription. The first status is no sign of recovery: continuous backups are always on."""
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
    """The table of a request of this family, which has no word for one on its way up (DDB-TABLE-447).

    Raises TableNotFoundException.
    """
    name = table_name(call.params["TableName"] if given is None else given)
    table = call.region.find(name, call.clock.now())
    if table is None or table.settings.status == "CREATING":
        raise no_table(name)
    return table


def no_table(name: str) -> DynamoDbError:
    """The error of this family for a table that there is not."""
    return error_for("TableNotFoundException", f"Table not found: {name}")


def recoverable(table: Table) -> Recovery:
    """Raises PointInTimeRecoveryUnavailableException where recovery is off."""
    if table.settings.recovery is None:
        raise error_for(
            "PointInTimeRecoveryUnavailableException",
            f"Point in time recovery is not enabled for table '{table.name}'",
        )
    return table.settings.recovery
