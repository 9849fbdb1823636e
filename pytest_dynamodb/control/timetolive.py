"""Time to live: switching and describing it. The engine deletes what has expired."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.replication.group import mirror_time_to_live
from pytest_dynamodb.control.tables.lookup import existing, in_use
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import TimeToLive
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.requests import truth

# --- UpdateTimeToLive ---

SETTLING_SECONDS: Final = 3600.0
"""How long the setting cannot be changed again, even if it is in force earlier (API reference, UpdateTimeToLive)."""


def update_time_to_live(call: Call) -> dict[str, Any]:
    """Set or remove the attribute that says when items expire. It may be a key attribute.

    Raises ResourceNotFoundException, ResourceInUseException and, for what is already so or was changed within the hour,
    ValidationException (ack-api-quirks, DDB-TABLE-146, 442).
    """
    wanted = call.params["TimeToLiveSpecification"]
    enabled, attribute = truth(wanted["Enabled"]), wanted["AttributeName"]
    table = existing(call)
    _check_status(table.settings.status, table.name)
    _check_change(table.settings.ttl, call, enabled=enabled, attribute=attribute)
    if table.settings.strong:  # not AWS's words: they are in no public capture
        raise ValidationException("TimeToLive is not supported for global tables with strong consistency")
    table = call.writable(table)
    changed = TimeToLive(attribute, enabled, call.clock.now())
    table.settings = replace(table.settings, ttl=changed)
    if table.settings.replicas:
        mirror_time_to_live(call, table)
    return {"TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": attribute}}


def _check_status(status: str, name: str) -> None:
    for busy, doing in (("CREATING", "created"), ("DELETING", "deleted")):
        if status == busy:
            raise in_use(f"Table {name} is being {doing}")  # in other words than elsewhere


def _check_change(old: TimeToLive, call: Call, *, enabled: bool, attribute: str) -> None:
    if not enabled and not old.enabled:
        raise ValidationException("TimeToLive is already disabled")
    if old.enabled and old.attribute != attribute:
        raise ValidationException(
            f"TimeToLive is active on a different AttributeName: current AttributeName is {old.attribute}"
        )
    if enabled and old.enabled:
        raise ValidationException("TimeToLive is already enabled")
    settling = max(SETTLING_SECONDS, call.lifecycle.time_to_live)
    if old.changed is not None and call.clock.now() < old.changed + settling:
        raise ValidationException("Time to live has been modified multiple times within a fixed interval")


# --- DescribeTimeToLive ---


def describe_time_to_live(call: Call) -> dict[str, Any]:
    """Which attribute says when items expire, and the status of that setting.

    Raises ResourceNotFoundException, and ValidationException for a table that is being created or deleted
    (ack-api-quirks, DDB-TABLE-442).
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
