"""What a request would take is told as DynamoDB bills it, and telling it changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb import Explanation, Mock, Request

TABLE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "state")],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by_state",
            "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "local",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "state", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
}


@pytest.fixture
def mock() -> Mock:
    """Two partitions of ten items of 1,018 bytes and some each, of which every other one is new."""
    mock = Mock(region="us-east-1")
    items = [
        {"pk": pk, "sk": str(number), "state": "new" if number % 2 else "old", "text": "x" * 1000}
        for pk in "ab"
        for number in range(10)
    ]
    mock.load({"orders": {"table": TABLE, "items": items}})
    return mock


def query(**more: Any) -> dict[str, Any]:
    values = {":a": {"S": "a"}, **more.pop("values", {})}
    return {
        "TableName": "orders",
        "KeyConditionExpression": "pk = :a",
        "ExpressionAttributeValues": values,
        **more,
    }


def test_a_query_with_a_filter(mock: Mock) -> None:
    params = query(FilterExpression="#s = :s", ExpressionAttributeNames={"#s": "state"}, values={":s": {"S": "new"}})
    found = mock.explain("Query", params)
    assert (found.evaluated, found.filtered_out, found.returned) == (10, 5, 5)
    assert found.key_condition == 'pk = "a"'
    assert found.filter == 'state = "new"'
    assert found.bytes == 10 * (2 + 1 + 2 + 1 + 5 + 3 + 4 + 1000)
    assert found.units == {"orders": 1.5}  # 10,180 bytes are three units of 4 KB, half of each
    assert not found.is_scan
    assert any("throws away most" in hint for hint in found.hints)


def test_an_index_is_named_and_billed(mock: Mock) -> None:
    params = {
        "TableName": "orders",
        "IndexName": "by_state",
        "KeyConditionExpression": "#s = :s",
        "ExpressionAttributeNames": {"#s": "state"},
        "ExpressionAttributeValues": {":s": {"S": "new"}},
    }
    found = mock.explain("Query", params)
    assert (found.index, found.returned, found.units) == ("by_state", 10, {"orders/by_state": 0.5})
    assert found.bytes == 10 * (2 + 1 + 2 + 1 + 5 + 3)


def test_items_fetched_for_a_local_index_are_billed_apart(mock: Mock) -> None:
    found = mock.explain("Query", query(IndexName="local", Select="ALL_ATTRIBUTES"))
    assert found.units == {"orders": 5.0, "orders/local": 0.5}
    assert any("fetched from the table" in hint for hint in found.hints)


def test_a_scan_is_one_and_what_would_be_better(mock: Mock) -> None:
    named = {"ExpressionAttributeNames": {"#s": "state"}}
    found = mock.explain(
        "Scan",
        {
            "TableName": "orders",
            "FilterExpression": "#s = :s",
            **named,
            "ExpressionAttributeValues": {":s": {"S": "new"}},
        },
    )
    assert found.is_scan
    assert found.hints[0] == "a Query of the index by_state finds the same items and is billed for these only"
    found = mock.explain("Scan", {"TableName": "orders", "Limit": 3})
    assert (found.evaluated, found.has_more) == (3, True)
    assert "a key or an index would lead" in found.hints[0]


def test_consistent_reads_cost_double(mock: Mock) -> None:
    one, other = (mock.explain("Query", query(ConsistentRead=consistent)) for consistent in (False, True))
    assert other.total_units == 2 * one.total_units
    assert other.consistent
    assert any("doubles" in hint for hint in other.hints)


def test_single_items(mock: Mock) -> None:
    key = {"pk": {"S": "a"}, "sk": {"S": "1"}}
    found = mock.explain("GetItem", {"TableName": "orders", "Key": key})
    assert (found.evaluated, found.returned, found.bytes, found.units) == (1, 1, 1018, {"orders": 0.5})
    missing = mock.explain("GetItem", {"TableName": "orders", "Key": {**key, "sk": {"S": "no"}}})
    assert (missing.evaluated, missing.returned, missing.bytes, missing.total_units) == (1, 0, 0, 0.5)


def test_a_write_is_billed_with_its_indexes_and_changes_nothing(mock: Mock) -> None:
    before = mock.dump()
    key = {"pk": {"S": "a"}, "sk": {"S": "1"}}
    found = mock.explain(
        "UpdateItem",
        {
            "TableName": "orders",
            "Key": key,
            "UpdateExpression": "SET #s = :s, more = :m",
            "ConditionExpression": "attribute_exists(pk) AND #s <> :s",
            "ExpressionAttributeNames": {"#s": "state"},
            "ExpressionAttributeValues": {":s": {"S": "done"}, ":m": {"S": "y" * 2000}},
        },
    )
    assert found.condition == 'attribute_exists(pk) AND state <> "done"'
    assert found.units == {"orders": 3.0, "orders/local": 2.0, "orders/by_state": 2.0}
    assert found.bytes == 1018 + 1 + 4 + 2000
    assert mock.dump() == before


def test_batches_and_transactions(mock: Mock) -> None:
    keys = [{"pk": {"S": "a"}, "sk": {"S": name}} for name in ("1", "2", "none")]
    found = mock.explain("BatchGetItem", {"RequestItems": {"orders": {"Keys": keys}}})
    assert (found.evaluated, found.returned, found.total_units, found.tables) == (3, 2, 1.5, ("orders",))
    writes = [{"Delete": {"TableName": "orders", "Key": key}} for key in keys]
    found = mock.explain("TransactWriteItems", {"TransactItems": writes})
    assert (found.evaluated, found.bytes) == (3, 2 * 1018)
    assert found.units["orders"] == 2 * (1 + 1 + 1)


def statement(mock: Mock, text: str, **more: Any) -> Explanation:
    return mock.explain("ExecuteStatement", {"Statement": text, **more})


def test_a_select_by_key_is_a_query_and_one_without_is_a_scan(mock: Mock) -> None:
    by_key = statement(mock, "SELECT * FROM orders WHERE pk = 'a' AND state = 'new'")
    assert (by_key.is_scan, by_key.evaluated, by_key.filtered_out, by_key.returned) == (False, 10, 5, 5)
    assert (by_key.bytes, by_key.units, by_key.hints) == (10180, {"orders": 1.5}, ())
    everything = statement(mock, "SELECT * FROM orders WHERE state = 'new'")
    assert (everything.is_scan, everything.evaluated, everything.returned) == (True, 20, 10)
    assert "partition key" in everything.hints[0]
    by_index = statement(mock, 'SELECT pk FROM "orders"."by_state" WHERE state = ?', Parameters=[{"S": "new"}])
    assert (by_index.index, by_index.is_scan, by_index.units) == ("by_state", False, {"orders/by_state": 0.5})


def test_pages_of_a_select(mock: Mock) -> None:
    text = "SELECT * FROM orders WHERE pk IN ['a', 'b']"
    first = statement(mock, text, Limit=12)
    assert (first.evaluated, first.has_more) == (12, True)
    token = mock.engine.run(Request("ExecuteStatement", {"Statement": text, "Limit": 12}, "us-east-1"))["NextToken"]
    second = statement(mock, text, Limit=12, NextToken=token)
    assert (second.evaluated, second.has_more) == (8, False)


def test_a_statement_that_writes(mock: Mock) -> None:
    before = mock.dump()
    found = statement(mock, "UPDATE orders SET state = 'x' WHERE pk = 'a' AND sk = '1'")
    assert (found.tables, found.evaluated, found.filtered_out) == (("orders",), 1, 0)
    assert found.units == {"orders": 1.0, "orders/local": 2.0, "orders/by_state": 2.0}
    assert mock.dump() == before
    assert statement(mock, "SELECT").error.startswith("ValidationException")


def test_an_error_is_told(mock: Mock) -> None:
    found = mock.explain("Query", {"TableName": "orders"})
    assert found.error.startswith("ValidationException: ")
    assert "error      ValidationException" in str(found)
    wrong = mock.explain("Scan", {"TableName": "orders", "ReturnConsumedCapacity": "ALL"})
    assert "returnConsumedCapacity" in wrong.error
    assert mock.explain("GetItem", {"TableName": "no", "Key": {"pk": {"S": "a"}}}).error.startswith("ResourceNotFound")


def test_only_items_are_explained(mock: Mock) -> None:
    assert "only operations on items are explained" in mock.explain("CreateTable", {}).error


def test_a_request_object_will_do_and_its_own_settings_stay(mock: Mock) -> None:
    request = Request("Scan", {"TableName": "orders", "ReturnConsumedCapacity": "NONE"}, "us-east-1")
    assert mock.explain(request).evaluated == 20
    assert request.params["ReturnConsumedCapacity"] == "NONE"


def test_it_can_be_read(mock: Mock) -> None:
    params = query(FilterExpression="sk2 = :s", values={":s": {"N": "3"}}, Limit=4)
    assert str(mock.explain("Query", params)).splitlines() == [
        "Query on orders",
        '  key        pk = "a"',
        "  filter     sk2 = 3",
        "  items      4 evaluated, 4 filtered out, 0 returned; 4072 bytes; there is more",
        "  billed     0.5 capacity units (0.5 orders)",
        (
            "  hint       the filter throws away most of what is billed; "
            "a sort key or an index on what it asks for would not"
        ),
        "  hint       Limit counts items before the filter: a page may hold fewer than there are, or none",
        "  hint       there are more pages: go on with LastEvaluatedKey",
    ]
