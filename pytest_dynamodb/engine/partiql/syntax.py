"""What a statement is once it is parsed. Frozen, and kept by text: nothing of a request is in it but the statement.

    Expression  PathTerm | Scalar | Number | Sequence | Bag | Struct | Parameter | Star | Call | Operation | IsType
    Statement   Select | Insert | Update | Delete; Exists is a Call of a Select

Statements are expressions, too, as in PartiQL: where one stands that may not, that is found later.
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
    """A string, TRUE, FALSE, NULL or MISSING: ``tag`` is the attribute value's, or ``MISSING``."""

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
    """The ``?`` that stands at a place among all of them, from 0."""

    index: int
    at: At


@dataclass(frozen=True, slots=True)
class Star:
    """``*`` where an argument may stand: COUNT(*)."""

    at: At


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A function's call; the name in small letters."""

    name: str
    arguments: tuple[Expression, ...]
    at: At


@dataclass(frozen=True, slots=True)
class OperatorCall:
    """An operator, as spelled here in small letters, and its operands."""

    operator: str
    operands: tuple[Expression, ...]
    at: At


@dataclass(frozen=True, slots=True)
class IsType:
    """``operand IS type``: ``tag`` is the attribute value's, or MISSING; ``None`` of a type that DynamoDB has not."""

    operand: Expression
    type: str
    tag: str | None
    at: At


@dataclass(frozen=True, slots=True)
class FromSource:
    """What comes after FROM: a table, perhaps an index of it."""

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
        """As messages print it."""
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
    """``path = value`` after SET; no value: after REMOVE."""

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


Statement: TypeAlias = "Select | InsertStatement | UpdateStatement | DeleteStatement"
Expression: TypeAlias = (
    "PathTerm | Scalar | Number | Sequence | Bag | Struct | Parameter | Star | FunctionCall | OperatorCall | IsType"
    " | Statement"
)


@dataclass(frozen=True, slots=True)
class ParsedStatement:
    """A statement, and how many parameters it wants."""

    expression: Expression
    parameters: int
