"""The values that SET gives, computed from an item as it was before the update."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from pytest_dynamodb.engine.evaluation.arithmetic import add, subtract
from pytest_dynamodb.engine.evaluation.paths import Read, Value, compile_path
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.expressions.nodes import Arithmetic, Function, Literal, Path, Placeholder, SetValue

Compute: TypeAlias = "Callable[[Attributes], Value]"
"""What computes a value from an item."""

NO_ATTRIBUTE: Final = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE: Final = "An operand in the update expression has an incorrect data type"


def compile_value(value: SetValue) -> Compute:
    """A function that computes, for an item, the right side of a resolved, checked SET action.

    The function raises ``ValidationException`` for an operand that the item lacks or that is of the wrong type.
    """
    match value:
        case Literal(wire=wire):
            return lambda _: wire
        case Path():
            return _required(compile_path(value))
        case Arithmetic():
            change = add if value.operator == "+" else subtract
            return _arithmetic(change, compile_value(value.left), compile_value(value.right))
        case Function(name="if_not_exists", arguments=(Path() as path, default)):
            return _if_not_exists(compile_path(path), compile_value(default))
        case Function(name="list_append", arguments=(first, second)):
            return _list_append(compile_value(first), compile_value(second))
        case Function() | Placeholder():  # no checked, resolved tree has one
            raise AssertionError(value)


def _required(read: Read) -> Compute:
    def compute(attributes: Attributes) -> Value:
        value = read(attributes)
        if value is None:
            raise ValidationException(NO_ATTRIBUTE)
        return value

    return compute


def _arithmetic(change: Callable[[str, str], str], left: Compute, right: Compute) -> Compute:
    def compute(attributes: Attributes) -> Value:
        one, other = left(attributes), right(attributes)
        if "N" not in one or "N" not in other:
            raise ValidationException(WRONG_TYPE)
        return {"N": change(one["N"], other["N"])}

    return compute


def _if_not_exists(read: Read, default: Compute) -> Compute:
    def compute(attributes: Attributes) -> Value:
        value = read(attributes)
        return default(attributes) if value is None else value

    return compute


def _list_append(first: Compute, second: Compute) -> Compute:
    def compute(attributes: Attributes) -> Value:
        head, tail = first(attributes), second(attributes)
        if "L" not in head or "L" not in tail:
            raise ValidationException(WRONG_TYPE)
        return {"L": [*head["L"], *tail["L"]]}

    return compute
