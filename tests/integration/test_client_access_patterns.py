"""The access patterns of a single table with an overloaded index; wherever they are asked, by both clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from client_cases import Case, Cases
from pytest_dynamodb import Attr, DynamoDbClient, TableClient, TransactionCancelled

CASES = Cases()

ITEMS: list[dict[str, Any]] = [
    {"pk": "USER#123", "sk": "PROFILE", "gsi1pk": "EMAIL#a@example.com", "gsi1sk": "USER#123", "name": "Ada"},
    {"pk": "USER#123", "sk": "ORDER#001", "gsi1pk": "STATUS#NEW", "gsi1sk": "TS#2024-02", "total": 30},
    {"pk": "USER#123", "sk": "ORDER#002", "gsi1pk": "STATUS#PAID", "gsi1sk": "TS#2024-03", "total": 12},
    {"pk": "USER#456", "sk": "PROFILE", "gsi1pk": "EMAIL#b@example.com", "gsi1sk": "USER#456", "name": "Bob"},
    {"pk": "USER#456", "sk": "ORDER#003", "gsi1pk": "STATUS#NEW", "gsi1sk": "TS#2024-01", "total": 99},
    {"pk": "ORDER#001", "sk": "ITEM#A", "product": "PRODUCT#A", "quantity": 2},
    {"pk": "ORDER#001", "sk": "ITEM#B", "product": "PRODUCT#B", "quantity": 1},
    {"pk": "PRODUCT#A", "sk": "METADATA", "name": "Tea", "price": 5},
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_access_pattern(case: Case, run_case: Callable[[Case], None]) -> None:
    run_case(case)


def fill(table: TableClient) -> None:
    with table.batch_write() as batch:
        for item in ITEMS:
            batch.put(item)


@CASES.add
def a_users_profile(table: TableClient, client: DynamoDbClient) -> None:
    fill(table)
    assert table.get({"pk": "USER#123", "sk": "PROFILE"}) == ITEMS[0]


@CASES.add
def a_users_orders(table: TableClient, client: DynamoDbClient) -> None:
    fill(table)
    orders = table.query().partition_key("USER#123").sort_key_begins_with("ORDER#")
    assert list(orders) == ITEMS[1:3]
    assert list(orders.descending().limit(1)) == [ITEMS[2]]


@CASES.add
def an_orders_items(table: TableClient, client: DynamoDbClient) -> None:
    fill(table)
    assert list(table.query().partition_key("ORDER#001").sort_key_begins_with("ITEM#").execute()) == ITEMS[5:7]


@CASES.add
def a_product(table: TableClient, client: DynamoDbClient) -> None:
    fill(table)
    assert table.get_or_raise({"pk": "PRODUCT#A", "sk": "METADATA"}) == ITEMS[7]


@CASES.add
def a_user_by_email(table: TableClient, client: DynamoDbClient) -> None:
    fill(table)
    assert table.query("gsi1").partition_key("EMAIL#a@example.com").one() == ITEMS[0]
    assert table.query("gsi1").partition_key("EMAIL#nobody@example.com").first() is None


@CASES.add
def orders_by_status_in_the_order_of_time(table: TableClient, client: DynamoDbClient) -> None:
    fill(table)
    new = table.query("gsi1").partition_key("STATUS#NEW")
    assert [order["sk"] for order in new] == ["ORDER#003", "ORDER#001"]
    assert [order["sk"] for order in new.sort_key_at_least("TS#2024-02")] == ["ORDER#001"]


@CASES.add
def an_order_that_changes_its_status_moves_in_the_index(table: TableClient, client: DynamoDbClient) -> None:
    fill(table)
    paid = Attr("gsi1pk") == "STATUS#NEW"
    table.update({"pk": "USER#123", "sk": "ORDER#001"}).set("gsi1pk", "STATUS#PAID").condition(paid).execute()
    assert [order["sk"] for order in table.query("gsi1").partition_key("STATUS#NEW")] == ["ORDER#003"]
    assert [order["total"] for order in table.query("gsi1").partition_key("STATUS#PAID")] == [30, 12]


@CASES.add
def an_email_address_is_taken_once(table: TableClient, client: DynamoDbClient) -> None:
    def register(number: str, email: str) -> None:
        with client.transaction() as tx:
            tx.put(table, {"pk": f"USER#{number}", "sk": "PROFILE"}, condition=Attr("pk").not_exists())
            tx.put(table, {"pk": f"EMAIL#{email}", "sk": "UNIQUE"}, condition=Attr("pk").not_exists())

    register("1", "ada@example.com")
    with pytest.raises(TransactionCancelled) as caught:
        register("2", "ada@example.com")
    assert caught.value.failure_of(0) is None
    assert caught.value.failure_of(1) is not None
    assert not table.exists({"pk": "USER#2", "sk": "PROFILE"})
