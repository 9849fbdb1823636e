"""DescribeTimeToLive."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.tables.lookup import existing
from pytest_dynamodb.errors import ValidationException


def describe_time_to_live(call: Call) -> dict[str, Any]:
    """Which attribute tells when items end, and whether it is looked at yet.

    Raises ResourceNotFoundException, and ValidationException of a table on its way up or down (ack-api-quirks,
    DDB-TABLE-442).
    """
    settings = existing(call).settings
    if settings.status in {"CREATING", "DELETING"}:
        raise ValidationException(
            f"Cannot describe time to live while table is in {settings.status} state: "
            f"Current table state is {settings.status}"
        )
    ttl = settings.ttl
    changing = ttl.changed is not None and call.clock.now() < ttl.changed + call.lifecycle.time_to_live
    status = ("ENABL" if ttl.enabled else "DISABL") + ("ING" if changing else "ED")
    attribute = {"AttributeName": ttl.attribute} if ttl.enabled or changing else {}
    return {"TimeToLiveDescription": {"TimeToLiveStatus": status, **attribute}}
