"""The mock beside moto, each in the process of its client, through the same botocore client.

moto's Query walks the whole partition, which is why its row grows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from benchmarks.measuring import Task, Worker, calls_of, in_turn
from benchmarks.proof.results import Contest, Series
from benchmarks.proof.sizes import Sizes
from benchmarks.traffic import client

TABLE = "benchmark"
PARTITIONS = (100, 5_000)
KEY = {"pk": {"S": "USER#1"}, "sk": {"S": "PROFILE"}}
ITEM = {**KEY, "name": {"S": "Ada"}, "visits": {"N": "1"}, "tags": {"SS": ["a", "b"]}, "data": {"S": "x" * 100}}
OURS, MOTO = "mock", "moto"


def over(name: str) -> AbstractContextManager[Any]:
    """What makes a process's clients talk to a mock."""
    if name == OURS:
        from pytest_dynamodb import mock_dynamodb

        return mock_dynamodb()
    from moto import mock_aws

    return mock_aws()


def create(boto: Any) -> None:
    boto.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )


def stored(partition: str, number: int) -> dict[str, Any]:
    return {**ITEM, "pk": {"S": partition}, "sk": {"S": f"{number:07d}"}}


def fill(boto: Any, partition: str, size: int) -> None:
    for start in range(0, size, 25):
        items = [stored(partition, number) for number in range(start, min(start + 25, size))]
        boto.batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": item}} for item in items]})


def query(boto: Any, partition: str, begins: int) -> Callable[[int], object]:
    """Ten items, from one on."""
    values = {":p": {"S": partition}, ":a": {"S": f"{begins:07d}"}, ":b": {"S": f"{begins + 9:07d}"}}
    condition = "pk = :p AND sk BETWEEN :a AND :b"
    return lambda _: boto.query(TableName=TABLE, KeyConditionExpression=condition, ExpressionAttributeValues=values)


def works(boto: Any) -> dict[str, Callable[[int], object]]:
    changes = {
        "UpdateExpression": "SET #d = :d ADD visits :one",
        "ConditionExpression": "attribute_exists(pk)",
        "ExpressionAttributeNames": {"#d": "data"},
        "ExpressionAttributeValues": {":d": {"S": "y"}, ":one": {"N": "1"}},
    }
    batch = {TABLE: [{"PutRequest": {"Item": stored("batch", number)}} for number in range(25)]}
    transaction = [{"Put": {"TableName": TABLE, "Item": stored("transaction", number)}} for number in range(4)]
    return {
        "PutItem": lambda _: boto.put_item(TableName=TABLE, Item=ITEM),
        "GetItem": lambda _: boto.get_item(TableName=TABLE, Key=KEY),
        "UpdateItem with a condition": lambda _: boto.update_item(TableName=TABLE, Key=KEY, **changes),
        **{f"Query of 10 in a partition of {size:,}": query(boto, f"P{size}", 50) for size in PARTITIONS},
        "BatchWriteItem of 25 puts": lambda _: boto.batch_write_item(RequestItems=batch),
        f"TransactWriteItems of 4 puts, beside {sum(PARTITIONS):,} items": lambda _: boto.transact_write_items(
            TransactItems=transaction
        ),
    }


@contextmanager
def mock(name: str) -> Iterator[Mapping[str, Task]]:
    with over(name):
        boto = client()
        create(boto)
        for size in PARTITIONS:
            fill(boto, f"P{size}", size)
        yield {title: calls_of(work) for title, work in works(boto).items()}


def part(name: str, title: str) -> float:
    """Of the calls of a round, how many are made: of a slow one a few are enough."""
    if name == OURS:
        return 0.25 if "Batch" in title else 1
    if "Transact" in title:  # for which it copies every table
        return 0.01
    return 0.03 if "Query" in title or "Batch" in title else 0.25


def measured(others: list[str], sizes: Sizes, skipped: dict[str, str]) -> Iterator[Contest]:
    with ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(mock, name)) for name in [OURS, *others]}
        for title in works(None):

            def calls(name: str, title: str = title) -> int:
                return max(2, int(sizes.calls * part(name, title)))

            in_turn(workers, title, rounds=1, calls=calls, broken=skipped)
            told = in_turn(workers, title, rounds=sizes.rounds, calls=calls, broken=skipped)
            rounds = told.get("call", {})
            yield Contest("mock", title, "µs", OURS, {name: Series.of(samples) for name, samples in rounds.items()})
