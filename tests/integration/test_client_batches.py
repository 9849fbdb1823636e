"""Batches behave the same over memory, over a recording and over a live endpoint; both clients' do.

And nothing is lost when DynamoDB leaves work unprocessed and throttles.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from client_cases import Case, Cases
from pytest_dynamodb import (
    AsyncDynamoDbClient,
    ClientConfig,
    ConfigurationError,
    DynamoDbClient,
    InvalidBatchItem,
    ItemsNotWritten,
    Mock,
    MockProvider,
    Outcome,
    Request,
    Response,
    RetryPolicy,
    TableClient,
    ValidationException,
)
from pytest_dynamodb.exchange import Provider
from pytest_dynamodb.values import from_wire

CASES = Cases()

ITEMS = int(os.environ.get("PYTEST_DYNAMODB_STRESS", "3000"))
"""Items of the stress tests; 50,000 are what the project promises: PYTEST_DYNAMODB_STRESS=50000."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_batches(case: Case, run_case: Callable[[Case], None]) -> None:
    run_case(case)


def item(number: int, **more: Any) -> dict[str, Any]:
    return {"pk": f"p{number % 7}", "sk": f"{number:05}", "n": number, **more}


def key(number: int) -> dict[str, Any]:
    return {"pk": f"p{number % 7}", "sk": f"{number:05}"}


@CASES.add
def a_batch_of_any_length_is_written(table: TableClient, client: DynamoDbClient) -> None:
    with table.batch_write() as batch:
        for number in range(60):
            batch.put(item(number))
        batch.delete(key(3))
    assert batch.failed == []
    assert batch.written == 61
    assert table.scan().count() == 59
    assert table.get(key(3)) is None


@CASES.add
def of_several_writes_of_one_item_the_last_one_stays(table: TableClient, client: DynamoDbClient) -> None:
    with table.batch_write() as batch:
        for turn in range(3):
            for number in range(10):
                batch.put(item(number, turn=turn))
        batch.delete(key(9))
        batch.put(item(8, turn=9))
    assert batch.written == 10
    assert [found["turn"] for found in table.batch_get(map(key, range(10)))] == [2] * 8 + [9]


@CASES.add
def a_batch_writes_to_several_tables(table: TableClient, client: DynamoDbClient) -> None:
    other = client.create_table(f"{table.name}-other", partition_key="id", wait=30)
    with client.batch_write() as batch:
        for number in range(20):
            batch.put(table.name, item(number, raw=b"\x00\xff"))
            batch.put(other.name, {"id": str(number), "raw": b"\x01"})
        batch.delete(other.name, {"id": "3"})
    found = client.batch_get({table.name: [key(1), key(2)], other.name: [{"id": "3"}, {"id": "4"}]})
    assert list(found[table.name]) == [item(1, raw=b"\x00\xff"), item(2, raw=b"\x00\xff")]
    assert list(found[other.name]) == [{"id": "4", "raw": b"\x01"}]


@CASES.add
def nothing_is_flushed_when_the_block_raises(table: TableClient, client: DynamoDbClient) -> None:
    with pytest.raises(ZeroDivisionError), table.batch_write() as batch:
        batch.put(item(1))
        raise ZeroDivisionError
    assert table.get(key(1)) is None
    assert [write.item for write in batch.failed] == [item(1)]
    assert [(write.table, write.action) for write in batch.failed] == [(table.name, "put")]


@CASES.add
def what_a_request_refuses_is_raised_and_not_lost(table: TableClient, client: DynamoDbClient) -> None:
    with pytest.raises(ValidationException), table.batch_write() as batch:
        batch.put({**item(1), "sk": 5})
    assert [write.item["sk"] for write in batch.failed] == [5]


@CASES.add
def any_number_of_items_is_got_in_the_order_of_their_keys(table: TableClient, client: DynamoDbClient) -> None:
    with table.batch_write() as batch:
        for number in range(120):
            batch.put(item(number))
    wanted = [*range(150), 5, 5]
    random.Random(1).shuffle(wanted)
    found = table.batch_get(map(key, wanted))
    assert [one["n"] for one in found] == [number for number in dict.fromkeys(wanted) if number < 120]
    assert found.failed == []
    assert table.batch_get([key(3)], projection=["n"], consistent=True)[0] == {"n": 3}
    assert list(table.batch_get([])) == []


@CASES.add_but_not("moto", "moto carries out a part of a batch that it refuses")
def all_is_written_but_what_is_refused_which_is_named(table: TableClient, client: DynamoDbClient) -> None:
    bad = {**item(0), "sk": 5}
    with pytest.raises(InvalidBatchItem, match=r"of this batch, it is about .*'sk': 6") as at_the_end:  # noqa: SIM117
        with table.batch_write() as batch:
            batch.put(bad)
            for number in range(1, 24):
                batch.put(item(number))
            with pytest.raises(InvalidBatchItem, match=r"of this batch, it is about .*'sk': 5") as refused:
                batch.put(item(24))
            for number in range(30, 40):
                batch.put(item(number))
            batch.put({**bad, "sk": 6})
    assert refused.value.item == bad
    assert at_the_end.value.item == {**bad, "sk": 6}
    assert [write.item["sk"] for write in batch.failed] == [5, 6]
    assert table.scan().count() == batch.written == 24 + 10
    with pytest.raises(InvalidBatchItem) as unread:
        table.batch_get([*map(key, range(30)), {"pk": "p1", "sk": 7}])
    assert unread.value.item == {"pk": "p1", "sk": 7}


@CASES.add
def several_requests_are_sent_at_once(table: TableClient, client: DynamoDbClient) -> None:
    with table.batch_write(at_once=4) as batch:
        for number in range(230):
            batch.put(item(number % 220, turn=number // 220))
        assert batch.written in (200, 225)
        batch.delete(key(219))
    assert batch.failed == []
    found = table.batch_get(map(key, range(220)))
    assert [one["turn"] for one in found] == [1] * 10 + [0] * 209
    with pytest.raises(ConfigurationError, match="at_once is a number of requests"):
        table.batch_write(at_once=0)


class Troubled(Provider):
    """A mock that leaves some of each batch unprocessed, and throttles, by chance; ``writes`` are those it let pass."""

    offline, endpoint = True, None

    def __init__(self, mock: Mock, *, unprocessed: float = 0.1, throttled: float = 0.1, seed: int = 1) -> None:
        self.mock, self._chance, self._unprocessed, self._throttled = mock, random.Random(seed), unprocessed, throttled
        self.writes: list[tuple[str, int]] = []
        self.requests = 0
        self._lock = threading.Lock()

    def before(self, request: Request) -> Outcome:
        with self._lock:
            self.requests += 1
            if request.operation not in ("BatchWriteItem", "BatchGetItem"):
                return self.mock.answer(request)
            if self._chance.random() < self._throttled:
                code = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
                return Response(400, {"__type": code, "message": "slow down"})
            return self._partly(request)

    def _partly(self, request: Request) -> Response:
        member = "UnprocessedItems" if request.operation == "BatchWriteItem" else "UnprocessedKeys"
        done: dict[str, Any] = {}
        left: dict[str, Any] = {}
        for table, asked in request.params["RequestItems"].items():
            parts = asked if isinstance(asked, list) else asked["Keys"]
            taken = [part for part in parts if self._chance.random() >= self._unprocessed]
            rest = [part for part in parts if part not in taken]
            self._note(taken)
            for into, some in ((done, taken), (left, rest)):
                if some:
                    into[table] = some if isinstance(asked, list) else {**asked, "Keys": some}
        empty: dict[str, Any] = {} if request.operation == "BatchWriteItem" else {"Responses": {}}
        answer = Response(200, empty)
        if done:
            asked_for = Request(request.operation, {**request.params, "RequestItems": done}, region=request.region)
            answer = self.mock.answer(asked_for)
        assert isinstance(answer.body, dict)
        return Response(answer.status, {**answer.body, member: left} if answer.status == 200 else answer.body)

    def _note(self, taken: Iterable[Any]) -> None:
        for part in taken:
            if "PutRequest" in part:
                written = part["PutRequest"]["Item"]
                self.writes.append((from_wire(written["sk"]), int(from_wire(written["turn"]))))

    def after(self, request: Request, outcome: Outcome) -> None:
        raise AssertionError("nothing is let go")


TABLE = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def mock() -> Mock:
    mock = Mock()
    mock.load({"app": {"table": TABLE}})
    return mock


def check(mock: Mock, provider: Troubled, *, turns: int) -> None:
    """Every item is there with its last turn; no write of an item came after a later one of it."""
    found = mock.tables["app"].items
    assert len(found) == ITEMS
    assert {int(one["turn"]) for one in found} == {turns - 1}
    latest: dict[str, int] = {}
    for sort_key, turn in provider.writes:
        assert turn >= latest.get(sort_key, 0), f"{sort_key} was written over with an older value"
        latest[sort_key] = turn


@pytest.mark.parametrize("at_once", [1, 4])
def test_nothing_is_lost_where_much_is_left_unprocessed(mock: Mock, at_once: int) -> None:
    provider = Troubled(mock)
    with DynamoDbClient(provider=provider) as client, client.table("app").batch_write(at_once=at_once) as batch:
        for number in range(ITEMS):
            batch.put(item(number, turn=0))
    assert batch.failed == []
    assert batch.written == len(provider.writes) == ITEMS
    check(mock, provider, turns=1)


@pytest.mark.parametrize("at_once", [1, 4])
def test_threads_may_share_a_batch(mock: Mock, at_once: int) -> None:
    provider = Troubled(mock)
    with DynamoDbClient(provider=provider) as client, client.table("app").batch_write(at_once=at_once) as batch:

        def write(numbers: range) -> None:
            for turn in range(3):  # soon after each other, so that turns of one item meet
                for number in numbers:
                    batch.put(item(number, turn=turn))

        def write_all(thread: int) -> None:
            for start in range(thread * 20, ITEMS, 160):
                write(range(start, min(start + 20, ITEMS)))

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(write_all, range(8)))
    assert batch.failed == []
    check(mock, provider, turns=3)


@pytest.mark.aiobotocore
def test_tasks_may_share_a_batch(mock: Mock) -> None:
    provider = Troubled(mock)

    async def main() -> None:
        async with AsyncDynamoDbClient(provider=provider) as client, client.table("app").batch_write() as batch:

            async def write_all(task: int) -> None:
                for turn in range(2):
                    for number in range(task, ITEMS, 100):
                        await batch.put(item(number, turn=turn))

            await asyncio.gather(*map(write_all, range(100)))
        assert batch.failed == []

    asyncio.run(main())
    check(mock, provider, turns=2)


@pytest.mark.aiobotocore
def test_what_is_cancelled_is_in_failed(mock: Mock) -> None:
    async def main() -> None:
        async def wait(seconds: float) -> None:
            paused.set()
            await asyncio.sleep(60)

        paused = asyncio.Event()
        provider = Troubled(mock, unprocessed=1.0, throttled=0.0)
        async with AsyncDynamoDbClient(ClientConfig(sleep=wait), provider=provider) as client:
            batch = client.table("app").batch_write()

            async def write() -> None:
                for number in range(30):
                    await batch.put(item(number, turn=0))

            task = asyncio.create_task(write())
            await paused.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(batch.failed) == 25

    asyncio.run(main())


def test_what_is_never_processed_is_in_failed(mock: Mock) -> None:
    provider = Troubled(mock, unprocessed=1.0, throttled=0.0)
    config = ClientConfig(retry=RetryPolicy(max_attempts=4))
    with DynamoDbClient(config, provider=provider) as client:
        table = client.table("app", keys=("pk", "sk"))
        with table.batch_write() as batch:
            for number in range(30):
                batch.put(item(number, turn=0))
            batch.delete(key(99))
        assert provider.requests == 2 * 4
        assert batch.written == 0
        assert {write.item["sk"] for write in batch.failed} == {f"{n:05}" for n in (*range(30), 99)}
        strict = table.batch_write(raise_on_failed=True)
        with pytest.raises(ItemsNotWritten, match=r"1 write.* unprocessed") as caught, strict as batch:
            batch.put(item(1, turn=0))
        assert caught.value.failed == batch.failed
        found = table.batch_get([key(1), key(2)])
        assert (list(found), found.failed) == ([], [key(1), key(2)])


def test_reads_are_repeated_until_all_is_read(mock: Mock) -> None:
    mock.load({"app": {"items": [item(number, turn=0) for number in range(300)]}})
    with DynamoDbClient(provider=Troubled(mock)) as client:
        found = client.table("app").batch_get(map(key, range(300)))
    assert [one["n"] for one in found] == list(range(300))
    assert found.failed == []


def test_a_request_is_never_larger_than_16_mb(mock: Mock) -> None:
    class Measuring(Troubled):
        def _partly(self, request: Request) -> Response:
            sizes.append(len(str(request.params)))
            return super()._partly(request)

    sizes: list[int] = []
    provider = Measuring(mock, unprocessed=0.0, throttled=0.0)
    # 300 KB each as DynamoDB counts, and twelve bytes of JSON for each three of them.
    with DynamoDbClient(provider=provider) as client, client.table("app").batch_write() as batch:
        for number in range(25):
            batch.put(item(number, turn=0, text="\u20ac" * 120_000))
    assert batch.written == 25
    assert len(sizes) == 2


def test_a_closed_batch_takes_nothing_more(mock: Mock) -> None:
    with DynamoDbClient(provider=MockProvider(mock)) as client:
        with client.table("app").batch_write() as batch:
            batch.put(item(1))
            batch.flush()
            assert batch.written == 1
        with pytest.raises(Exception, match="closed"):
            batch.put(item(2))
