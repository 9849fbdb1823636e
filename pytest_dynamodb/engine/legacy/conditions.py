"""A condition of ComparisonOperator and values, as Expected, QueryFilter, ScanFilter and KeyConditions hold it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pytest_dynamodb.engine.validation.values import checked_value
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES, Wording
from pytest_dynamodb.expressions.nodes import (
    And,
    Between,
    Compare,
    Condition,
    Function,
    In,
    Literal,
    Name,
    Not,
    Or,
    Path,
)
from pytest_dynamodb.values import order_key

WRONG_COUNT: Final = INVALID_VALUES + "Invalid number of argument(s) for the {operator} ComparisonOperator"
MIXED_TYPES: Final = INVALID_VALUES + "AttributeValues inside AttributeValueList must be of same type"
WRONG_TYPE: Final = INVALID_VALUES + "ComparisonOperator {operator} is not valid for {type} AttributeValue type"
INVERTED: Final = "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"

Lower: TypeAlias = Callable[[Path, Sequence[Literal]], Condition]

_SCALARS: Final = frozenset({"S", "N", "B"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What an operator takes, and the condition it is: at least and at most so many values, of these types or any."""

    least: int
    most: float
    types: frozenset[str] | None
    lower: Lower


def _compare(operator: Any) -> Lower:
    return lambda path, values: Compare(operator, path, values[0])


def _call(function: str) -> Lower:
    return lambda path, values: Function(function, (path, *values))


def _not_contains(path: Path, values: Sequence[Literal]) -> Condition:
    # Other than NOT contains(), it is false where there is no attribute (inferred; no capture shows it).
    return And((Function("attribute_exists", (path,)), Not(Function("contains", (path, values[0])))))


RULES: Final[dict[str, Rule]] = {
    "EQ": Rule(1, 1, None, _compare("=")),
    "NE": Rule(1, 1, None, _compare("<>")),
    "LE": Rule(1, 1, _SCALARS, _compare("<=")),
    "LT": Rule(1, 1, _SCALARS, _compare("<")),
    "GE": Rule(1, 1, _SCALARS, _compare(">=")),
    "GT": Rule(1, 1, _SCALARS, _compare(">")),
    "NOT_NULL": Rule(0, 0, None, _call("attribute_exists")),
    "NULL": Rule(0, 0, None, _call("attribute_not_exists")),
    "CONTAINS": Rule(1, 1, _SCALARS, _call("contains")),
    "NOT_CONTAINS": Rule(1, 1, _SCALARS, _not_contains),
    "BEGINS_WITH": Rule(1, 1, frozenset({"S", "B"}), _call("begins_with")),
    "IN": Rule(1, float("inf"), _SCALARS, lambda path, values: In(path, tuple(values))),
    "BETWEEN": Rule(2, 2, _SCALARS, lambda path, values: Between(path, values[0], values[1])),
}
"""The operators (API reference, "Condition": ComparisonOperator; EQ and NE take any type)."""


def attribute(name: str) -> Path:
    """The path of an attribute: legacy names are whole names, dots and brackets included."""
    return Path((Name(name),))


def literals(values: Sequence[Any], wording: Wording) -> tuple[Literal, ...]:
    """Values, checked and canonical. Raises ``ValidationException``."""
    return tuple([Literal(checked_value(value, wording=wording)[0]) for value in values])


def check_operator(operator: str, values: Sequence[Literal], wording: Wording) -> None:
    """Check that an operator takes these values: how many, of one type, of its types, BETWEEN's in order."""
    check_count(operator, len(values), wording)
    rule = RULES[operator]
    tags = {value.tag for value in values}
    if len(tags) > 1:
        raise wording.refusal(MIXED_TYPES)
    if rule.types is not None and not tags <= rule.types:
        raise wording.refusal(WRONG_TYPE.format(operator=operator, type=values[0].tag))
    if operator == "BETWEEN" and _inverted(values[0], values[1]):
        raise wording.refusal(INVERTED)


def check_count(operator: str, count: int, wording: Wording) -> None:
    """Raise ``ValidationException`` if an operator takes more or fewer values."""
    rule = RULES[operator]
    if not rule.least <= count <= rule.most:
        raise wording.refusal(WRONG_COUNT.format(operator=operator))


def _inverted(low: Literal, high: Literal) -> bool:
    lower, upper = order_key(low.wire), order_key(high.wire)
    return lower > upper  # type: ignore[operator]  # of one type, as was checked


def lowered(name: str, operator: str, values: Sequence[Literal]) -> Condition:
    """The tree that means what a checked condition on an attribute means."""
    return RULES[operator].lower(attribute(name), values)


def joined(conditions: Sequence[Condition], conditional_operator: str | None) -> Condition | None:
    """Conditions joined by ConditionalOperator, whose default is AND; ``None`` of none."""
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return Or(tuple(conditions)) if conditional_operator == "OR" else And(tuple(conditions))
