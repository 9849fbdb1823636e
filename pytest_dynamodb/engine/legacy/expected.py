"""Expected: what an item must be like for a write, by attribute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.legacy.conditions import (
    attribute,
    check_count,
    check_operator,
    joined,
    literals,
    lowered,
)
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES, Wording
from pytest_dynamodb.expressions.nodes import Compare, Condition, Function
from pytest_dynamodb.requests import truth

BOTH_VALUES: Final = INVALID_VALUES + "Value and AttributeValueList cannot be used together for Attribute: {name}"
EXISTS_AND_OPERATOR: Final = (
    INVALID_VALUES + "Exists and ComparisonOperator cannot be used together for Attribute: {name}"
)
NO_VALUES: Final = (
    INVALID_VALUES
    + "Value or AttributeValueList must be used with ComparisonOperator: {operator} for Attribute: {name}"
)
LIST_ALONE: Final = (
    INVALID_VALUES + "AttributeValueList can only be used with a ComparisonOperator for Attribute: {name}"
)
VALUE_NEEDED: Final = INVALID_VALUES + "Value must be provided when Exists is {exists} for Attribute: {name}"
VALUE_UNWANTED: Final = INVALID_VALUES + "Value cannot be used when Exists is false for Attribute: {name}"

_WITHOUT_VALUES: Final = frozenset({"NULL", "NOT_NULL"})


def expected_condition(params: Mapping[str, Any], wording: Wording) -> Condition | None:
    """The condition that Expected is, or ``None``. Raises ``ValidationException``."""
    conditions = [_condition(name, given, wording) for name, given in (params.get("Expected") or {}).items()]
    return joined(conditions, params.get("ConditionalOperator"))


def _condition(name: str, given: Mapping[str, Any], wording: Wording) -> Condition:
    if given.get("AttributeValueList") is not None and given.get("Value") is not None:
        raise wording.refusal(BOTH_VALUES.format(name=name))
    if given.get("ComparisonOperator") is not None:
        return _comparison(name, given, wording)
    if given.get("AttributeValueList") is not None:
        raise wording.refusal(LIST_ALONE.format(name=name))
    return _existence(name, given, wording)


def _comparison(name: str, given: Mapping[str, Any], wording: Wording) -> Condition:
    operator, listed, value = given["ComparisonOperator"], given.get("AttributeValueList"), given.get("Value")
    if given.get("Exists") is not None:
        raise wording.refusal(EXISTS_AND_OPERATOR.format(name=name))
    if operator not in _WITHOUT_VALUES and listed is None and value is None:
        raise wording.refusal(NO_VALUES.format(operator=operator, name=name))
    wanted = listed if listed is not None else [] if value is None else [value]
    check_count(operator, len(wanted), wording)
    values = literals(wanted, wording)
    check_operator(operator, values, wording)
    return lowered(name, operator, values)


def _existence(name: str, given: Mapping[str, Any], wording: Wording) -> Condition:
    exists, value = given.get("Exists"), given.get("Value")
    if exists is not None and not truth(exists):
        if value is not None:
            raise wording.refusal(VALUE_UNWANTED.format(name=name))
        return Function("attribute_not_exists", (attribute(name),))
    if value is None:
        said = "null" if exists is None else "true"
        raise wording.refusal(VALUE_NEEDED.format(exists=said, name=name))
    (literal,) = literals([value], wording)
    return Compare("=", attribute(name), literal)
