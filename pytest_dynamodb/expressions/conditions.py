"""Builders of conditions: what comparisons build, joined by ``&``, ``|`` and ``~``.

Also the one place where a condition of any make becomes a tree: ours, boto3's, a text.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn, Protocol, TypeAlias, cast

from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.buildable import ExpressionMisuse, to_operand
from pytest_dynamodb.expressions.nodes import And, Between, Comparator, Compare, Function, In, Not, Operand, Or
from pytest_dynamodb.expressions.parser import ConditionName, parse_condition

_NODES: Final = (Compare, Between, In, Function, Not, And, Or)
_COMPARATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})


class ForeignCondition(Protocol):
    """A condition of ``boto3.dynamodb.conditions``, recognised by the members that it has."""

    def get_expression(self) -> dict[str, Any]: ...  # noqa: D102  # boto3's method, told of above


ConditionLike: TypeAlias = "Condition | nodes.Condition | ForeignCondition | str"
"""What is accepted wherever a condition is: a built one, a tree, boto3's, a text."""


class Condition:
    """A condition, such as ``Attr("total") > 100`` builds. Immutable; ``node`` is its tree.

    Equality and hash are those of the tree: two conditions are equal when they are the same condition.
    """

    __slots__ = ("node",)

    def __init__(self, node: nodes.Condition) -> None:
        self.node = node

    def __and__(self, other: ConditionLike) -> Condition:
        return Condition(And((self.node, as_condition(other))))

    def __or__(self, other: ConditionLike) -> Condition:
        return Condition(Or((self.node, as_condition(other))))

    def __invert__(self) -> Condition:
        return Condition(Not(self.node))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self.node == other.node

    def __hash__(self) -> int:
        return hash(self.node)

    def __bool__(self) -> NoReturn:
        raise ExpressionMisuse(
            "a condition has no truth value before DynamoDB evaluates it: join conditions with & | ~ instead of "
            "and, or, not; put each comparison in parentheses; write a.between(x, y) instead of x <= a <= y"
        )

    def __repr__(self) -> str:
        return f"Condition({self.node!r})"


def as_condition(value: ConditionLike, *, expression: ConditionName = "ConditionExpression") -> nodes.Condition:
    """The tree of a condition: a built one, boto3's, a tree or a text.

    A text is parsed and keeps its placeholders; ``expression`` names it in an ``ExpressionError``. Raises
    ``ExpressionMisuse`` for anything else than a condition.
    """
    if isinstance(value, Condition):
        return value.node
    if isinstance(value, _NODES):
        return value
    if isinstance(value, str):
        return parse_condition(value, expression=expression)
    if callable(getattr(value, "get_expression", None)):
        return _foreign_condition(value.get_expression())
    raise ExpressionMisuse(
        f'{value!r:.80} is no condition; build one with Attr or Key, such as Attr("total") > 100, or write its text'
    )


def _foreign_condition(expression: dict[str, Any]) -> nodes.Condition:
    operator, values = expression["operator"], expression["values"]
    if operator == "AND":
        return And(tuple(_foreign_terms(operator, values)))
    if operator == "OR":
        return Or(tuple(_foreign_terms(operator, values)))
    if operator == "NOT":
        return Not(as_condition(values[0]))
    first, *others = values
    operand = _foreign_operand(first)
    if operator == "IN":
        return In(operand, tuple(map(_foreign_operand, others[0])))
    arguments = tuple(map(_foreign_operand, others))
    if operator in _COMPARATORS:
        return Compare(cast("Comparator", operator), operand, *arguments)
    if operator == "BETWEEN":
        return Between(operand, *arguments)
    return Function(operator, (operand, *arguments))


def _foreign_terms(operator: str, values: tuple[Any, ...]) -> list[nodes.Condition]:
    """The terms of nested ANDs or ORs, left to right. Not by recursion: boto3 nests once per ``&``."""
    terms: list[nodes.Condition] = []
    waiting = list(reversed(values))
    while waiting:
        value = waiting.pop()
        expression = value.get_expression() if callable(getattr(value, "get_expression", None)) else {}
        if expression.get("operator") == operator:
            waiting.extend(reversed(expression["values"]))
        else:
            terms.append(as_condition(value))
    return terms


def _foreign_operand(value: Any) -> Operand:
    expression = value.get_expression() if callable(getattr(value, "get_expression", None)) else None
    if expression is not None:  # boto3's Size is a condition and an operand
        return Function(expression["operator"], tuple(map(_foreign_operand, expression["values"])))
    return to_operand(value)
