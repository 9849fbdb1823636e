"""UpdateContinuousBackups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.backups.history import History
from pytest_dynamodb.engine.backups.overrides import INVALID_REQUEST
from pytest_dynamodb.engine.backups.recovery import backed_up, describe_recovery
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import Recovery
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.requests import truth

_DAYS = 35


def update_continuous_backups(call: Call) -> dict[str, Any]:
    """Switch point-in-time recovery on or off, or change how far back it goes.

    Raises TableNotFoundException, and ValidationException for a period of what is switched off.
    """
    wanted = call.params["PointInTimeRecoverySpecification"]
    enabled, days = truth(wanted["PointInTimeRecoveryEnabled"]), wanted.get("RecoveryPeriodInDays")
    if not enabled and days is not None:
        raise ValidationException(
            f"{INVALID_REQUEST}Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery."
        )
    table = call.writable(backed_up(call))
    _switch(table, call.clock.now(), enabled=enabled, days=days)
    return describe_recovery(table.settings.recovery, call.clock.now())


def _switch(table: Table, now: float, *, enabled: bool, days: int | None) -> None:
    old = table.settings.recovery
    if not enabled:
        new, table.history = None, None
    elif old is None:
        new, table.history = Recovery(now, days or _DAYS), History(table.owner)
    else:
        new = replace(old, days=days or old.days)
    table.settings = replace(table.settings, recovery=new)
