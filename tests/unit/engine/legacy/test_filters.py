"""QueryFilter, ScanFilter and KeyConditions (dynalite's suite, test/query; dynamodb-conformance, tier3/legacy-api)."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.legacy import attributes_to_get, filter_condition, legacy_key_clauses
from pytest_dynamodb.engine.validation.wording import CLASSIC
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.nodes import Literal
from pytest_dynamodb.expressions.resolution import KeyClause

INVALID = "One or more parameter values were invalid: "


def condition(operator: str, *values: dict[str, Any]) -> dict[str, Any]:
    return {"ComparisonOperator": operator, **({"AttributeValueList": list(values)} if values else {})}


def refusal(**conditions: dict[str, Any]) -> str:
    with pytest.raises(ValidationException) as caught:
        filter_condition({"ScanFilter": conditions}, "ScanFilter", CLASSIC)
    with pytest.raises(ValidationException) as also:
        legacy_key_clauses({"KeyConditions": conditions}, CLASSIC)
    assert also.value.message == caught.value.message
    return caught.value.message


def test_a_filter_is_a_condition() -> None:
    params: dict[str, Any] = {"QueryFilter": {"a": condition("EQ", {"S": "x"}), "b": condition("NOT_NULL")}}
    tree = filter_condition(params, "QueryFilter", CLASSIC)
    assert tree is not None
    assert compile_condition(tree)({"a": {"S": "x"}, "b": {"N": "1"}})
    assert not compile_condition(tree)({"a": {"S": "x"}})
    either = filter_condition({**params, "ConditionalOperator": "OR"}, "QueryFilter", CLASSIC)
    assert either is not None
    assert compile_condition(either)({"a": {"S": "x"}})


def test_no_filter_is_no_condition() -> None:
    assert filter_condition({}, "ScanFilter", CLASSIC) is None
    assert filter_condition({"ScanFilter": {}}, "ScanFilter", CLASSIC) is None


@pytest.mark.parametrize(
    "operator", ["EQ", "NE", "LE", "LT", "GE", "GT", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH", "IN", "BETWEEN"]
)
def test_operators_need_their_values(operator: str) -> None:
    problem = f"{INVALID}Invalid number of argument(s) for the {operator} ComparisonOperator"
    assert refusal(a=condition(operator)) == problem
    if operator != "IN":
        assert refusal(a=condition(operator, *[{"S": "a"}] * 3)) == problem


@pytest.mark.parametrize("operator", ["LE", "LT", "GE", "GT", "IN", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH"])
@pytest.mark.parametrize("value", [{"BOOL": True}, {"SS": ["a"]}, {"M": {}}, {"L": []}])
def test_operators_take_their_types(operator: str, value: dict[str, Any]) -> None:
    (tag,) = value
    expected = f"{INVALID}ComparisonOperator {operator} is not valid for {tag} AttributeValue type"
    assert refusal(a=condition(operator, value)) == expected


def test_values_are_checked_first() -> None:
    problem = refusal(a=condition("EQ", {"N": "1"}, {"N": "b"}))
    assert problem == "The parameter cannot be converted to a numeric value: b"


def test_key_conditions_are_clauses() -> None:
    params = {"KeyConditions": {"sk": condition("BEGINS_WITH", {"S": "a"}), "pk": condition("EQ", {"N": "01"})}}
    assert legacy_key_clauses(params, CLASSIC) == (
        KeyClause("sk", "begins_with", (Literal({"S": "a"}),)),
        KeyClause("pk", "=", (Literal({"N": "1"}),)),
    )


def test_operators_that_no_key_can_have_keep_their_names() -> None:
    clauses = legacy_key_clauses({"KeyConditions": {"pk": condition("NULL")}}, CLASSIC)
    assert clauses is not None
    assert [clause.operator for clause in clauses] == ["NULL"]


def test_key_conditions_may_not_be_empty() -> None:
    assert legacy_key_clauses({}, CLASSIC) is None
    with pytest.raises(ValidationException, match=r"^Conditions can be of length 1 or 2 only$"):
        legacy_key_clauses({"KeyConditions": {}}, CLASSIC)


def test_attributes_to_get_are_names_that_come_once() -> None:
    assert attributes_to_get({"AttributesToGet": ["a", "b"]}) == ("a", "b")
    assert attributes_to_get({}) is None
    with pytest.raises(ValidationException) as caught:
        attributes_to_get({"AttributesToGet": ["a", "b", "a"]})
    assert caught.value.message == f"{INVALID}Duplicate value in attribute name: a"
