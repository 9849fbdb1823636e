"""The operations on streams; how streams and shards are found; shard iterators."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from typing import Any, Final

from pytest_dynamodb.engine.arns import parse_arn
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.streams.capture import stream_of
from pytest_dynamodb.engine.streams.stream import RETENTION_SECONDS, Shard, Stream, StreamRecord
from pytest_dynamodb.errors import ValidationException, error_for

# --- streams and shards ---
# Found as they are by now.

_RESOURCE: Final = re.compile(r"table/[a-zA-Z0-9_.-]{1,255}/stream/[^/]+")
_INVALID_ARN: Final = "Invalid StreamArn"
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


def check_stream_arn(text: str) -> None:
    """Raise ValidationException for what cannot be the ARN of a stream (aws-sdk-js, features/dynamodbstreams)."""
    arn = parse_arn(text)
    if arn is None or arn.service != "dynamodb" or not _RESOURCE.fullmatch(arn.resource):
        raise ValidationException(_INVALID_ARN)


def existing_stream(call: Call, arn: str) -> Stream:
    """The stream of this ARN. Raises ValidationException, and ResourceNotFoundException."""
    check_stream_arn(arn)
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


# --- StreamDescription ---
# (Streams API reference.)


def stream_description(stream: Stream, shards: Iterable[Shard]) -> dict[str, Any]:
    """A StreamDescription, with the given shards."""
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


# --- DescribeStream ---

SHARDS_PAGE: Final = 100
"""Streams API reference, DescribeStream: Limit."""

_NO_PARENT: Final = "ShardFilter of type CHILD_SHARDS needs a ShardId"


def describe_stream(call: Call) -> dict[str, Any]:
    """A stream and its shards, oldest first, or only the children of one.

    After a shard that there is not, there are none (Parity Suite's captures of October 2026).
    """
    params = call.params
    stream = existing_stream(call, params["StreamArn"])
    shards = stream.shards
    wanted = params.get("ShardFilter")
    if wanted is not None and wanted.get("Type") == "CHILD_SHARDS":
        if not wanted.get("ShardId"):
            raise ValidationException(_NO_PARENT)
        shards = [shard for shard in shards if shard.parent == wanted["ShardId"]]
    if "ExclusiveStartShardId" in params:
        after = stream.shard(params["ExclusiveStartShardId"])
        shards = [] if after is None else [shard for shard in shards if shard.first > after.first]
    page = shards[: params.get("Limit", SHARDS_PAGE)]
    body = stream_description(stream, page)
    if len(page) < len(shards):
        body["LastEvaluatedShardId"] = page[-1].id
    return {"StreamDescription": body}


# --- shard iterators ---
# Opaque texts that say where to read on, and until when they may be used.

VALID_SECONDS: Final = 15 * 60.0
"""Streams API reference, GetShardIterator."""

_INVALID: Final = "Invalid ShardIterator: {text}"
_EXPIRED: Final = (
    "Iterator expired. The iterator was created at time {created} while right now it is {now} which is further in the "
    "future than the tolerated delay of 900000 milliseconds."
)


@dataclass(frozen=True, slots=True)
class Iterator:
    """The sequence number to read from next, in a shard of a stream, and when the iterator was given out."""

    arn: str
    shard: str
    number: int
    issued: float

    def text(self) -> str:
        """The text that clients pass around: it begins with the ARN, as AWS's does, and the rest may change."""
        told = json.dumps(astuple(self), separators=(",", ":")).encode()
        return f"{self.arn}|1|{base64.urlsafe_b64encode(told).decode()}"


def read_iterator(text: str, now: float) -> Iterator:
    """The iterator of a text. Raises ValidationException, or ExpiredIteratorException after 15 minutes."""
    try:
        arn, shard, number, issued = json.loads(base64.urlsafe_b64decode(text.rsplit("|", 1)[-1]))
        iterator = Iterator(str(arn), str(shard), int(number), float(issued))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise ValidationException(_INVALID.format(text=text)) from None
    if iterator.issued + VALID_SECONDS <= now:
        raise error_for("ExpiredIteratorException", _EXPIRED.format(created=_ms(iterator.issued), now=_ms(now)))
    return iterator


def _ms(time: float) -> int:
    return int(time * 1000)


# --- GetShardIterator ---

_NEEDS_NUMBER: Final = "AFTER_SEQUENCE_NUMBER and AT_SEQUENCE_NUMBER require a SequenceNumber"
_WITHOUT_NUMBER: Final = frozenset({"TRIM_HORIZON", "LATEST"})
# AWS refuses it (Parity Suite's captures of October 2026); in which words is not known.
_UNWANTED_NUMBER: Final = "A SequenceNumber cannot be specified with ShardIteratorType {kind}"
_NEEDS_TIME: Final = "AT_TIMESTAMP requires a Timestamp"
TRIMMED: Final = "The operation attempted to read past the oldest stream record in a shard."
_OUTSIDE: Final = "Invalid SequenceNumber: {number} is not in the range of the shard"


def get_shard_iterator(call: Call) -> dict[str, Any]:
    """An iterator from which a shard can be read; it is good for 15 minutes."""
    params = call.params
    stream = existing_stream(call, params["StreamArn"])
    shard = existing_shard(stream, params["ShardId"])
    number = _number(stream, shard, params)
    return {"ShardIterator": Iterator(stream.arn, shard.id, number, call.clock.now()).text()}


def _number(stream: Stream, shard: Shard, params: dict[str, Any]) -> int:
    kind: str = params["ShardIteratorType"]
    if kind in _WITHOUT_NUMBER and params.get("SequenceNumber") is not None:
        raise ValidationException(_UNWANTED_NUMBER.format(kind=kind))
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
    """The sequence number after the last record of a shard."""
    return stream.next_number if shard.last is None else shard.last


def _asked(stream: Stream, shard: Shard, text: str | None) -> int:
    if text is None:
        raise ValidationException(_NEEDS_NUMBER)
    if not (text.isascii() and text.isdigit()) or int(text) > _end(stream, shard):
        raise ValidationException(_OUTSIDE.format(number=text))
    if int(text) < shard.first:
        raise error_for("TrimmedDataAccessException", TRIMMED)
    return int(text)


# --- GetRecords ---

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
    for record in shard.since(iterator.number)[: call.params.get("Limit", MAX_RECORDS)]:
        size += record.size
        if records and size > MAX_BYTES:
            break
        records.append(record)
    number = records[-1].number + 1 if records else iterator.number
    body: dict[str, Any] = {"Records": [record.body for record in records]}
    if shard.last is None or shard.since(number):
        body["NextShardIterator"] = replace(iterator, number=number, issued=now).text()
    return body


# --- ListStreams ---

STREAMS_PAGE: Final = 100
"""Streams API reference, ListStreams: Limit."""


def list_streams(call: Call) -> dict[str, Any]:
    """The streams of the region, or of one table, that are on or were so in the last day."""
    params = call.params
    if "ExclusiveStartStreamArn" in params:
        check_stream_arn(params["ExclusiveStartStreamArn"])
    table, after = params.get("TableName"), params.get("ExclusiveStartStreamArn", "")
    found = [stream for stream in streams(call) if stream.arn > after and table in {None, stream.table}]
    page = found[: params.get("Limit", STREAMS_PAGE)]
    body: dict[str, Any] = {
        "Streams": [
            {"StreamArn": stream.arn, "TableName": stream.table, "StreamLabel": stream.label} for stream in page
        ]
    }
    if len(page) < len(found):
        body["LastEvaluatedStreamArn"] = page[-1].arn
    return body
