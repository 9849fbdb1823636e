"""Finding streams and shards, as they are by now."""

from __future__ import annotations

from typing import Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.streams.capture import stream_of
from pytest_dynamodb.engine.streams.stream import RETENTION_SECONDS, Shard, Stream
from pytest_dynamodb.errors import error_for

_NO_STREAM: Final = "Requested resource not found: Stream: {arn} not found"
_NO_SHARD: Final = "Requested resource not found: Shard: {shard} in Stream: {arn} not found"


def streams(call: Call) -> list[Stream]:
    """Every stream of the region that can still be read, by ARN."""
    region, now = call.region, call.clock.now()
    for table in region.tables.values():
        if table.settings.stream is not None and table.settings.stream.enabled:
            stream_of(region, table)
    for arn, stream in list(region.streams.items()):
        own = region.streams[arn] = stream.owned_by(region.owner)
        own.settle(now)
        if own.closed is not None and own.closed <= now - RETENTION_SECONDS:
            del region.streams[arn]
    return sorted(region.streams.values(), key=lambda stream: stream.arn)


def existing_stream(call: Call, arn: str) -> Stream:
    """The stream of this ARN. Raises ResourceNotFoundException."""
    stream = next((stream for stream in streams(call) if stream.arn == arn), None)
    if stream is None:
        raise error_for("ResourceNotFoundException", _NO_STREAM.format(arn=arn))
    return stream


def existing_shard(stream: Stream, name: str) -> Shard:
    """The shard of this id. Raises ResourceNotFoundException."""
    shard = stream.shard(name)
    if shard is None:
        raise error_for("ResourceNotFoundException", _NO_SHARD.format(shard=name, arn=stream.arn))
    return shard
