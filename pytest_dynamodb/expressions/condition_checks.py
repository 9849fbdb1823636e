"""What DynamoDB checks about a condition, filter or key condition; the order is told in ``validation``."""

from __future__ import annotations

from typing import Final, cast

from pytest_dynamodb.errors import PytestDynamoDbError, ValidationException
from pytest_dynamodb.expressions.checks import Checks, type_of
from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.expressions.nodes import (
    Between,
    Compare,
    Condition,
    Function,
    In,
    Literal,
    Node,
    Operand,
    Path,
    leaves,
    operands,
    walk,
)
from pytest_dynamodb.values import order_key

MAX_IN_OPERANDS: Final = 100
"""Operands in IN's list (developer guide, "Comparison operator and function reference": up to 100 values)."""

CONDITION_FUNCTIONS: Final = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
"""Functions, and how many operands each takes (same page)."""

_ORDERED: Final = frozenset({"S", "N", "B"})
_ORDERINGS: Final = frozenset({"<", "<=", ">", ">="})
_UNSIZED: Final = frozenset({"N", "BOOL", "NULL"})
_TYPE_NAMES: Final = frozenset({"S", "N", "B", "NULL", "SS", "BOOL", "L", "BS", "NS", "M"})


class ConditionChecks(Checks):
    """Conditions, filters and key conditions."""

    functions = CONDITION_FUNCTIONS

    def text_alone(self, tree: Condition) -> None:
        """Functions known, functions where they belong, reserved words, path depth."""
        found = list(walk(tree))
        self.unknown_functions(found)
        self.misused_functions(tree)
        self.list_positions(found)
        self.reserved_words(found)
        self.path_depth(found)

    def resolved(self, tree: Condition) -> Condition:
        """Condition by condition: names and values, number of operands, equal operands, types."""
        try:
            resolved = self.put(tree)
        except ExpressionError:
            for leaf in leaves(tree):  # an earlier condition may be at fault otherwise
                self.leaf(self.put(leaf))
            raise
        for leaf in leaves(resolved):
            self.leaf(leaf)
        return resolved

    def misused_functions(self, tree: Condition) -> None:
        """`size` is an operand and no condition, every other function a condition and no operand."""
        for leaf in leaves(tree):
            self.misused_operands(leaf)
            if isinstance(leaf, Function) and leaf.name == "size":
                self.reject("misused-function", leaf.name)

    def misused_operands(self, node: Node) -> None:
        """Report the innermost function first, as it is read first."""
        for operand in operands(node):
            if isinstance(operand, Function):
                self.misused_operands(operand)
                if operand.name != "size":
                    self.reject("misused-function", operand.name)

    def leaf(self, leaf: Condition) -> None:
        """One condition, resolved: number of operands, equal operands, types."""
        functions = [node for node in walk(leaf) if isinstance(node, Function)]
        for function in functions:
            self.operand_count(function)
        if isinstance(leaf, In) and len(leaf.choices) > MAX_IN_OPERANDS:
            self.reject("in-operands", "IN", count=len(leaf.choices))
        self.equal_operands(leaf)
        # Innermost first, as they are read: an outer operand's type follows from an inner function.
        for function in reversed(functions):
            self.function_types(function)
        self.types(leaf)

    def equal_operands(self, leaf: Condition) -> None:
        """The first operand, if a path, must not come again."""
        name = _operator(leaf)
        first, *others = operands(leaf)
        if isinstance(first, Path) and first in others:
            self.reject("same-operands", name, path=first)

    def function_types(self, node: Function) -> None:
        """What each function takes."""
        first = node.arguments[0]
        match node.name:
            case "attribute_exists" | "attribute_not_exists":
                if not isinstance(first, Path):
                    self.reject("needs-path", node.name)
            case "begins_with":
                for operand in node.arguments:
                    self.operand_type(node.name, type_of(operand), frozenset({"S", "B"}))
            case "size":
                if (tag := type_of(first)) in _UNSIZED:
                    self.reject("operand-type", node.name, type=tag)
            case "attribute_type":
                self.attribute_type(node.arguments[1])

    def attribute_type(self, operand: Operand) -> None:
        """The second operand names a type."""
        tag = type_of(operand)
        if tag != "S":
            # Without a value, AWS prints the set of types in no fixed order.
            self.reject("operand-type", "attribute_type", type=tag or "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}")
        name = cast("Literal", operand).wire["S"]
        if name not in _TYPE_NAMES:
            self.reject("attribute-type", "attribute_type", type=name)

    def types(self, leaf: Condition) -> None:
        """Operands of orderings (dynamodb-conformance, error-messages/queryKeyConditionOperands)."""
        if isinstance(leaf, Compare) and leaf.operator in _ORDERINGS:
            for operand in operands(leaf):
                self.operand_type(leaf.operator, type_of(operand), _ORDERED)
        elif isinstance(leaf, Between):
            for operand in operands(leaf):
                self.operand_type("BETWEEN", type_of(operand), _ORDERED)
            self.bounds(leaf.low, leaf.high)

    def bounds(self, low: Operand, high: Operand) -> None:
        """BETWEEN's bounds, where both are values: of one type and in order."""
        if not isinstance(low, Literal) or not isinstance(high, Literal):
            return
        if low.tag != high.tag:
            self.reject("between-types", "BETWEEN", low=_bound(low), high=_bound(high))
        try:
            inverted = order_key(low.wire) > order_key(high.wire)  # type: ignore[operator]  # of one tag, so of one type
        except (ValidationException, PytestDynamoDbError, AttributeError):
            return  # no text, a bad number or bad base64: reported where a request's values are checked
        if inverted:
            self.reject("between-order", "BETWEEN", low=_bound(low), high=_bound(high))


def _operator(leaf: Condition) -> str:
    match leaf:
        case Compare(operator=operator):
            return operator
        case Function(name=name):
            return name
        case _:
            return type(leaf).__name__.upper()


def _bound(literal: Literal) -> str:
    return f"{{{literal.tag}:{literal.wire[literal.tag]}}}"
