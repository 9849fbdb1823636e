"""UpdateKinesisStreamingDestination."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.streams.destinations import active_destination, changed, precision_in, sending_table
from pytest_dynamodb.errors import ValidationException


def update_kinesis_streaming_destination(call: Call) -> dict[str, Any]:
    """Change how precise times are in what is sent. Raises ResourceNotFoundException and ValidationException."""
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
