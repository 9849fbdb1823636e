"""Global tables: what is written in one region is seen in the others, and the last writer wins."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_requests import START, Json, ask, definitions, index, n, s, table
from pytest_dynamodb.clock import VirtualClock
from pytest_dynamodb.engine import Engine, Lifecycle

HERE, THERE, THIRD = "us-east-1", "eu-west-1", "ap-south-1"


def global_table(clock: VirtualClock, *regions: str, lag: float = 0.0) -> Engine:
    engine = Engine(clock=clock, lifecycle=Lifecycle(replication=lag))
    table(
        engine,
        keys="pk",
        AttributeDefinitions=definitions("pk g"),
        GlobalSecondaryIndexes=[index("by_g", "g")],
    )
    put(engine, "first")
    for region in regions or (THERE,):
        add(engine, region)
        ask(engine, "DescribeTable", TableName="app")
    return engine


def add(engine: Engine, *regions: str, **more: Any) -> Json:
    updates = [{"Create": {"RegionName": region}} for region in regions]
    return ask(engine, "UpdateTable", TableName="app", ReplicaUpdates=updates, **more)


def put(engine: Engine, key: str, value: int = 1, *, region: str = "") -> None:
    ask(engine, "PutItem", region=region, TableName="app", Item={"pk": s(key), "n": n(value), "g": s("G")})


def held(engine: Engine, region: str = "", **more: Any) -> dict[str, str]:
    found = ask(engine, "Scan", region=region, TableName="app", **more)["Items"]
    return {item["pk"]["S"]: item["n"]["N"] for item in found}


def records(engine: Engine, region: str) -> list[Json]:
    (stream,) = ask(engine, "ListStreams", region=region)["Streams"]
    arn = stream["StreamArn"]
    found = []
    for shard in ask(engine, "DescribeStream", region=region, StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = ask(
            engine,
            "GetShardIterator",
            region=region,
            StreamArn=arn,
            ShardId=shard["ShardId"],
            ShardIteratorType="TRIM_HORIZON",
        )
        found += ask(engine, "GetRecords", region=region, ShardIterator=iterator["ShardIterator"])["Records"]
    return found


def test_a_replica_begins_with_what_the_table_holds(clock: VirtualClock) -> None:
    engine = global_table(clock)
    assert held(engine, THERE) == held(engine, THERE, IndexName="by_g") == {"first": "1"}


def test_writes_go_both_ways_and_deletes_too(clock: VirtualClock) -> None:
    engine = global_table(clock, THERE, THIRD)
    put(engine, "here")
    put(engine, "there", region=THERE)
    for region in (HERE, THERE, THIRD):
        assert held(engine, region).keys() == {"first", "here", "there"}
        assert held(engine, region, IndexName="by_g").keys() == {"first", "here", "there"}
    ask(engine, "DeleteItem", region=THIRD, TableName="app", Key={"pk": s("first")})
    for region in (HERE, THERE, THIRD):
        assert held(engine, region).keys() == {"here", "there"}


@pytest.mark.parametrize(("writer", "reader"), [(HERE, THERE), (THERE, HERE)])
def test_a_write_needs_its_time(clock: VirtualClock, writer: str, reader: str) -> None:
    engine = global_table(clock, lag=2.0)
    put(engine, "new", region=writer)
    assert held(engine, reader).keys() == {"first"}
    clock.advance(1.9)
    assert held(engine, reader).keys() == held(engine, reader, IndexName="by_g").keys() == {"first"}
    clock.advance(0.1)
    assert held(engine, reader).keys() == {"first", "new"}


def test_the_last_writer_wins_in_every_region(clock: VirtualClock) -> None:
    engine = global_table(clock, lag=2.0)
    put(engine, "both", 1)
    clock.advance(1)
    put(engine, "both", 2, region=THERE)
    clock.advance(10)
    assert held(engine)["both"] == held(engine, THERE)["both"] == "2"


Step = tuple[int, int, str, int]


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from("ab"), st.integers(0, 3)), max_size=25
    )
)
def test_replicas_come_to_hold_the_same(steps: list[Step]) -> None:
    clock = VirtualClock(START)
    engine = global_table(clock, THERE, THIRD, lag=2.0)
    last: dict[str, str | None] = {"first": "1"}
    for number, (wait, where, key, action) in enumerate(steps):
        clock.advance(float(wait))
        region = (HERE, THERE, THIRD)[where]
        if action == 0:
            present = key in held(engine, region)
            ask(engine, "DeleteItem", region=region, TableName="app", Key={"pk": s(key)})
            if present:  # deleting what this region does not have is nothing to tell the others
                last[key] = None
        else:
            put(engine, key, number, region=region)
            last[key] = str(number)
    clock.advance(10)
    expected = {key: value for key, value in last.items() if value is not None}
    for region in (HERE, THERE, THIRD):
        assert held(engine, region) == expected


def test_every_region_has_a_stream_of_its_own(clock: VirtualClock) -> None:
    engine = global_table(clock)
    put(engine, "here")
    put(engine, "there", region=THERE)
    for region in (HERE, THERE):
        told = [(one["awsRegion"], one["dynamodb"]["Keys"]["pk"]["S"]) for one in records(engine, region)]
        assert told == [(region, "here"), (region, "there")]


def test_only_the_region_that_expires_an_item_says_so(clock: VirtualClock) -> None:
    engine = global_table(clock)
    wanted = {"Enabled": True, "AttributeName": "ends"}
    ask(engine, "UpdateTimeToLive", TableName="app", TimeToLiveSpecification=wanted)
    status = ask(engine, "DescribeTimeToLive", region=THERE, TableName="app")["TimeToLiveDescription"]
    assert status == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ends"}
    item = {"pk": s("a"), "n": n(1), "ends": n(int(START) + 10)}
    ask(engine, "PutItem", TableName="app", Item=item)
    clock.advance(20)
    assert held(engine).keys() == held(engine, THERE).keys() == {"first"}
    assert "userIdentity" in records(engine, HERE)[-1]
    last = records(engine, THERE)[-1]
    assert (last["eventName"], "userIdentity" in last) == ("REMOVE", False)


def test_transactions_and_batches_are_replicated(clock: VirtualClock) -> None:
    engine = global_table(clock)
    put_both = [{"Put": {"TableName": "app", "Item": {"pk": s(key), "n": n(1)}}} for key in ("t1", "t2")]
    ask(engine, "TransactWriteItems", TransactItems=put_both)
    requests = [{"PutRequest": {"Item": {"pk": s("b"), "n": n(1)}}}]
    ask(engine, "BatchWriteItem", RequestItems={"app": requests})
    assert held(engine, THERE).keys() == {"first", "t1", "t2", "b"}


def test_a_snapshot_holds_what_is_on_its_way(clock: VirtualClock) -> None:
    engine = global_table(clock, lag=5.0)
    put(engine, "underway")
    snapshot = engine.snapshot()
    ask(engine, "DeleteItem", TableName="app", Key={"pk": s("underway")})
    clock.advance(10)
    assert "underway" not in held(engine, THERE)
    engine.restore(snapshot)
    assert "underway" in held(engine, THERE)


def test_a_fork_replicates_on_its_own(clock: VirtualClock) -> None:
    engine = global_table(clock)
    fork = engine.fork()
    put(engine, "one")
    put(fork, "other")
    assert held(engine, THERE).keys() == {"first", "one"}
    assert held(fork, THERE).keys() == {"first", "other"}


def test_a_backup_of_a_replica_is_its_own(clock: VirtualClock) -> None:
    engine = global_table(clock)
    arn = ask(engine, "CreateBackup", region=THERE, TableName="app", BackupName="one1")["BackupDetails"]["BackupArn"]
    put(engine, "later")
    ask(engine, "RestoreTableFromBackup", region=THERE, BackupArn=arn, TargetTableName="copy")
    found = ask(engine, "Scan", region=THERE, TableName="copy")["Items"]
    assert [item["pk"]["S"] for item in found] == ["first"]
    assert "Replicas" not in ask(engine, "DescribeTable", region=THERE, TableName="copy")["Table"]
    assert held(engine, THERE).keys() == {"first", "later"}
