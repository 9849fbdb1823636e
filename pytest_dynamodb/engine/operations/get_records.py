"""GetRecords."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.operations.get_shard_iterator import TRIMMED
from pytest_dynamodb.engine.streams.iterators import read_iterator
from pytest_dynamodb.engine.streams.lookup import existing_shard, existing_stream
from pytest_dynamodb.engine.streams.stream import StreamRecord
from pytest_dynamodb.errors import error_for

MAX_RECORDS: Final = 1000
MAX_BYTES: Final = 1024 * 1024
"""Of one answer (Streams API reference, GetRecords)."""


def get_records(call: Call) -> dict[str, Any]:
    """Records from an iterator on, and the iterator behind them; none behind the end of a closed shard.

    Raises ExpiredIteratorException, and TrimmedDataAccessException where the next record is gone already.
    """
    now = call.clock.now()
    iterator = read_iterator(call.params["ShardIterator"], now)
    stream = existing_stream(call, iterator.arn)
    shard = existing_shard(stream, iterator.shard)
    if iterator.number < shard.first:
        raise error_for("TrimmedDataAccessException", TRIMMED)
    records: list[StreamRecord] = []
    size = 0
    for record in shard.since(iterator.number)[: min(call.params.get("Limit", MAX_RECORDS), MAX_RECORDS)]:
        size += record.size
        if records and size > MAX_BYTES:
            break
        records.append(record)
    number = records[-1].number + 1 if records else iterator.number
    body: dict[str, Any] = {"Records": [record.body for record in records]}
    if shard.last is None or shard.since(number):
        body["NextShardIterator"] = replace(iterator, number=number, issued=now).text()
    return body
