"""Items end when the clock says so, for everybody who looks."""

from __future__ import annotations

from typing import Any

import pytest

from engine_requests import ask, definitions, index, n, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine

NOW = 1_700_000_000


@pytest.fixture
def engine(engine: Engine) -> Engine:
    table(
        engine,
        keys="pk",
        AttributeDefinitions=definitions("pk g"),
        GlobalSecondaryIndexes=[index("by_g", "g")],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    switch(engine, on=True)
    return engine


def switch(engine: Engine, *, on: bool) -> None:
    wanted = {"Enabled": on, "AttributeName": "ends"}
    ask(engine, "UpdateTimeToLive", TableName="app", TimeToLiveSpecification=wanted)


def put(engine: Engine, key: str, ends: object) -> None:
    ask(engine, "PutItem", TableName="app", Item={"pk": s(key), "g": s("G"), "ends": ends})


def left(engine: Engine, **more: Any) -> set[str]:
    return {item["pk"]["S"] for item in ask(engine, "Scan", TableName="app", **more)["Items"]}


def test_items_go_in_the_order_in_which_they_end(engine: Engine, clock: VirtualClock) -> None:
    for key, seconds in (("later", 20), ("sooner", 10), ("never", 10**9)):
        put(engine, key, n(NOW + seconds))
    assert left(engine) == {"later", "sooner", "never"}
    clock.advance(10)
    assert left(engine) == left(engine, IndexName="by_g") == {"later", "never"}
    clock.advance(10)
    assert left(engine) == {"never"}


def test_what_has_ended_already_is_seen_until_the_clock_moves(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "over", n(NOW - 100))
    assert left(engine) == {"over"}
    clock.advance(0.5)
    assert left(engine) == set()


@pytest.mark.parametrize("ends", [s("1"), n(NOW - 6 * 365 * 24 * 3600), {"NULL": True}])
def test_what_is_no_time_or_too_long_ago_ends_nothing(engine: Engine, clock: VirtualClock, ends: object) -> None:
    put(engine, "kept", ends)
    clock.advance(1)
    assert left(engine) == {"kept"}


def test_an_update_moves_the_end(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "a", n(NOW + 10))
    put(engine, "a", n(NOW + 30))
    put(engine, "b", n(NOW + 30))
    put(engine, "b", n(NOW + 10))
    clock.advance(15)
    assert left(engine) == {"a"}


def test_the_stream_says_who_deleted(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "a", n(NOW + 10))
    clock.advance(11)
    (stream,) = ask(engine, "ListStreams")["Streams"]
    arn = stream["StreamArn"]
    (shard,) = ask(engine, "DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]
    text = ask(engine, "GetShardIterator", StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    record = ask(engine, "GetRecords", ShardIterator=text)["Records"][-1]
    assert record["eventName"] == "REMOVE"
    assert record["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}


def test_nothing_ends_where_it_is_switched_off(engine: Engine, clock: VirtualClock) -> None:
    clock.advance(3600)
    put(engine, "a", n(NOW + 3610))
    switch(engine, on=False)
    clock.advance(100)
    assert left(engine) == {"a"}


def test_items_that_were_there_before_end_too(clock: VirtualClock) -> None:
    engine = Engine(clock=clock)
    table(engine, keys="pk")
    put(engine, "a", n(NOW + 10))
    switch(engine, on=True)
    clock.advance(10)
    assert left(engine) == set()


def test_nothing_ends_in_a_table_that_is_deleted(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "a", n(NOW + 10))
    left(engine)
    ask(engine, "DeleteTable", TableName="app")
    clock.advance(20)
    assert ask(engine, "ListTables")["TableNames"] == []


def test_a_fork_loses_its_items_on_its_own(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "a", n(NOW + 10))
    left(engine)
    fork = engine.fork()
    put(fork, "a", n(NOW + 1000))
    clock.advance(10)
    assert left(engine) == set()
    assert left(fork) == {"a"}
