"""PynamoDB's model and a typed table on one table: versions, moments and sets are each other's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import cycle
from typing import Any

import pytest

from from_pynamodb import After, Before, Stale, UserModel
from pytest_dynamodb import DynamoDbClient, Mock, mock_dynamodb

JOINED = datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone.utc)


@pytest.fixture
def mock() -> Iterator[Mock]:
    with mock_dynamodb(region="us-east-1") as mock:
        UserModel.create_table(billing_mode="PAY_PER_REQUEST")
        yield mock


@pytest.fixture
def shops(mock: Mock) -> Iterator[dict[str, Any]]:
    with DynamoDbClient() as client:
        yield {"before": Before(), "after": After(client)}


@pytest.fixture(params=["before", "after", "in turn"])
def turns(request: pytest.FixtureRequest, shops: dict[str, Any]) -> Iterator[Any]:
    """The code for each step: always the same one, or now one and now the other."""
    return cycle(shops.values()) if request.param == "in turn" else cycle([shops[request.param]])


def test_both_leave_the_same_items(mock: Mock, shops: dict[str, Any]) -> None:
    for name, shop in shops.items():
        shop.join(name, "Ada", "red", JOINED)
        shop.visit(name, "/")
    before, after = sorted(mock.tables["users"].items, key=lambda item: str(item["user_id"]), reverse=True)
    assert after == {**before, "user_id": "after"}
    assert before == {
        "user_id": "before",
        "name": "Ada",
        "team": "red",
        "visits": 1,
        "tags": {"/"},
        "joined": "2024-05-06T07:08:09.000000+0000",
        "version": 2,
    }


def test_users_join_visit_and_are_listed(turns: Iterator[Any]) -> None:
    assert next(turns).visits("ada") is None
    next(turns).join("ada", "Ada", "red", JOINED)
    next(turns).join("bob", "Bob", "red", JOINED)
    next(turns).join("eve", "Eve", None, JOINED)
    for page in ("/", "/shop", "/"):
        next(turns).visit("ada", page)
    assert [next(turns).visits("ada") for _ in range(2)] == [3, 3]
    assert [next(turns).names("red") for _ in range(2)] == [["Ada", "Bob"]] * 2


def test_what_somebody_else_has_written_is_not_written_over(turns: Iterator[Any]) -> None:
    next(turns).join("ada", "Ada", "red", JOINED)
    with pytest.raises(Stale):
        next(turns).join("ada", "Another", "red", JOINED)
    for _ in range(2):
        with pytest.raises(Stale):
            next(turns).rename_after("ada", "Anna", lambda: next(turns).visit("ada", "/"))
    next(turns).rename_after("ada", "Anna", None)
    assert next(turns).names("red") == ["Anna"]
