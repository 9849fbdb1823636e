"""Conditions and filters: compiled once, then asked about any number of items."""

from __future__ import annotations

import operator
from base64 import b64decode
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from pytest_dynamodb.engine.evaluation.paths import Reader, compile_path
from pytest_dynamodb.engine.storage.partition import ORDER, Attributes
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.values import AttributeValue

# --- equality ---
# Equal values have the same type. The order of a set's members does not matter.

SETS: Final = frozenset({"SS", "NS", "BS"})


def equal(left: AttributeValue, right: AttributeValue) -> bool:
    """Whether two canonical values are equal."""
    return left == right or (_has_sets(left) and _has_sets(right) and _frozen(left) == _frozen(right))


def equal_to(bound: AttributeValue) -> Callable[[AttributeValue], bool]:
    """A function that tells whether a canonical value equals ``bound``; ``bound`` is examined only once."""
    if not _has_sets(bound):
        # Canonical values without sets are equal where their wire forms are.
        return bound.__eq__
    frozen = _frozen(bound)
    return lambda value: value == bound or _frozen(value) == frozen


def _has_sets(value: AttributeValue) -> bool:
    for tag, content in value.items():
        if tag in SETS:
            return True
        if tag == "L":
            return any(map(_has_sets, content))
        if tag == "M":
            return any(map(_has_sets, content.values()))
    return False


def _frozen(value: AttributeValue) -> tuple[str, Any]:
    ((tag, content),) = value.items()
    if tag in SETS:
        return tag, frozenset(content)
    if tag == "L":
        return tag, [_frozen(member) for member in content]
    if tag == "M":
        return tag, {name: _frozen(member) for name, member in content.items()}
    return tag, content


# --- comparisons ---
# Operands of different types are never equal or in order. Where an operand is missing, only ``<>`` holds.
# (Developer guide, "Comparison operator and function reference"; dynalite's suite, which ran against AWS.)

Test: TypeAlias = Callable[[Attributes], bool]
"""A compiled condition: whether an item meets it."""

_ORDERINGS: Final[dict[nodes.Comparator, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MIRRORED: Final[dict[nodes.Comparator, nodes.Comparator]] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def mirrored(comparator: nodes.Comparator) -> nodes.Comparator:
    """The comparator that means the same with the operands exchanged."""
    return _MIRRORED.get(comparator, comparator)


def compare_to(comparator: nodes.Comparator, read: Reader, bound: AttributeValue) -> Test:
    """``operand comparator bound``, where ``bound`` is a value."""
    if comparator == "=":
        return _equals(read, equal_to(bound))
    if comparator == "<>":
        return _differs(read, equal_to(bound))
    ((tag, content),) = bound.items()
    if tag not in ORDER:
        return never
    return _ordered(_ORDERINGS[comparator], read, tag, content)


def _equals(read: Reader, same: Callable[[AttributeValue], bool]) -> Test:
    def test(attributes: Attributes) -> bool:
        value = read(attributes)
        return value is not None and same(value)

    return test


def _differs(read: Reader, same: Callable[[AttributeValue], bool]) -> Test:
    def test(attributes: Attributes) -> bool:
        value = read(attributes)
        return value is None or not same(value)

    return test


def _ordered(compare: Callable[[Any, Any], bool], read: Reader, tag: str, content: str) -> Test:
    if tag == "S":
        return _ordered_text(compare, read, content)
    order = ORDER[tag]
    bound = order(content)

    def test(attributes: Attributes) -> bool:
        value = read(attributes)
        return value is not None and tag in value and compare(order(value[tag]), bound)

    return test


def _ordered_text(compare: Callable[[Any, Any], bool], read: Reader, bound: str) -> Test:
    def test(attributes: Attributes) -> bool:
        value = read(attributes)
        return value is not None and "S" in value and compare(value["S"], bound)

    return test


def compare_operands(comparator: nodes.Comparator, left: Reader, right: Reader) -> Test:
    """``left comparator right``, where both depend on the item."""
    decide = _DECISIONS[comparator]

    def test(attributes: Attributes) -> bool:
        return decide(left(attributes), right(attributes))

    return test


def _are_equal(left: AttributeValue | None, right: AttributeValue | None) -> bool:
    return left is not None and right is not None and equal(left, right)


def _ordering(compare: Callable[[Any, Any], bool]) -> Callable[[AttributeValue | None, AttributeValue | None], bool]:
    def decide(left: AttributeValue | None, right: AttributeValue | None) -> bool:
        if left is None or right is None:
            return False
        for tag, order in ORDER.items():
            if tag in left:
                return tag in right and compare(order(left[tag]), order(right[tag]))
        return False

    return decide


_DECISIONS: Final[dict[nodes.Comparator, Callable[[AttributeValue | None, AttributeValue | None], bool]]] = {
    "=": _are_equal,
    "<>": lambda left, right: not _are_equal(left, right),
    **{comparator: _ordering(compare) for comparator, compare in _ORDERINGS.items()},
}


def never(_attributes: Attributes) -> bool:
    """Met by no item."""
    return False


# --- functions ---
# (Developer guide, "Comparison operator and function reference".)


def attribute_exists(operand: Reader) -> Test:
    """Whether there is a value at the path."""
    return lambda attributes: operand(attributes) is not None


def attribute_not_exists(operand: Reader) -> Test:
    """Whether there is no value at the path."""
    return lambda attributes: operand(attributes) is None


def attribute_type(operand: Reader, name: Reader) -> Test:
    """Whether the value at the path has the type of this name."""

    def test(attributes: Attributes) -> bool:
        value, wanted = operand(attributes), name(attributes)
        return value is not None and wanted is not None and wanted.get("S") in value

    return test


def begins_with(operand: Reader, prefix: Reader) -> Test:
    """Whether a text or binary value begins with another."""

    def test(attributes: Attributes) -> bool:
        value, start = operand(attributes), prefix(attributes)
        if value is None or start is None:
            return False
        if "S" in value:
            return "S" in start and value["S"].startswith(start["S"])
        return "B" in value and "B" in start and b64decode(value["B"]).startswith(b64decode(start["B"]))

    return test


def contains(operand: Reader, member: Reader) -> Test:
    """Whether a text contains a part, a set a member, or a list an element."""

    def test(attributes: Attributes) -> bool:
        value, part = operand(attributes), member(attributes)
        if value is None or part is None:
            return False
        ((tag, content),) = value.items()
        decide = _CONTAINS.get(tag)
        return decide is not None and decide(content, part)

    return test


def _list_contains(elements: list[AttributeValue], part: AttributeValue) -> bool:
    return any(equal(element, part) for element in elements)


def _set_contains(tag: str) -> Callable[[list[str], AttributeValue], bool]:
    return lambda members, part: tag in part and part[tag] in members


_CONTAINS: Final[dict[str, Callable[[Any, AttributeValue], bool]]] = {
    "S": lambda text, part: "S" in part and part["S"] in text,
    "B": lambda content, part: "B" in part and b64decode(part["B"]) in b64decode(content),
    "SS": _set_contains("S"),
    "NS": _set_contains("N"),
    "BS": _set_contains("B"),
    "L": _list_contains,
}


def size(operand: Reader) -> Reader:
    """A value's size as a number; nothing for a type without a size."""

    def read(attributes: Attributes) -> AttributeValue | None:
        value = operand(attributes)
        if value is None:
            return None
        ((tag, content),) = value.items()
        measure = _SIZES.get(tag)
        return None if measure is None else {"N": str(measure(content))}

    return read


def _text_size(text: str) -> int:
    """UTF-16 code units: a text of "é𝄞" has size 3 (extenddb#60 and #67, seen on AWS)."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


_SIZES: Final[dict[str, Callable[[Any], int]]] = {
    "S": _text_size,
    "B": lambda content: len(b64decode(content)),
    "SS": len,
    "NS": len,
    "BS": len,
    "L": len,
    "M": len,
}

CONDITIONS: Final[dict[str, Callable[..., Test]]] = {
    "attribute_exists": attribute_exists,
    "attribute_not_exists": attribute_not_exists,
    "attribute_type": attribute_type,
    "begins_with": begins_with,
    "contains": contains,
}
"""The functions that are conditions, by name."""


_SCALARS: Final = frozenset({"S", "N", "B"})


def compile_condition(tree: nodes.ConditionTree) -> Test:
    """A function that tells whether an item meets a resolved, checked condition; ``{}`` stands for a missing item.

    Values in the tree must be canonical. The function may be called any number of times.
    """
    match tree:
        case nodes.Compare():
            return _compare(tree)
        case nodes.Function():
            return CONDITIONS[tree.name](*map(_operand, tree.arguments))
        case nodes.And():
            return _all([compile_condition(condition) for condition in tree.conditions])
        case nodes.Or():
            return _any([compile_condition(condition) for condition in tree.conditions])
        case nodes.Not():
            return _not(compile_condition(tree.condition))
        case nodes.Between():
            return _between(tree)
        case nodes.In():
            return _in(tree)


def _operand(operand: nodes.Operand) -> Reader:
    match operand:
        case nodes.Path():
            return compile_path(operand)
        case nodes.Literal(wire=wire):
            return lambda _: wire
        case nodes.Function(arguments=(argument,)):  # of all functions, only size is an operand
            return size(_operand(argument))
        case nodes.Function() | nodes.Placeholder():  # no checked, resolved tree has one
            raise AssertionError(operand)


def _compare(tree: nodes.Compare) -> Test:
    if isinstance(tree.left, nodes.Literal) and not isinstance(tree.right, nodes.Literal):
        return _bounded(mirrored(tree.operator), _operand(tree.right), tree.left)
    return _bounded(tree.operator, _operand(tree.left), tree.right)


def _between(tree: nodes.Between) -> Test:
    operand = _operand(tree.operand)
    return _all([_bounded(">=", operand, tree.low), _bounded("<=", operand, tree.high)])


def _bounded(comparator: nodes.Comparator, operand: Reader, bound: nodes.Operand) -> Test:
    if isinstance(bound, nodes.Literal):
        return compare_to(comparator, operand, bound.wire)
    return compare_operands(comparator, operand, _operand(bound))


def _in(tree: nodes.In) -> Test:
    literals = [choice.wire for choice in tree.choices if isinstance(choice, nodes.Literal)]
    if len(literals) == len(tree.choices) and all(_SCALARS.issuperset(wire) for wire in literals):
        return _in_scalars(_operand(tree.operand), literals)
    return _in_operands(_operand(tree.operand), [_operand(choice) for choice in tree.choices])


def _in_scalars(operand: Reader, literals: list[AttributeValue]) -> Test:
    choices = frozenset(item for wire in literals for item in wire.items())

    def test(attributes: Attributes) -> bool:
        value = operand(attributes)
        if value is None:
            return False
        ((tag, content),) = value.items()
        return tag in _SCALARS and (tag, content) in choices

    return test


def _in_operands(operand: Reader, choices: list[Reader]) -> Test:
    def test(attributes: Attributes) -> bool:
        value = operand(attributes)
        if value is None:
            return False
        return any((choice := read(attributes)) is not None and equal(value, choice) for read in choices)

    return test


def _not(test: Test) -> Test:
    return lambda attributes: not test(attributes)


def _all(tests: list[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda attributes: first(attributes) and second(attributes)
    return lambda attributes: all(test(attributes) for test in tests)


def _any(tests: list[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        return lambda attributes: first(attributes) or second(attributes)
    return lambda attributes: any(test(attributes) for test in tests)
