"""The condition of a write, from an expression or from the legacy Expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.legacy.attributeupdates import attribute_updates
from pytest_dynamodb.engine.legacy.expected import expected_condition
from pytest_dynamodb.engine.parameters.expressions import bind_expressions
from pytest_dynamodb.engine.parameters.surfaces import SURFACES, SurfaceName
from pytest_dynamodb.engine.parameters.usage import check_usage
from pytest_dynamodb.engine.storage.item import Attributes, Item
from pytest_dynamodb.engine.validation.rules.writes import check_return_values
from pytest_dynamodb.engine.validation.values import checked_item
from pytest_dynamodb.engine.validation.wording import wording_of
from pytest_dynamodb.expressions import Dialect
from pytest_dynamodb.expressions.nodes import Update


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a write's expressions come to.

    ``test``     what the item must meet; ``None`` is nothing
    ``failure``  ReturnValuesOnConditionCheckFailure
    ``update``   what an update changes, from an expression or from AttributeUpdates
    """

    test: Callable[[Attributes], bool] | None = None
    failure: str | None = None
    update: Update | None = None


UNCONDITIONAL: Final = Conditions()
_TRANSACTION: Final = "TransactWriteItems"


def read_keyed(
    operation: str, surface: SurfaceName | None, params: Mapping[str, Any], *, dialect: Dialect
) -> tuple[Item, Conditions]:
    """The key and the conditions of a write that has a Key; without a ``surface`` it may have no conditions.

    How expressions are used comes first. Then a single call's key comes before its expressions (dynalite's suite,
    test/updateItem); in a transaction it comes after them (validation-ordering/deepRequests). Raises
    ``ValidationException``.
    """
    if surface is not None:
        check_usage(surface, params, dialect=dialect, operation=operation)
    if operation == _TRANSACTION:
        conditions = read_conditions(operation, surface, params, dialect=dialect)
        return _key(operation, params, dialect), conditions
    key = _key(operation, params, dialect)
    if operation == "DeleteItem":
        check_return_values(params, operation=operation, dialect=dialect)
    return key, read_conditions(operation, surface, params, dialect=dialect)


def _key(operation: str, params: Mapping[str, Any], dialect: Dialect) -> Item:
    return checked_item(params["Key"], wording=wording_of(operation, dialect), limit=None)


def read_conditions(
    operation: str, surface: SurfaceName | None, params: Mapping[str, Any], *, dialect: Dialect
) -> Conditions:
    """The expressions of a write or their legacy counterparts, checked in AWS's order; ``check_usage`` has passed.

    Raises ``ValidationException``.
    """
    if surface is None:
        return UNCONDITIONAL
    legacy = SURFACES[surface].legacy
    changes = None
    if "AttributeUpdates" in params and "AttributeUpdates" in legacy:
        changes = attribute_updates(params, dialect=dialect)
    bound = bind_expressions(surface, params, dialect=dialect, operation=operation)
    tree = bound.condition
    if tree is None and "Expected" in params and "Expected" in legacy:
        tree = expected_condition(params, dialect=dialect)
    test = None if tree is None else compile_condition(tree)
    return Conditions(test, params.get("ReturnValuesOnConditionCheckFailure"), bound.update or changes)
