"""Coroutines race each other, and threads, with aiobotocore and with the library's client."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pytest_dynamodb import AsyncDynamoDbClient, Attr, ConditionalCheckFailedException, ConfigurationError, Mock
from pytest_dynamodb.races import RaceFound, explore

pytestmark = [pytest.mark.aiobotocore, pytest.mark.usefixtures("models_read_once")]

KEY = {"id": "x"}
Actor = Callable[[], Awaitable[None]]


def deposit_raw(amount: int) -> Actor:
    async def deposit_raw() -> None:
        session = importlib.import_module("aiobotocore.session").get_session()
        async with session.create_client("dynamodb") as client:
            answer = await client.get_item(TableName="accounts", Key={"id": {"S": "x"}})
            await asyncio.sleep(60)
            known = int(answer["Item"]["balance"]["N"])
            item = {"id": {"S": "x"}, "balance": {"N": str(known + amount)}}
            await client.put_item(TableName="accounts", Item=item)

    return deposit_raw


def deposit(amount: int, *, careful: bool = False) -> Actor:
    async def deposit() -> None:
        async with AsyncDynamoDbClient() as client:
            table = client.table("accounts")
            while True:
                known = (await table.get_or_raise(KEY))["balance"]
                condition = Attr("balance") == known if careful else None
                try:
                    await table.put({**KEY, "balance": known + amount}, condition=condition)
                except ConditionalCheckFailedException:
                    continue
                return

    return deposit


def both_count(mock: Mock) -> None:
    assert mock.tables["accounts"].items == [{"id": "x", "balance": 130}]


@pytest.mark.parametrize(
    "actors",
    [
        (deposit(10), deposit(20)),
        (deposit_raw(10), lambda: deposit_raw(20)()),  # noqa: PLW0108 - no coroutine function, and yet a coroutine
        (deposit(10), lambda: asyncio.run(deposit(20)())),  # type: ignore[arg-type]  # a coroutine
    ],
)
def test_a_lost_update_of_coroutines(mock: Mock, actors: Any) -> None:
    with pytest.raises(RaceFound) as found:
        explore(*actors, check=both_count)
    assert found.value.schedule == "a b b a"


def test_of_aiobotocore_and_a_thread(mock: Mock, accounts: Any) -> None:
    def in_a_thread() -> None:
        known = accounts.get_item(Key=KEY)["Item"]["balance"]
        accounts.put_item(Item={**KEY, "balance": known + 20})

    with pytest.raises(RaceFound) as found:
        explore(deposit_raw(10), in_a_thread, check=both_count)
    assert "3  b in_a_thread  PutItem accounts id='x'  balance 100 → 120" in str(found.value)
    assert "4  a deposit_raw  PutItem accounts id='x'  balance 120 → 110" in str(found.value)


def test_an_optimistic_lock_loses_no_update(mock: Mock) -> None:
    assert explore(deposit(10, careful=True), deposit(20, careful=True), check=both_count).orders == 4


def test_from_within_an_event_loop_and_with_an_asyncio_lock(mock: Mock) -> None:
    lock: list[asyncio.Lock] = []

    def setup() -> None:
        lock[:] = [asyncio.Lock()]

    def locked(actor: Actor) -> Actor:
        async def locked() -> None:
            async with lock[0]:
                await actor()

        return locked

    async def main() -> None:
        done = explore(locked(deposit(10)), locked(deposit(20)), setup=setup, check=both_count)
        assert done.orders == 1

    asyncio.run(main())


def test_a_deadlock_of_coroutines_needs_no_waiting(mock: Mock) -> None:
    locks: list[asyncio.Lock] = []

    async def setup() -> None:
        locks[:] = [asyncio.Lock(), asyncio.Lock()]

    def actor(first: int, second: int) -> Actor:
        async def both_locks() -> None:
            async with locks[first]:
                async with AsyncDynamoDbClient() as client:
                    await client.table("accounts").get(KEY)
                async with locks[second]:
                    pass

        return both_locks

    with pytest.raises(RaceFound, match="a both_locks and b both_locks wait for each other"):
        explore(actor(0, 1), actor(1, 0), setup=setup)


def test_what_a_coroutine_does_at_the_same_time_is_its_own_in_order(mock: Mock) -> None:
    async def both() -> None:
        async with AsyncDynamoDbClient() as client:
            table = client.table("accounts")
            await asyncio.gather(table.get(KEY), table.get({"id": "y"}))
            await table.put({"id": "y"})

    async def check(mock: Mock, results: list[Any]) -> None:
        assert results == [None, None]

    assert explore(both, both, check=check).complete


def test_jobs_in_threads_are_the_coroutines(mock: Mock, accounts: Any) -> None:
    def work() -> None:
        known = accounts.get_item(Key=KEY)["Item"]["balance"]
        accounts.put_item(Item={**KEY, "balance": known + 15})

    async def threaded() -> None:
        await asyncio.to_thread(work)

    with pytest.raises(RaceFound) as found:
        explore(threaded, threaded, check=both_count)
    assert found.value.schedule == "a b b a"


def test_a_synchronous_call_in_a_coroutine_cannot_wait_for_its_turn(mock: Mock, accounts: Any) -> None:
    async def blocking() -> None:
        accounts.get_item(Key=KEY)

    with pytest.raises(ConfigurationError, match="actor a makes a synchronous call"):
        explore(blocking, blocking)
