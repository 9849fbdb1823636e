"""Parsed statements. Frozen and cached by text: they hold nothing of a request but the statement.

    Expression  PathTerm | Scalar | Number | Sequence | Bag | Struct | Parameter | Star
                | FunctionCall | OperatorCall | IsType
    Statement   Select | InsertStatement | UpdateStatement | DeleteStatement; EXISTS is a FunctionCall of a Select

Statements are expressions too, as in PartiQL; one in a wrong place is rejected later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pytest_dynamodb.engine.partiql.messages import At

PathParts: TypeAlias = "tuple[str | int, ...]"
"""A document path: the attribute's name, then names and positions."""


@dataclass(frozen=True, slots=True)
class PathTerm:
    """A document path."""

    parts: PathParts
    at: At


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, TRUE, FALSE, NULL or MISSING. ``tag`` is the type tag, or ``MISSING``."""

    tag: str
    content: Any
    at: At


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, with its sign."""

    text: str
    at: At


@dataclass(frozen=True, slots=True)
class Sequence:
    """``[a, b]``, or ``(a, b)`` after IN."""

    elements: tuple[Expression, ...]
    at: At


@dataclass(frozen=True, slots=True)
class Bag:
    """``<<a, b>>``"""

    elements: tuple[Expression, ...]
    at: At


@dataclass(frozen=True, slots=True)
class Struct:
    """``{'name': value}``"""

    members: tuple[tuple[str, Expression], ...]
    at: At


@dataclass(frozen=True, slots=True)
class Parameter:
    """A ``?``; the number is its position among all of them, from 0."""

    index: int
    at: At


@dataclass(frozen=True, slots=True)
class Star:
    """``*`` where an argument may stand: COUNT(*)."""

    at: At


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function call; the name is in small letters."""

    name: str
    arguments: tuple[Expression, ...]
    at: At


@dataclass(frozen=True, slots=True)
class OperatorCall:
    """An operator, in small letters, with its operands."""

    operator: str
    operands: tuple[Expression, ...]
    at: At


@dataclass(frozen=True, slots=True)
class IsType:
    """``operand IS type``. ``tag`` is the type tag or MISSING; ``None`` for a type that DynamoDB does not have."""

    operand: Expression
    type: str
    tag: str | None
    at: At


@dataclass(frozen=True, slots=True)
class FromSource:
    """What follows FROM: a table, or an index of it."""

    parts: PathParts
    alias: bool
    at: At


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """One term of ORDER BY."""

    path: Expression
    descending: bool


@dataclass(frozen=True, slots=True)
class Select:
    """SELECT; no ``columns`` is ``*``."""

    columns: tuple[Expression, ...]
    source: FromSource
    where: Expression | None
    order: tuple[OrderTerm, ...]
    at: At


@dataclass(frozen=True, slots=True)
class ReturningClause:
    """RETURNING"""

    which: Literal["ALL", "MODIFIED"]
    when: Literal["OLD", "NEW"]

    def __str__(self) -> str:
        """As in messages."""
        return f"{self.which} {self.when} *"


@dataclass(frozen=True, slots=True)
class InsertStatement:
    """INSERT"""

    source: FromSource
    value: Expression
    returning: ReturningClause | None
    at: At


@dataclass(frozen=True, slots=True)
class Assignment:
    """``path = value`` after SET; without a value, a path after REMOVE."""

    path: PathTerm
    value: Expression | None


@dataclass(frozen=True, slots=True)
class UpdateStatement:
    """UPDATE, either form"""

    source: FromSource
    assignments: tuple[Assignment, ...]
    where: Expression | None
    returning: ReturningClause | None
    at: At


@dataclass(frozen=True, slots=True)
class DeleteStatement:
    """DELETE"""

    source: FromSource
    where: Expression | None
    returning: ReturningClause | None
    at: At


Statement: TypeAlias = Select | InsertStatement | UpdateStatement | DeleteStatement
Expression: TypeAlias = (
    PathTerm
    | Scalar
    | Number
    | Sequence
    | Bag
    | Struct
    | Parameter
    | Star
    | FunctionCall
    | OperatorCall
    | IsType
    | Statement
)


@dataclass(frozen=True, slots=True)
class ParsedStatement:
    """A statement and the number of its parameters."""

    expression: Expression
    parameters: int
