"""QueryFilter, ScanFilter and KeyConditions: maps of attributes to conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias, cast

from pytest_dynamodb.engine.legacy.conditions import check_operator, joined, literals, lowered
from pytest_dynamodb.engine.validation.wording import Wording
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.keyconditions import KeyClause, KeyOperator

FilterName: TypeAlias = Literal["QueryFilter", "ScanFilter"]

WRONG_LENGTH: Final = "Conditions can be of length 1 or 2 only"

_KEY_OPERATORS: Final[dict[str, KeyOperator]] = {
    "EQ": "=",
    "LE": "<=",
    "LT": "<",
    "GE": ">=",
    "GT": ">",
    "BEGINS_WITH": "begins_with",
    "BETWEEN": "BETWEEN",
}

_Checked: TypeAlias = "tuple[str, str, tuple[nodes.Literal, ...]]"


def filter_condition(params: Mapping[str, Any], name: FilterName, wording: Wording) -> nodes.Condition | None:
    """The condition that a legacy filter is, or ``None``. Raises ``ValidationException``."""
    conditions = [lowered(*condition) for condition in _checked(params.get(name), wording)]
    return joined(conditions, params.get("ConditionalOperator"))


def legacy_key_clauses(params: Mapping[str, Any], wording: Wording) -> tuple[KeyClause, ...] | None:
    """The clauses that KeyConditions are, or ``None`` where there are no KeyConditions. Raises ``ValidationException``.

    Operators that no key can have keep their legacy names: they are reported against the schema.
    """
    given = params.get("KeyConditions")
    if given is None:
        return None
    clauses = tuple([_clause(*condition) for condition in _checked(given, wording)])
    if not clauses:
        raise ValidationException(WRONG_LENGTH)
    return clauses


def _checked(given: Mapping[str, Any] | None, wording: Wording) -> Iterator[_Checked]:
    for name, condition in (given or {}).items():
        values = literals(condition.get("AttributeValueList") or (), wording)
        operator = condition["ComparisonOperator"]
        check_operator(operator, values, wording)
        yield name, operator, values


def _clause(name: str, operator: str, values: tuple[nodes.Literal, ...]) -> KeyClause:
    return KeyClause(name, cast("KeyOperator", _KEY_OPERATORS.get(operator, operator)), values)
