"""Kinesis streams as destinations of tables: settings with statuses.

Nothing is sent, and no stream is looked for: every destination becomes active.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.control.tables.lookup import existing
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import Destination
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import ValidationException, error_for

# --- destinations ---
# (ack-api-quirks, DDB-TABLE-268, 299 to 304)

_STATE: Final = "Table is not in a valid state to enable Kinesis Streaming Destination: "
_OFF: Final = frozenset({"DISABLED", "ENABLE_FAILED"})


def sending_table(call: Call) -> Table:
    """The table of a request. Raises ResourceNotFoundException, also for one that is being created."""
    table = existing(call)
    if table.settings.status == "CREATING":
        raise error_for("ResourceNotFoundException", f"Requested resource not found: Table: {table.name} not found")
    return table


def status_of(destination: Destination, now: float) -> str:
    if now < destination.ready:
        return destination.doing
    return "ACTIVE" if destination.enabled else "DISABLED"


def describe_destination(destination: Destination, now: float) -> dict[str, Any]:
    """A KinesisDataStreamDestination; the default precision is MILLISECOND."""
    precision = destination.precision
    told = {} if precision is None else {"ApproximateCreationDateTimePrecision": precision}
    return {"StreamArn": destination.arn, "DestinationStatus": status_of(destination, now), **told}


def check_none_is_on(table: Table, now: float) -> None:
    """Raise ValidationException if the table has a destination already that is active or becoming so."""
    if any(status_of(one, now) not in _OFF for one in table.settings.destinations):
        raise ValidationException(
            f"{_STATE}EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE operation."
        )


def active_destination(call: Call, table: Table, message: str) -> Destination:
    """The destination that a request names. Raises ValidationException if it does not exist or is not active."""
    arn, now = call.params["StreamArn"], call.clock.now()
    found = next((one for one in table.settings.destinations if one.arn == arn), None)
    if found is None or status_of(found, now) != "ACTIVE":
        raise ValidationException(_STATE + message)
    return found


def changed(call: Call, table: Table, destination: Destination, doing: str) -> dict[str, Any]:
    """Store a destination, newest first, and return the answer."""
    ready = call.clock.now() + call.lifecycle.update_table
    others = [one for one in table.settings.destinations if one.arn != destination.arn]
    table = call.writable(table)
    new = replace(destination, ready=ready, doing=doing)
    table.settings = replace(table.settings, destinations=(new, *others))
    return {"TableName": table.name, "StreamArn": destination.arn, "DestinationStatus": doing}


def precision_in(configuration: Mapping[str, Any] | None) -> str | None:
    found: str | None = (configuration or {}).get("ApproximateCreationDateTimePrecision")
    return found


# --- DescribeKinesisStreamingDestination ---


def describe_kinesis_streaming_destination(call: Call) -> dict[str, Any]:
    """The Kinesis streams of a table, newest first. Raises ResourceNotFoundException."""
    table, now = sending_table(call), call.clock.now()
    destinations = [describe_destination(one, now) for one in table.settings.destinations]
    return {"TableName": table.name, "KinesisDataStreamDestinations": destinations}


# --- DisableKinesisStreamingDestination ---


def disable_kinesis_streaming_destination(call: Call) -> dict[str, Any]:
    """Stop writing to a Kinesis stream. Raises ResourceNotFoundException and ValidationException."""
    if call.params.get("EnableKinesisStreamingConfiguration"):
        raise ValidationException("Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters")
    table = sending_table(call)
    old = active_destination(call, table, "KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.")
    return changed(call, table, replace(old, enabled=False), "DISABLING")


# --- EnableKinesisStreamingDestination ---


def enable_kinesis_streaming_destination(call: Call) -> dict[str, Any]:
    """Start writing to a Kinesis stream. Raises ResourceNotFoundException, and ValidationException if the table has
    one.
    """
    table = sending_table(call)
    check_none_is_on(table, call.clock.now())
    configuration = call.params.get("EnableKinesisStreamingConfiguration") or {}
    new = Destination(call.params["StreamArn"], True, 0.0, "", precision_in(configuration))
    return {**changed(call, table, new, "ENABLING"), "EnableKinesisStreamingConfiguration": configuration}


# --- UpdateKinesisStreamingDestination ---


def update_kinesis_streaming_destination(call: Call) -> dict[str, Any]:
    """Change the precision of times in what is sent. Raises ResourceNotFoundException and ValidationException."""
    configuration = call.params.get("UpdateKinesisStreamingConfiguration")
    precision = precision_in(configuration)
    if precision is None:
        raise ValidationException(
            "Streaming destination cannot be updated with given parameters: "
            "UpdateKinesisStreamingConfiguration cannot be null or contain only null values"
        )
    table, arn = sending_table(call), call.params["StreamArn"]
    inactive = (
        "Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state. "
        f"TableName: {table.name}, kdsArn: {arn}"
    )
    old = active_destination(call, table, inactive)
    if (old.precision or "MILLISECOND") == precision:
        raise ValidationException(
            f"Invalid Request: Precision is already set to the desired value of {precision} "
            f"for tableId: {table.settings.id}, kdsArn: {arn}"
        )
    body = changed(call, table, replace(old, precision=precision), "UPDATING")
    return {**body, "UpdateKinesisStreamingConfiguration": configuration}
