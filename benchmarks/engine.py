"""What calls cost in the engine alone, without botocore: ``python benchmarks/engine.py [--memory]``.

Prints microseconds a call, the best of several rounds, and what is aimed at.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from pytest_dynamodb.engine import Engine
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.values import checked_item
from pytest_dynamodb.exchange import Request

ROUNDS = 7
PARTITIONS = (100, 5_000, 100_000)
MANY = 1_000_000


def item(partition: str, number: int) -> dict[str, Any]:
    return {
        "pk": {"S": partition},
        "sk": {"S": f"ORDER#{number:07d}"},
        "status": {"S": "OPEN"},
        "amount": {"N": str(number)},
        "tags": {"L": [{"S": "a"}, {"S": "b"}]},
        "address": {"M": {"city": {"S": "Rome"}, "zip": {"S": "00184"}}},
    }


def engine() -> Engine:
    made = Engine()
    made.run(
        Request(
            "CreateTable",
            {
                "TableName": "app",
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
            },
        )
    )
    return made


def table(of: Engine) -> Table:
    region = of.region()
    return region.writable(region.tables["app"])


def fill(of: Engine, partition: str, size: int) -> None:
    stored = table(of)
    for number in range(size):
        stored.put(checked_item(item(partition, number)))


def microseconds(work: Callable[[], object], calls: int) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(calls):
            work()
        best = min(best, time.perf_counter() - began)
    return best / calls * 1e6


Case = tuple[str, Callable[[], object], float, int]


def cases(of: Engine) -> list[Case]:
    def call(operation: str, **params: Any) -> Callable[[], object]:
        params["TableName"] = "app"
        return lambda: of.answer(Request(operation, params))

    def query(size: int, **more: Any) -> Callable[[], object]:
        values = {":pk": {"S": f"p{size}"}, ":sk": {"S": f"ORDER#{size // 2:07d}"}}
        return call(
            "Query",
            KeyConditionExpression="pk = :pk AND sk >= :sk",
            ExpressionAttributeValues=values,
            Limit=10,
            **more,
        )

    numbers = count()

    def put() -> object:
        return of.answer(
            Request("PutItem", {"TableName": "app", "Item": item(f"put{next(numbers) % 97}", next(numbers))})
        )

    key = {"pk": {"S": "p5000"}, "sk": {"S": "ORDER#0002500"}}
    filtered = {"FilterExpression": "amount > :n AND #s = :s", "ExpressionAttributeNames": {"#s": "status"}}
    return [
        ("GetItem", call("GetItem", Key=key), 40, 2000),
        ("GetItem, two attributes of it", call("GetItem", Key=key, ProjectionExpression="pk, amount"), 60, 2000),
        ("PutItem, 6 attributes", put, 120, 1000),
        (
            "UpdateItem, SET n = n + :one",
            call(
                "UpdateItem",
                Key=key,
                UpdateExpression="SET amount = amount + :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            ),
            120,
            1000,
        ),
        *[(f"Query of 10 in a partition of {size}", query(size), 80, 1000) for size in PARTITIONS],
        (
            "Query of 10 with a filter",
            call(
                "Query",
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": "p5000"}, ":n": {"N": "5"}, ":s": {"S": "OPEN"}},
                Limit=10,
                **filtered,
            ),
            0,
            500,
        ),
        ("Scan, page of 100", call("Scan", Limit=100), 0, 500),
        ("Scan, page of 1 MB", call("Scan"), 0, 3),
        ("snapshot", of.snapshot, 5000, 200),
    ]


def write_after_snapshot(of: Engine) -> float:
    """Milliseconds of the first write after a snapshot, which copies what is on its way."""
    best = float("inf")
    for _ in range(ROUNDS):
        of.snapshot()
        began = time.perf_counter()
        of.answer(Request("PutItem", {"TableName": "app", "Item": item("p5000", 1)}))
        best = min(best, time.perf_counter() - began)
    return best * 1e3


def memory() -> None:
    """For a process of its own: what a million small items take."""
    of = engine()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    stored = table(of)
    for number in range(MANY):
        stored.put(checked_item({"pk": {"S": f"p{number // 50}"}, "sk": {"S": str(number)}, "n": {"N": "1"}}))
    taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{f'{MANY} small items':45}{taken:8.0f} MiB   (aim: 2048 MiB)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--memory", action="store_true", help="what a million items take: half a minute")
    parser.add_argument("--memory-here", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory_here:
        memory()
        return
    of = engine()
    for size in PARTITIONS:
        fill(of, f"p{size}", size)
    for title, work, aim, calls in cases(of):
        print(f"{title:45}{microseconds(work, calls):8.1f} µs" + (f"   (aim: {aim:g} µs)" if aim else ""), flush=True)
    print(f"{'first write after a snapshot':45}{write_after_snapshot(of):8.2f} ms")
    if arguments.memory:
        subprocess.run([sys.executable, __file__, "--memory-here"], check=True)


if __name__ == "__main__":
    main()
