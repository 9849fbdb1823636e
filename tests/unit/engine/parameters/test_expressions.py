"""The expressions of a request, bound, and what is reported first about them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_dynamodb.dialects import CLASSIC
from pytest_dynamodb.engine.parameters.expressions import NO_EXPRESSIONS, bind_expressions
from pytest_dynamodb.engine.validation.surfaces import Surface, surface_of
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.nodes import Compare, Literal, Name, Path
from pytest_dynamodb.expressions.resolution import KeyClause

ENVELOPE = "1 validation error detected: "


def refusal(surface: Surface | str, **params: Any) -> str:
    """What is said first; an operation by name is the ``classic`` one."""
    with pytest.raises(ValidationException) as caught:
        bind_expressions(surface_of(surface, CLASSIC) if isinstance(surface, str) else surface, params)
    assert type(caught.value) is ValidationException
    return caught.value.message


def test_a_request_without_expressions_has_none() -> None:
    assert bind_expressions(surface_of("PutItem", CLASSIC), {"Item": {}}) is NO_EXPRESSIONS


@pytest.mark.parametrize("number", ["1.50", "2", "3"])
def test_trees_hold_canonical_values_also_where_the_same_texts_come_again(number: str) -> None:
    params = {
        "ConditionExpression": "#n = :n",
        "ExpressionAttributeNames": {"#n": "size"},
        "ExpressionAttributeValues": {":n": {"N": number}},
    }
    bound = bind_expressions(surface_of("PutItem", CLASSIC), params)
    canonical = {"1.50": "1.5"}.get(number, number)
    assert bound.condition == Compare("=", Path((Name("size"),)), Literal({"N": canonical}))


def test_other_names_make_another_tree_of_the_same_text() -> None:
    for name in ("a", "b"):
        params: dict[str, Any] = {"ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": name}}
        bound = bind_expressions(surface_of("GetItem", CLASSIC), params)
        assert bound.projection is not None
        assert bound.projection.paths == (Path((Name(name),)),)


def test_a_key_condition_comes_as_clauses() -> None:
    params = {
        "KeyConditionExpression": ":s < sk AND pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "x"}, ":s": {"N": "01"}},
    }
    clauses = bind_expressions(surface_of("Query", CLASSIC), params).key_clauses
    assert clauses == (KeyClause("sk", ">", (Literal({"N": "1"}),)), KeyClause("pk", "=", (Literal({"S": "x"}),)))


def test_values_of_other_types_are_checked_anew() -> None:
    text = "size(a) < :n"
    bind_expressions(
        surface_of("Scan", CLASSIC), {"FilterExpression": text, "ExpressionAttributeValues": {":n": {"N": "1"}}}
    )
    problem = refusal("Scan", FilterExpression=text, ExpressionAttributeValues={":n": {"BOOL": True}})
    assert problem == (
        "Invalid FilterExpression: Incorrect operand type for operator or function; "
        "operator or function: <, operand type: BOOL"
    )


def test_bounds_and_names_of_types_are_checked_whatever_came_before() -> None:
    for low, high in (("1", "2"), ("2", "1"), ("1", "2")):
        params: dict[str, Any] = {
            "FilterExpression": "a BETWEEN :l AND :h",
            "ExpressionAttributeValues": {":l": {"N": low}, ":h": {"N": high}},
        }
        if low < high:
            bind_expressions(surface_of("Scan", CLASSIC), params)
        else:
            assert "requires upper bound to be greater than or equal to lower bound" in refusal("Scan", **params)
    for name in ("S", "X", "S"):
        params = {
            "FilterExpression": "attribute_type(a, :t)",
            "ExpressionAttributeValues": {":t": {"S": name}},
        }
        if name == "S":
            bind_expressions(surface_of("Scan", CLASSIC), params)
        else:
            assert "Invalid attribute type name found; type: X" in refusal("Scan", **params)


class TestOrder:
    """dynalite's suite: test/putItem, test/query, test/scan."""

    def test_names_come_first(self) -> None:
        problem = refusal("PutItem", ConditionExpression="", ExpressionAttributeNames={}, ExpressionAttributeValues={})
        assert problem == "ExpressionAttributeNames must not be empty"

    def test_and_with_them_what_they_stand_for(self) -> None:
        """extenddb, test_expression_attribute_map_validation, seen on AWS."""
        problem = refusal("GetItem", ProjectionExpression="#a", ExpressionAttributeNames={"#a": ""})
        assert problem == "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a"

    def test_then_the_keys_of_values(self) -> None:
        problem = refusal("PutItem", ConditionExpression="", ExpressionAttributeValues={"a": {}})
        assert problem == 'ExpressionAttributeValues contains invalid key: Syntax error; key: "a"'

    def test_then_the_values(self) -> None:
        problem = refusal("PutItem", ConditionExpression="", ExpressionAttributeValues={":a": {}})
        assert problem == (
            "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, "
            "must contain exactly one of the supported datatypes for key :a"
        )

    def test_then_every_text(self) -> None:
        problem = refusal("Scan", FilterExpression="a > b", ProjectionExpression="")
        assert problem == "Invalid ProjectionExpression: The expression can not be empty;"
        problem = refusal("Scan", FilterExpression="", ProjectionExpression="")
        assert problem == "Invalid FilterExpression: The expression can not be empty;"

    def test_then_names_values_and_operands_expression_by_expression(self) -> None:
        problem = refusal("UpdateItem", UpdateExpression="SET a = :a", ConditionExpression="b = :b")
        assert problem == (
            "Invalid UpdateExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :a"
        )

    def test_then_what_is_unused(self) -> None:
        params: dict[str, Any] = {"KeyConditionExpression": "a = :a OR b = :a", "ExpressionAttributeNames": {"#x": "x"}}
        problem = refusal("Query", **params, ExpressionAttributeValues={":a": {"S": "a"}})
        assert problem == "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}"

    def test_then_what_a_key_condition_may_be(self) -> None:
        problem = refusal(
            "Query", KeyConditionExpression="a = :a OR b = :a", ExpressionAttributeValues={":a": {"S": "a"}}
        )
        assert problem == "Invalid operator used in KeyConditionExpression: OR"


class TestDialects:
    """dynamodb-conformance, error-messages/valueLayers and updateItem (captured 2026-10-09)."""

    UNDEFINED = (
        "Invalid ConditionExpression: An expression attribute value used in expression is not defined; "
        "attribute value: :v"
    )

    def test_the_newer_one_envelopes_expression_errors_of_single_writes(self) -> None:
        assert refusal(surface_of("PutItem"), ConditionExpression="a = :v") == ENVELOPE + self.UNDEFINED
        assert refusal("PutItem", ConditionExpression="a = :v") == self.UNDEFINED

    def test_but_not_those_of_transactions(self) -> None:
        problem = refusal(surface_of("TransactWriteItems").parts["Put"], ConditionExpression="a = :v")
        assert problem == self.UNDEFINED

    def test_values_are_worded_by_operation(self) -> None:
        params: dict[str, Any] = {"ConditionExpression": "n = :v", "ExpressionAttributeValues": {":v": {"N": "abc"}}}
        bare = "The parameter cannot be converted to a numeric value: abc"
        wrapped = f"ExpressionAttributeValues contains invalid value: {bare} for key :v"
        assert refusal(surface_of("PutItem"), **params) == ENVELOPE + bare
        assert refusal(surface_of("TransactWriteItems").parts["Put"], **params) == wrapped
        assert refusal("PutItem", **params) == wrapped
