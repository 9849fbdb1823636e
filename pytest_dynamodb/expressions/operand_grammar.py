"""The productions that conditions, updates and projections share: operands, functions, document paths.

One method a production, whose docstring is that production. Sources: developer guide, "Document paths", "Comparison
operator and function reference"; where those are silent on parentheses, the cases of dynalite's suite, which ran
against AWS.
"""

from __future__ import annotations

from typing import Final

from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.expressions.nodes import Alias, Function, Index, Name, Operand, Part, Path, Placeholder
from pytest_dynamodb.expressions.tokens import ALIAS, NAME, NUMBER, VALUE, Tokens

MAX_OPERAND_NESTING: Final = 32
"""Functions and parentheses within one operand. Ours: each level is a few Python calls."""


class OperandGrammar:
    """The productions that conditions and updates share."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.redundant: int | None = None
        self.operators = 0
        self.nesting = 0
        self.tail_taken = False

    def operand(self) -> Operand:
        """operand := function | path | value"""
        tokens = self.tokens
        if tokens.kind == VALUE:
            return Placeholder(tokens.take())
        if tokens.kind == NAME and tokens.next_kind == "(":
            return self.function()
        return self.path()

    def function(self) -> Function:
        """function := name arguments"""
        tokens = self.tokens
        name = tokens.take()
        self.enter()
        arguments = self.arguments()
        self.nesting -= 1
        return Function(name, arguments)

    def arguments(self) -> tuple[Operand, ...]:
        """arguments := "(" argument ("," argument)* ")"; IN's list is one too"""
        tokens = self.tokens
        tokens.expect("(")
        arguments = [self.argument()]
        while tokens.kind == ",":
            tokens.take()
            arguments.append(self.argument())
        tokens.expect(")")
        return tuple(arguments)

    def argument(self) -> Operand:
        """argument := operand | grouped-operand"""
        return self.grouped_operand() if self.tokens.kind == "(" else self.operand()

    def grouped_operand(self) -> Operand:
        """grouped-operand := "(" argument ")" path-tail   (a tail only after a path)"""
        tokens = self.tokens
        position = tokens.position
        tokens.take()
        self.enter()
        twice = tokens.kind == "("
        node = self.argument()
        # `((a).b)` is fine, `((a))` is not: what stood in the inner parentheses must have been all there is.
        closed_at_once = tokens.kind == ")" and twice and not self.tail_taken
        tokens.expect(")")
        self.nesting -= 1
        if closed_at_once:
            self.note_redundant(position)
        return self.path_tail(node)

    def path_tail(self, node: Operand) -> Operand:
        """path-tail := ("." (name | alias) | "[" number "]")*"""
        self.tail_taken = False
        if isinstance(node, Path) and self.tokens.kind in {".", "["}:
            node = Path(node.parts + self.path_parts())
            self.tail_taken = True
        return node

    def path(self) -> Path:
        """path := (name | alias) path-tail"""
        parts = (self.path_name(),)
        if self.tokens.kind in {".", "["}:
            return Path((*parts, *self.path_parts()))
        return Path(parts)

    def path_parts(self) -> tuple[Part, ...]:
        """path-parts := ("." (name | alias) | "[" number "]")+"""
        tokens = self.tokens
        parts: list[Part] = []
        while True:
            if tokens.kind == ".":
                tokens.take()
                parts.append(self.path_name())
            elif tokens.kind == "[":
                tokens.take()
                parts.append(Index(int(tokens.expect(NUMBER))))
                tokens.expect("]")
            else:
                return tuple(parts)

    def path_name(self) -> Name | Alias:
        """path-name := name | alias"""
        tokens = self.tokens
        if tokens.kind == NAME:
            return Name(tokens.take())
        return Alias(tokens.expect(ALIAS))

    def enter(self) -> None:
        """One level deeper into an operand; raises ``ExpressionError`` past the limit."""
        self.nesting += 1
        if self.nesting > MAX_OPERAND_NESTING:
            raise ExpressionError("nesting", position=self.tokens.position, maximum=MAX_OPERAND_NESTING)

    def note_redundant(self, position: int) -> None:
        """Parentheses directly round parentheses: an error, but only once the whole text has proved to be one."""
        if self.redundant is None:
            self.redundant = position
