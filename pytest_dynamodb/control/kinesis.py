"""Kinesis streams as destinations of tables: settings with statuses, and what is sent there.

No stream is looked for: every destination becomes active. What is sent is kept for those who are subscribed to it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pytest_dynamodb.control.tables.lookup import existing
from pytest_dynamodb.engine.call import Call, Written
from pytest_dynamodb.engine.settings import Destination
from pytest_dynamodb.engine.storage.hashorder import hash_of
from pytest_dynamodb.engine.streams.capture import event_name
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import ValidationException, error_for
from pytest_dynamodb.values import item_size

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


# --- what is sent ---

_FIRST_NUMBER: Final = 495 * 10**53
"""Sequence numbers have 56 digits, and begin so (Lambda developer guide, "Using AWS Lambda with Amazon Kinesis")."""

RETENTION_SECONDS: Final = 24 * 3600.0
"""How long a Kinesis stream keeps records unless it is told to keep them longer (Kinesis developer guide)."""


@dataclass(frozen=True, slots=True)
class SentRecord:
    """A change sent to the Kinesis stream of an ARN: its number there, its partition key, its time, its data."""

    arn: str
    number: int
    partition_key: str
    time: float
    data: dict[str, Any]


def send(call: Call, table: Table, written: Written) -> None:
    """Keep a record of a change for each active destination of the table; none if nothing has changed.

    (Developer guide, "Using Kinesis Data Streams to capture changes to DynamoDB"; the members are those that the
    parsers of Powertools for AWS Lambda know.)
    """
    old, new = written.change.old, written.change.new
    active = [one for one in table.settings.destinations if status_of(one, written.time) == "ACTIVE"]
    item = new or old
    if not active or item is None or (old and new and old.attributes == new.attributes):
        return
    keys = table.keys.key_of(item.attributes)
    size, images = item_size(keys), {}
    for member, image in (("NewImage", new), ("OldImage", old)):
        if image is not None:
            images[member] = image.attributes
            size += image.size
    sent = call.region.records.of(SentRecord)
    while sent and sent[oldest := next(iter(sent))].time < written.time - RETENTION_SECONDS:
        del sent[oldest]
    for destination in active:
        call.region.records.last += 1
        number = _FIRST_NUMBER + call.region.records.last
        microseconds = destination.precision == "MICROSECOND"
        told = {
            "ApproximateCreationDateTime": int(written.time * (1_000_000 if microseconds else 1000)),
            **({"ApproximateCreationDateTimePrecision": destination.precision} if destination.precision else {}),
            "Keys": keys,
            **images,
            "SizeBytes": size,
        }
        data = {
            "awsRegion": call.region.name,
            "eventID": str(uuid.UUID(int=call.random.getrandbits(128), version=4)),
            "eventName": event_name(old, new),
            "userIdentity": written.identity,
            "recordFormat": "application/json",
            "tableName": table.name,
            "dynamodb": told,
            "eventSource": "aws:dynamodb",
        }
        partition = f"{hash_of(table.keys.identity(item.attributes)):016X}"
        sent[str(number)] = SentRecord(destination.arn, number, partition, written.time, data)


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
