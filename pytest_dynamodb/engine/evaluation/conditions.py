"""Conditions and filters against items."""

from __future__ import annotations

from typing import Final

from pytest_dynamodb.engine.evaluation import functions
from pytest_dynamodb.engine.evaluation.comparisons import Test, compare_operands, compare_to, mirrored
from pytest_dynamodb.engine.evaluation.equality import equal
from pytest_dynamodb.engine.evaluation.paths import Read, Value, compile_path
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.expressions.nodes import (
    And,
    Between,
    Comparator,
    Compare,
    Condition,
    Function,
    In,
    Literal,
    Not,
    Operand,
    Or,
    Path,
    Placeholder,
)

_SCALARS: Final = frozenset({"S", "N", "B"})


def compile_condition(tree: Condition) -> Test:
    """A function that says whether an item meets a resolved, checked condition; ``{}`` stands for a missing item.

    The values in the tree must be canonical. The function may be called with any number of items; it keeps nothing.
    """
    match tree:
        case Compare():
            return _compare(tree)
        case Function():
            return functions.CONDITIONS[tree.name](*map(_operand, tree.arguments))
        case And():
            return _all([compile_condition(condition) for condition in tree.conditions])
        case Or():
            return _any([compile_condition(condition) for condition in tree.conditions])
        case Not():
            return _not(compile_condition(tree.condition))
        case Between():
            return _between(tree)
        case In():
            return _in(tree)


def _operand(operand: Operand) -> Read:
    match operand:
        case Path():
            return compile_path(operand)
        case Literal(wire=wire):
            return lambda _: wire
        case Function(arguments=(argument,)):  # of all functions, only size is an operand
            return functions.size(_operand(argument))
        case Function() | Placeholder():  # no checked, resolved tree has one
            raise AssertionError(operand)


def _compare(tree: Compare) -> Test:
    if isinstance(tree.left, Literal) and not isinstance(tree.right, Literal):
        return _bounded(mirrored(tree.operator), _operand(tree.right), tree.left)
    return _bounded(tree.operator, _operand(tree.left), tree.right)


def _between(tree: Between) -> Test:
    operand = _operand(tree.operand)
    return _all([_bounded(">=", operand, tree.low), _bounded("<=", operand, tree.high)])


def _bounded(comparator: Comparator, operand: Read, bound: Operand) -> Test:
    if isinstance(bound, Literal):
        return compare_to(comparator, operand, bound.wire)
    return compare_operands(comparator, operand, _operand(bound))


def _in(tree: In) -> Test:
    literals = [choice.wire for choice in tree.choices if isinstance(choice, Literal)]
    if len(literals) == len(tree.choices) and all(_SCALARS.issuperset(wire) for wire in literals):
        return _in_scalars(_operand(tree.operand), literals)
    return _in_operands(_operand(tree.operand), [_operand(choice) for choice in tree.choices])


def _in_scalars(operand: Read, literals: list[Value]) -> Test:
    choices = frozenset(item for wire in literals for item in wire.items())

    def test(attributes: Attributes) -> bool:
        value = operand(attributes)
        if value is None:
            return False
        ((tag, content),) = value.items()
        return tag in _SCALARS and (tag, content) in choices

    return test


def _in_operands(operand: Read, choices: list[Read]) -> Test:
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
