"""The StreamDescription of a stream (Streams API reference)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_dynamodb.engine.streams.stream import Shard, Stream


def describe_stream(stream: Stream, shards: Iterable[Shard]) -> dict[str, Any]:
    """What DescribeStream tells, with these of its shards."""
    return {
        "StreamArn": stream.arn,
        "StreamLabel": stream.label,
        "StreamStatus": "ENABLED" if stream.closed is None else "DISABLED",
        "StreamViewType": stream.view_type,
        "CreationRequestDateTime": stream.created,
        "TableName": stream.table,
        "KeySchema": stream.key_schema,
        "Shards": [_shard(shard) for shard in shards],
    }


def _shard(shard: Shard) -> dict[str, Any]:
    numbers = {"StartingSequenceNumber": str(shard.first)}
    if shard.last is not None:
        numbers["EndingSequenceNumber"] = str(shard.last)
    body: dict[str, Any] = {"ShardId": shard.id, "SequenceNumberRange": numbers}
    return body if shard.parent is None else {**body, "ParentShardId": shard.parent}
