"""ExclusiveStartKey: dynalite, test/query and test/scan, whose cases ran against AWS: messages and order."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.dialects import CLASSIC, TODAY

INVALID = "The provided starting key is invalid"
NO_KEY = "The provided key element does not match the schema"
BOTH = f"{INVALID}: {NO_KEY}"
EMPTY = (
    "One or more parameter values are not valid. "
    "The AttributeValue for a key attribute cannot contain an empty string value. Key: a"
)
OUTSIDE = "The provided starting key is outside query boundaries based on provided conditions"
NOT_IN_RANGE = "The provided starting key does not match the range key predicate"
ONE_ROW = "The query can return at most one row and cannot be restarted"


VALUES = {":a": {"S": "a"}, ":b": {"S": "b"}, ":n": {"N": "1"}}


def key(text: str) -> dict[str, Any]:
    """``a=x b=1`` with the type before the text where it is not S: ``b=N:1``."""
    attributes = {}
    for part in text.split():
        name, _, content = part.partition("=")
        tag, _, rest = content.rpartition(":")
        attributes[name] = {tag or "S": rest}
    return attributes


def query_refusal(service: Any, table: str, index: str | None, condition: str, start: str) -> str:
    values = {
        name: value
        for name, value in {":a": {"S": "a"}, ":b": {"S": "b"}, ":n": {"N": "1"}}.items()
        if name in condition
    }
    params = {"IndexName": index} if index else {}
    return str(
        service.refusal(
            "Query",
            TableName=table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ExclusiveStartKey=key(start),
            **params,
        )
    )


@pytest.mark.parametrize(
    ("table", "index", "condition", "start", "message"),
    [
        # as many attributes as the keys have, and those of the key that is queried by
        ("hash", None, "z = :n", "", INVALID),
        ("hash", None, "z = :n", "b=a", INVALID),
        ("hash", None, "z = :n", "a=a b=a", INVALID),
        ("range", None, "z = :n", "a=a", INVALID),
        ("range", None, "z = :n", "b=a c=b", INVALID),
        ("range", "index1", "z = :n", "a=a c=a", INVALID),
        ("range", "index3", "z = :n", "a=a b=a z=a", INVALID),
        # of their types
        ("hash", None, "z = :n", "a=N:1", NO_KEY),
        ("range", None, "z = :n", "a=N:1 z=a", NO_KEY),
        ("range", "index1", "z = :n", "a=N:1 x=1 y=1", NO_KEY),
        ("range", "index3", "z = :n", "x=1 y=1 c=N:1", NO_KEY),
        # then the condition on that attribute, and only then the next attribute
        ("range", None, "z BETWEEN :n AND :n", "a=a b=N:1", "Query condition missed key schema element: a"),
        ("range", "index1", "z BETWEEN :n AND :n", "a=a b=a z=a", "Query condition missed key schema element: a"),
        ("range", None, "a = :b", "a=a c=N:1", INVALID),
        ("range", None, "a = :b", "a=a b=N:1", NO_KEY),
        ("range", "index1", "a = :b", "a=a b=a c=N:1", NO_KEY),
        ("range", None, "a = :b AND c = :n", "a=a b=a", "Query condition missed key schema element: b"),
        # then the table's own key
        ("range", "index1", "a = :b", "a=1 b=N:1 c=a", BOTH),
        ("range", "index3", "c = :b", "a=N:1 b=1 c=a", BOTH),
        ("range", "index3", "c = :b", "x=N:1 y=N:1 c=a", BOTH),
        ("range", "index4", "c = :b", "x=N:1 y=N:1 c=a d=a", BOTH),
        # then where it lies
        ("range", None, "a = :b", "a=a b=a", OUTSIDE),
        ("range", "index1", "a = :b", "a=a b=a c=a", OUTSIDE),
        ("range", "index3", "c = :b", "a=a b=a c=a", OUTSIDE),
        ("range", "index4", "c = :b", "a=a b=a c=a d=a", OUTSIDE),
        ("range", None, "a = :b AND b > :b", "a=a b=a", NOT_IN_RANGE),
        ("range", "index1", "a = :b AND c > :b", "a=a b=a c=a", NOT_IN_RANGE),
        ("range", "index4", "c = :b AND d > :b", "a=a b=a c=b d=a", NOT_IN_RANGE),
        ("range", None, "a = :b AND b < :b", "a=a b=a", ONE_ROW),
        ("range", "index4", "c = :a AND d = :a", "a=a b=a c=c d=a", ONE_ROW),
        ("hash", None, "a = :a", "a=", EMPTY),
        ("range", "index3", "c = :a", "a= b=a c=a", f"{INVALID}: {EMPTY}"),
    ],
)
def test_a_query_checks_its_start_key(
    service: Any, table: str, index: str | None, condition: str, start: str, message: str
) -> None:
    assert query_refusal(service, table, index, condition, start) == message


@pytest.mark.parametrize(
    ("table", "index", "start", "message"),
    [
        ("hash", None, "", BOTH),
        ("hash", None, "a=a b=a", BOTH),
        ("hash", None, "a=N:1", BOTH),
        ("range", None, "a=a", BOTH),
        ("range", None, "a=a z=1", BOTH),
        ("range", None, "a=a b=N:1", BOTH),
        ("range", "index1", "", INVALID),
        ("range", "index1", "a=a b=a", INVALID),
        ("range", "index3", "a=a b=a z=a", INVALID),
        ("range", "index1", "a=N:1 x=1 y=1", NO_KEY),
        ("range", "index1", "a=a b=N:1 c=N:1", NO_KEY),
        ("range", "index1", "a=N:1 b=a c=a", NO_KEY),
        ("range", "index4", "x=N:1 y=N:1 c=1 d=N:1", NO_KEY),
        ("range", "index1", "a=1 b=N:1 c=a", BOTH),
        ("range", "index3", "x=N:1 y=N:1 c=a", BOTH),
        ("range", "index4", "a=N:1 b=1 c=a d=a", BOTH),
    ],
)
def test_a_scan_checks_its_start_key(service: Any, table: str, index: str | None, start: str, message: str) -> None:
    params = {"IndexName": index} if index else {}
    assert service.refusal("Scan", TableName=table, ExclusiveStartKey=key(start), **params) == message


def test_a_start_key_of_another_segment_is_refused(service: Any) -> None:
    for number in range(10):
        service.put("hash", {"a": {"S": str(number)}})
    others = service("Scan", TableName="hash", Segment=1, TotalSegments=2)["Items"]
    assert others
    message = service.refusal("Scan", TableName="hash", Segment=0, TotalSegments=2, ExclusiveStartKey=others[0])
    assert message == (
        f"{INVALID}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
        "TotalSegments: 2 Segment: 0"
    )


def test_values_that_cannot_be_are_reported_before_the_table(service: Any) -> None:
    bare = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
    asked: dict[str, dict[str, Any]] = {"Scan": {}, "Query": {"KeyConditions": {}}}
    for operation, params in asked.items():
        for dialect in (TODAY, CLASSIC):
            service.engine.dialect = dialect
            message = service.refusal(operation, TableName="absent", ExclusiveStartKey={"a": {}}, **params)
            placed = operation == "Scan" or dialect is CLASSIC  # error-messages/valueLayers
            assert message == (f"{INVALID}: {bare}" if placed else bare)


def test_numbers_in_a_start_key_may_be_written_as_one_likes(service: Any) -> None:
    service.put("numbers", *({"a": {"S": "x"}, "b": {"N": str(number)}} for number in range(3)))
    answer = service(
        "Query",
        TableName="numbers",
        KeyConditionExpression="a = :a",
        ExpressionAttributeValues={":a": {"S": "x"}},
        ExclusiveStartKey={"a": {"S": "x"}, "b": {"N": "10e-1"}},
    )
    assert [item["b"]["N"] for item in answer["Items"]] == ["2"]
