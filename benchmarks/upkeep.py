"""What commands take over many cassettes, from starting Python to the last line.

python benchmarks/upkeep.py [--cassettes 200] [--exchanges 100] [--keep DIR]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pytest_dynamodb.cassette.codec import Header
from pytest_dynamodb.cassette.items import key_names
from pytest_dynamodb.cassette.store import read, write
from pytest_dynamodb.exchange import Exchange, Request, Response
from pytest_dynamodb.mock import Mock
from pytest_dynamodb.providers.mock import MockProvider

TABLE = {
    "TableName": "AppData",
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK", "GSI1PK", "GSI1SK")
    ],
    "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "GSI1",
            "KeySchema": [
                {"AttributeName": "GSI1PK", "KeyType": "HASH"},
                {"AttributeName": "GSI1SK", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


def requests(seed: int, count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a shop asks of one table: a table made, then orders put, changed, read and queried."""
    yield "CreateTable", TABLE
    for number in range(1, count):
        key = {"PK": {"S": f"USER#{seed}"}, "SK": {"S": f"ORDER#{number // 4:05}"}}
        if number % 4 == 1:
            item = {**key, "GSI1PK": {"S": "STATUS#NEW"}, "GSI1SK": {"S": f"{number:05}"}, "total": {"N": "42.5"}}
            lines = {"L": [{"M": {"product": {"S": f"tea-{n}"}, "quantity": {"N": str(n)}}} for n in range(3)]}
            yield "PutItem", {"TableName": "AppData", "Item": {**item, "lines": lines, "tags": {"SS": ["a", "b"]}}}
        elif number % 4 == 2:
            yield (
                "UpdateItem",
                {
                    "TableName": "AppData",
                    "Key": key,
                    "UpdateExpression": "SET #t = #t + :n",
                    "ConditionExpression": "attribute_not_exists(cancelled)",
                    "ExpressionAttributeNames": {"#t": "total"},
                    "ExpressionAttributeValues": {":n": {"N": str(number)}},
                    "ReturnConsumedCapacity": "TOTAL",
                },
            )
        elif number % 4 == 3:
            yield "GetItem", {"TableName": "AppData", "Key": key, "ReturnConsumedCapacity": "TOTAL"}
        else:
            values = {":p": {"S": f"USER#{seed}"}, ":o": {"S": "ORDER#"}}
            expression = "PK = :p AND begins_with(SK, :o)"
            asked = {"KeyConditionExpression": expression, "ExpressionAttributeValues": values, "Limit": 5}
            yield "Query", {"TableName": "AppData", **asked}


def recorded(seed: int, count: int) -> list[Exchange]:
    provider, exchanges = MockProvider(Mock()), list[Exchange]()
    for operation, params in requests(seed, count):
        outcome = provider.before(Request(operation, params, "us-east-1"))
        assert isinstance(outcome, Response)
        exchanges.append(Exchange(operation, params, outcome, region="us-east-1"))
    return exchanges


def corpus(folder: Path, cassettes: int, count: int) -> None:
    recorder = {"botocore": "1.44.5", "pytest-dynamodb-cassette": "0.1.0"}
    for seed in range(cassettes):
        exchanges = recorded(seed, count)
        header = Header(
            node_id=f"tests/test_{seed // 20}.py::test_{seed}",
            recorded="2026-10-01T00:00:00Z",
            endpoint="url",
            recorder=recorder,
            region="us-east-1",
            tables=key_names(exchanges),
        )
        write(folder / f"tests/test_{seed // 20}/test_{seed}.ddb.msgpack", header, exchanges)


def changed(source: Path, target: Path) -> None:
    """The same recordings, in which every answer that holds a total holds another one."""
    for path in sorted(source.rglob("*.ddb.msgpack")):
        header, exchanges = read(path)
        write(target / path.relative_to(source), header, [_changed(exchange) for exchange in exchanges])


def _changed(exchange: Exchange) -> Exchange:
    item = (exchange.response or {}).get("Item")
    if item is None or "total" not in item:
        return exchange
    body = {**(exchange.response or {}), "Item": {**item, "total": {"N": "7"}}}
    return Exchange(exchange.operation, exchange.params, Response(200, body), region=exchange.region)


def seconds(arguments: Sequence[str], *, expected: int) -> tuple[float, float]:
    """How long a command takes by the clock, and of processors, those of its own processes included."""
    began, used = time.perf_counter(), os.times()
    done = subprocess.run(
        [sys.executable, "-m", "pytest_dynamodb", *arguments], capture_output=True, text=True, check=False
    )
    spent, now = time.perf_counter() - began, os.times()
    if done.returncode != expected:
        raise SystemExit(f"{arguments} exited with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return spent, now.children_user + now.children_system - used.children_user - used.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cassettes", type=int, default=200)
    parser.add_argument("--exchanges", type=int, default=100, help="in each cassette")
    parser.add_argument("--keep", type=Path, help="make the cassettes there, and leave them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        before, same, other = folder / "before", folder / "same", folder / "other"
        if not before.exists():
            corpus(before, options.cassettes, options.exchanges)
            shutil.copytree(before, same)
            changed(before, other)
        print(f"{options.cassettes} cassettes of {options.exchanges} exchanges")
        for title, arguments, expected in (
            ("nothing but starting", ["--version"], 0),
            ("ls", ["ls", str(before)], 0),
            ("stats", ["stats", str(before)], 0),
            ("diff, nothing differs", ["diff", str(before), str(same)], 0),
            ("diff, a quarter differs", ["diff", str(before), str(other)], 1),
            ("verify", ["verify", str(before)], 0),
        ):
            clock, processors = seconds(arguments, expected=expected)
            print(f"  {title:<24} {clock:6.2f} s   {processors:6.2f} s of processors", flush=True)


if __name__ == "__main__":
    main()
