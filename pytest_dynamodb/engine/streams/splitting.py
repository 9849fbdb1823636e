"""Shards that are replaced by more than one, when a test says so."""

from __future__ import annotations

from pytest_dynamodb.engine.region import Region
from pytest_dynamodb.engine.streams.capture import stream_of
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.errors import error_for


def split_shards(region: Region, table: Table, now: float, children: int) -> list[str]:
    """Replace the open shards of the table's stream by ``children`` of each; the ids of those that are open now.

    Raises ResourceNotFoundException if the stream is off, and ``ValueError`` for less than one child.
    """
    if children < 1:
        raise ValueError(f"a shard has at least one child, not {children}")
    stream = stream_of(region, table)
    if stream is None or stream.closed is not None:
        raise error_for("ResourceNotFoundException", f"Requested resource not found: Stream of {table.name} not found")
    stream.settle(now)
    stream.replace_shards(now, children=children)
    return [shard.id for shard in stream.open_shards]
