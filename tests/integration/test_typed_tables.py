"""One scenario of typed tables, answered by the mock, by a real endpoint, and by what was recorded of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import BaseModel

from pytest_dynamodb import (
    ClientConfig,
    DynamoDbClient,
    Index,
    IndexKeys,
    InvalidUpdate,
    VersionConflict,
    VirtualClock,
    entity,
    use_cassette,
)


@entity(
    pk="USER#{user_id}",
    sk="PROFILE",
    indexes=[IndexKeys("gsi1", {"gsi1pk": "EMAIL#{email}"}, {"gsi1sk": "USER#{user_id}"})],
    version="version",
    updated="updated_at",
    ttl="expires_at",
)
class User(BaseModel):
    user_id: str
    email: str
    tags: set[str] = set()
    version: int = 0
    updated_at: datetime | None = None
    expires_at: datetime | None = None


@entity(
    pk="USER#{user_id}",
    sk="ORDER#{number:04d}",
    indexes=[IndexKeys("gsi1", {"gsi1pk": "STATUS#{status}"}, {"gsi1sk": "TS#{placed}#{number:04d}"})],
)
class Order(BaseModel):
    user_id: str
    number: int
    status: str
    placed: datetime
    total: float


def scenario(client: DynamoDbClient, name: str) -> None:
    gsi1 = Index(name="gsi1", partition_key="gsi1pk", sort_key="gsi1sk")
    client.create_table(name, partition_key="pk", sort_key="sk", indexes=[gsi1], wait=30.0)
    app = client.table(name, models=(User, Order), clock=VirtualClock(1_700_000_000), hide_expired=True)
    users, orders = app.of(User), app.of(Order)

    ann = users.put(User(user_id="1", email="ann@example.com"))
    placed = [datetime(2024, 1, number, tzinfo=timezone.utc) for number in (1, 2, 3)]
    for number, moment in enumerate(placed, 1):
        orders.put(Order(user_id="1", number=number, status="NEW", placed=moment, total=0.1 * number))

    assert users.get(user_id="1") == ann
    assert [order.number for order in orders.query(user_id="1").descending().limit(2)] == [3, 2]
    assert [type(item) for item in app.collection(User, user_id="1")] == [Order, Order, Order, User]
    assert users.query(index="gsi1", email="ann@example.com").one() == ann
    new = orders.query(index="gsi1", status="NEW")
    assert [order.number for order in new.sort_key_greater_than(placed=placed[0])] == [2, 3]

    anna = users.update(ann).set("email", "anna@example.com").add("tags", {"x"}).execute()
    assert (anna.version, anna.tags) == (2, {"x"})
    with pytest.raises(VersionConflict):
        users.put(ann)
    with pytest.raises(VersionConflict):
        users.delete(ann)
    with pytest.raises(InvalidUpdate):
        orders.update(user_id="1", number=1).set("placed", placed[1]).set("status", "PAID").remove("total").execute()
    paid = orders.update(user_id="1", number=1).set("status", "PAID").execute()
    assert (paid.status, paid.total) == ("PAID", 0.1)
    assert new.count() == 2

    gone = users.put(anna.model_copy(update={"expires_at": placed[0].replace(year=2001)}))
    assert users.get(user_id="1") is None
    assert (users.get(gone, raw=True), client.table(name).exists(users.key(gone))) == (None, True)
    assert client.table(name).get(users.key(gone)).get("expires_at") == Decimal(978_307_200)  # type: ignore[union-attr]


@pytest.fixture
def live(credentials: dict[str, str], live_endpoint: str) -> Iterator[DynamoDbClient]:
    with DynamoDbClient(ClientConfig(endpoint_url=live_endpoint), provider="live") as client:
        yield client


def test_on_the_mock() -> None:
    with DynamoDbClient(provider="mock") as client:
        scenario(client, "app")


@pytest.mark.live_endpoint
def test_on_a_real_endpoint(live: DynamoDbClient) -> None:
    scenario(live, f"app-{uuid4().hex}")


@pytest.mark.live_endpoint
def test_recorded_and_replayed(live: DynamoDbClient, tmp_path: Path) -> None:
    path, name = tmp_path / "typed.ddb.msgpack", f"app-{uuid4().hex}"
    with use_cassette(path, mode="once") as recorded:
        scenario(live, name)
    assert recorded.exchanges
    with use_cassette(path, mode="none") as cassette, DynamoDbClient(ClientConfig(region="us-east-1")) as client:
        scenario(client, name)
    assert not cassette.unplayed
