"""The legacy parameters that expressions have replaced, translated into expression trees.

(Developer guide, "Legacy DynamoDB conditional parameters".)
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast

from pytest_dynamodb.engine.validation.values import checked_value, is_too_deep
from pytest_dynamodb.engine.validation.wording import CLASSIC, INVALID_VALUES, BadValue, Wording
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.resolution import KeyClause, KeyOperator
from pytest_dynamodb.requests import truth
from pytest_dynamodb.values import order_key

# --- AttributesToGet ---

DUPLICATE: Final = INVALID_VALUES + "Duplicate value in attribute name: {name}"


def attributes_to_get(params: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The names in AttributesToGet, or ``None`` without it.

    Raises ``ValidationException`` for a name that is empty (Parity Suite's captures of October 2026) or given twice.
    """
    given = params.get("AttributesToGet")
    if given is None:
        return None
    if "" in given:
        raise CLASSIC.about(BadValue("empty-name"))
    seen: set[str] = set()
    for name in given:
        if name in seen:
            raise ValidationException(DUPLICATE.format(name=name))
        seen.add(name)
    return tuple(given)


# --- comparison operators ---
# Those of Expected, QueryFilter, ScanFilter and KeyConditions.

WRONG_COUNT: Final = INVALID_VALUES + "Invalid number of argument(s) for the {operator} ComparisonOperator"
MIXED_TYPES: Final = INVALID_VALUES + "AttributeValues inside AttributeValueList must be of same type"
WRONG_TYPE: Final = INVALID_VALUES + "ComparisonOperator {operator} is not valid for {type} AttributeValue type"
INVERTED: Final = "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"

Lower: TypeAlias = Callable[[nodes.Path, Sequence[nodes.Literal]], nodes.ConditionTree]

_SCALARS: Final = frozenset({"S", "N", "B"})


@dataclass(frozen=True, slots=True)
class Rule:
    """A comparison operator: how many values it takes, of which types (``None`` is any), and the condition that it
    means.
    """

    least: int
    most: float
    types: frozenset[str] | None
    lower: Lower


def _compare(operator: Any) -> Lower:
    return lambda path, values: nodes.Compare(operator, path, values[0])


def _call(function: str) -> Lower:
    return lambda path, values: nodes.Function(function, (path, *values))


def _not_contains(path: nodes.Path, values: Sequence[nodes.Literal]) -> nodes.ConditionTree:
    # Other than NOT contains(), it is false where there is no attribute (inferred; no capture shows it).
    return nodes.And(
        (nodes.Function("attribute_exists", (path,)), nodes.Not(nodes.Function("contains", (path, values[0]))))
    )


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
    "IN": Rule(1, float("inf"), _SCALARS, lambda path, values: nodes.In(path, tuple(values))),
    "BETWEEN": Rule(2, 2, _SCALARS, lambda path, values: nodes.Between(path, values[0], values[1])),
}
"""The operators (API reference, "Condition": ComparisonOperator; EQ and NE take any type)."""


def attribute(name: str) -> nodes.Path:
    """The path of an attribute. Legacy names are whole names, dots and brackets included."""
    return nodes.Path((nodes.Name(name),))


def named(given: Mapping[str, Any] | None, wording: Wording) -> ItemsView[str, Any]:
    """What a legacy parameter says by attribute. Raises ``ValidationException`` for an attribute without a name.

    (Parity Suite's captures of October 2026: AttributeUpdates; the others inferred.)
    """
    entries: Mapping[str, Any] = given or {}
    if "" in entries:
        raise wording.about(BadValue("empty-name"))
    return entries.items()


def literals(values: Sequence[Any], wording: Wording) -> tuple[nodes.Literal, ...]:
    """The values as literals, checked and canonical. Raises ``ValidationException``."""
    return tuple([nodes.Literal(checked_value(value, wording=wording)[0]) for value in values])


def check_operator(operator: str, values: Sequence[nodes.Literal], wording: Wording) -> None:
    """Check an operator's values: how many, all of one type, of a type that it takes, BETWEEN's bounds in order."""
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


def _inverted(low: nodes.Literal, high: nodes.Literal) -> bool:
    lower, upper = order_key(low.wire), order_key(high.wire)
    return lower > upper  # type: ignore[operator]  # of one type, as was checked


def lowered(name: str, operator: str, values: Sequence[nodes.Literal]) -> nodes.ConditionTree:
    """The tree of a checked condition on an attribute."""
    return RULES[operator].lower(attribute(name), values)


def joined(conditions: Sequence[nodes.ConditionTree], conditional_operator: str | None) -> nodes.ConditionTree | None:
    """Conditions joined by ConditionalOperator, by default AND; ``None`` if there are none."""
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return nodes.Or(tuple(conditions)) if conditional_operator == "OR" else nodes.And(tuple(conditions))


# --- AttributeUpdates ---

ONLY_DELETE: Final = INVALID_VALUES + "Only DELETE action is allowed when no attribute value is specified"
WRONG_DELETE: Final = INVALID_VALUES + "DELETE action with value is not supported for the type {type}"
WRONG_ADD: Final = INVALID_VALUES + "ADD action is not supported for the type {type}"

_SETS: Final = frozenset({"SS", "NS", "BS"})
_ADDABLE: Final = _SETS | {"N", "L"}

_Placed: TypeAlias = "tuple[nodes.SectionName, nodes.SectionAction]"


def attribute_updates(params: Mapping[str, Any], wording: Wording) -> nodes.UpdateTree | None:
    """AttributeUpdates as an update tree, or ``None`` without them. Raises ``ValidationException``.

    To be compiled with ``mismatch=LEGACY_MISMATCH``. Unlike in expressions, ADD may hold lists.
    """
    sections: dict[nodes.SectionName, list[nodes.SectionAction]] = {}
    for name, update in named(params.get("AttributeUpdates"), wording):
        section, action = _action(name, update, wording)
        sections.setdefault(section, []).append(action)
    if not sections:
        return None
    return nodes.UpdateTree(tuple([nodes.Section(section, tuple(actions)) for section, actions in sections.items()]))


def _action(name: str, update: Mapping[str, Any], wording: Wording) -> _Placed:
    kind, value = update.get("Action") or "PUT", update.get("Value")
    if value is None:
        if kind != "DELETE":
            raise wording.refusal(ONLY_DELETE)
        return "REMOVE", nodes.RemoveAction(attribute(name))
    literal = nodes.Literal(checked_value(value, wording=wording)[0])
    if kind == "DELETE":
        if literal.tag not in _SETS:
            raise wording.refusal(WRONG_DELETE.format(type=literal.tag))
        return "DELETE", nodes.ValueAction(attribute(name), literal)
    if kind == "ADD":
        if literal.tag not in _ADDABLE:
            raise wording.refusal(WRONG_ADD.format(type=literal.tag))
        return "ADD", nodes.ValueAction(attribute(name), literal)
    return "SET", nodes.SetAction(attribute(name), literal)


# --- Expected ---

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


def expected_condition(params: Mapping[str, Any], wording: Wording) -> nodes.ConditionTree | None:
    """Expected as a condition, or ``None`` without it. Raises ``ValidationException``."""
    conditions = [_condition(name, given, wording) for name, given in named(params.get("Expected"), wording)]
    return joined(conditions, params.get("ConditionalOperator"))


def _condition(name: str, given: Mapping[str, Any], wording: Wording) -> nodes.ConditionTree:
    if given.get("AttributeValueList") is not None and given.get("Value") is not None:
        raise wording.refusal(BOTH_VALUES.format(name=name))
    if given.get("ComparisonOperator") is not None:
        return _comparison(name, given, wording)
    if given.get("AttributeValueList") is not None:
        raise wording.refusal(LIST_ALONE.format(name=name))
    return _existence(name, given, wording)


def _comparison(name: str, given: Mapping[str, Any], wording: Wording) -> nodes.ConditionTree:
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


def _existence(name: str, given: Mapping[str, Any], wording: Wording) -> nodes.ConditionTree:
    exists, value = given.get("Exists"), given.get("Value")
    if exists is not None and not truth(exists):
        if value is not None:
            raise wording.refusal(VALUE_UNWANTED.format(name=name))
        return nodes.Function("attribute_not_exists", (attribute(name),))
    if value is None:
        said = "null" if exists is None else "true"
        raise wording.refusal(VALUE_NEEDED.format(exists=said, name=name))
    (literal,) = literals([value], wording)
    return nodes.Compare("=", attribute(name), literal)


# --- filters and KeyConditions ---

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


def filter_condition(params: Mapping[str, Any], name: FilterName, wording: Wording) -> nodes.ConditionTree | None:
    """QueryFilter or ScanFilter (``name``) as a condition, or ``None`` without it. Raises ``ValidationException``."""
    conditions = [lowered(*condition) for condition in _checked(params.get(name), wording)]
    return joined(conditions, params.get("ConditionalOperator"))


def check_scan_depth(params: Mapping[str, Any], wording: Wording) -> None:
    """Raise ``ValidationException`` if a value of a ScanFilter is nested too deep.

    Where ``Surface.depth_first``, AWS looks at it before it looks at which parameters come together.
    """
    conditions: Mapping[str, Any] = params.get("ScanFilter") or {}
    for condition in conditions.values():
        if any(map(is_too_deep, condition.get("AttributeValueList") or ())):
            raise wording.about(BadValue("nesting"))


def legacy_key_clauses(params: Mapping[str, Any], wording: Wording) -> tuple[KeyClause, ...] | None:
    """KeyConditions as key clauses, or ``None`` without them. Raises ``ValidationException``.

    Operators that are not allowed on keys keep their legacy names: they are reported against the key schema.
    """
    given = params.get("KeyConditions")
    if given is None:
        return None
    clauses = tuple([_clause(*condition) for condition in _checked(given, wording)])
    if not clauses:
        raise ValidationException(WRONG_LENGTH)
    return clauses


def _checked(given: Mapping[str, Any] | None, wording: Wording) -> Iterator[_Checked]:
    for name, condition in named(given, wording):
        values = literals(condition.get("AttributeValueList") or (), wording)
        operator = condition["ComparisonOperator"]
        check_operator(operator, values, wording)
        yield name, operator, values


def _clause(name: str, operator: str, values: tuple[nodes.Literal, ...]) -> KeyClause:
    return KeyClause(name, cast("KeyOperator", _KEY_OPERATORS.get(operator, operator)), values)
