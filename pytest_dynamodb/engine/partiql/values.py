"""Literals and parameters of statements as attribute values.

AWS reads their numbers as Java's BigDecimal does: exponent and scale are 32-bit integers there, and the magnitude that
is compared wraps around (dynamodb-conformance, error-messages/partiqlParameterNumbers and partiqlGrammar).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pytest_dynamodb.engine.partiql import syntax
from pytest_dynamodb.engine.partiql.messages import reject, rejection, text
from pytest_dynamodb.engine.validation.values import checked_value
from pytest_dynamodb.engine.validation.wording import BadValue, Wording
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.values import AttributeValue, canonical_number
from pytest_dynamodb.values.numbers import NUMBER_UNDERFLOW

_DECIMAL: Final = re.compile(r"[+-]?(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?")
_LARGEST: Final = 2**31 - 1
_MAX_DIGITS: Final = 10  # of a 32-bit integer


def is_decimal(text: str) -> bool:
    """Whether a text can be converted to a number at all."""
    parts = _parts(text)
    return parts is not None and -_LARGEST - 1 <= parts[1] - parts[2] <= _LARGEST


def wrapped_problem(text: str) -> str | None:
    """The error message for a number so large that its magnitude wraps around; ``None`` for others."""
    parts = _parts(text)
    if parts is None:
        return None
    digits, fraction, exponent = parts
    return NUMBER_UNDERFLOW if digits - (fraction - exponent) > _LARGEST else None


def _parts(text: str) -> tuple[int, int, int] | None:
    """The number of digits, the number of those after the point, and the exponent."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        return None
    whole, fraction, bare, exponent = match.groups()
    power = exponent or "0"
    if len(power.lstrip("+-0")) > _MAX_DIGITS or abs(int(power)) > _LARGEST:
        return None
    behind = fraction or bare or ""
    return len(((whole or "") + behind).lstrip("0")) or 1, len(behind), int(power)


# --- literals ---
# Messages name a place within a value, from ``root`` on: ``root.map[1]`` (dynamodb-conformance,
# error-messages/partiqlGrammar).


MAX_DEPTH: Final = 32
"""Levels of nesting in a value; deeper ones are refused (hectorvent/floci's captures)."""

LITERALS: Final = (syntax.Scalar, syntax.Number, syntax.Sequence, syntax.Bag, syntax.Struct)
"""The kinds of expressions that ``literal`` takes at the top level. A parameter is a value only there, and handled by
the caller.
"""


def literal(expression: syntax.Expression, place: str = "", depth: int = 0) -> AttributeValue:
    """The attribute value of a literal. Raises ValidationException if there is none."""
    if depth >= MAX_DEPTH:
        reject("under", message="Nesting Levels have exceeded supported limits", path=place)
    match expression:
        case syntax.Scalar(tag="MISSING"):
            raise rejection("data-type", kind="Missing", path=place, at=expression.at)
        case syntax.Scalar(tag=tag, content=content):
            return {tag: content}
        case syntax.Number(text=text):
            return {"N": _number(text, place)}
        case syntax.Sequence(elements=elements):
            return {"L": [literal(member, f"{place}[{at}]", depth + 1) for at, member in enumerate(elements)]}
        case syntax.Struct(members=members):
            return {"M": {name: literal(member, f"{place}.{name}", depth + 1) for name, member in members}}
        case syntax.Bag():
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


def _set(bag: syntax.Bag, place: str) -> AttributeValue:
    if not bag.elements:
        reject("empty-bag")
    texts = [element for element in bag.elements if isinstance(element, syntax.Scalar) and element.tag == "S"]
    if len(texts) == len(bag.elements):
        return {"SS": _distinct([text.content for text in texts])}
    numbers = [element for element in bag.elements if isinstance(element, syntax.Number)]
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
    syntax.FunctionCall: lambda call: str(call.name),
    syntax.Parameter: lambda _: "Parameter",
    syntax.PathTerm: lambda _: "VariableReference",  # inferred, as are the next
    syntax.OperatorCall: lambda operation: str(operation.operator),
    syntax.IsType: lambda _: "IsType",
}


def _kind(expression: syntax.Expression) -> str:
    name = _KINDS.get(type(expression))
    return type(expression).__name__ if name is None else name(expression)


# --- parameters ---
# AWS looks at them before it reads the statement (floci's captures).


class _ParameterWording(Wording):
    """The wording of the older value layer, except for numbers."""

    def about(self, problem: BadValue) -> ValidationException:
        if problem.kind != "number":
            return super().about(problem)
        return ValidationException(_number_problem(problem.details["text"], problem.details["message"]))


_WORDING = _ParameterWording()


def checked_parameters(request: Mapping[str, Any]) -> tuple[AttributeValue, ...]:
    """The values of a statement's Parameters, canonical. Raises ValidationException for the first that is wrong."""
    return tuple(checked_value(value, wording=_WORDING)[0] for value in request.get("Parameters") or ())


def _number_problem(number: str, message: str) -> str:
    if not number:
        return text("unconvertible-empty")
    if not is_decimal(number):
        return text("unconvertible", text=number)
    return wrapped_problem(number) or message
