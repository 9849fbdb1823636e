"""What a key condition says about the key: one clause an attribute.

DynamoDB checks this after every expression of the request has been checked as such, and before it looks for the table
(dynalite's suite: KeyConditionExpression). Whether the attributes are the table's or index's key, of its types and no
more than it has, needs the schema and is the engine's to check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, cast
from typing import Literal as Choice

from pytest_dynamodb.expressions.messages import ExpressionError
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
    operands,
)

KeyOperator: TypeAlias = Choice["=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"]

_MIRRORED: Final[dict[str, KeyOperator]] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_FOREIGN_FUNCTIONS: Final = frozenset({"attribute_exists", "attribute_not_exists", "attribute_type", "contains"})


@dataclass(frozen=True, slots=True)
class KeyClause:
    """A condition on one attribute of a key: ``operands`` are one value, or BETWEEN's two."""

    attribute: str
    operator: KeyOperator
    operands: tuple[Literal, ...]


def key_clauses(tree: Condition) -> tuple[KeyClause, ...]:
    """The clauses of a resolved, checked key condition, in the order written.

    Raises ``ExpressionError`` ("key-...") for what a key condition may not contain.
    """
    clauses: dict[str, KeyClause] = {}
    for leaf in _conjuncts(tree):
        clause = _clause(leaf)
        if clause.attribute in clauses:
            raise _rejection("key-repeated")
        clauses[clause.attribute] = clause
    return tuple(clauses.values())


def _conjuncts(node: Condition) -> Iterator[Condition]:
    yield from node.conditions if isinstance(node, And) else (node,)


def _clause(leaf: Condition) -> KeyClause:
    _check_operator(leaf)
    if isinstance(leaf, (Between, Function)) and not isinstance(operands(leaf)[0], Path):
        raise _rejection("key-first-operand", "BETWEEN" if isinstance(leaf, Between) else leaf.name)
    attribute = _attribute(leaf)
    values = tuple(operand for operand in operands(leaf) if isinstance(operand, Literal))
    if isinstance(leaf, Compare):
        mirrored = isinstance(leaf.right, Path)
        operator = _MIRRORED[leaf.operator] if mirrored else cast("KeyOperator", leaf.operator)
        return KeyClause(attribute, operator, values)
    return KeyClause(attribute, "BETWEEN" if isinstance(leaf, Between) else "begins_with", values)


def _check_operator(leaf: Condition) -> None:
    match leaf:
        case Or() | Not() | In():
            raise _rejection("key-operator", type(leaf).__name__.upper())
        case Compare(operator="<>"):
            raise _rejection("key-operator", "<>")
        case Function(name=name) if name in _FOREIGN_FUNCTIONS:
            raise _rejection("key-operator", name)


def _attribute(leaf: Condition) -> str:
    """The one attribute of a clause. Operands are looked at as written, and the first fault found is reported."""
    found: Path | None = None
    for operand in operands(leaf):
        if isinstance(operand, Function):
            raise _rejection("key-nested-operation")
        if isinstance(operand, Path):
            if found is not None:
                raise _rejection("key-several-attributes")
            _check_top_level(operand)
            found = operand
    if found is None:
        raise _rejection("key-no-attribute")
    return cast("Name", found.parts[0]).text


def _check_top_level(path: Path) -> None:
    if len(path.parts) > 1:
        raise _rejection("key-nested-attribute")


def _rejection(kind: str, token: str | None = None) -> ExpressionError:
    return ExpressionError(kind, expression="KeyConditionExpression", token=token)
