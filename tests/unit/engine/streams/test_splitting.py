"""Shards that a test has split: every key goes on in one of the children, and nothing is lost or told twice."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb import Mock, Request, ResourceNotFoundException

TABLE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
}


def mock_with(table: dict[str, Any]) -> Mock:
    mock = Mock(region="us-east-1")
    mock.load({"orders": {"table": table}})
    return mock


def ask(mock: Mock, operation: str, **params: Any) -> Any:
    return mock.engine.run(Request(operation, params, "us-east-1"))


def put(mock: Mock, key: str) -> None:
    ask(mock, "PutItem", TableName="orders", Item={"id": {"S": key}})


def records(mock: Mock) -> dict[str, list[str]]:
    """The keys told by each shard."""
    arn = mock.tables["orders"].describe()["LatestStreamArn"]
    told = {}
    for shard in ask(mock, "DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]:
        start = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        found = ask(mock, "GetRecords", ShardIterator=ask(mock, "GetShardIterator", **start)["ShardIterator"])
        told[shard["ShardId"]] = [record["dynamodb"]["Keys"]["id"]["S"] for record in found["Records"]]
    return told


@pytest.mark.parametrize("children", [1, 2, 5])
def test_children_share_out_the_keys(children: int) -> None:
    mock = mock_with(TABLE)
    keys = [str(number) for number in range(60)]
    for key in keys:
        put(mock, key)
    opened = mock.split_shards("orders", children=children)
    assert len(opened) == children
    for key in keys:
        put(mock, key + "x")
    told = records(mock)
    assert sorted(key for shard in opened for key in told[shard]) == sorted(key + "x" for key in keys)
    assert all(told[shard] for shard in opened)
    assert [key for shard, found in told.items() if shard not in opened for key in found] == keys


def test_a_key_stays_with_its_child() -> None:
    mock = mock_with(TABLE)
    mock.split_shards("orders", children=3)
    for _ in range(3):
        ask(mock, "PutItem", TableName="orders", Item={"id": {"S": "a"}})
        ask(mock, "DeleteItem", TableName="orders", Key={"id": {"S": "a"}})
    assert sorted(len(found) for found in records(mock).values()) == [0, 0, 0, 6]


def test_no_more_than_a_hundred_shards_are_described_at_a_time() -> None:
    """Streams API reference, DescribeStream: Limit."""
    mock = mock_with(TABLE)
    opened = mock.split_shards("orders", children=120)
    arn = mock.tables["orders"].describe()["LatestStreamArn"]
    first = ask(mock, "DescribeStream", StreamArn=arn)["StreamDescription"]
    rest = ask(mock, "DescribeStream", StreamArn=arn, ExclusiveStartShardId=first["LastEvaluatedShardId"])
    pages = [[shard["ShardId"] for shard in found["Shards"]] for found in (first, rest["StreamDescription"])]
    assert [len(page) for page in pages] == [100, 21]
    assert first["LastEvaluatedShardId"] == pages[0][-1]
    assert "LastEvaluatedShardId" not in rest["StreamDescription"]
    assert [name for page in pages for name in page][1:] == opened
    few = ask(mock, "DescribeStream", StreamArn=arn, Limit=100)["StreamDescription"]
    assert few == first


def test_a_copy_has_shards_of_its_own() -> None:
    mock = mock_with(TABLE)
    put(mock, "a")
    twin = mock.fork()
    mock.split_shards("orders")
    assert (len(records(mock)), len(records(twin))) == (3, 1)


def test_there_must_be_a_stream() -> None:
    mock = mock_with({name: value for name, value in TABLE.items() if name != "StreamSpecification"})
    with pytest.raises(ResourceNotFoundException, match="Stream of orders"):
        mock.split_shards("orders")
    with pytest.raises(ResourceNotFoundException, match="Table: nothing"):
        mock.split_shards("nothing")
    with pytest.raises(ValueError, match="at least one child"):
        mock_with(TABLE).split_shards("orders", children=0)
