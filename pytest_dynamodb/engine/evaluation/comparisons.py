"""Comparisons of operands: strict about types, and false where an operand is missing, save for ``<>``.

(Developer guide, "Comparison operator and function reference"; dynalite's suite, which ran against AWS.)
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from pytest_dynamodb.engine.evaluation.equality import equal, equal_to
from pytest_dynamodb.engine.evaluation.paths import Read, Value
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.engine.storage.order import ORDER
from pytest_dynamodb.expressions.nodes import Comparator

Test: TypeAlias = Callable[[Attributes], bool]
"""A condition, ready to be asked about items."""

_ORDERINGS: Final[dict[Comparator, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MIRRORED: Final[dict[Comparator, Comparator]] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def mirrored(comparator: Comparator) -> Comparator:
    """The comparison that is the same with its operands exchanged."""
    return _MIRRORED.get(comparator, comparator)


def compare_to(comparator: Comparator, read: Read, bound: Value) -> Test:
    """``operand comparator bound``, where the bound is a value."""
    if comparator == "=":
        return _equals(read, equal_to(bound))
    if comparator == "<>":
        return _differs(read, equal_to(bound))
    ((tag, content),) = bound.items()
    if tag not in ORDER:
        return never
    return _ordered(_ORDERINGS[comparator], read, tag, content)


def _equals(read: Read, same: Callable[[Value], bool]) -> Test:
    def test(attributes: Attributes) -> bool:
        value = read(attributes)
        return value is not None and same(value)

    return test


def _differs(read: Read, same: Callable[[Value], bool]) -> Test:
    def test(attributes: Attributes) -> bool:
        value = read(attributes)
        return value is None or not same(value)

    return test


def _ordered(compare: Callable[[Any, Any], bool], read: Read, tag: str, content: str) -> Test:
    if tag == "S":
        return _ordered_text(compare, read, content)
    order = ORDER[tag]
    bound = order(content)

    def test(attributes: Attributes) -> bool:
        value = read(attributes)
        return value is not None and tag in value and compare(order(value[tag]), bound)

    return test


def _ordered_text(compare: Callable[[Any, Any], bool], read: Read, bound: str) -> Test:
    def test(attributes: Attributes) -> bool:
        value = read(attributes)
        return value is not None and "S" in value and compare(value["S"], bound)

    return test


def compare_operands(comparator: Comparator, left: Read, right: Read) -> Test:
    """``left comparator right``, where both are known only with an item."""
    decide = _DECISIONS[comparator]

    def test(attributes: Attributes) -> bool:
        return decide(left(attributes), right(attributes))

    return test


def _are_equal(left: Value | None, right: Value | None) -> bool:
    return left is not None and right is not None and equal(left, right)


def _ordering(compare: Callable[[Any, Any], bool]) -> Callable[[Value | None, Value | None], bool]:
    def decide(left: Value | None, right: Value | None) -> bool:
        if left is None or right is None:
            return False
        for tag, order in ORDER.items():
            if tag in left:
                return tag in right and compare(order(left[tag]), order(right[tag]))
        return False

    return decide


_DECISIONS: Final[dict[Comparator, Callable[[Value | None, Value | None], bool]]] = {
    "=": _are_equal,
    "<>": lambda left, right: not _are_equal(left, right),
    **{comparator: _ordering(compare) for comparator, compare in _ORDERINGS.items()},
}


def never(_attributes: Attributes) -> bool:
    """No item passes."""
    return False
