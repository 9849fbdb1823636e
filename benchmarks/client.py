"""What ``table.get`` costs beside the same read of boto3's client: over memory, a replay, and a server on this machine;
and what typed tables cost beside it.

python -m benchmarks.client [--calls 5000]

All ratios are of one run, with what is compared measured in turn. boto3's client is given and gives attribute values;
``table.get`` is given and gives Python values, under retries, circuit breaker and all. Then what typed tables cost
beside untyped ones: a get, whose model has the item's five attributes, and reading a partition page after page.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from benchmarks.measuring import nothing_of_aws
from benchmarks.traffic import client, item, loopback
from pytest_dynamodb import ClientConfig, DynamoDbClient, entity, mock_dynamodb, use_cassette
from pytest_dynamodb.values import from_wire_item

ROUND = 50
KEYS = 100

Read = Callable[[str], object]
Clock = Callable[[], float]


def microseconds(read: Read, calls: int, clock: Clock) -> float:
    began = clock()
    for number in range(calls):
        read(f"key#{number % KEYS:06d}")
    return (clock() - began) / calls * 1e6


Pairs = list[tuple[float, float]]
"""Of each round, microseconds of a call: ours and theirs."""


def compared(ours: Read, theirs: Read, calls: int, clock: Clock = time.perf_counter) -> Pairs:
    """Many short rounds in turn."""
    microseconds(ours, KEYS, clock), microseconds(theirs, KEYS, clock)
    return [(microseconds(ours, ROUND, clock), microseconds(theirs, ROUND, clock)) for _ in range(calls // ROUND)]


def least(pairs: Pairs) -> tuple[float, float]:
    return min(mine for mine, _ in pairs), min(other for _, other in pairs)


def readers(stack: ExitStack, url: str) -> tuple[Read, Read]:
    """``table.get`` and boto3's ``get_item``, of the same table."""
    boto: Any = client(url)
    ours = stack.enter_context(DynamoDbClient(ClientConfig(region="us-east-1", endpoint_url=url)))
    table = ours.table("t")
    return (
        lambda key: table.get({"pk": key}),
        lambda key: boto.get_item(TableName="t", Key={"pk": {"S": key}}),
    )


def over_memory(url: str, _: Path, calls: int) -> Pairs:
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


def over_a_replay(url: str, folder: Path, calls: int) -> Pairs:
    path = folder / "client.ddb.msgpack"
    with ExitStack() as stack:
        ours, theirs = readers(stack, url)
        with use_cassette(path, mode="rewrite"):
            microseconds(theirs, KEYS, time.perf_counter)
        with use_cassette(path, repeats=True):
            return compared(ours, theirs, calls)


def over_a_server(url: str, _: Path, calls: int) -> Pairs:
    with ExitStack() as stack:
        return compared(*readers(stack, url), calls)


class Address(BaseModel):
    city: str
    zip: str


class Thing(BaseModel):
    """As ``item`` of ``replay``."""

    pk: str
    n: int
    data: str
    tags: list[str]
    address: Address


@entity(pk="P#{part}", sk="{number:06d}")
class Row(BaseModel):
    part: str
    number: int
    data: str = "x" * 100


PAGE, ROWS = 50, 500


def typed_over_memory(calls: int) -> Iterator[tuple[str, float, float]]:
    """Typed beside untyped, in microseconds of the processor's time, as nothing waits: a get; an item of a page."""
    cpu = time.process_time
    with DynamoDbClient(ClientConfig(region="us-east-1"), provider="mock") as client:
        stored = client.create_table("t", partition_key="pk")
        for number in range(KEYS):
            stored.put(from_wire_item(item(f"key#{number:06d}")))
        things = client.table("t", model=Thing, keys="pk")
        typed, untyped = least(
            compared(lambda key: things.get(pk=key), lambda key: stored.get({"pk": key}), calls, cpu)
        )
        yield "get", typed, untyped
        client.create_table("rows", partition_key="pk", sort_key="sk")
        rows = client.table("rows", model=Row)
        with rows.batch_write() as batch:
            for number in range(ROWS):
                batch.put(Row(part="1", number=number))
        paged = rows.query(part="1").limit(PAGE)
        plain = client.table("rows").query().partition_key("P#1").limit(PAGE)
        units = [sum(page.capacity or 0 for page in pages(query)) for query in (paged, plain)]
        typed, untyped = least(compared(lambda _: pages(paged), lambda _: pages(plain), max(calls // 50, ROUND), cpu))
        yield "item of a page", typed / ROWS, untyped / ROWS
        yield "units of all pages", units[0], units[1]


def pages(query: Any) -> list[Any]:
    """Every page, each with a cursor of the one before it."""
    found = [query.execute()]
    while (cursor := found[-1].cursor) is not None:
        found.append(query.execute(cursor))
    return found


def measured(url: str, folder: Path, calls: int) -> Iterator[tuple[str, Pairs]]:
    for name, measure in (("memory", over_memory), ("replay", over_a_replay), ("server", over_a_server)):
        yield name, measure(url, folder, calls)


@contextmanager
def credentials() -> Iterator[None]:
    """Where botocore looks for them, as our client makes its own."""
    os.environ.update(AWS_ACCESS_KEY_ID="AKIAEXAMPLEEXAMPLE00", AWS_SECRET_ACCESS_KEY="example")
    try:
        yield
    finally:
        del os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--calls", type=int, default=5000)
    arguments = parser.parse_args()
    with nothing_of_aws(), credentials(), loopback() as url, tempfile.TemporaryDirectory() as folder:
        for name, pairs in measured(url, Path(folder), arguments.calls):
            ours, theirs = least(pairs)
            figures = f"table.get {ours:.0f} µs".ljust(20) + f"boto3's get_item {theirs:.0f} µs".ljust(28)
            print(f"over {name:<10}{figures}{(ours / theirs - 1) * 100:+.0f} %", flush=True)
        for name, typed, untyped in typed_over_memory(arguments.calls):
            print(
                f"{name:<20}typed {typed:.1f}, untyped {untyped:.1f}: {typed / untyped:.2f} times as much", flush=True
            )


if __name__ == "__main__":
    main()
