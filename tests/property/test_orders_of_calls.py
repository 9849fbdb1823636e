"""What orders that are left out would have shown is shown by one that was tried."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_dynamodb import Mock, mock_dynamodb
from pytest_dynamodb.races import explore

TABLE = {
    "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in "psg"],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-g",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}
KEYS = [("1", "a"), ("1", "b"), ("2", "a")]
Call = tuple[str, int]
Program = list[Call]

calls = st.tuples(
    st.sampled_from(["get", "put", "add", "new", "delete", "query", "index", "scan", "move", "select", "set", "batch"]),
    st.integers(0, 2),
)
programs = st.one_of(
    st.tuples(*[st.lists(calls, min_size=1, max_size=3)] * 2), st.tuples(*[st.lists(calls, min_size=1, max_size=2)] * 3)
)


def key(number: int) -> dict[str, Any]:
    partition, sort = KEYS[number % len(KEYS)]
    return {"p": {"S": partition}, "s": {"S": sort}}


def carry_out(client: Any, call: Call, name: str) -> Any:
    kind, number = call
    one, other = key(number), key(number + 1)
    new = {**one, "by": {"S": name}, "g": {"S": "g"}}
    add = {
        "TableName": "t",
        "Key": one,
        "UpdateExpression": "ADD n :n",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    if kind == "get":
        return client.get_item(TableName="t", Key=one).get("Item")
    if kind == "put":
        return client.put_item(TableName="t", Item=new, ReturnValues="ALL_OLD").get("Attributes")
    if kind == "add":
        return client.update_item(**add, ReturnValues="ALL_NEW")["Attributes"]
    if kind == "new":
        return client.put_item(TableName="t", Item=new, ConditionExpression="attribute_not_exists(p)")[
            "ResponseMetadata"
        ]["HTTPStatusCode"]
    if kind == "delete":
        return client.delete_item(TableName="t", Key=one, ReturnValues="ALL_OLD").get("Attributes")
    if kind == "query":
        values = {":p": one["p"]}
        return client.query(TableName="t", KeyConditionExpression="p = :p", ExpressionAttributeValues=values)["Items"]
    if kind == "index":
        values = {":g": {"S": "g"}}
        return client.query(
            TableName="t", IndexName="by-g", KeyConditionExpression="g = :g", ExpressionAttributeValues=values
        )["Items"]
    if kind == "scan":
        return client.scan(TableName="t")["Items"]
    if kind == "move":
        there = {"TableName": "t", "Key": one, "ConditionExpression": "attribute_exists(p)"}
        put = {"TableName": "t", "Item": {**other, "by": {"S": name}}}
        client.transact_write_items(TransactItems=[{"Delete": there}, {"Put": put}])
        return "moved"
    if kind == "select":
        where = [one["p"], one["s"]]
        return client.execute_statement(Statement='SELECT * FROM "t" WHERE p = ? AND s = ?', Parameters=where)["Items"]
    if kind == "set":
        where = [{"S": name}, one["p"], one["s"]]
        client.execute_statement(Statement='UPDATE "t" SET q = ? WHERE p = ? AND s = ?', Parameters=where)
        return "set"
    client.batch_write_item(RequestItems={"t": [{"PutRequest": {"Item": new}}, {"DeleteRequest": {"Key": other}}]})
    return "written"


def actor(client: Any, program: Program, name: str) -> Callable[[], list[Any]]:
    def run() -> list[Any]:
        seen: list[Any] = []
        for number, call in enumerate(program):
            try:
                seen.append(carry_out(client, call, f"{name}{number}"))
            except ClientError as problem:
                seen.append(problem.response["Error"]["Code"])
        return seen

    return run


@pytest.fixture(scope="module")
def client() -> Any:
    with mock_dynamodb():
        return boto3.client("dynamodb", region_name="us-east-1")


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(programs=programs)
def test_pruning_loses_nothing(client: Any, programs: tuple[Program, ...]) -> None:
    shown: dict[bool, set[str]] = {True: set(), False: set()}
    orders: dict[bool, int] = {}
    with mock_dynamodb(
        load={"t": {"table": TABLE, "items": [{"p": "1", "s": "a", "n": 5, "g": "g"}]}}, region="us-east-1"
    ):
        for prune in (True, False):

            def note(mock: Mock, results: list[Any], prune: bool = prune) -> None:
                shown[prune].add(json.dumps([mock.dump(), results], sort_keys=True, default=str))

            actors = [actor(client, program, name) for program, name in zip(programs, "abc", strict=False)]
            done = explore(*actors, check=note, prune=prune, max_schedules=2_000)
            assert done.complete
            orders[prune] = done.orders
    assert shown[True] == shown[False]
    assert orders[True] <= orders[False]
