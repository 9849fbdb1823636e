"""Each test replays its cassette; `pytest --record` asks DynamoDB again.

A test names its own customers and products and says what it starts from, so that it can be recorded on a table that
another recording left full.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import boto3
import pytest

from orders import AlreadyRegistered, Order, OutOfStock, Product, Shop, UnknownProduct, User
from pytest_dynamodb import Cassette

pytestmark = pytest.mark.dynamodb_cassette

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
TEA = Product("tea", "Green tea", Decimal("4.50"), stock=100)
POT = Product("pot", "Teapot", Decimal("29.90"), stock=1)


def order(user_id: str, number: str, *, hours: int = 0, **lines: int) -> Order:
    """An order placed some hours after noon, of one tea if nothing is said."""
    return Order(number, user_id, NOON + timedelta(hours=hours), lines or {"tea": 1})


# The four questions that the table's own keys answer.


# The time of registration is another one at each run: it is left out when requests are compared.
@pytest.mark.dynamodb_cassette(ignore=["Item.registered_at"])
def test_profile_by_id(shop: Shop) -> None:
    shop.unregister("ada")
    shop.register(User("ada", "Ada", "ada@example.com"))
    assert shop.profile("ada") == User("ada", "Ada", "ada@example.com")
    assert shop.profile("nobody") is None


def test_orders_of_a_customer(shop: Shop) -> None:
    shop.stock([TEA])
    for number in ("2025-001", "2026-001", "2026-002"):
        shop.place(order("bob", number))
    assert [item["SK"] for item in shop.orders_of("bob")] == ["ORDER#2025-001", "ORDER#2026-001", "ORDER#2026-002"]
    assert [item["SK"] for item in shop.orders_of("bob", prefix="2026")] == ["ORDER#2026-001", "ORDER#2026-002"]


def test_lines_of_an_order(shop: Shop) -> None:
    shop.stock([TEA, POT])
    shop.place(order("cy", "cy-1", tea=3, pot=1))
    assert shop.lines_of("cy-1") == {"pot": 1, "tea": 3}


def test_product_by_id(shop: Shop) -> None:
    shop.stock([POT])
    assert shop.product("pot") == POT
    with pytest.raises(UnknownProduct, match="kettle"):
        shop.product("kettle")


# The two questions that one index answers.


@pytest.mark.dynamodb_cassette(ignore=["Item.registered_at", "Items[].registered_at"])
def test_customer_by_email(shop: Shop) -> None:
    shop.unregister("dee")
    shop.register(User("dee", "Dee", "dee@example.com"))
    assert shop.user_by_email("dee@example.com") == User("dee", "Dee", "dee@example.com")
    assert shop.user_by_email("else@example.com") is None


def test_orders_by_status_oldest_first(shop: Shop) -> None:
    shop.stock([TEA])
    late, early = order("eve", "eve-1", hours=2), order("fay", "fay-1", hours=1)
    for placed in (late, early):
        shop.place(placed)
        shop.move(placed, to="SHIPPED")
    assert shop.orders_with_status("SHIPPED") == ["fay-1", "eve-1"]


# What only a database can decide.


@pytest.mark.dynamodb_cassette(ignore=["Item.registered_at"])
def test_an_id_is_taken_once(shop: Shop) -> None:
    shop.unregister("gus")
    shop.register(User("gus", "Gus", "gus@example.com"))
    with pytest.raises(AlreadyRegistered):
        shop.register(User("gus", "Another Gus", "gus2@example.com"))


def test_placing_an_order_takes_from_stock(shop: Shop) -> None:
    shop.stock([TEA])
    placed = shop.place(order("hal", "hal-1", tea=2))
    assert placed.total == Decimal("9.00")
    assert shop.product("tea").stock == 98


def test_out_of_stock_writes_nothing(shop: Shop) -> None:
    shop.stock([TEA, POT])
    with pytest.raises(OutOfStock, match=r"^pot$"):
        shop.place(order("ivy", "ivy-1", tea=1, pot=2))
    assert shop.orders_of("ivy") == []
    assert shop.product("tea").stock == 100


def test_views_are_counted(shop: Shop) -> None:
    shop.stock([TEA])
    assert [shop.view("tea") for _ in range(3)] == [1, 2, 3]


# More than one request can carry.


def test_many_products_at_once(shop: Shop) -> None:
    shop.stock(Product(f"spice-{n}", f"Spice {n}", Decimal(n), stock=n) for n in range(30))  # 25 and 5
    assert shop.product("spice-29").stock == 29


def test_history_comes_in_pages(shop: Shop, dynamodb_cassette: Cassette) -> None:
    shop.stock([TEA])
    for number in range(1, 6):
        shop.place(order("jo", f"jo-{number}"))
    assert list(shop.history("jo", page_size=2)) == [["jo-5", "jo-4"], ["jo-3", "jo-2"], ["jo-1"]]
    dynamodb_cassette.assert_no_scan()


# What DynamoDB says when the code is wrong.


def test_a_missing_table_is_an_error() -> None:
    client = boto3.client("dynamodb")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_item(TableName="NoSuchTable", Key={"PK": {"S": "USER#ada"}})
