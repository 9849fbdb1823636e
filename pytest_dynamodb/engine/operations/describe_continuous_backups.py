"""DescribeContinuousBackups."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.backups.recovery import backed_up, describe_recovery
from pytest_dynamodb.engine.call import Call


def describe_continuous_backups(call: Call) -> dict[str, Any]:
    """Whether the table can be restored to points in time, and to which. Raises TableNotFoundException."""
    return describe_recovery(backed_up(call).settings.recovery, call.clock.now())
