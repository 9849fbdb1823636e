"""Literals of a statement as attribute values.

Messages name a place within a value, from ``root`` on: ``root.map[1]`` (dynamodb-conformance,
error-messages/partiqlGrammar).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from pytest_dynamodb.engine.partiql.decimals import is_decimal
from pytest_dynamodb.engine.partiql.messages import reject, rejection
from pytest_dynamodb.engine.partiql.syntax import (
    Bag,
    Call,
    Expression,
    IsType,
    Number,
    Operation,
    Parameter,
    PathTerm,
    Scalar,
    Sequence,
    Struct,
)
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.values import canonical_number

Value: TypeAlias = "dict[str, Any]"

MAX_DEPTH: Final = 32
"""Levels of a value: what would lie deeper is refused (hectorvent/floci's captures)."""

LITERALS: Final = (Scalar, Number, Sequence, Bag, Struct)
"""What ``literal`` may be asked for at the top: a parameter is a value only there, and ``literal`` is not asked."""


def literal(expression: Expression, place: str = "", depth: int = 0) -> Value:
    """The attribute value that a literal stands for. Raises ValidationException for what can be none."""
    if depth >= MAX_DEPTH:
        reject("under", message="Nesting Levels have exceeded supported limits", path=place)
    match expression:
        case Scalar(tag="MISSING"):
            raise rejection("data-type", kind="Missing", path=place, at=expression.at)
        case Scalar(tag=tag, content=content):
            return {tag: content}
        case Number(text=text):
            return {"N": _number(text, place)}
        case Sequence(elements=elements):
            return {"L": [literal(member, f"{place}[{at}]", depth + 1) for at, member in enumerate(elements)]}
        case Struct(members=members):
            return {"M": {name: literal(member, f"{place}.{name}", depth + 1) for name, member in members}}
        case Bag():
            return _set(expression, place)
        case _:
            raise rejection("data-type", kind=_kind(expression), path=place, at=expression.at)


def _number(text: str, place: str) -> str:
    if not is_decimal(text):
        reject("unreadable")
    try:
        return canonical_number(text)
    except ValidationException as problem:
        reject("under", message=problem.message, path=place)


def _set(bag: Bag, place: str) -> Value:
    if not bag.elements:
        reject("empty-bag")
    texts = [element for element in bag.elements if isinstance(element, Scalar) and element.tag == "S"]
    if len(texts) == len(bag.elements):
        return {"SS": _distinct([text.content for text in texts])}
    numbers = [element for element in bag.elements if isinstance(element, Number)]
    if len(numbers) != len(bag.elements):
        reject("mixed-bag")
    members = [_number(number.text, place) for number in numbers]
    if len(set(members)) != len(members):
        reject("duplicate-numbers", members=", ".join(number.text for number in numbers), path=place)
    return {"NS": members}


def _distinct(members: list[str]) -> list[str]:
    if len(set(members)) != len(members):
        reject("duplicates", members=", ".join(members))
    return members


_KINDS: Final[dict[type, Callable[[Any], str]]] = {
    Call: lambda call: str(call.name),
    Parameter: lambda _: "Parameter",
    PathTerm: lambda _: "VariableReference",  # inferred, as are the next
    Operation: lambda operation: str(operation.operator),
    IsType: lambda _: "IsType",
}


def _kind(expression: Expression) -> str:
    name = _KINDS.get(type(expression))
    return type(expression).__name__ if name is None else name(expression)
