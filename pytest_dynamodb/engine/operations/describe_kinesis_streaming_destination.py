"""DescribeKinesisStreamingDestination."""

from __future__ import annotations

from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.streams.destinations import describe_destination, sending_table


def describe_kinesis_streaming_destination(call: Call) -> dict[str, Any]:
    """The Kinesis streams of a table, newest first. Raises ResourceNotFoundException."""
    table, now = sending_table(call), call.clock.now()
    destinations = [describe_destination(one, now) for one in table.settings.destinations]
    return {"TableName": table.name, "KinesisDataStreamDestinations": destinations}
