"""Which parameters may come together (dynalite's suite; extenddb's tests that also run against AWS)."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.dialects import CLASSIC
from pytest_dynamodb.engine.parameters.expressions import check_usage
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.errors import ValidationException

EQ = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "x"}]}
MIXED = (
    "Can not use both expression and non-expression parameters in the same request: "
    "Non-expression parameters: {%s} Expression parameters: {%s}"
)
ALONE = "ConditionalOperator cannot be used without Filter or Expected"
OF_ONE = "ConditionalOperator can only be used when Filter or Expected has two or more elements"


def refusal(operation: str, **params: Any) -> str:
    with pytest.raises(ValidationException) as caught:
        check_usage(surface_of(operation, CLASSIC), params)
    return caught.value.message


def test_what_expressions_replace_does_not_mix_with_them() -> None:
    assert refusal("GetItem", AttributesToGet=["a"], ProjectionExpression="") == MIXED % (
        "AttributesToGet",
        "ProjectionExpression",
    )
    assert refusal("UpdateItem", Expected={"a": {}}, AttributeUpdates={}, ConditionExpression="") == MIXED % (
        "AttributeUpdates, Expected",
        "ConditionExpression",
    )
    assert refusal(
        "Query",
        KeyConditions={"pk": EQ},
        QueryFilter={"a": EQ},
        ConditionalOperator="AND",
        KeyConditionExpression="pk = :p",
        FilterExpression="a = :v",
        ProjectionExpression="b",
    ) == MIXED % (
        "QueryFilter, ConditionalOperator, KeyConditions",
        "ProjectionExpression, FilterExpression, KeyConditionExpression",
    )


def test_key_conditions_mix_with_other_expressions() -> None:
    params = {"KeyConditions": {"pk": EQ}, "FilterExpression": "a = b", "ProjectionExpression": "a"}
    check_usage(surface_of("Query", CLASSIC), params)


@pytest.mark.parametrize("operation", ["PutItem", "GetItem", "Query", "DeleteItem"])
def test_names_need_an_expression(operation: str) -> None:
    expected = "ExpressionAttributeNames can only be specified when using expressions"
    assert refusal(operation, ExpressionAttributeNames={}, ExpressionAttributeValues={}) == expected


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("PutItem", "ConditionExpression is null"),
        ("UpdateItem", "UpdateExpression and ConditionExpression are null"),
        ("Query", "FilterExpression and KeyConditionExpression are null"),
        ("Scan", "FilterExpression is null"),
    ],
)
def test_values_need_an_expression_that_may_use_them(operation: str, said: str) -> None:
    expected = f"ExpressionAttributeValues can only be specified when using expressions: {said}"
    assert refusal(operation, ExpressionAttributeValues={}) == expected
    if operation in {"Query", "Scan"}:
        assert refusal(operation, ExpressionAttributeValues={}, ProjectionExpression="a") == expected


def test_the_newer_dialect_does_not_say_which_expressions_a_query_lacks() -> None:
    with pytest.raises(ValidationException) as caught:
        check_usage(surface_of("Query"), {"ExpressionAttributeValues": {}})
    assert caught.value.message == "ExpressionAttributeValues can only be specified when using expressions"


def test_a_conditional_operator_joins_two_conditions_or_more() -> None:
    assert refusal("PutItem", ConditionalOperator="AND") == ALONE
    assert refusal("Scan", ConditionalOperator="OR", ScanFilter={}) == ALONE
    assert refusal("Query", ConditionalOperator="AND", KeyConditions={"pk": EQ}) == ALONE
    assert refusal("Query", ConditionalOperator="AND", KeyConditions={"pk": EQ}, QueryFilter={"a": EQ}) == OF_ONE
    check_usage(surface_of("Scan", CLASSIC), {"ConditionalOperator": "OR", "ScanFilter": {"a": EQ, "b": EQ}})


def test_the_newer_dialect_puts_single_writes_behind_an_envelope() -> None:
    action = surface_of("TransactWriteItems").parts["Put"]
    for surface, enveloped in ((surface_of("PutItem"), True), (action, False)):
        with pytest.raises(ValidationException) as caught:
            check_usage(surface, {"ExpressionAttributeNames": {}})
        assert caught.value.message.startswith("1 validation error detected: ") is enveloped
