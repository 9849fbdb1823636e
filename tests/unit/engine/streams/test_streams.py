"""Streams tell every change once, in order, for a day."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import Json, ask, n, put, refusal, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine

HOUR = 3600.0


@pytest.fixture
def engine(engine: Engine) -> Engine:
    streamed(engine)
    return engine


def streamed(engine: Engine, view: str = "NEW_AND_OLD_IMAGES", name: str = "app") -> None:
    table(engine, name, keys="pk", StreamSpecification={"StreamEnabled": True, "StreamViewType": view})


def arn(engine: Engine, name: str = "app") -> str:
    (stream,) = ask(engine, "ListStreams", TableName=name)["Streams"]
    found: str = stream["StreamArn"]
    return found


def shards(engine: Engine, stream: str | None = None) -> list[Json]:
    found: list[Json] = ask(engine, "DescribeStream", StreamArn=stream or arn(engine))["StreamDescription"]["Shards"]
    return found


def iterator(engine: Engine, kind: str = "TRIM_HORIZON", *, shard: int = 0, **more: Any) -> str:
    stream = arn(engine)
    name = shards(engine)[shard]["ShardId"]
    answer = ask(engine, "GetShardIterator", StreamArn=stream, ShardId=name, ShardIteratorType=kind, **more)
    text: str = answer["ShardIterator"]
    return text


def read(engine: Engine, text: str, **more: Any) -> Json:
    return ask(engine, "GetRecords", ShardIterator=text, **more)


def numbers(records: list[Json]) -> list[str]:
    return [record["dynamodb"]["NewImage"]["n"]["N"] for record in records]


def test_each_kind_of_change_is_told_with_both_images(engine: Engine) -> None:
    put(engine, "a", 1)
    put(engine, "a", 2)
    ask(engine, "DeleteItem", TableName="app", Key={"pk": s("a")})
    records = read(engine, iterator(engine))["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    first, second, third = (record["dynamodb"] for record in records)
    assert first["NewImage"] == {"pk": s("a"), "n": n(1)}
    assert "OldImage" not in first
    assert second["OldImage"] == first["NewImage"]
    assert second["NewImage"]["n"] == n(2)
    assert third["OldImage"] == second["NewImage"]
    assert "NewImage" not in third
    assert all(told["Keys"] == {"pk": s("a")} for told in (first, second, third))
    assert first["SequenceNumber"] < second["SequenceNumber"] < third["SequenceNumber"]
    assert all(21 <= len(told["SequenceNumber"]) <= 40 for told in (first, second, third))


def test_an_update_that_makes_no_item_is_not_told(engine: Engine) -> None:
    ask(engine, "UpdateItem", TableName="app", Key={"pk": s("a")}, UpdateExpression="REMOVE n")
    removal = {"TableName": "app", "Key": {"pk": s("a")}, "UpdateExpression": "REMOVE n"}
    ask(engine, "TransactWriteItems", TransactItems=[{"Update": removal}])
    assert read(engine, iterator(engine))["Records"] == []


@pytest.mark.parametrize(
    ("view", "images"),
    [("KEYS_ONLY", set()), ("NEW_IMAGE", {"NewImage"}), ("OLD_IMAGE", {"OldImage"})],
)
def test_a_view_type_says_which_images_there_are(view: str, images: set[str]) -> None:
    engine = Engine()
    streamed(engine, view)
    put(engine, "a", 1)
    put(engine, "a", 2)
    told = read(engine, iterator(engine))["Records"][1]["dynamodb"]
    assert told.keys() & {"NewImage", "OldImage"} == images


def test_a_write_that_changes_nothing_is_not_told(engine: Engine) -> None:
    put(engine, "a", 1)
    put(engine, "a", 1)
    ask(engine, "DeleteItem", TableName="app", Key={"pk": s("nobody")})
    assert len(read(engine, iterator(engine))["Records"]) == 1


def test_batches_and_transactions_are_told_too(engine: Engine) -> None:
    ask(engine, "BatchWriteItem", RequestItems={"app": [{"PutRequest": {"Item": {"pk": s("a"), "n": n(1)}}}]})
    item = {"TableName": "app", "Item": {"pk": s("b"), "n": n(2)}}
    ask(engine, "TransactWriteItems", TransactItems=[{"Put": item}])
    assert numbers(read(engine, iterator(engine))["Records"]) == ["1", "2"]


def test_pages_follow_each_other(engine: Engine) -> None:
    for number in range(5):
        put(engine, "a", number)
    text, seen = iterator(engine), []
    for _ in range(3):
        answer = read(engine, text, Limit=2)
        seen += numbers(answer["Records"])
        text = answer["NextShardIterator"]
    assert seen == ["0", "1", "2", "3", "4"]
    put(engine, "a", 9)
    assert numbers(read(engine, text)["Records"]) == ["9"]


def test_iterators_begin_where_they_say(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "a", 1)
    clock.advance(10)
    put(engine, "a", 2)
    records = read(engine, iterator(engine))["Records"]
    second = records[1]["dynamodb"]["SequenceNumber"]
    latest = iterator(engine, "LATEST")
    put(engine, "a", 3)
    assert numbers(read(engine, latest)["Records"]) == ["3"]
    assert numbers(read(engine, iterator(engine, "AT_SEQUENCE_NUMBER", SequenceNumber=second))["Records"]) == ["2", "3"]
    assert numbers(read(engine, iterator(engine, "AFTER_SEQUENCE_NUMBER", SequenceNumber=second))["Records"]) == ["3"]
    assert numbers(read(engine, iterator(engine, "AT_TIMESTAMP", Timestamp=1_700_000_005.0))["Records"]) == ["2", "3"]


def test_an_iterator_expires_after_a_quarter_of_an_hour(engine: Engine, clock: VirtualClock) -> None:
    text = iterator(engine)
    clock.advance(15 * 60 - 1)
    read(engine, text)
    clock.advance(1)
    assert refusal(engine, "GetRecords", ShardIterator=text)["code"] == "ExpiredIteratorException"


def test_records_are_forgotten_after_a_day(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "a", 1)
    old = read(engine, iterator(engine))["Records"][0]["dynamodb"]["SequenceNumber"]
    clock.advance(24 * HOUR - 60)
    stale = iterator(engine)
    assert numbers(read(engine, stale)["Records"]) == ["1"]
    clock.advance(61)
    starts = [shard["SequenceNumberRange"]["StartingSequenceNumber"] for shard in shards(engine)]
    assert all(int(start) > int(old) for start in starts)
    assert refusal(engine, "GetRecords", ShardIterator=stale)["code"] == "TrimmedDataAccessException"


def test_a_shard_is_followed_by_a_child_after_four_hours(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "a", 1)
    clock.advance(4 * HOUR)
    put(engine, "a", 2)
    parent, child = shards(engine)
    assert child["ParentShardId"] == parent["ShardId"]
    assert "EndingSequenceNumber" in parent["SequenceNumberRange"]
    first = read(engine, iterator(engine))
    assert numbers(first["Records"]) == ["1"]
    assert "NextShardIterator" not in first
    assert numbers(read(engine, iterator(engine, shard=1))["Records"]) == ["2"]
    filtered = ask(
        engine,
        "DescribeStream",
        StreamArn=arn(engine),
        ShardFilter={"Type": "CHILD_SHARDS", "ShardId": parent["ShardId"]},
    )
    assert filtered["StreamDescription"]["Shards"] == [child]


def test_a_long_time_leaves_a_day_of_shards(engine: Engine, clock: VirtualClock) -> None:
    clock.advance(365 * 24 * HOUR)
    found = shards(engine)
    assert 6 <= len(found) <= 8
    put(engine, "a", 1)
    assert numbers(read(engine, iterator(engine, shard=len(found) - 1))["Records"]) == ["1"]


def test_a_stream_that_is_off_can_be_read_for_a_day(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "a", 1)
    stream = arn(engine)
    ask(engine, "UpdateTable", TableName="app", StreamSpecification={"StreamEnabled": False})
    put(engine, "a", 2)
    described = ask(engine, "DescribeStream", StreamArn=stream)["StreamDescription"]
    assert described["StreamStatus"] == "DISABLED"
    answer = read(engine, iterator(engine))
    assert numbers(answer["Records"]) == ["1"]
    assert "NextShardIterator" not in answer
    clock.advance(24 * HOUR)
    assert ask(engine, "ListStreams")["Streams"] == []
    assert refusal(engine, "DescribeStream", StreamArn=stream)["code"] == "ResourceNotFoundException"


def test_a_deleted_tables_stream_can_be_read_for_a_day(engine: Engine) -> None:
    put(engine, "a", 1)
    ask(engine, "DeleteTable", TableName="app")
    assert numbers(read(engine, iterator(engine))["Records"]) == ["1"]


def test_a_stream_that_is_switched_on_again_is_another_one(engine: Engine) -> None:
    first = arn(engine)
    for enabled in ({"StreamEnabled": False}, {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}):
        ask(engine, "UpdateTable", TableName="app", StreamSpecification=enabled)
    arns = {stream["StreamArn"] for stream in ask(engine, "ListStreams")["Streams"]}
    assert first in arns
    assert len(arns) == 2
    assert ask(engine, "DescribeTable", TableName="app")["Table"]["LatestStreamArn"] in arns - {first}


def test_a_fork_has_a_stream_of_its_own(engine: Engine) -> None:
    put(engine, "a", 1)
    fork = engine.fork()
    put(engine, "a", 2)
    put(fork, "a", 3)
    assert numbers(read(engine, iterator(engine))["Records"]) == ["1", "2"]
    assert numbers(read(fork, iterator(fork))["Records"]) == ["1", "3"]


@pytest.mark.parametrize("text", ["x", "arn|1|e30=", "arn|1|WyJhIl0=", "a" * 2000])
def test_what_is_no_iterator_is_refused(engine: Engine, text: str) -> None:
    assert refusal(engine, "GetRecords", ShardIterator=text)["code"] == "ValidationException"
