"""Query: what it gives. Cases: dynamodb-conformance, tier1/query; dynalite, test/query."""

from __future__ import annotations

import base64
from typing import Any

import pytest

SORTED = ["", "A", "a", "aa", "b", "é", "\uffff", "𝄞"]


def query(service: Any, table: str, condition: str = "a = :a", **params: Any) -> Any:
    values = params.pop("values", {})
    return service(
        "Query",
        TableName=table,
        KeyConditionExpression=condition,
        ExpressionAttributeValues={":a": {"S": "x"}, **values},
        **params,
    )


def order(answer: Any, name: str = "b") -> list[str]:
    return [next(iter(item[name].values())) for item in answer["Items"]]


@pytest.fixture
def texts(service: Any) -> Any:
    for text in reversed(SORTED[1:]):
        service.put("range", {"a": {"S": "x"}, "b": {"S": text}}, {"a": {"S": "y"}, "b": {"S": text}})
    return service


@pytest.fixture
def numbers(service: Any) -> Any:
    for number in (10, 9, -1, 0, 2, 100, -20):
        service.put("numbers", {"a": {"S": "x"}, "b": {"N": str(number)}, "n": {"N": str(number)}})
    return service


def test_texts_are_in_the_order_of_their_utf_8_bytes(texts: Any) -> None:
    """Not of UTF-16's units, by which U+1D11E would come before U+FFFF."""
    assert order(query(texts, "range")) == SORTED[1:]
    assert order(query(texts, "range", ScanIndexForward=False)) == SORTED[:0:-1]


def test_numbers_are_in_the_order_of_their_values(numbers: Any) -> None:
    assert order(query(numbers, "numbers")) == ["-20", "-1", "0", "2", "9", "10", "100"]


def test_bytes_are_in_unsigned_order(service: Any) -> None:
    contents = [base64.b64encode(content).decode() for content in (b"\0", b"\0\0", b"\1", b"\x7f", b"\x80", b"\xff\0")]
    for content in (contents[3], contents[5], contents[0], contents[2], contents[4], contents[1]):
        service.put("bytes", {"a": {"S": "x"}, "b": {"B": content}})
    assert order(query(service, "bytes")) == contents
    answer = query(service, "bytes", "a = :a AND begins_with(b, :b)", values={":b": {"B": contents[0]}})
    assert order(answer) == contents[:2]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("b = :n", ["2"]),
        ("b < :n", ["-20", "-1", "0"]),
        ("b <= :n", ["-20", "-1", "0", "2"]),
        ("b > :n", ["9", "10", "100"]),
        ("b >= :n", ["2", "9", "10", "100"]),
        (":n < b", ["9", "10", "100"]),
        ("b BETWEEN :n AND :m", ["2", "9", "10"]),
    ],
)
def test_conditions_on_the_range_key_select_a_part(numbers: Any, condition: str, expected: list[str]) -> None:
    values = {":n": {"N": "2.0"}} | ({":m": {"N": "10"}} if ":m" in condition else {})
    assert order(query(numbers, "numbers", f"a = :a AND {condition}", values=values)) == expected
    assert order(query(numbers, "numbers", f"{condition} AND a = :a", values=values)) == expected


def test_a_prefix_selects_the_texts_that_begin_with_it(texts: Any) -> None:
    answer = query(texts, "range", "a = :a AND begins_with(b, :b)", values={":b": {"S": "a"}})
    assert order(answer) == ["a", "aa"]


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("EQ", ["9"], ["9"]),
        ("LT", ["0"], ["-20", "-1"]),
        ("GE", ["10"], ["10", "100"]),
        ("BETWEEN", ["0", "9"], ["0", "2", "9"]),
    ],
)
def test_legacy_conditions_select_the_same(numbers: Any, operator: str, values: list[str], expected: list[str]) -> None:
    answer = numbers(
        "Query",
        TableName="numbers",
        KeyConditions={
            "b": {"ComparisonOperator": operator, "AttributeValueList": [{"N": value} for value in values]},
            "a": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "x"}]},
        },
    )
    assert order(answer) == expected


def test_a_partition_that_is_not_there_is_empty(numbers: Any) -> None:
    answer = query(numbers, "numbers", values={":a": {"S": "z"}}, ReturnConsumedCapacity="TOTAL")
    assert answer == {
        "Count": 0,
        "ScannedCount": 0,
        "Items": [],
        "ConsumedCapacity": {"TableName": "numbers", "CapacityUnits": 0.5},
    }


def test_a_filter_takes_away_from_what_was_evaluated(numbers: Any) -> None:
    answer = query(numbers, "numbers", FilterExpression="n > :n", values={":n": {"N": "0"}}, Limit=4)
    assert (answer["Count"], answer["ScannedCount"], order(answer)) == (1, 4, ["2"])
    assert answer["LastEvaluatedKey"] == {"a": {"S": "x"}, "b": {"N": "2"}}


def test_a_page_may_be_empty_and_not_the_last(numbers: Any) -> None:
    answer = query(numbers, "numbers", FilterExpression="n > :n", values={":n": {"N": "0"}}, Limit=2)
    assert (answer["Count"], answer["ScannedCount"], answer["Items"]) == (0, 2, [])
    assert answer["LastEvaluatedKey"]["b"] == {"N": "-1"}


def test_a_limit_that_is_just_reached_gives_a_key_to_go_on_after(numbers: Any) -> None:
    answer = query(numbers, "numbers", Limit=7)
    assert answer["LastEvaluatedKey"] == {"a": {"S": "x"}, "b": {"N": "100"}}
    after = query(numbers, "numbers", Limit=7, ExclusiveStartKey=answer["LastEvaluatedKey"])
    assert after == {"Count": 0, "ScannedCount": 0, "Items": []}
    assert "LastEvaluatedKey" not in query(numbers, "numbers", Limit=8)


@pytest.mark.parametrize("forward", [True, False])
def test_pages_continue_each_other(numbers: Any, forward: bool) -> None:
    whole = query(numbers, "numbers", ScanIndexForward=forward)["Items"]
    pages: list[Any] = []
    start: dict[str, Any] = {}
    while True:
        answer = query(numbers, "numbers", ScanIndexForward=forward, Limit=2, **start)
        pages += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            break
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    assert pages == whole


def test_a_start_key_need_not_be_an_item_s(numbers: Any) -> None:
    start = {"a": {"S": "x"}, "b": {"N": "5"}}
    assert order(query(numbers, "numbers", ExclusiveStartKey=start)) == ["9", "10", "100"]
    assert order(query(numbers, "numbers", ExclusiveStartKey=start, ScanIndexForward=False)) == ["2", "0", "-1", "-20"]


def test_a_count_has_no_items_but_a_key_to_go_on_after(numbers: Any) -> None:
    answer = query(numbers, "numbers", Select="COUNT", Limit=2)
    assert answer == {"Count": 2, "ScannedCount": 2, "LastEvaluatedKey": {"a": {"S": "x"}, "b": {"N": "-1"}}}


def test_a_page_costs_what_it_evaluates_in_one(numbers: Any) -> None:
    for number in range(3):
        numbers.put("numbers", {"a": {"S": "big"}, "b": {"N": str(number)}, "c": {"S": "x" * 4090}})
    asked: dict[str, Any] = {
        "values": {":a": {"S": "big"}, ":c": {"S": "y"}},
        "FilterExpression": "c = :c",
        "ProjectionExpression": "b",
    }
    answer = query(numbers, "numbers", **asked, ReturnConsumedCapacity="INDEXES", ConsistentRead=True)
    assert answer["ConsumedCapacity"] == {"TableName": "numbers", "CapacityUnits": 4, "Table": {"CapacityUnits": 4}}


def test_a_hash_table_can_be_queried_for_its_one_item(service: Any) -> None:
    service.put("hash", {"a": {"S": "x"}, "n": {"N": "1"}})
    assert query(service, "hash", Select="ALL_ATTRIBUTES") == {
        "Count": 1,
        "ScannedCount": 1,
        "Items": [{"a": {"S": "x"}, "n": {"N": "1"}}],
    }
    answer = query(service, "hash", Limit=1)
    assert query(service, "hash", ExclusiveStartKey=answer["LastEvaluatedKey"])["Count"] == 0
