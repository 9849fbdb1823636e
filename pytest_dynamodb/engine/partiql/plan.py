"""What a WHERE says about keys: as a disjunction of branches, each a conjunction. OR is distributed as far as keys go.

AWS reads each branch separately and refuses two that could find the same item. Which conditions count as conditions on
keys is known from hectorvent/floci's captures and from dynamodb-conformance, partiql/whereOverlap: comparisons other
than ``<>``, BETWEEN, begins_with, and IN, which is as many equalities; nothing inside NOT.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Any, Final, NamedTuple, TypeAlias, cast

from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.partiql.syntax import OrderTerm, PathTerm
from pytest_dynamodb.engine.reads.source import Source
from pytest_dynamodb.engine.schema import ordered
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.resolution import KeyClause, KeyOperator

MAX_READS: Final = 50
"""How many reads one statement may result in (hectorvent/floci's captures)."""

_MAX_BRANCHES: Final = 2000  # of a statement that is no read by key in the end
_MIRRORED: Final[dict[str, KeyOperator]] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

Conjunction: TypeAlias = "tuple[nodes.ConditionTree, ...]"


@dataclass(frozen=True, slots=True)
class Branch:
    """``keys`` are the conditions on key attributes, ``filters`` all others; both in the order written."""

    keys: tuple[KeyClause, ...]
    filters: tuple[nodes.ConditionTree, ...]

    def on(self, name: str) -> list[KeyClause]:
        return [clause for clause in self.keys if clause.attribute == name]


def branches_of(where: nodes.ConditionTree | None, key_names: Sequence[str]) -> list[Branch]:
    """The branches of a condition; a single empty one if there is no condition."""
    if where is None:
        return [Branch((), ())]
    return [_branch(conjunction, key_names) for conjunction in _spread(where, key_names)]


def _branch(conjunction: Conjunction, key_names: Sequence[str]) -> Branch:
    clauses = [(condition, key_clause(condition, key_names)) for condition in conjunction]
    return Branch(
        tuple([clause for _, clause in clauses if clause is not None]),
        tuple([condition for condition, clause in clauses if clause is None]),
    )


def _spread(condition: nodes.ConditionTree, key_names: Sequence[str]) -> list[Conjunction]:
    match condition:
        case nodes.And(conditions=conditions):
            return _products([_spread(part, key_names) for part in conditions])
        case nodes.Or(conditions=conditions) if any(_names_key(part, key_names) for part in conditions):
            return _limited([found for part in conditions for found in _spread(part, key_names)])
        case nodes.In(operand=path, choices=choices) if _names_key(condition, key_names):
            return [(nodes.Compare("=", path, choice),) for choice in choices]
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


def _names_key(condition: nodes.ConditionTree, key_names: Sequence[str]) -> bool:
    match condition:
        case nodes.And(conditions=conditions) | nodes.Or(conditions=conditions):
            return any(_names_key(part, key_names) for part in conditions)
        case nodes.In(operand=path, choices=choices):
            return key_name(path, key_names) is not None and all(
                isinstance(choice, nodes.Literal) for choice in choices
            )
        case _:
            return key_clause(condition, key_names) is not None


def key_clause(condition: nodes.ConditionTree, key_names: Iterable[str]) -> KeyClause | None:
    """The clause that a condition on a key attribute is; ``None`` for any other condition."""
    match condition:
        case nodes.Compare(operator=operator, left=left, right=right) if operator in _MIRRORED:
            if isinstance(left, nodes.Literal):
                return _clause(right, _MIRRORED[operator], (left,), key_names)
            return _clause(left, cast("KeyOperator", operator), (right,), key_names)
        case nodes.Between():
            path, *bounds = nodes.operands(condition)
            return _clause(cast("nodes.Operand", path), "BETWEEN", cast("list[nodes.Operand]", bounds), key_names)
        case nodes.Function(name="begins_with", arguments=(path, prefix)):
            return _clause(path, "begins_with", (prefix,), key_names)
        case _:
            return None


def _clause(
    path: nodes.Operand, operator: KeyOperator, values: Sequence[nodes.Operand], key_names: Iterable[str]
) -> KeyClause | None:
    name = key_name(path, key_names)
    literals = tuple([value for value in values if isinstance(value, nodes.Literal)])
    return None if name is None or len(literals) != len(values) else KeyClause(name, operator, literals)


def key_name(path: nodes.Operand, key_names: Iterable[str]) -> str | None:
    """The key attribute that a path names as a whole; ``None`` if it names none."""
    if isinstance(path, nodes.Path) and len(path.parts) == 1:
        part = path.parts[0]
        return part.text if isinstance(part, nodes.Name) and part.text in key_names else None
    return None


# --- ranges ---
# The part of a partition that a branch reads, as an interval; so branches can be compared.

RangeEnd: TypeAlias = "tuple[int, Any, int]"
"""An end of an interval of sort keys, comparable. First comes -1, 0 or 1: before everything, at a value, after
everything. The last number is -1, 0 or 1 for just before, at, or just after the value.
"""

_FIRST: RangeEnd = (-1, None, 0)
_LAST: RangeEnd = (1, None, 0)


class Range(NamedTuple):
    """An interval of sort keys, with both ends."""

    low: RangeEnd = _FIRST
    high: RangeEnd = _LAST

    @property
    def is_empty(self) -> bool:
        """Whether no key lies in it."""
        return _less(self.high, self.low)

    def overlaps(self, other: Range) -> bool:
        """Whether a key could lie in both."""
        return not self.is_empty and not other.is_empty and not Range(_max(self, other), _min(self, other)).is_empty

    def __and__(self, other: object) -> Range:
        assert isinstance(other, Range)
        return Range(_max(self, other), _min(self, other))


def range_of(clauses: Sequence[KeyClause], tag: str) -> Range:
    """The interval that all conditions on a RANGE attribute leave."""
    return reduce(lambda one, clause: one & _one(clause, tag), clauses, Range())


def _one(clause: KeyClause, tag: str) -> Range:
    bounds = [ordered(tag, value.wire[tag]) for value in clause.operands]
    first = bounds[0]
    match clause.operator:
        case "=":
            return Range((0, first, 0), (0, first, 0))
        case "<" | "<=":
            return Range(high=(0, first, -1 if clause.operator == "<" else 0))
        case ">" | ">=":
            return Range(low=(0, first, 1 if clause.operator == ">" else 0))
        case "BETWEEN":
            return Range((0, first, 0), (0, bounds[1], 0))
        case _:
            return Range((0, first, 0), (0, _beyond(first), -1) if first else _LAST)


def _beyond(prefix: Any) -> Any:
    """The end after everything that begins with a prefix. Texts and bytes of only the highest units are not used as
    keys.
    """
    return prefix + ("\U0010ffff" * 4 if isinstance(prefix, str) else b"\xff" * 16)


def _less(one: RangeEnd, other: RangeEnd) -> bool:
    if one[0] != other[0] or one[0]:
        return one[0] < other[0]
    return bool(one[1] < other[1]) or (one[1] == other[1] and one[2] < other[2])


def _max(one: Range, other: Range) -> RangeEnd:
    return other.low if _less(one.low, other.low) else one.low


def _min(one: Range, other: Range) -> RangeEnd:
    return other.high if _less(other.high, one.high) else one.high


# --- ORDER BY ---
# Only by keys, and only where partitions are read by key (hectorvent/floci's captures).


class Ordering(NamedTuple):
    name: str
    descending: bool


def orderings(terms: Sequence[OrderTerm]) -> tuple[Ordering, ...]:
    """The attributes of an ORDER BY. Raises ValidationException for a term that is not an attribute."""
    found = []
    for term in terms:
        if not isinstance(term.path, PathTerm):
            reject("column", at=term.path.at)
        found.append(Ordering(".".join(map(str, term.path.parts)), term.descending))
    return tuple(found)


def check_order(order: Sequence[Ordering], source: Source, *, has_where: bool, partitions: int) -> None:
    """Raise ValidationException for an order that reads of this many partitions (0: a scan) cannot provide."""
    if not order:
        return
    if not has_where:
        reject("order-where")
    names = [term.name for term in order]
    for name in names:
        if name not in source.keys.names:
            reject("order-attribute", name=name)
    if not partitions:
        reject("order-key")
    if partitions > 1 and source.keys.hash[0][0] not in names:
        reject("order-hash")
