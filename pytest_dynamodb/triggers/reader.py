"""Reading a stream from a place on: its shards, and of each what is new."""

from __future__ import annotations

import base64
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, ClassVar, TypeAlias

from pytest_dynamodb.control.kinesis import SentRecord
from pytest_dynamodb.errors import ConfigurationError, DynamoDbError
from pytest_dynamodb.triggers.events import Record, StreamedRecord

Ask: TypeAlias = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""Carries an operation out and returns the answer's body. Raises ``DynamoDbError``."""


class EventSourceReader(ABC):
    """Reads a stream of a table. ``batch_info`` is what a note about discarded records calls the part about it."""

    batch_info: ClassVar[str]
    table: str
    arn: str

    @abstractmethod
    def skip_to_end(self) -> None:
        """Read on from what is written from now on."""

    @abstractmethod
    def entries(self) -> Iterator[tuple[str, StreamedRecord]]:
        """What came since the last call, with its shard. Nothing, once the stream is gone."""

    def new(self, lanes: int) -> Iterator[tuple[str, int, StreamedRecord]]:
        """The same with one of so many lanes. Changes of an item are all in the same one, and so stay in order."""
        for shard, entry in self.entries():
            yield shard, sum(entry.item.encode()) % lanes, entry

    def descends(self, shard: str, other: str) -> bool:
        """Whether a shard took over from another, at once or through others."""
        return False


def item_of(keys: Mapping[str, Any]) -> str:
    """Which item a record is about."""
    return repr(sorted((name, *value.items()) for name, value in keys.items()))


# --- DynamoDB streams ---


class StreamReader(EventSourceReader):
    """Reads the latest stream of a table as its consumers do: by DescribeStream, GetShardIterator and GetRecords.

    Raises ``ConfigurationError`` if the table's stream is off, or there is no such table.
    """

    table: str

    batch_info = "DDBStreamBatchInfo"

    def __init__(self, ask: Ask, table: str, *, from_start: bool) -> None:
        self._ask, self.table = ask, table
        self.arn: str = self._stream()
        self._after: dict[str, str | None] = {}
        self._parents: dict[str, str | None] = {}
        if not from_start:
            self.skip_to_end()

    def _stream(self) -> str:
        try:
            described = self._ask("DescribeTable", {"TableName": self.table})["Table"]
        except DynamoDbError as problem:
            raise ConfigurationError(f"no stream of {self.table} can be read: {problem}") from None
        if not described.get("StreamSpecification", {}).get("StreamEnabled"):
            raise ConfigurationError(
                f"{self.table} has no stream: create it with "
                "StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'NEW_AND_OLD_IMAGES'}"
            )
        arn: str = described["LatestStreamArn"]
        return arn

    def skip_to_end(self) -> None:
        """Read on from what is written from now on."""
        self._after.clear()
        for shard in self._shards():
            records = list(self._records(shard, None))
            self._after[shard] = records[-1].number if records else None

    def entries(self) -> Iterator[tuple[str, StreamedRecord]]:
        """What came since the last call, with its shard. Nothing, once the stream is gone."""
        for shard in self._shards():
            for entry in self._records(shard, self._after.get(shard)):
                self._after[shard] = entry.number
                yield shard, entry

    def descends(self, shard: str, other: str) -> bool:
        """Whether a shard took over from another, at once or through others."""
        parent = self._parents.get(shard)
        while parent is not None:
            if parent == other:
                return True
            parent = self._parents.get(parent)
        return False

    def _shards(self) -> list[str]:
        found: list[str] = []
        after: dict[str, str] = {}
        while True:
            try:
                page = self._ask("DescribeStream", {"StreamArn": self.arn, **after})["StreamDescription"]
            except DynamoDbError:
                return found  # the table is gone, and its stream with it
            for shard in page["Shards"]:
                found.append(shard["ShardId"])
                self._parents[shard["ShardId"]] = shard.get("ParentShardId")
            if "LastEvaluatedShardId" not in page:
                return found
            after = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}

    def _records(self, shard: str, after: str | None) -> Iterator[StreamedRecord]:
        iterator = self._iterator(shard, after)
        while iterator is not None:
            page = self._ask("GetRecords", {"ShardIterator": iterator})
            if not page["Records"]:
                return
            yield from (stream_entry(found, self.arn) for found in page["Records"])
            iterator = page.get("NextShardIterator")

    def _iterator(self, shard: str, after: str | None) -> str | None:
        place = {"StreamArn": self.arn, "ShardId": shard}
        if after is not None:
            numbered = {**place, "ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}
            with suppress(DynamoDbError):  # the record is older than the stream remembers: go on with what is left
                found: str = self._ask("GetShardIterator", numbered)["ShardIterator"]
                return found
        first: str = self._ask("GetShardIterator", {**place, "ShardIteratorType": "TRIM_HORIZON"})["ShardIterator"]
        return first


def stream_entry(found: Mapping[str, Any], arn: str) -> StreamedRecord:
    """A record of GetRecords as Lambda spells it: whole seconds as whole numbers, the stream's ARN, and who deleted an
    item in lower case. Bytes are base64 in both.

    (Lambda developer guide, "Example event"; developer guide, "DynamoDB Streams and Time to Live" for the identity.)
    """
    record: Record = json.loads(json.dumps(found))
    told = record["dynamodb"]
    created = float(told["ApproximateCreationDateTime"])
    told["ApproximateCreationDateTime"] = int(created) if created == int(created) else created
    if "userIdentity" in record:
        record["userIdentity"] = in_lower_case(record.pop("userIdentity"))
    record["eventSourceARN"] = arn
    return StreamedRecord(record, record, told["SequenceNumber"], created, item_of(told["Keys"]))


def in_lower_case(identity: Mapping[str, str]) -> dict[str, str]:
    """Who made a change, as Lambda spells it."""
    return {"principalId": identity["PrincipalId"], "type": identity["Type"]}


# --- Kinesis ---


class KinesisReader(EventSourceReader):
    """Reads what a table sends to a Kinesis stream. All of it is in one shard.

    Raises ``ConfigurationError`` if the table sends to none.
    """

    table: str

    batch_info = "KinesisBatchInfo"
    _SHARD = "shardId-000000000000"

    def __init__(self, ask: Ask, table: str, sent: Callable[[], Iterable[SentRecord]], *, from_start: bool) -> None:
        self.table, self._sent, self._after = table, sent, 0
        try:
            found = ask("DescribeKinesisStreamingDestination", {"TableName": table})["KinesisDataStreamDestinations"]
        except DynamoDbError as problem:
            raise ConfigurationError(f"no Kinesis stream of {table} can be read: {problem}") from None
        active = [one["StreamArn"] for one in found if one["DestinationStatus"] == "ACTIVE"]
        if not active:
            raise ConfigurationError(
                f"{table} sends to no Kinesis stream: call EnableKinesisStreamingDestination, any StreamArn will do"
            )
        self.arn: str = active[0]
        if not from_start:
            self.skip_to_end()

    def skip_to_end(self) -> None:
        """Read on from what is written from now on."""
        self._after = max((record.number for record in self._sent()), default=0)

    def entries(self) -> Iterator[tuple[str, StreamedRecord]]:
        """What came since the last call."""
        for record in list(self._sent()):
            if record.arn == self.arn and record.number > self._after and record.data["tableName"] == self.table:
                self._after = record.number
                yield self._SHARD, kinesis_entry(record, self._SHARD)


def kinesis_entry(sent: SentRecord, shard: str) -> StreamedRecord:
    """A record as Lambda hands it over from a Kinesis stream: the change is its data, as JSON in base64. Filters see
    the change itself.

    (Lambda developer guide, "Using AWS Lambda with Amazon Kinesis" and "Using event filtering with a Kinesis event
    source".)
    """
    change = json.loads(json.dumps(sent.data))
    if change["userIdentity"] is not None:
        change["userIdentity"] = in_lower_case(change["userIdentity"])
    kinesis = {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": sent.partition_key,
        "sequenceNumber": str(sent.number),
        "data": base64.b64encode(json.dumps(change, separators=(",", ":")).encode()).decode(),
        "approximateArrivalTimestamp": sent.time,
    }
    account = sent.arn.split(":")[4]
    record = {
        "kinesis": kinesis,
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{sent.number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:aws:iam::{account}:role/lambda-role",
        "awsRegion": change["awsRegion"],
        "eventSourceARN": sent.arn,
    }
    seen = {**kinesis, "data": change}
    return StreamedRecord(record, seen, str(sent.number), sent.time, item_of(change["dynamodb"]["Keys"]))
