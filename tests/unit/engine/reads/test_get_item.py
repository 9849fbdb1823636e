"""GetItem. Cases: dynamodb-conformance, tier1/getItem and error-messages/getItem; dynalite, test/getItem."""

from __future__ import annotations

from typing import Any

import pytest

ITEM = {"a": {"S": "x"}, "b": {"N": "1"}, "c": {"M": {"d": {"L": [{"S": "y"}, {"S": "z"}]}}}}
KEY = {"a": {"S": "x"}}


def test_an_item_comes_back_as_it_was_put(service: Any) -> None:
    service.put("hash", ITEM)
    assert service("GetItem", TableName="hash", Key=KEY) == {"Item": ITEM}


def test_no_item_is_an_answer_without_one(service: Any) -> None:
    assert service("GetItem", TableName="hash", Key=KEY, ConsistentRead=True) == {}


def test_a_table_may_be_named_by_its_arn(service: Any) -> None:
    service.put("hash", ITEM)
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/hash"
    answer = service("GetItem", TableName=arn, Key=KEY, ReturnConsumedCapacity="TOTAL")
    assert answer["Item"] == ITEM
    assert answer["ConsumedCapacity"]["TableName"] == arn, "API reference, ConsumedCapacity: TableName"


@pytest.mark.parametrize(
    "asked",
    [
        {"AttributesToGet": ["b", "none_such"]},
        {"ProjectionExpression": "b, none_such"},
        {"ProjectionExpression": "#b", "ExpressionAttributeNames": {"#b": "b"}},
    ],
)
def test_only_what_is_asked_for_is_given_and_no_keys_besides(service: Any, asked: dict[str, Any]) -> None:
    service.put("hash", ITEM)
    assert service("GetItem", TableName="hash", Key=KEY, **asked) == {"Item": {"b": {"N": "1"}}}


def test_an_item_of_which_nothing_is_asked_for_is_empty(service: Any) -> None:
    """Seen on AWS (nubo-db/dynoxide#53)."""
    service.put("hash", ITEM)
    assert service("GetItem", TableName="hash", Key=KEY, ProjectionExpression="none_such") == {"Item": {}}


def test_a_path_gives_what_it_leads_to(service: Any) -> None:
    service.put("hash", ITEM)
    answer = service("GetItem", TableName="hash", Key=KEY, ProjectionExpression="c.d[1]")
    assert answer == {"Item": {"c": {"M": {"d": {"L": [{"S": "z"}]}}}}}


@pytest.mark.parametrize(
    ("size", "consistent", "units"), [(10, False, 0.5), (10, True, 1), (4100, False, 1), (4100, True, 2)]
)
def test_a_read_costs_a_unit_for_4_kb_and_half_if_it_need_not_be_consistent(
    service: Any, size: int, consistent: bool, units: float
) -> None:
    service.put("hash", {**KEY, "b": {"S": "x" * size}})
    answer = service(
        "GetItem",
        TableName="hash",
        Key=KEY,
        ConsistentRead=consistent,
        ProjectionExpression="none_such",
        ReturnConsumedCapacity="INDEXES",
    )
    assert answer["ConsumedCapacity"] == {
        "TableName": "hash",
        "CapacityUnits": units,
        "Table": {"CapacityUnits": units},
    }


def test_reading_what_is_not_there_costs_the_least(service: Any) -> None:
    answer = service("GetItem", TableName="hash", Key=KEY, ReturnConsumedCapacity="TOTAL")
    assert answer == {"ConsumedCapacity": {"TableName": "hash", "CapacityUnits": 0.5}}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"Key": {}}, "The provided key element does not match the schema"),
        ({"Key": {"a": {"N": "1"}}}, "The provided key element does not match the schema"),
        ({"Key": {**KEY, "b": {"N": "1"}}}, "The provided key element does not match the schema"),
        (
            {"Key": {"a": {"S": ""}}},
            (
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                "empty string value. Key: a"
            ),
        ),
        (
            {"Key": KEY, "ProjectionExpression": "!!! INVALID !!!"},
            'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"',
        ),
        (
            {"Key": KEY, "ProjectionExpression": "a.b"},
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: a",
        ),
        (
            {"Key": KEY, "AttributesToGet": ["a", "a"]},
            "One or more parameter values were invalid: Duplicate value in attribute name: a",
        ),
        (
            {"Key": KEY, "AttributesToGet": ["a"], "ProjectionExpression": "a"},
            (
                "Can not use both expression and non-expression parameters in the same request: Non-expression "
                "parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"
            ),
        ),
        (
            {"Key": KEY, "ExpressionAttributeNames": {"#a": "a"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(service: Any, params: dict[str, Any], message: str) -> None:
    assert service.refusal("GetItem", TableName="hash", **params) == message


def test_an_expression_is_looked_at_before_the_table_and_the_key_after_it(service: Any) -> None:
    missing = {"TableName": "missing", "Key": {}}
    assert service.refusal("GetItem", **missing, ProjectionExpression="a,,").startswith("Invalid ProjectionExpression")
    assert service.refusal("GetItem", code="ResourceNotFoundException", **missing) == "Requested resource not found"


def test_paths_into_keys_of_indexes_are_refused_as_such(service: Any) -> None:
    key = {"a": {"S": "x"}, "b": {"S": "y"}}
    assert service.refusal("GetItem", TableName="range", Key=key, ProjectionExpression="d[1]") == (
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: d"
    )
