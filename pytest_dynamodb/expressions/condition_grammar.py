"""Conditions, filters and key conditions. Source: developer guide, "Comparison operator and function reference"."""

from __future__ import annotations

from typing import Final, cast

from pytest_dynamodb.expressions.nodes import (
    And,
    Between,
    Comparator,
    Compare,
    Condition,
    Function,
    In,
    Not,
    Operand,
    Or,
    Path,
    Placeholder,
)
from pytest_dynamodb.expressions.operand_grammar import OperandGrammar
from pytest_dynamodb.expressions.tokens import END

_COMPARATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})


class _Group:
    """Parentheses being read, or the whole text: its OR terms, the AND factors of the last one, NOTs still to apply."""

    __slots__ = ("factors", "negations", "position", "terms")

    def __init__(self, position: int) -> None:
        self.position = position
        self.terms: list[Condition] = []
        self.factors: list[Condition] = []
        self.negations = 0

    @property
    def is_bare(self) -> bool:
        return not (self.terms or self.factors or self.negations)

    def add(self, condition: Condition) -> None:
        for _ in range(self.negations):
            condition = Not(condition)
        self.negations = 0
        self.factors.append(condition)

    def end_term(self) -> None:
        self.terms.append(self.factors[0] if len(self.factors) == 1 else And(tuple(self.factors)))
        self.factors = []

    def close(self) -> Condition:
        self.end_term()
        return self.terms[0] if len(self.terms) == 1 else Or(tuple(self.terms))


class ConditionGrammar(OperandGrammar):
    """Conditions, filters, key conditions."""

    def condition(self) -> Condition:
        """Read a whole text::

            condition := term ("OR" term)*
            term      := factor ("AND" factor)*
            factor    := "NOT"* (comparison | function | "(" condition ")")

        An explicit stack of groups instead of a method each: boto3 opens a parenthesis per ``&``, up to 300 of them.
        What stands in parentheses may turn out to be an operand, ``(a) = b``; only the closing one tells.
        """
        tokens, groups = self.tokens, [_Group(0)]
        while True:
            self.openings(groups)
            node = self.closings(self.comparison(self.operand()), groups)
            if isinstance(node, (Path, Placeholder)):
                tokens.fail()
            groups[-1].add(cast("Condition", node))
            if tokens.kind == "OR":
                groups[-1].end_term()
            elif tokens.kind != "AND":
                break
            tokens.take()
            self.operators += 1
        if tokens.kind != END or len(groups) > 1:
            tokens.fail()
        return groups[0].close()

    def openings(self, groups: list[_Group]) -> None:
        """openings := ("NOT" | "(")*"""
        tokens = self.tokens
        while tokens.kind in {"NOT", "("}:
            if tokens.kind == "(":
                groups.append(_Group(tokens.position))
            else:
                groups[-1].negations += 1
                self.operators += 1
            tokens.take()

    def closings(self, node: Operand | Condition, groups: list[_Group]) -> Operand | Condition:
        """closings := (")" path-tail comparison-tail)*"""
        tokens = self.tokens
        in_parentheses = False
        while tokens.kind == ")" and len(groups) > 1:
            group = groups[-1]
            is_operand = isinstance(node, (Path, Placeholder, Function))
            if not group.is_bare or not is_operand:
                if isinstance(node, (Path, Placeholder)):
                    tokens.fail()
                if group.is_bare and in_parentheses:
                    self.note_redundant(group.position)
                group.add(cast("Condition", node))
                node = group.close()
            elif in_parentheses:
                self.note_redundant(group.position)
            groups.pop()
            tokens.take()
            in_parentheses = True
            if is_operand and group.is_bare:
                before = node
                node = self.comparison(self.path_tail(cast("Operand", node)))
                in_parentheses = node is before
        return node

    def comparison(self, left: Operand) -> Operand | Condition:
        """comparison-tail := comparator argument | "BETWEEN" argument "AND" argument | "IN" arguments | nothing"""
        tokens = self.tokens
        kind = tokens.kind
        if kind in _COMPARATORS:
            tokens.take()
            self.operators += 1
            return Compare(cast("Comparator", kind), left, self.argument())
        if kind == "BETWEEN":
            tokens.take()
            self.operators += 1
            low = self.argument()
            tokens.expect("AND")
            return Between(left, low, self.argument())
        if kind == "IN":
            tokens.take()
            self.operators += 1
            return In(left, self.arguments())
        return left
