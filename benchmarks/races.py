"""How long it takes to try the orders of calls that race.

python benchmarks/races.py

Seconds, the best of several rounds, with what each order costs beside the same calls made one after the other without
``explore``. The aim: all 252 orders of two actors with five calls each in 2 seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import boto3

from pytest_dynamodb import mock_dynamodb
from pytest_dynamodb.races import explore

TABLE = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
CALLS = 5
ROUNDS = 5
AIM = 2.0

Actor = Callable[[], None]


def writer(client: Any, key: str) -> Actor:
    def write() -> None:
        for number in range(CALLS):
            client.put_item(TableName="t", Item={"id": {"S": key}, "n": {"N": str(number)}})

    return write


def shopper(client: Any, name: str) -> Actor:
    def shop() -> None:
        client.put_item(TableName="t", Item={"id": {"S": f"cart {name}"}})
        client.get_item(TableName="t", Key={"id": {"S": "price"}})
        client.get_item(TableName="t", Key={"id": {"S": "stock"}})
        client.update_item(
            TableName="t",
            Key={"id": {"S": "stock"}},
            UpdateExpression="ADD n :n",
            ExpressionAttributeValues={":n": {"N": "-1"}},
        )
        client.put_item(TableName="t", Item={"id": {"S": f"order {name}"}})

    return shop


def seconds(work: Callable[[], Any]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def main() -> None:
    with mock_dynamodb(load={"t": {"table": TABLE, "items": []}}):
        client = boto3.client("dynamodb", region_name="us-east-1")
        for what, actors, prune in (
            ("two actors, five writes each of one item", [writer(client, "x"), writer(client, "x")], True),
            ("five writes each of items of their own", [writer(client, "x"), writer(client, "y")], True),
            ("the same, all orders", [writer(client, "x"), writer(client, "y")], False),
            ("two shoppers, five calls each", [shopper(client, "a"), shopper(client, "b")], True),
            ("the same, all orders", [shopper(client, "a"), shopper(client, "b")], False),
        ):
            done = explore(*actors, prune=prune)
            took = seconds(lambda actors=actors, prune=prune: explore(*actors, prune=prune))  # type: ignore[misc]
            plain = seconds(lambda actors=actors: [actor() for actor in actors])  # type: ignore[misc]
            verdict = "" if took <= AIM else f"  more than {AIM:g} s"
            ratio = took / done.orders / plain
            print(f"{what:45}{done.orders:5} orders{took:7.2f} s{ratio:6.1f} x the calls alone{verdict}")


if __name__ == "__main__":
    main()
