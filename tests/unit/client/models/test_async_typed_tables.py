"""The same typed tables, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from pydantic import BaseModel

from pytest_dynamodb import ClientConfig, IndexKeys, Mock, MockProvider, VersionConflict, VirtualClock, entity

pytestmark = pytest.mark.aiobotocore


@entity(
    pk="USER#{user_id}",
    sk="PROFILE",
    indexes=[IndexKeys("gsi1", {"gsi1pk": "EMAIL#{email}"}, {"gsi1sk": "USER#{user_id}"})],
    version="version",
    created="created_at",
)
class User(BaseModel):
    user_id: str
    email: str
    visits: int = 0
    version: int = 0
    created_at: datetime | None = None


@entity(pk="USER#{user_id}", sk="ORDER#{number:03d}")
class Order(BaseModel):
    user_id: str
    number: int


class Email(BaseModel):
    email: str


Scenario = Callable[[Any], Awaitable[None]]


@pytest.fixture
def run(mock: Mock) -> Callable[[Scenario], None]:
    def run(scenario: Scenario) -> None:
        async def whole() -> None:
            from pytest_dynamodb import AsyncDynamoDbClient

            async with AsyncDynamoDbClient(ClientConfig(region="us-east-1"), provider=MockProvider(mock)) as client:
                await scenario(client)

        asyncio.run(whole())

    return run


def test_one_model(run: Callable[[Scenario], None], clock: VirtualClock) -> None:
    async def scenario(client: Any) -> None:
        users = client.table("app", model=User, clock=clock)
        stored = await users.put(User(user_id="1", email="a"))
        assert await users.get(user_id="1") == stored
        assert await users.get(user_id="1", into=Email) == Email(email="a")
        assert await users.get_or_raise(stored) == stored
        assert await users.exists(user_id="1")
        assert list(await users.batch_get([{"user_id": "1"}])) == [stored]
        newer = await users.update(stored).add("visits", 1).set("email", "b").execute()
        assert (newer.visits, newer.version) == (1, 2)
        with pytest.raises(VersionConflict):
            await users.put(stored)
        query = users.query(index="gsi1", email="b")
        assert await query.one() == newer
        assert await query.first() == newer
        assert await query.count() == 1
        assert [user async for user in query] == [newer]
        assert [list(page) async for page in query.pages()] == [[newer]]
        assert (await query.execute()).items == [newer]
        assert (await query.to_request())["IndexName"] == "gsi1"
        assert await users.delete(newer) == newer

    run(scenario)


def test_several_models(run: Callable[[Scenario], None]) -> None:
    async def scenario(client: Any) -> None:
        app = client.table("app", models=(User, Order))
        user = await app.put(User(user_id="1", email="a"))
        orders = [await app.put(Order(user_id="1", number=number)) for number in (1, 2)]
        assert [item async for item in app.collection(User, user_id="1")] == [*orders, user]
        found = app.of(Order).query(user_id="1").sort_key_at_least(number=2)
        assert [order async for order in found] == orders[1:]
        assert await app.get(User, user_id="1") == user
        assert await app.delete(orders[0]) == orders[0]
        assert len(await app.scan().execute()) == 2
        async with app.of(Order).batch_write() as batch:
            for number in range(30):
                await batch.put(Order(user_id="2", number=number))
            await batch.delete(orders[1])
        assert await app.query("USER#2").count() == 30
        assert not await app.of(Order).exists(orders[1])

    run(scenario)
