"""Builders of conditions on attributes: ``Attr`` for all, ``Key`` for key conditions.

Both build conditions with comparison operators, so ``==`` between them is no equality. They are therefore unhashable,
and what they build raises when it is asked whether it is true: neither can be used as a set's member, as a dictionary's
key or in an ``if`` by mistake. Trees (``expressions.nodes``) compare and hash plainly.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn, cast

from pytest_dynamodb.expressions.buildable import Buildable, ExpressionMisuse, Sum, to_operand, to_path
from pytest_dynamodb.expressions.conditions import Condition
from pytest_dynamodb.expressions.nodes import (
    Arithmetic,
    Between,
    Comparator,
    Compare,
    Function,
    In,
    Index,
    Name,
    Operand,
    Path,
)


class KeyOperand(Buildable):
    """An operand with the comparisons that key conditions know."""

    __slots__ = ()
    node: Operand

    def eq(self, value: object) -> Condition:
        """``operand = value``; ``None`` is DynamoDB's NULL here."""
        return self._compare("=", value)

    def lt(self, value: object) -> Condition:
        """``operand < value``"""
        return self._compare("<", value)

    def lte(self, value: object) -> Condition:
        """``operand <= value``"""
        return self._compare("<=", value)

    def gt(self, value: object) -> Condition:
        """``operand > value``"""
        return self._compare(">", value)

    def gte(self, value: object) -> Condition:
        """``operand >= value``"""
        return self._compare(">=", value)

    def between(self, low: object, high: object) -> Condition:
        """``operand BETWEEN low AND high``, both included."""
        return Condition(Between(self.node, self._operand(low), self._operand(high)))

    def begins_with(self, prefix: object) -> Condition:
        """``begins_with(operand, prefix)``"""
        return self._call("begins_with", prefix)

    def __eq__(self, value: object) -> Condition:  # type: ignore[override]  # builds; why that is safe: module's text
        return self._compare("=", _not_none(value, "not_exists()"))

    def __ne__(self, value: object) -> NoReturn:
        raise ExpressionMisuse("key conditions know no <>; filter with Attr(...) != value instead")

    def __lt__(self, value: object) -> Condition:
        return self.lt(value)

    def __le__(self, value: object) -> Condition:
        return self.lte(value)

    def __gt__(self, value: object) -> Condition:
        return self.gt(value)

    def __ge__(self, value: object) -> Condition:
        return self.gte(value)

    __hash__ = None  # as Buildable's; a class that defines __eq__ says so itself

    def _compare(self, operator: Comparator, value: object) -> Condition:
        return Condition(Compare(operator, self.node, self._operand(value)))

    def _call(self, name: str, *values: object) -> Condition:
        return Condition(Function(name, (self.node, *map(self._operand, values))))

    def _operand(self, value: object) -> Operand:
        return to_operand(value, floats=self.floats)


class AttrOperand(KeyOperand):
    """An operand with all comparisons and arithmetic."""

    __slots__ = ()

    def ne(self, value: object) -> Condition:
        """``operand <> value``; true where the attribute is missing. ``None`` is DynamoDB's NULL here."""
        return self._compare("<>", value)

    def __ne__(self, value: object) -> Condition:  # type: ignore[override]  # as __eq__
        return self._compare("<>", _not_none(value, "exists()"))

    def is_in(self, values: Iterable[object]) -> Condition:
        """``operand IN (values)``: up to 100 values."""
        if isinstance(values, (str, bytes)):
            raise ExpressionMisuse(f"is_in() takes a collection of values, not one: is_in([{values!r:.80}])")
        choices = tuple(self._operand(value) for value in values)
        if not choices:
            raise ExpressionMisuse("is_in() needs one value or more: DynamoDB has no empty IN, leave the condition out")
        return Condition(In(self.node, choices))

    def contains(self, value: object) -> Condition:
        """``contains(operand, value)``: part of a text, member of a set, element of a list."""
        return self._call("contains", value)

    def __add__(self, value: object) -> Sum:
        return Sum(Arithmetic("+", self.node, self._operand(value)))

    def __sub__(self, value: object) -> Sum:
        return Sum(Arithmetic("-", self.node, self._operand(value)))


class Key(KeyOperand):
    """An attribute of a key, for key conditions: ``Key("pk") == "USER#1"``."""

    __slots__ = ()

    def __init__(self, name: str | Path, *, floats: bool = False) -> None:
        super().__init__(to_path(name), floats=floats)

    @property
    def path(self) -> Path:
        """The document path."""
        return cast("Path", self.node)


class Attr(AttrOperand):
    """An attribute, by its document path: ``Attr("total") > 100``, ``Attr("a.b[2]").exists()``.

    ``floats=True`` lets floats be compared with it; see ``values.to_wire``. ``of`` makes one of given parts.
    """

    __slots__ = ()

    def __init__(self, path: str | Path, *, floats: bool = False) -> None:
        super().__init__(to_path(path), floats=floats)

    @classmethod
    def of(cls, *parts: str | int, floats: bool = False) -> Attr:
        """An attribute by its parts: a text is a whole name, dots included, and a number is a list position."""
        steps = tuple(Index(part) if isinstance(part, int) else Name(part) for part in parts)
        if not steps or isinstance(steps[0], Index):
            raise ExpressionMisuse(f"a document path begins with an attribute name, not with {parts[:1]}")
        return cls(Path(steps), floats=floats)

    @property
    def path(self) -> Path:
        """The document path."""
        return cast("Path", self.node)

    def exists(self) -> Condition:
        """``attribute_exists(path)``"""
        return self._call("attribute_exists")

    def not_exists(self) -> Condition:
        """``attribute_not_exists(path)``"""
        return self._call("attribute_not_exists")

    def attribute_type(self, type_tag: str) -> Condition:
        """``attribute_type(path, type_tag)``: S, N, B, SS, NS, BS, BOOL, NULL, L or M."""
        return self._call("attribute_type", type_tag)

    def size(self) -> Size:
        """``size(path)``, to be compared: ``Attr("tags").size() > 3``."""
        return Size(Function("size", (self.node,)))


class Size(AttrOperand):
    """The size of an attribute, as DynamoDB's ``size`` counts it."""

    __slots__ = ()


def _not_none(value: object, remedy: str) -> object:
    if value is None:
        raise ExpressionMisuse(
            f"nothing in DynamoDB equals None; use {remedy}, or eq(None) for an attribute of type NULL"
        )
    return value
