"""DescribeStream."""

from __future__ import annotations

from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.streams import description
from pytest_dynamodb.engine.streams.lookup import existing_shard, existing_stream
from pytest_dynamodb.errors import ValidationException

PAGE: Final = 100
"""Streams API reference, DescribeStream: Limit."""

_NO_PARENT: Final = "ShardFilter of type CHILD_SHARDS needs a ShardId"


def describe_stream(call: Call) -> dict[str, Any]:
    """A stream and its shards, oldest first, or only the children of one."""
    params = call.params
    stream = existing_stream(call, params["StreamArn"])
    shards = stream.shards
    wanted = params.get("ShardFilter")
    if wanted is not None and wanted.get("Type") == "CHILD_SHARDS":
        if not wanted.get("ShardId"):
            raise ValidationException(_NO_PARENT)
        shards = [shard for shard in shards if shard.parent == wanted["ShardId"]]
    if "ExclusiveStartShardId" in params:
        after = existing_shard(stream, params["ExclusiveStartShardId"]).first
        shards = [shard for shard in shards if shard.first > after]
    page = shards[: min(params.get("Limit", PAGE), PAGE)]
    body = description.describe_stream(stream, page)
    if len(page) < len(shards):
        body["LastEvaluatedShardId"] = page[-1].id
    return {"StreamDescription": body}
