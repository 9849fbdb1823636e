"""Several models in one table: the seed's single table, its access patterns, and keys that cannot cross."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from enum import Enum

import pytest
from pydantic import BaseModel

from pytest_dynamodb import (
    ConfigurationError,
    DynamoDbClient,
    EntityTable,
    IndexKeys,
    InvalidItem,
    Mock,
    entity,
)


class Status(Enum):
    NEW = "NEW"
    PAID = "PAID"


@entity(
    pk="USER#{user_id}",
    sk="PROFILE",
    indexes=[IndexKeys("gsi1", {"gsi1pk": "EMAIL#{email}"}, {"gsi1sk": "USER#{user_id}"})],
)
class User(BaseModel):
    user_id: str
    name: str
    email: str


@entity(
    pk="USER#{user_id}",
    sk="ORDER#{order_id}",
    indexes=[IndexKeys("gsi1", {"gsi1pk": "STATUS#{status}"}, {"gsi1sk": "TS#{placed}#{order_id}"})],
)
class Order(BaseModel):
    user_id: str
    order_id: str
    status: Status
    placed: datetime
    total: Decimal


@entity(pk="ORDER#{order_id}", sk="ITEM#{product_id}", name="Line")
class OrderLine(BaseModel):
    order_id: str
    product_id: str
    quantity: int


@entity(pk="PRODUCT#{product_id}", sk="METADATA")
class Product(BaseModel):
    product_id: str
    price: Decimal


App = EntityTable[User | Order | OrderLine | Product]

ANN = User(user_id="123", name="Ann", email="a@example.com")
BOB = User(user_id="124", name="Bob", email="b@example.com")
ORDERS = [
    Order(
        user_id="123",
        order_id=f"{number:03d}",
        status=Status.NEW if number != 2 else Status.PAID,
        placed=datetime(2024, 1, number, tzinfo=timezone.utc),
        total=Decimal(number),
    )
    for number in (1, 2, 3)
]
LINES = [OrderLine(order_id="001", product_id=product, quantity=1) for product in "AB"]
TEA = Product(product_id="A", price=Decimal("2.50"))


@pytest.fixture
def app(client: DynamoDbClient) -> App:
    app = client.table("app", models=(User, Order, OrderLine, Product))
    for one in (ANN, BOB, TEA):
        app.put(one)
    for order in ORDERS:
        app.put(order)
    for line in LINES:
        app.put(line)
    return app


def test_a_users_profile(app: App) -> None:
    assert app.get(User, user_id="123") == ANN


def test_a_users_orders(app: App) -> None:
    assert list(app.of(Order).query(user_id="123")) == ORDERS


def test_an_orders_lines(app: App) -> None:
    assert list(app.of(OrderLine).query(order_id="001")) == LINES


def test_a_products_metadata(app: App) -> None:
    assert app.of(Product).get(product_id="A") == TEA


def test_a_user_by_email(app: App) -> None:
    assert app.of(User).query(index="gsi1", email="b@example.com").one() == BOB


def test_orders_by_status_in_the_order_of_time(app: App) -> None:
    new = app.of(Order).query(index="gsi1", status=Status.NEW)
    assert list(new.descending()) == [ORDERS[2], ORDERS[0]]


def test_a_partition_of_several_models_comes_back_as_each(app: App) -> None:
    collection = app.collection(User, user_id="123")
    assert collection.execute().items == [*ORDERS, ANN]
    assert app.query("USER#123").descending().first() == ANN
    assert collection.limit(2).count() == 2


def test_a_scan_of_one_model_shows_no_other(app: App) -> None:
    assert sorted(user.name for user in app.of(User).scan()) == ["Ann", "Bob"]
    assert len(app.scan().execute()) == 8


def test_items_of_none_of_the_models_are_left_out(app: App, client: DynamoDbClient) -> None:
    client.table("app").put({"pk": "USER#123", "sk": "SESSION#1", "entity": "Session"})
    assert app.query("USER#123").count() == 4


def test_an_item_is_deleted_as_what_it_is(app: App) -> None:
    assert app.delete(ORDERS[0]) == ORDERS[0]
    assert app.get(Order, user_id="123", order_id="001") is None


def test_a_model_of_another_table_is_refused(app: App) -> None:
    @entity(pk="X#{x}", sk="X")
    class Other(BaseModel):
        x: str

    with pytest.raises(ConfigurationError, match="was not made with the model Other, but with User, Order, Line"):
        app.put(Other(x="1"))


@pytest.mark.parametrize(("pk", "sk"), [("USER#{a}", "PROFILE"), ("USER#1", "{a}"), ("{a}", "PROFILE")])
def test_models_that_could_have_one_key_are_kept_apart(client: DynamoDbClient, pk: str, sk: str) -> None:
    @entity(pk=pk, sk=sk)
    class Twin(BaseModel):
        a: str

    with pytest.raises(ConfigurationError, match="could have the same key, and overwrite each other"):
        client.table("app", models=(User, Twin))


def test_models_with_other_names_of_key_attributes_are_not_in_one_table(client: DynamoDbClient) -> None:
    @entity(pk="X#{x}", sk="X", key_names=("PK", "SK"))
    class Other(BaseModel):
        x: str

    with pytest.raises(ConfigurationError, match="one set of names"):
        client.table("app", models=(User, Other))


def test_two_models_have_two_names(client: DynamoDbClient) -> None:
    @entity(pk="X#{x}", sk="X", name="User")
    class Other(BaseModel):
        x: str

    with pytest.raises(ConfigurationError, match="called User"):
        client.table("app", models=(User, Other))


def test_without_a_discriminator_the_key_tells(client: DynamoDbClient, mock: Mock) -> None:
    @entity(pk="A#{a}", sk="FIRST", discriminator=None)
    class First(BaseModel):
        a: str

    @entity(pk="A#{a}", sk="SECOND#{n:03d}", discriminator=None)
    class Second(BaseModel):
        a: str
        n: int

    table = client.table("app", models=(First, Second))
    table.put(First(a="1"))
    table.put(Second(a="1", n=7))
    assert list(table.query("A#1")) == [First(a="1"), Second(a="1", n=7)]
    assert all("entity" not in item for item in mock.tables["app"].items)
    client.table("app").put({"pk": "A#1", "sk": "THIRD"})
    assert table.query("A#1").count() == len(table.query("A#1").execute()) == 2
    strict = client.table("app", models=(First, Second), alien="raise")
    with pytest.raises(InvalidItem, match="neither a discriminator nor its key"):
        strict.query("A#1").execute()


def test_no_description_of_the_table_is_needed(app: App, client: DynamoDbClient, mock: Mock) -> None:
    from pytest_dynamodb import Request, Response

    asked: list[str] = []
    answer = mock.answer

    def noting(request: Request) -> Response:
        asked.append(request.operation)
        return answer(request)

    mock.answer = noting  # type: ignore[method-assign]
    list(app.of(Order).query(index="gsi1", status=Status.NEW).limit(1))
    assert asked == ["Query"]


def test_many_are_written_in_a_batch(app: App, mock: Mock) -> None:
    orders = app.of(Order)
    with orders.batch_write() as batch:
        for number in range(60):
            stored = batch.put(ORDERS[0].model_copy(update={"user_id": "124", "order_id": f"{number:03d}"}))
        batch.delete(user_id="123", order_id="001")
        batch.delete(ORDERS[1])
    assert (batch.failed, batch.written) == ([], 62)
    assert orders.get(stored) == stored
    assert orders.query(user_id="124").count() == 60
    assert list(orders.query(user_id="123")) == ORDERS[2:]


def test_a_batch_is_not_of_models_with_a_version(client: DynamoDbClient) -> None:
    @entity(pk="V#{v}", sk="V", version="version")
    class Versioned(BaseModel):
        v: str
        version: int = 0

    with pytest.raises(ConfigurationError, match="cannot make sure of the version of a Versioned"):
        client.table("app", model=Versioned).batch_write()
