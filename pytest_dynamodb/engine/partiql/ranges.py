"""The part of a partition that a branch reads, as an interval: whether two branches overlap, and their order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, NamedTuple, TypeAlias

from pytest_dynamodb.engine.schema import ordered
from pytest_dynamodb.expressions.keyconditions import KeyClause

Bound: TypeAlias = "tuple[int, Any, int]"
"""Comparable: -1 and 1 come before and behind everything; among equal places, -1, 0 and 1 are before, at and behind."""

_FIRST: Bound = (-1, None, 0)
_LAST: Bound = (1, None, 0)


class Range(NamedTuple):
    """From ``low`` to ``high``, both of them part of it."""

    low: Bound = _FIRST
    high: Bound = _LAST

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies in it."""
        return _less(self.high, self.low)

    def overlaps(self, other: Range) -> bool:
        """Whether something could lie in both."""
        return not self.is_empty and not other.is_empty and not Range(_max(self, other), _min(self, other)).is_empty

    def __and__(self, other: object) -> Range:
        assert isinstance(other, Range)
        return Range(_max(self, other), _min(self, other))


def range_of(clauses: Sequence[KeyClause], tag: str) -> Range:
    """What all conditions on a RANGE attribute leave."""
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
    """Behind all that begins with a prefix: near enough, as texts and bytes of the highest units are no keys."""
    return prefix + ("\U0010ffff" * 4 if isinstance(prefix, str) else b"\xff" * 16)


def _less(one: Bound, other: Bound) -> bool:
    if one[0] != other[0] or one[0]:
        return one[0] < other[0]
    return bool(one[1] < other[1]) or (one[1] == other[1] and one[2] < other[2])


def _max(one: Range, other: Range) -> Bound:
    return other.low if _less(one.low, other.low) else one.low


def _min(one: Range, other: Range) -> Bound:
    return other.high if _less(other.high, one.high) else one.high
