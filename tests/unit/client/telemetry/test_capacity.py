"""Totals of consumed capacity."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest

from pytest_dynamodb import DynamoDbClient
from pytest_dynamodb.client.calls import ApiCall
from pytest_dynamodb.client.telemetry.capacity import Capacity, CapacityObserver, ask_for_capacity, consumed_by

Observed = Callable[..., DynamoDbClient]


def call(operation: str, **params: object) -> ApiCall[None]:
    return ApiCall(operation, dict(params), lambda _: None)


def test_a_client_has_a_total(observed: Observed) -> None:
    capacity = CapacityObserver()
    table = observed(capacity).table("app")
    table.get({"pk": "a"}, consistent=True)
    table.put({"pk": "b", "text": "x" * 1500})
    assert capacity.total == Capacity(read=1.0, write=2.0)
    assert capacity.total.units == 3.0
    assert capacity.by_table == {"app": Capacity(read=1.0, write=2.0)}
    assert capacity.calls == 2


def test_a_block_has_a_total_of_its_own(observed: Observed) -> None:
    capacity = CapacityObserver()
    table = observed(capacity).table("app")
    table.get({"pk": "a"})
    with capacity.measure() as outer:
        table.get({"pk": "a"})
        with capacity.measure() as inner:
            table.put({"pk": "b"})
    assert (outer.total, inner.total) == (Capacity(0.5, 1.0), Capacity(0.0, 1.0))
    assert capacity.total == Capacity(1.0, 1.0)


def test_a_block_counts_nothing_of_other_threads(observed: Observed) -> None:
    capacity = CapacityObserver()
    table = observed(capacity).table("app")
    with capacity.measure() as used:
        other = Thread(target=table.get, args=({"pk": "a"},))
        other.start()
        other.join()
    assert (used.total, capacity.total) == (Capacity(), Capacity(read=0.5))


def test_eight_threads_count_as_one_would(observed: Observed) -> None:
    capacity = CapacityObserver()
    table = observed(capacity).table("app")

    def work(_: int) -> float:
        with capacity.measure() as used:
            for _ in range(25):
                table.get({"pk": "a"})
        return used.total.read

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [12.5] * 8
    assert (capacity.total, capacity.calls) == (Capacity(read=100.0), 200)


def test_a_transaction_and_a_batch_tell_of_each_table() -> None:
    answer = {
        "ConsumedCapacity": [
            {"TableName": "app", "CapacityUnits": 4.0, "ReadCapacityUnits": 0.0, "WriteCapacityUnits": 4.0},
            {"TableName": "log", "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0},
        ]
    }
    assert consumed_by(call("TransactWriteItems", TransactItems=[]), answer) == {
        "app": Capacity(write=4.0),
        "log": Capacity(read=2.0),
    }


@pytest.mark.parametrize(
    ("statement", "capacity"),
    [("SELECT * FROM app", Capacity(read=1.0)), (" update app SET a = 1", Capacity(write=1.0))],
)
def test_a_statement_reads_or_writes_as_it_says(statement: str, capacity: Capacity) -> None:
    answer = {"ConsumedCapacity": {"TableName": "app", "CapacityUnits": 1.0}}
    assert consumed_by(call("ExecuteStatement", Statement=statement), answer) == {"app": capacity}


def test_only_operations_that_consume_are_asked() -> None:
    get, describe, settled = (
        call("GetItem"),
        call("DescribeTable"),
        call("Query", ReturnConsumedCapacity="INDEXES"),
    )
    for one in (get, describe, settled):
        ask_for_capacity(one)
    assert get.params == {"ReturnConsumedCapacity": "TOTAL"}
    assert describe.params == {}
    assert settled.params == {"ReturnConsumedCapacity": "INDEXES"}
