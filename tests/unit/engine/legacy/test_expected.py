"""Expected (dynalite's suite, test/putItem; dynamodb-conformance, tier3/legacy-api/expected)."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.legacy import expected_condition
from pytest_dynamodb.engine.validation.surfaces import surface_of
from pytest_dynamodb.engine.validation.wording import CLASSIC, Wording
from pytest_dynamodb.errors import ValidationException

INVALID = "One or more parameter values were invalid: "
ITEM: dict[str, Any] = {
    "pk": {"S": "p"},
    "status": {"S": "active"},
    "n": {"N": "5"},
    "tags": {"SS": ["a", "b"]},
    "list": {"L": [{"S": "x"}]},
    "flag": {"BOOL": False},
    "a.b": {"S": "dotted"},
}


def meets(expected: dict[str, Any], conditional_operator: str | None = None) -> bool:
    params = {"Expected": expected, "ConditionalOperator": conditional_operator}
    condition = expected_condition(params, CLASSIC)
    assert condition is not None
    return compile_condition(condition)(ITEM)


def refusal(expected: dict[str, Any], wording: Wording = CLASSIC) -> str:
    with pytest.raises(ValidationException) as caught:
        expected_condition({"Expected": {"a": expected}}, wording)
    return caught.value.message


def test_nothing_expected_is_no_condition() -> None:
    assert expected_condition({}, CLASSIC) is None
    assert expected_condition({"Expected": {}}, CLASSIC) is None


def test_a_value_alone_must_be_equal() -> None:
    assert meets({"status": {"Value": {"S": "active"}}})
    assert meets({"flag": {"Value": {"BOOL": False}, "Exists": True}})
    assert meets({"n": {"Value": {"N": "5.0"}}})
    assert not meets({"status": {"Value": {"S": "other"}}})
    assert not meets({"gone": {"Value": {"S": "other"}}})


def test_exists_false_means_that_there_is_none() -> None:
    assert meets({"gone": {"Exists": False}})
    assert not meets({"pk": {"Exists": False}})


def test_names_are_whole_names() -> None:
    assert meets({"a.b": {"Value": {"S": "dotted"}}})


@pytest.mark.parametrize(
    ("name", "operator", "values", "expected"),
    [
        ("status", "EQ", [{"S": "active"}], True),
        ("tags", "EQ", [{"SS": ["b", "a"]}], True),
        ("status", "NE", [{"S": "active"}], False),
        ("gone", "NE", [{"S": "active"}], True),
        ("n", "LE", [{"N": "5"}], True),
        ("n", "LT", [{"N": "5"}], False),
        ("n", "GE", [{"N": "5"}], True),
        ("n", "GT", [{"N": "4"}], True),
        ("n", "GT", [{"S": "4"}], False),
        ("n", "BETWEEN", [{"N": "1"}, {"N": "5"}], True),
        ("n", "IN", [{"N": "1"}, {"N": "5"}], True),
        ("status", "BEGINS_WITH", [{"S": "act"}], True),
        ("status", "CONTAINS", [{"S": "tiv"}], True),
        ("tags", "CONTAINS", [{"S": "a"}], True),
        ("list", "CONTAINS", [{"S": "x"}], True),
        ("tags", "NOT_CONTAINS", [{"S": "z"}], True),
        ("tags", "NOT_CONTAINS", [{"S": "a"}], False),
        ("gone", "NOT_CONTAINS", [{"S": "a"}], False),
        ("gone", "NULL", [], True),
        ("pk", "NOT_NULL", [], True),
        ("pk", "NULL", [], False),
    ],
)
def test_operators_compare(name: str, operator: str, values: list[Any], expected: bool) -> None:
    assert meets({name: {"ComparisonOperator": operator, "AttributeValueList": values}}) is expected
    if len(values) == 1:
        assert meets({name: {"ComparisonOperator": operator, "Value": values[0]}}) is expected


def test_conditions_are_joined_by_the_conditional_operator() -> None:
    both: dict[str, Any] = {"status": {"Value": {"S": "active"}}, "gone": {"Value": {"S": "x"}}}
    assert not meets(both)
    assert not meets(both, "AND")
    assert meets(both, "OR")


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        ({}, "Value must be provided when Exists is null for Attribute: a"),
        ({"Exists": True}, "Value must be provided when Exists is true for Attribute: a"),
        ({"Exists": False, "Value": {"S": "a"}}, "Value cannot be used when Exists is false for Attribute: a"),
        (
            {"ComparisonOperator": "LT"},
            "Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: a",
        ),
        (
            {"Exists": True, "ComparisonOperator": "LT"},
            "Exists and ComparisonOperator cannot be used together for Attribute: a",
        ),
        (
            {"AttributeValueList": [{"S": "a"}], "Value": {"S": "a"}, "ComparisonOperator": "LT"},
            "Value and AttributeValueList cannot be used together for Attribute: a",
        ),
        (
            {"Exists": True, "AttributeValueList": [{"S": "a"}]},
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
        ),
        (
            {"AttributeValueList": [], "ComparisonOperator": "EQ"},
            "Invalid number of argument(s) for the EQ ComparisonOperator",
        ),
        (
            {"Value": {"S": "a"}, "ComparisonOperator": "NULL"},
            "Invalid number of argument(s) for the NULL ComparisonOperator",
        ),
        (
            {"Value": {"S": "a"}, "ComparisonOperator": "BETWEEN"},
            "Invalid number of argument(s) for the BETWEEN ComparisonOperator",
        ),
        (
            {"AttributeValueList": [{"S": "b"}, {"N": "1"}], "ComparisonOperator": "IN"},
            "AttributeValues inside AttributeValueList must be of same type",
        ),
        (
            {"AttributeValueList": [{"SS": ["b"]}], "ComparisonOperator": "LT"},
            "ComparisonOperator LT is not valid for SS AttributeValue type",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(expected: dict[str, Any], problem: str) -> None:
    assert refusal(expected) == INVALID + problem


def test_bounds_must_be_in_order() -> None:
    problem = refusal({"AttributeValueList": [{"N": "10"}, {"N": "9"}], "ComparisonOperator": "BETWEEN"})
    expected = "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
    assert problem == expected


def test_bad_values_are_enveloped_in_the_newer_dialect() -> None:
    """dynamodb-conformance, error-messages/valueLayers: numbers in Expected values."""
    bare = "The parameter cannot be converted to a numeric value: abc"
    assert refusal({"Value": {"N": "abc"}}) == bare
    assert refusal({"Value": {"N": "abc"}}, surface_of("PutItem")) == f"1 validation error detected: {bare}"
