"""What a Query's key conditions may be. Messages and order: dynalite, test/query; dynamodb-conformance, as noted."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.dialects import CLASSIC

MISSED = "Query condition missed key schema element: "
TOO_MANY = "The number of query conditions ({}) exceeds the number of key attributes defined in the schema ({})"
NOT_SUPPORTED = "Query key condition not supported"
NOT_INDEXABLE = "Attempted conditional constraint is not an indexable operation"
WRONG_TYPE = "One or more parameter values were invalid: Condition parameter type does not match schema type"


def refusal(service: Any, table: str, condition: str, values: dict[str, Any] | None = None, **params: Any) -> str:
    return str(
        service.refusal(
            "Query",
            TableName=table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues={":a": {"S": "x"}} if values is None else values,
            **params,
        )
    )


def legacy(**conditions: tuple[Any, ...]) -> dict[str, Any]:
    return {
        name: {"ComparisonOperator": operator, "AttributeValueList": list(values)}
        for name, (operator, *values) in conditions.items()
    }


@pytest.mark.parametrize(
    ("table", "index", "condition", "message"),
    [
        ("range", None, "b = :a", MISSED + "a"),  # error-messages/query
        ("range", None, "z = :a", MISSED + "a"),
        ("range", None, "a = :a AND c = :a", MISSED + "b"),
        ("range", "index1", "a = :a AND b = :a", MISSED + "c"),
        ("range", "index4", "c = :a AND b = :a", MISSED + "d"),
        ("range", "index4", "a = :a", MISSED + "c"),
        ("hash", None, "a = :a AND b = :a", TOO_MANY.format(2, 1)),  # error-messages/queryKeyConditionOperands
        ("hash", None, "y = :a AND z = :a", TOO_MANY.format(2, 1)),
        ("range", None, "a = :a AND b > :a AND d = :a", TOO_MANY.format(3, 2)),
        ("range", "index3", "c = :a AND b = :a", TOO_MANY.format(2, 1)),
        ("range", None, "a > :a", NOT_SUPPORTED),
        ("range", None, "begins_with(a, :a)", NOT_SUPPORTED),
        ("range", None, "a BETWEEN :a AND :a AND b = :a", NOT_SUPPORTED),
        ("numbers", None, "a = :a AND b = :a", WRONG_TYPE),
        ("numbers", None, "a = :a AND begins_with(b, :a)", WRONG_TYPE),  # error-messages/queryKeyConditionOperands
    ],
)
def test_conditions_must_suit_the_key(
    service: Any, table: str, index: str | None, condition: str, message: str
) -> None:
    params: dict[str, Any] = {"IndexName": index} if index else {}
    assert refusal(service, table, condition, **params) == message


def test_a_value_of_another_type_is_found_before_an_operator_that_no_key_has(service: Any) -> None:
    assert refusal(service, "hash", ":a > a", {":a": {"N": "1"}}) == WRONG_TYPE


@pytest.mark.parametrize("operator", ["NULL", "NOT_NULL", "NE", "CONTAINS", "NOT_CONTAINS", "IN"])
def test_legacy_operators_that_no_key_has_are_refused(service: Any, operator: str) -> None:
    condition = (operator,) if "NULL" in operator else (operator, {"S": "x"})
    assert service.refusal("Query", TableName="hash", KeyConditions=legacy(a=condition)) == NOT_INDEXABLE
    both = legacy(a=("EQ", {"S": "x"}), b=condition)
    assert service.refusal("Query", TableName="range", KeyConditions=both) == NOT_INDEXABLE


def test_an_empty_value_is_no_key(service: Any) -> None:
    assert refusal(service, "hash", "a = :a", {":a": {"S": ""}}) == (
        "One or more parameter values are not valid. "
        "The AttributeValue for a key attribute cannot contain an empty string value. Key: a"
    )


def test_the_long_lived_validator_says_less_of_too_many_conditions(service: Any) -> None:
    service.engine.dialect = CLASSIC
    assert refusal(service, "hash", "a = :a AND b = :a") == NOT_SUPPORTED
    assert refusal(service, "range", "c = :a AND b = :a", IndexName="index3") == NOT_SUPPORTED


def test_and_that_three_are_too_many_before_it_looks_for_the_table(service: Any) -> None:
    service.engine.dialect = CLASSIC
    message = refusal(service, "absent", "a = :a AND b = :a AND c = :a")
    assert message == "Conditions can be of length 1 or 2 only"
    assert service.refusal("Query", TableName="absent", KeyConditions={}) == message


def test_a_query_must_say_of_what(service: Any) -> None:
    assert service.refusal("Query", TableName="hash") == (
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
    )


def test_operands_are_looked_at_before_the_table_and_keys_after_it(service: Any) -> None:
    """validation-ordering/queryKeyCondition."""
    values = {":a": {"S": "x"}, ":n": {"N": "1"}}
    assert "operand type: N" in refusal(service, "absent", "a = :a AND begins_with(b, :n)", values)
    absent = {"TableName": "absent", "KeyConditionExpression": "z = :a", "ExpressionAttributeValues": {":a": {"S": ""}}}
    message = service.refusal("Query", code="ResourceNotFoundException", **absent)
    assert message == "Requested resource not found"


def test_an_index_must_be_there_and_a_global_one_cannot_be_read_consistently(service: Any) -> None:
    """Both before anything about keys."""
    wrong: dict[str, Any] = {"ExclusiveStartKey": {}, "ConsistentRead": True}
    assert refusal(service, "hash", "z = :a", IndexName="whatever", **wrong) == (
        "The table does not have the specified index: whatever"
    )
    assert refusal(service, "range", "z = :a", IndexName="index3", **wrong) == (
        "Consistent reads are not supported on global secondary indexes"
    )


@pytest.mark.parametrize(
    ("table", "index", "expression", "name"),
    [
        ("hash", None, "attribute_exists(a.b) AND b = :b", "a"),
        ("hash", None, "a[1] = :b", "a"),
        ("range", None, "b = :b", "b"),
        ("range", "index4", "d = :b", "d"),
    ],
)
def test_a_filter_may_not_name_the_keys_that_are_queried_by(
    service: Any, table: str, index: str | None, expression: str, name: str
) -> None:
    key = "c" if index else "a"
    params = {"IndexName": index} if index else {}
    values = {":a": {"S": "x"}, ":b": {"S": "1"}}
    assert refusal(service, table, f"{key} = :a", values, FilterExpression=expression, **params) == (
        f"Filter Expression can only contain non-primary key attributes: Primary key attribute: {name}"
    )


def test_a_legacy_filter_may_not_either(service: Any) -> None:
    condition = ("EQ", {"S": "x"})
    message = service.refusal(
        "Query", TableName="hash", KeyConditions=legacy(a=condition), QueryFilter=legacy(a=condition)
    )
    assert message == "QueryFilter can only contain non-primary key attributes: Primary key attribute: a"


def test_a_filter_may_not_lead_into_the_key_of_an_index(service: Any) -> None:
    values = {":a": {"S": "1"}, ":b": {"N": "1"}}
    assert refusal(service, "range", "a = :a", values, FilterExpression="d[1] = :b") == (
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: d"
    )


# --- several attributes (dynamodb-conformance, query/multiAttributeGsiKey) -------------------------------------------

ITEMS = {
    "p1": "T live b r1",
    "p2": "T live a r2",
    "p3": "T live a r1",
    "p4": "T draft c r1",
    "p5": "F live a r0",
}


@pytest.fixture
def several(service: Any) -> Any:
    """A global index with one HASH and four RANGE attributes."""
    service.create(
        "several",
        "k",
        dict.fromkeys("khabcd", "S"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "gsi",
                "KeySchema": [
                    {"AttributeName": name, "KeyType": "HASH" if name == "h" else "RANGE"} for name in "habcd"
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    for key, texts in ITEMS.items():
        values = dict(zip("abcd", texts.split(), strict=True))
        service.put("several", {name: {"S": text} for name, text in {"k": key, "h": "o", **values}.items()})
    service.put("several", {name: {"S": name} for name in "khab"})  # without c: not in the index
    return service


VALUES = {":h": "o", ":a": "T", ":b": "live", ":c": "a", ":d": "r", ":x": "r1"}


def several_keys(several: Any, condition: str, **params: Any) -> list[str]:
    values = {name: {"S": text} for name, text in VALUES.items() if name in condition}
    answer = several(
        "Query",
        TableName="several",
        IndexName="gsi",
        KeyConditionExpression=condition,
        ExpressionAttributeValues=values,
        **params,
    )
    return [item["k"]["S"] for item in answer["Items"]]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("h = :h", "p5 p4 p3 p2 p1"),
        ("h = :h AND a = :a", "p4 p3 p2 p1"),
        ("b = :b AND h = :h AND a = :a", "p3 p2 p1"),
        ("h = :h AND a = :a AND b = :b AND c = :c", "p3 p2"),
        ("h = :h AND a = :a AND b = :b AND c > :c", "p1"),
        ("h = :h AND a = :a AND b = :b AND c = :c AND begins_with(d, :d)", "p3 p2"),
        ("h = :h AND a = :a AND b = :b AND c = :c AND d BETWEEN :x AND :x", "p3"),
        ("h = :h AND a = :a AND b < :b", "p4"),
    ],
)
def test_range_attributes_narrow_one_after_another(several: Any, condition: str, expected: str) -> None:
    assert several_keys(several, condition) == expected.split()
    assert several_keys(several, condition, ScanIndexForward=False) == expected.split()[::-1]


@pytest.mark.parametrize(
    ("condition", "needed", "present"),
    [
        ("h = :h AND a = :a AND c = :c", "b", "c"),
        ("h = :h AND a = :a AND b > :b AND c = :c", "b", "c"),
        ("h = :h AND b = :b", "a", "b"),
    ],
)
def test_a_range_attribute_needs_equality_on_those_before_it(
    several: Any, condition: str, needed: str, present: str
) -> None:
    values = {name: {"S": text} for name, text in VALUES.items() if name in condition}
    assert refusal(several, "several", condition, values, IndexName="gsi") == (
        f"RANGE key attributes {needed} must have equality conditions specified in the query because "
        f"a condition is present on key attribute {present}"
    )


def test_a_key_to_go_on_after_has_all_attributes_of_both_keys(several: Any) -> None:
    answer = several(
        "Query",
        TableName="several",
        IndexName="gsi",
        KeyConditionExpression="h = :h AND a = :a",
        ExpressionAttributeValues={":h": {"S": "o"}, ":a": {"S": "T"}},
        Limit=2,
    )
    assert sorted(answer["LastEvaluatedKey"]) == sorted("abcdhk")
    rest = several_keys(several, "h = :h AND a = :a", ExclusiveStartKey=answer["LastEvaluatedKey"])
    assert rest == ["p2", "p1"]
