"""What builders of expressions have in common: an operand inside, and how paths and values become operands."""

from __future__ import annotations

import re
from typing import Any, Final, NoReturn, TypeAlias

from pytest_dynamodb.errors import PytestDynamoDbError
from pytest_dynamodb.expressions.nodes import (
    Arithmetic,
    Function,
    Index,
    Literal,
    Name,
    Operand,
    Part,
    Path,
    Placeholder,
    SetValue,
)
from pytest_dynamodb.values import to_wire

PathLike: TypeAlias = "str | Path | Buildable"
"""What is accepted wherever a document path is: its text, a tree's path, an ``Attr``."""

_PART: Final = re.compile(r"(?:^|(?<!^)\.)(?P<name>[^.\[\]]+)|\[(?P<index>[0-9]+)\]")


class ExpressionMisuse(PytestDynamoDbError, TypeError):
    """A builder was used for what it cannot build. The message names the remedy."""


class Buildable:
    """Something that stands for an operand of an expression. ``node`` is that operand."""

    __slots__ = ("floats", "node")

    def __init__(self, node: SetValue, *, floats: bool = False) -> None:
        self.node, self.floats = node, floats

    __hash__ = None  # type: ignore[assignment]  # equality would build a condition, see attributes

    def __bool__(self) -> NoReturn:
        raise ExpressionMisuse(f"{self!r} has no truth value before DynamoDB evaluates it; compare `is None` instead")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.node})"


class Sum(Buildable):
    """``operand + operand`` or ``operand - operand``: a value of a SET action, no operand of a condition."""

    __slots__ = ()


def to_path(path: PathLike) -> Path:
    """A document path of text such as ``"a.b[2]"``, or of what has one already.

    Dots and brackets separate, whatever else stands between them is a name; a name that holds them itself needs
    ``Attr.of``. Raises ``ExpressionMisuse`` for text that is no path.
    """
    if isinstance(path, Path):
        return path
    if isinstance(path, Buildable) and isinstance(path.node, Path):
        return path.node
    if not isinstance(path, str):
        raise ExpressionMisuse(f'a document path is text such as "a.b[2]", not {path!r:.80}')
    parts: list[Part] = []
    end = 0
    while match := _PART.match(path, end):
        parts.append(Name(match["name"]) if match["name"] else Index(int(match["index"])))
        end = match.end()
    if end != len(path) or not parts or isinstance(parts[0], Index):
        raise ExpressionMisuse(f'{path!r} is no document path; one looks like "a", "a.b" or "a.b[2]"')
    return Path(tuple(parts))


def to_operand(value: object, *, floats: bool = False) -> Operand:
    """The operand that a value stands for: a builder's or boto3 ``Attr``'s, a node itself, else a literal.

    Raises ``ExpressionMisuse`` or ``values.UnsupportedValue``.
    """
    if isinstance(value, Buildable):
        if isinstance(value.node, Arithmetic):
            raise ExpressionMisuse(f"{value!r} can only be a value of a SET action, not part of another operand")
        return value.node
    if isinstance(value, (Path, Placeholder, Literal, Function)):
        return value
    foreign = _foreign_name(value)
    if foreign is not None:
        return to_path(foreign)
    return Literal(to_wire(value, floats=floats))


def _foreign_name(value: Any) -> str | None:
    """The path of an attribute of boto3's conditions, told by its shape: boto3 is not imported for it."""
    name = getattr(value, "name", None)
    if not isinstance(name, str) or isinstance(value, type):
        return None
    if callable(getattr(value, "begins_with", None)) and not callable(getattr(value, "get_expression", None)):
        return name
    return None
