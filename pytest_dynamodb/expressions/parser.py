"""Expression text to tree: pure syntax. What names and values stand for, and whether it all makes sense, comes later.

A text is parsed once and its tree kept (bounded cache): trees are frozen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias, cast
from typing import Literal as Choice

from pytest_dynamodb.expressions.condition_grammar import ConditionGrammar
from pytest_dynamodb.expressions.messages import ExpressionError
from pytest_dynamodb.expressions.nodes import Condition, Projection, Tree, Update
from pytest_dynamodb.expressions.tokens import CONDITION_WORDS, PROJECTION_WORDS, UPDATE_WORDS, Tokens
from pytest_dynamodb.expressions.update_grammar import ProjectionGrammar, UpdateGrammar

ConditionName: TypeAlias = Choice["ConditionExpression", "FilterExpression", "KeyConditionExpression"]
ExpressionName: TypeAlias = Choice[
    "ConditionExpression", "FilterExpression", "KeyConditionExpression", "UpdateExpression", "ProjectionExpression"
]

MAX_BYTES: Final = 4096
"""UTF-8 bytes of an expression as sent, checked before parsing (dynamodb-conformance, limits/expressionSize)."""

MAX_OPERATORS: Final = 300
"""Operators of one expression; functions and parentheses are not counted (developer guide, "Quotas")."""

CACHED_TEXTS: Final = 2048
"""How many parsed texts are kept, the latest used ones. A text is at most 4 KB."""

_BLANKS: Final = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text's tree, with what the text says beyond it."""

    tree: Tree
    redundant: int | None
    """Where parentheses directly round parentheses stand, or None."""
    operators: int


_SAYING_THEIR_SIZE: Final = frozenset({"ConditionExpression", "FilterExpression"})


@lru_cache(maxsize=CACHED_TEXTS)
def read(expression: ExpressionName, text: str) -> Parsed:
    """Parse, leaving limits other than the size unchecked. Raises ``ExpressionError`` (too long, empty, syntax)."""
    if len(text) > MAX_BYTES or not text.isascii():
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > MAX_BYTES:
            kind = "too-long-condition" if expression in _SAYING_THEIR_SIZE else "too-long"
            raise ExpressionError(kind, expression=expression, position=0, size=size)
    if not text.strip(_BLANKS):
        raise ExpressionError("empty", expression=expression, position=0)
    try:
        return _LANGUAGES[expression](text, expression)
    except ExpressionError as problem:
        if problem.kind != "nesting":
            raise
        # Raised where the text's parameter is not known.
        raise ExpressionError("nesting", expression=expression, position=0, **problem.details) from None


def parse(expression: ExpressionName, text: str) -> Tree:
    """The tree of an expression's text; aliases and placeholders stay as written.

    Raises ``ExpressionError`` with DynamoDB's message: too long, empty, syntax, redundant parentheses, too many
    operators, in that order.
    """
    parsed = read(expression, text)
    if parsed.redundant is not None:
        raise ExpressionError("redundant-parentheses", expression=expression, position=parsed.redundant)
    if parsed.operators > MAX_OPERATORS:
        raise ExpressionError("too-many-operators", expression=expression, position=0, count=parsed.operators)
    return parsed.tree


def parse_condition(text: str, *, expression: ConditionName = "ConditionExpression") -> Condition:
    """The tree of a condition, filter or key condition. Raises as ``parse`` does."""
    return cast("Condition", parse(expression, text))


def parse_update(text: str) -> Update:
    """The tree of an update expression. Raises as ``parse`` does."""
    return cast("Update", parse("UpdateExpression", text))


def parse_projection(text: str) -> Projection:
    """The tree of a projection expression. Raises as ``parse`` does."""
    return cast("Projection", parse("ProjectionExpression", text))


def _read_condition(text: str, expression: str) -> Parsed:
    grammar = ConditionGrammar(Tokens(text, CONDITION_WORDS, expression))
    return Parsed(grammar.condition(), grammar.redundant, grammar.operators)


def _read_update(text: str, expression: str) -> Parsed:
    grammar = UpdateGrammar(Tokens(text, UPDATE_WORDS, expression))
    return Parsed(grammar.update(), grammar.redundant, grammar.operators)


def _read_projection(text: str, expression: str) -> Parsed:
    grammar = ProjectionGrammar(Tokens(text, PROJECTION_WORDS, expression))
    return Parsed(grammar.projection(), grammar.redundant, grammar.operators)


_LANGUAGES: Final[dict[ExpressionName, Callable[[str, str], Parsed]]] = {
    "ConditionExpression": _read_condition,
    "FilterExpression": _read_condition,
    "KeyConditionExpression": _read_condition,
    "UpdateExpression": _read_update,
    "ProjectionExpression": _read_projection,
}
