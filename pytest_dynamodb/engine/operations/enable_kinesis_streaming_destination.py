"""EnableKinesisStreamingDestination."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.settings import Destination
from pytest_dynamodb.engine.streams.destinations import changed, check_none_is_on, precision_in, sending_table


def enable_kinesis_streaming_destination(call: Call) -> dict[str, Any]:
    """Set a table to write to a Kinesis stream. Raises ResourceNotFoundException, and ValidationException if one is."""
    table = sending_table(call)
    check_none_is_on(table, call.clock.now())
    configuration = call.params.get("EnableKinesisStreamingConfiguration") or {}
    new = Destination(call.params["StreamArn"], True, 0.0, "", precision_in(configuration))
    return {**changed(call, table, new, "ENABLING"), "EnableKinesisStreamingConfiguration": configuration}
