"""The condition of a write, from an expression or from the legacy Expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.legacy.expected import expected_condition
from pytest_dynamodb.engine.parameters.expressions import BoundExpressions, bind_expressions
from pytest_dynamodb.engine.parameters.surfaces import SurfaceName
from pytest_dynamodb.engine.parameters.usage import check_usage
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.engine.validation.rules.writes import check_return_values
from pytest_dynamodb.expressions import Dialect
from pytest_dynamodb.expressions.nodes import Update


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a write's expressions come to.

    ``test``     what the item must meet; ``None`` is nothing
    ``failure``  ReturnValuesOnConditionCheckFailure
    ``update``   the update expression of an update
    """

    test: Callable[[Attributes], bool] | None = None
    failure: str | None = None
    update: Update | None = None


UNCONDITIONAL: Final = Conditions()


def read_conditions(
    operation: str, surface: SurfaceName | None, params: Mapping[str, Any], *, dialect: Dialect
) -> Conditions:
    """The expressions of a write, checked in AWS's order; without a ``surface`` it may have none.

    Raises ``ValidationException``.
    """
    if surface is None:
        return UNCONDITIONAL
    check_usage(surface, params, dialect=dialect, operation=operation)
    bound = bind_expressions(surface, params, dialect=dialect, operation=operation)
    if operation != "UpdateItem":
        check_return_values(params, operation=operation, dialect=dialect)
    test = _test(params, bound, dialect)
    return Conditions(test, params.get("ReturnValuesOnConditionCheckFailure"), bound.update)


def _test(params: Mapping[str, Any], bound: BoundExpressions, dialect: Dialect) -> Callable[[Attributes], bool] | None:
    tree = bound.condition
    if tree is None and "Expected" in params:
        tree = expected_condition(params, dialect=dialect)
    return None if tree is None else compile_condition(tree)
