"""What a WHERE says about keys: its branches, each a conjunction, OR distributed as far as keys are concerned.

AWS reads each branch by itself, and refuses two that could find the same item. Which conditions count as conditions on
keys is known from hectorvent/floci's captures and from dynamodb-conformance, partiql/whereOverlap: comparisons other
than ``<>``, BETWEEN, begins_with, and IN, which is as many equalities; nothing behind NOT.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias, cast

from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.expressions.keyconditions import KeyClause, KeyOperator
from pytest_dynamodb.expressions.nodes import (
    And,
    Between,
    Compare,
    Condition,
    Function,
    In,
    Literal,
    Name,
    Operand,
    Or,
    Path,
    operands,
)

MAX_READS: Final = 50
"""Reads that one statement may come to (hectorvent/floci's captures)."""

_MAX_BRANCHES: Final = 2000  # of a statement that is no read by key in the end
_MIRRORED: Final[dict[str, KeyOperator]] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

Conjunction: TypeAlias = "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Branch:
    """``keys`` are conditions on key attributes, ``filters`` all others, both in the order written."""

    keys: tuple[KeyClause, ...]
    filters: tuple[Condition, ...]

    def on(self, name: str) -> list[KeyClause]:
        """The conditions on a key attribute."""
        return [clause for clause in self.keys if clause.attribute == name]


def branches_of(where: Condition | None, key_names: Sequence[str]) -> list[Branch]:
    """The branches of a condition; one without anything, where there is no condition."""
    if where is None:
        return [Branch((), ())]
    return [_branch(conjunction, key_names) for conjunction in _spread(where, key_names)]


def _branch(conjunction: Conjunction, key_names: Sequence[str]) -> Branch:
    clauses = [(condition, key_clause(condition, key_names)) for condition in conjunction]
    return Branch(
        tuple([clause for _, clause in clauses if clause is not None]),
        tuple([condition for condition, clause in clauses if clause is None]),
    )


def _spread(condition: Condition, key_names: Sequence[str]) -> list[Conjunction]:
    match condition:
        case And(conditions=conditions):
            return _products([_spread(part, key_names) for part in conditions])
        case Or(conditions=conditions) if any(_names_key(part, key_names) for part in conditions):
            return _limited([found for part in conditions for found in _spread(part, key_names)])
        case In(operand=path, choices=choices) if _names_key(condition, key_names):
            return [(Compare("=", path, choice),) for choice in choices]
        case _:
            return [(condition,)]


def _products(parts: list[list[Conjunction]]) -> list[Conjunction]:
    branches: list[Conjunction] = [()]
    for part in parts:
        if len(branches) * len(part) > _MAX_BRANCHES:
            reject("reads")
        branches = [(*left, *right) for left, right in product(branches, part)]
    return branches


def _limited(branches: list[Conjunction]) -> list[Conjunction]:
    if len(branches) > _MAX_BRANCHES:
        reject("reads")
    return branches


def _names_key(condition: Condition, key_names: Sequence[str]) -> bool:
    match condition:
        case And(conditions=conditions) | Or(conditions=conditions):
            return any(_names_key(part, key_names) for part in conditions)
        case In(operand=path, choices=choices):
            return key_name(path, key_names) is not None and all(isinstance(choice, Literal) for choice in choices)
        case _:
            return key_clause(condition, key_names) is not None


def key_clause(condition: Condition, key_names: Iterable[str]) -> KeyClause | None:
    """What a condition says about a key attribute, if it is one on a key attribute."""
    match condition:
        case Compare(operator=operator, left=left, right=right) if operator in _MIRRORED:
            if isinstance(left, Literal):
                return _clause(right, _MIRRORED[operator], (left,), key_names)
            return _clause(left, cast("KeyOperator", operator), (right,), key_names)
        case Between():
            path, *bounds = operands(condition)
            return _clause(cast("Operand", path), "BETWEEN", cast("list[Operand]", bounds), key_names)
        case Function(name="begins_with", arguments=(path, prefix)):
            return _clause(path, "begins_with", (prefix,), key_names)
        case _:
            return None


def _clause(
    path: Operand, operator: KeyOperator, values: Sequence[Operand], key_names: Iterable[str]
) -> KeyClause | None:
    name = key_name(path, key_names)
    literals = tuple([value for value in values if isinstance(value, Literal)])
    return None if name is None or len(literals) != len(values) else KeyClause(name, operator, literals)


def key_name(path: Operand, key_names: Iterable[str]) -> str | None:
    """The key attribute that a path is, as a whole."""
    if isinstance(path, Path) and len(path.parts) == 1:
        part = path.parts[0]
        return part.text if isinstance(part, Name) and part.text in key_names else None
    return None
