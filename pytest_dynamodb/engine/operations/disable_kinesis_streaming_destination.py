"""DisableKinesisStreamingDestination."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.streams.destinations import active_destination, changed, sending_table
from pytest_dynamodb.errors import ValidationException


def disable_kinesis_streaming_destination(call: Call) -> dict[str, Any]:
    """No longer write to a Kinesis stream. Raises ResourceNotFoundException and ValidationException."""
    if call.params.get("EnableKinesisStreamingConfiguration"):
        raise ValidationException("Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters")
    table = sending_table(call)
    old = active_destination(call, table, "KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.")
    return changed(call, table, replace(old, enabled=False), "DISABLING")
