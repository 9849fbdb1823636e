"""What ``table.get`` costs beside the same read of boto3's client: over memory, a replay, and a server on this machine.

python benchmarks/client.py [--calls 5000]

All ratios are of one run, with what is compared measured in turn. boto3's client is given and gives attribute values;
``table.get`` is given and gives Python values, under retries, circuit breaker and all.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from replay import client, item, server

from pytest_dynamodb import ClientConfig, DynamoDbClient, mock_dynamodb, use_cassette

ROUND = 50
KEYS = 100

Read = Callable[[str], object]


def microseconds(read: Read, calls: int) -> float:
    began = time.perf_counter()
    for number in range(calls):
        read(f"key#{number % KEYS:06d}")
    return (time.perf_counter() - began) / calls * 1e6


def compared(ours: Read, theirs: Read, calls: int) -> tuple[float, float]:
    """Microseconds of a call, ours and theirs: the least of many short rounds in turn."""
    microseconds(ours, KEYS), microseconds(theirs, KEYS)
    rounds = [(microseconds(ours, ROUND), microseconds(theirs, ROUND)) for _ in range(calls // ROUND)]
    return min(mine for mine, _ in rounds), min(other for _, other in rounds)


def readers(stack: ExitStack, url: str) -> tuple[Read, Read]:
    """``table.get`` and boto3's ``get_item``, of the same table."""
    boto: Any = client(url)
    ours = stack.enter_context(DynamoDbClient(ClientConfig(region="us-east-1", endpoint_url=url)))
    table = ours.table("t")
    return (
        lambda key: table.get({"pk": key}),
        lambda key: boto.get_item(TableName="t", Key={"pk": {"S": key}}),
    )


def over_memory(url: str, _: Path, calls: int) -> tuple[float, float]:
    with mock_dynamodb(), ExitStack() as stack:
        boto: Any = client(url)
        boto.create_table(
            TableName="t",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        for number in range(KEYS):
            boto.put_item(TableName="t", Item=item(f"key#{number:06d}"))
        return compared(*readers(stack, url), calls)


def over_a_replay(url: str, folder: Path, calls: int) -> tuple[float, float]:
    path = folder / "client.ddb.msgpack"
    with ExitStack() as stack:
        ours, theirs = readers(stack, url)
        with use_cassette(path, mode="rewrite"):
            microseconds(theirs, KEYS)
        with use_cassette(path, repeats=True):
            return compared(ours, theirs, calls)


def over_a_server(url: str, _: Path, calls: int) -> tuple[float, float]:
    with ExitStack() as stack:
        return compared(*readers(stack, url), calls)


def measured(url: str, folder: Path, calls: int) -> Iterator[tuple[str, float, float]]:
    for name, measure in (("memory", over_memory), ("replay", over_a_replay), ("server", over_a_server)):
        yield name, *measure(url, folder, calls)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--calls", type=int, default=5000)
    arguments = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(AWS_ACCESS_KEY_ID="AKIAEXAMPLEEXAMPLE00", AWS_SECRET_ACCESS_KEY="example")
    with server() as url, tempfile.TemporaryDirectory() as folder:
        for name, ours, theirs in measured(url, Path(folder), arguments.calls):
            figures = f"table.get {ours:.0f} µs".ljust(20) + f"boto3's get_item {theirs:.0f} µs".ljust(28)
            print(f"over {name:<10}{figures}{(ours / theirs - 1) * 100:+.0f} %", flush=True)


if __name__ == "__main__":
    main()
