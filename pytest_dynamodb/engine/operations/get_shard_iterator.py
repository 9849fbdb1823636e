"""GetShardIterator."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.streams.iterators import Iterator
from pytest_dynamodb.engine.streams.lookup import existing_shard, existing_stream
from pytest_dynamodb.engine.streams.stream import Shard, Stream
from pytest_dynamodb.errors import ValidationException, error_for

_NEEDS_NUMBER: Final = "AFTER_SEQUENCE_NUMBER and AT_SEQUENCE_NUMBER require a SequenceNumber"
_NEEDS_TIME: Final = "AT_TIMESTAMP requires a Timestamp"
TRIMMED: Final = "The operation attempted to read past the oldest stream record in a shard."
_OUTSIDE: Final = "Invalid SequenceNumber: {number} is not in the range of the shard"


def get_shard_iterator(call: Call) -> dict[str, Any]:
    """Where to begin to read a shard: good for 15 minutes."""
    params = call.params
    stream = existing_stream(call, params["StreamArn"])
    shard = existing_shard(stream, params["ShardId"])
    number = _number(stream, shard, params)
    return {"ShardIterator": Iterator(stream.arn, shard.id, number, call.clock.now()).text()}


def _number(stream: Stream, shard: Shard, params: dict[str, Any]) -> int:
    kind: str = params["ShardIteratorType"]
    match kind:
        case "TRIM_HORIZON":
            return shard.first
        case "LATEST":
            return _end(stream, shard)
        case "AT_TIMESTAMP":
            if params.get("Timestamp") is None:
                raise ValidationException(_NEEDS_TIME)
            later = (record.number for record in shard.records if record.time >= params["Timestamp"])
            return next(later, _end(stream, shard))
        case _:
            return _asked(stream, shard, params.get("SequenceNumber")) + (kind == "AFTER_SEQUENCE_NUMBER")


def _end(stream: Stream, shard: Shard) -> int:
    """The number behind all records that there are."""
    return stream.next_number if shard.last is None else shard.last


def _asked(stream: Stream, shard: Shard, text: str | None) -> int:
    if text is None:
        raise ValidationException(_NEEDS_NUMBER)
    if not (text.isascii() and text.isdigit()) or int(text) > _end(stream, shard):
        raise ValidationException(_OUTSIDE.format(number=text))
    if int(text) < shard.first:
        raise error_for("TrimmedDataAccessException", TRIMMED)
    return int(text)
