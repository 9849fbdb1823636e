"""Which parameters of a request may come together. Checked before any of them is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_dynamodb.engine.validation.surfaces import Surface

MIXED: Final = (
    "Can not use both expression and non-expression parameters in the same request: "
    "Non-expression parameters: {{{legacy}}} Expression parameters: {{{expressions}}}"
)
NAMES_ALONE: Final = "ExpressionAttributeNames can only be specified when using expressions"
OPERATOR_ALONE: Final = "ConditionalOperator cannot be used without Filter or Expected"
OPERATOR_OF_ONE: Final = "ConditionalOperator can only be used when Filter or Expected has two or more elements"
VALUES_ALONE: Final = "ExpressionAttributeValues can only be specified when using expressions"
NULL_EXPRESSIONS: Final = ": {expressions} {are} null"


def check_usage(surface: Surface, params: Mapping[str, Any]) -> None:
    """Check that a request does not mix expressions with what they replace, nor has names or values without any.

    ``surface`` is the row that ``params`` belong to, of an operation or of a part. Raises ``ValidationException``
    (dynalite's suite: "if expression and non-expression" and the cases after it).
    """
    problem = _misuse(surface, params)
    if problem is not None:
        raise surface.refusal(problem)


def _misuse(surface: Surface, params: Mapping[str, Any]) -> str | None:
    expressions = [name for name in surface.expressions if params.get(name) is not None]
    if expressions:
        legacy = _legacy(surface, params)
        if legacy:
            return MIXED.format(legacy=", ".join(legacy), expressions=", ".join(expressions))
    elif params.get("ExpressionAttributeNames") is not None:
        return NAMES_ALONE
    if params.get("ExpressionAttributeValues") is not None:
        problem = _values_alone(surface, params)
        if problem is not None:
            return problem
    return None if params.get("ConditionalOperator") is None else _operator_alone(params)


def _legacy(surface: Surface, params: Mapping[str, Any]) -> list[str]:
    """The legacy parameters given. KeyConditions beside a FilterExpression are no mixture."""
    alone = params.get("KeyConditionExpression") is None
    return [name for name in surface.legacy if params.get(name) is not None and not (alone and name == "KeyConditions")]


def _operator_alone(params: Mapping[str, Any]) -> str | None:
    """ConditionalOperator joins two conditions or more (extenddb, test_conditional_operator, also run against AWS)."""
    joined = sum(len(params.get(name) or ()) for name in ("Expected", "QueryFilter", "ScanFilter"))
    if joined >= 2:
        return None
    return OPERATOR_OF_ONE if joined else OPERATOR_ALONE


def _values_alone(surface: Surface, params: Mapping[str, Any]) -> str | None:
    valued = surface.valued
    if not valued or any(params.get(name) is not None for name in valued):
        return None
    if not surface.lists_absent:
        return VALUES_ALONE
    return VALUES_ALONE + NULL_EXPRESSIONS.format(
        expressions=" and ".join(valued), are="are" if len(valued) > 1 else "is"
    )
