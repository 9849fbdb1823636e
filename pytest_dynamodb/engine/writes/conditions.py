"""The condition of a write, from an expression or from the legacy Expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.legacy import attribute_updates, expected_condition
from pytest_dynamodb.engine.parameters.expressions import bind_expressions
from pytest_dynamodb.engine.parameters.usage import check_usage
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.engine.validation.rules import check_return_values
from pytest_dynamodb.engine.validation.surfaces import Surface
from pytest_dynamodb.engine.validation.values import checked_item
from pytest_dynamodb.expressions.nodes import UpdateTree


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a write's expressions come to.

    ``test``     what the item must meet; ``None`` is nothing
    ``failure``  ReturnValuesOnConditionCheckFailure
    ``update``   what an update changes, from an expression or from AttributeUpdates
    """

    test: Callable[[Attributes], bool] | None = None
    failure: str | None = None
    update: UpdateTree | None = None


UNCONDITIONAL: Final = Conditions()


def read_keyed(surface: Surface, params: Mapping[str, Any]) -> tuple[StoredItem, Conditions]:
    """The key and the conditions of a write that has a Key.

    How expressions are used comes first. Then a single call's key comes before its expressions (dynalite's suite,
    test/updateItem); in a transaction it comes after them (validation-ordering/deepRequests). Raises
    ``ValidationException``.
    """
    if surface.expressions:
        check_usage(surface, params)
    if surface.key_last:
        conditions = read_conditions(surface, params)
        return _key(surface, params), conditions
    key = _key(surface, params)
    if surface.only_old:
        check_return_values(surface, params)
    return key, read_conditions(surface, params)


def _key(surface: Surface, params: Mapping[str, Any]) -> StoredItem:
    return checked_item(params["Key"], wording=surface, limit=None)


def read_conditions(surface: Surface, params: Mapping[str, Any]) -> Conditions:
    """The expressions of a write or their legacy counterparts, checked in AWS's order; ``check_usage`` has passed.

    Raises ``ValidationException``.
    """
    if not surface.expressions:
        return UNCONDITIONAL
    changes = None
    if "AttributeUpdates" in params and "AttributeUpdates" in surface.legacy:
        changes = attribute_updates(params, surface)
    bound = bind_expressions(surface, params)
    tree = bound.condition
    if tree is None and "Expected" in params and "Expected" in surface.legacy:
        tree = expected_condition(params, surface)
    test = None if tree is None else compile_condition(tree)
    return Conditions(test, params.get("ReturnValuesOnConditionCheckFailure"), bound.update or changes)
