"""The mock beside moto, in one process, through the same botocore client. All ratios are of one run.

python benchmarks/mock.py [--calls 200]

Needs moto. moto's Query walks the whole partition, which is why its row grows.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import boto3
from moto import mock_aws

from pytest_dynamodb import mock_dynamodb

TABLE = "benchmark"
PARTITIONS = (100, 5_000)
LARGE = 100_000  # filled in the mock only: in moto it would take a quarter of an hour
ROUNDS = 5
KEY = {"pk": {"S": "USER#1"}, "sk": {"S": "PROFILE"}}
ITEM = {**KEY, "name": {"S": "Ada"}, "visits": {"N": "1"}, "tags": {"SS": ["a", "b"]}, "data": {"S": "x" * 100}}

Work = Callable[[], Any]


def create(client: Any) -> None:
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )


def fill(client: Any, size: int) -> None:
    for start in range(0, size, 25):
        items = [
            {**ITEM, "pk": {"S": f"P{size}"}, "sk": {"S": f"{n:06d}"}} for n in range(start, min(start + 25, size))
        ]
        client.batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": item}} for item in items]})


def query(client: Any, size: int) -> Work:
    values = {":p": {"S": f"P{size}"}, ":a": {"S": "000050"}, ":b": {"S": "000059"}}
    condition = "pk = :p AND sk BETWEEN :a AND :b"
    return lambda: client.query(TableName=TABLE, KeyConditionExpression=condition, ExpressionAttributeValues=values)


def works(client: Any) -> dict[str, Work]:
    changes = {
        "UpdateExpression": "SET #d = :d ADD visits :one",
        "ConditionExpression": "attribute_exists(pk)",
        "ExpressionAttributeNames": {"#d": "data"},
        "ExpressionAttributeValues": {":d": {"S": "y"}, ":one": {"N": "1"}},
    }
    return {
        "PutItem": lambda: client.put_item(TableName=TABLE, Item=ITEM),
        "GetItem": lambda: client.get_item(TableName=TABLE, Key=KEY),
        "UpdateItem": lambda: client.update_item(TableName=TABLE, Key=KEY, **changes),
        **{f"Query of 10 in a partition of {size}": query(client, size) for size in PARTITIONS},
    }


def microseconds(work: Work, calls: int) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(calls):
            work()
        best = min(best, (time.perf_counter() - began) / calls)
    return best * 1e6


def measured(around: AbstractContextManager[Any], calls: int, *, large: bool) -> dict[str, float]:
    with around:
        client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
        create(client)
        for size in PARTITIONS:
            fill(client, size)
        few = max(calls // 10, 5)
        figures = {name: microseconds(work, few if "Query" in name else calls) for name, work in works(client).items()}
        if large:
            fill(client, LARGE)
            figures[f"Query of 10 in a partition of {LARGE}"] = microseconds(query(client, LARGE), few)
        return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--calls", type=int, default=200)
    arguments = parser.parse_args()
    ours = measured(mock_dynamodb(), arguments.calls, large=True)
    theirs = measured(mock_aws(), arguments.calls, large=False)
    for name, own in ours.items():
        other = theirs.get(name)
        beside = f"{other:10.0f} µs{other / own:8.1f} x" if other else ""
        print(f"{name:40}{own:8.0f} µs{beside}")


if __name__ == "__main__":
    main()
