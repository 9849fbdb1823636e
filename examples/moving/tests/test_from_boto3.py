"""boto3's resource and the client on one table: what one leaves, the other takes up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest

from from_boto3 import After, AlreadyThere, Before, NotOpen, key
from pytest_dynamodb import DynamoDbClient, Mock, mock_dynamodb

SHOP = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def mock() -> Iterator[Mock]:
    with mock_dynamodb(region="us-east-1", load={"shop": {"table": SHOP}}) as mock:
        yield mock


@pytest.fixture
def shops(mock: Mock) -> Iterator[dict[str, Any]]:
    with DynamoDbClient() as client:
        yield {"before": Before(), "after": After(client)}


@pytest.fixture(params=["before", "after", "in turn"])
def turns(request: pytest.FixtureRequest, shops: dict[str, Any]) -> Iterator[Any]:
    """The shop for each step: always the same one, or now one and now the other."""
    return cycle(shops.values()) if request.param == "in turn" else cycle([shops[request.param]])


def test_an_order_is_placed_once_and_paid_once(mock: Mock, turns: Iterator[Any]) -> None:
    next(turns).place("ada", 1, Decimal("9.99"))
    with pytest.raises(AlreadyThere):
        next(turns).place("ada", 1, Decimal("9.99"))
    paid = {**key("ada", 1), "total": Decimal("9.99"), "state": "paid", "payments": 1}
    assert next(turns).pay("ada", 1) == paid
    with pytest.raises(NotOpen):
        next(turns).pay("ada", 1)
    with pytest.raises(NotOpen):
        next(turns).pay("ada", 2)
    assert mock.tables["shop"].items == [paid]


def test_orders_are_loaded_and_found_page_after_page(turns: Iterator[Any]) -> None:
    text = "x" * 20_000  # a page of a query is 1 MB
    next(turns).load({**key("ada", number), "total": number, "text": text} for number in range(120))
    next(turns).load([{**key("bob", 1), "total": 200}])
    for _ in range(2):
        assert [item["total"] for item in next(turns).large("ada", Decimal(100))] == list(range(100, 120))


def test_an_order_is_moved_whole_or_not_at_all(mock: Mock, turns: Iterator[Any]) -> None:
    for number in (1, 2, 3):
        next(turns).place("ada", number, Decimal(1))
    next(turns).place("bob", 2, Decimal(1))
    next(turns).pay("ada", 3)
    next(turns).move(1, "ada", "bob")
    with pytest.raises(AlreadyThere):
        next(turns).move(2, "ada", "bob")
    for number in (1, 3):
        with pytest.raises(NotOpen):
            next(turns).move(number, "ada", "bob")
    found = sorted((item["pk"], item["sk"]) for item in mock.tables["shop"].items)
    assert found == [
        ("USER#ada", "ORDER#0002"),
        ("USER#ada", "ORDER#0003"),
        ("USER#bob", "ORDER#0001"),
        ("USER#bob", "ORDER#0002"),
    ]
