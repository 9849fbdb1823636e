"""Builders of conditions: ``Attr`` for any attribute, ``Key`` for key conditions, and what comparing them builds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, NoReturn, Protocol, TypeAlias, cast

from pytest_dynamodb.errors import PytestDynamoDbError, quoted
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.parser import ConditionName, parse_condition
from pytest_dynamodb.expressions.resolution import placeholders, resolve
from pytest_dynamodb.values import to_wire

# --- operands ---

PathLike: TypeAlias = "str | nodes.Path | Buildable"
"""What is accepted wherever a document path is: its text, a tree's path, an ``Attr``."""

_PART: Final = re.compile(r"(?:^|(?<!^)\.)(?P<name>[^.\[\]]+)|\[(?P<index>[0-9]+)\]")


class ExpressionMisuse(PytestDynamoDbError, TypeError):
    """A builder was used for what it cannot build. The message names the remedy."""


class Buildable:
    """Stands for an operand of an expression, which is ``node``."""

    __slots__ = ("floats", "node")

    node: nodes.SetValue
    floats: bool

    def __init__(self, node: nodes.SetValue, *, floats: bool = False) -> None:
        self.node, self.floats = node, floats

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # equality would build a condition, see attributes

    def __bool__(self) -> NoReturn:
        raise ExpressionMisuse(f"{self!r} has no truth value before DynamoDB evaluates it; compare `is None` instead")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.node})"


class Sum(Buildable):
    """``operand + operand`` or ``operand - operand``: the value of a SET action. Conditions have no sums."""

    __slots__ = ()


def to_path(path: PathLike) -> nodes.Path:
    """A document path of text such as ``"a.b[2]"``, or of what has one already.

    Dots and brackets separate, whatever else stands between them is a name; a name that holds them itself needs
    ``Attr.of``. Raises ``ExpressionMisuse`` for text that is no path.
    """
    if isinstance(path, nodes.Path):
        return path
    if isinstance(path, Buildable) and isinstance(path.node, nodes.Path):
        return path.node
    if not isinstance(path, str):
        raise ExpressionMisuse(f'a document path is text such as "a.b[2]", not {quoted(path)}')
    parts: list[nodes.PathPart] = []
    end = 0
    while match := _PART.match(path, end):
        parts.append(nodes.Name(match["name"]) if match["name"] else nodes.ListIndex(int(match["index"])))
        end = match.end()
    if end != len(path) or not parts or isinstance(parts[0], nodes.ListIndex):
        raise ExpressionMisuse(f'{path!r} is no document path; one looks like "a", "a.b" or "a.b[2]"')
    return nodes.Path(tuple(parts))


def to_operand(value: object, *, floats: bool = False) -> nodes.Operand:
    """The operand that a value stands for: a builder's or boto3 ``Attr``'s, a node itself, else a literal.

    Raises ``ExpressionMisuse`` or ``values.UnsupportedValue``.
    """
    if isinstance(value, Buildable):
        if isinstance(value.node, nodes.Arithmetic):
            raise ExpressionMisuse(f"{value!r} can only be a value of a SET action, not part of another operand")
        return value.node
    if isinstance(value, (nodes.Path, nodes.Placeholder, nodes.Literal, nodes.Function)):
        return value
    foreign = _foreign_name(value)
    if foreign is not None:
        return to_path(foreign)
    return nodes.Literal(to_wire(value, floats=floats))


def _foreign_name(value: Any) -> str | None:
    """The path of an attribute of boto3's conditions, told by its shape: boto3 is not imported for it."""
    name = getattr(value, "name", None)
    if not isinstance(name, str) or isinstance(value, type):
        return None
    if callable(getattr(value, "begins_with", None)) and not callable(getattr(value, "get_expression", None)):
        return name
    return None


# --- conditions ---
# Also the one place where a condition of any make becomes a tree: ours, boto3's, a text.

_NODES: Final = (nodes.Compare, nodes.Between, nodes.In, nodes.Function, nodes.Not, nodes.And, nodes.Or)
_COMPARATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})


class ForeignCondition(Protocol):
    """A condition of ``boto3.dynamodb.conditions``, recognised by the members that it has."""

    def get_expression(self) -> Mapping[str, Any]: ...  # noqa: D102  # boto3's method, told of above


ConditionLike: TypeAlias = "Condition | nodes.ConditionTree | ForeignCondition | str"
"""What is accepted wherever a condition is: a built one, a tree, boto3's, a text."""


class Condition:
    """A condition, such as ``Attr("total") > 100`` builds. Immutable; ``node`` is its tree.

    Equality and hash are those of the tree: two conditions are equal when they are the same condition.
    """

    __slots__ = ("node",)

    def __init__(self, node: nodes.ConditionTree) -> None:
        self.node: nodes.ConditionTree = node

    def __and__(self, other: ConditionLike) -> Condition:
        return Condition(nodes.And((self.node, as_condition(other))))

    def __or__(self, other: ConditionLike) -> Condition:
        return Condition(nodes.Or((self.node, as_condition(other))))

    def __invert__(self) -> Condition:
        return Condition(nodes.Not(self.node))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self.node == other.node

    def __hash__(self) -> int:
        return hash(self.node)

    def __bool__(self) -> NoReturn:
        raise ExpressionMisuse(
            "a condition has no truth value before DynamoDB evaluates it: join conditions with & | ~ instead of "
            "and, or, not; put each comparison in parentheses; write a.between(x, y) instead of x <= a <= y"
        )

    def __repr__(self) -> str:
        return f"Condition({self.node!r})"


def condition(
    text: str,
    values: Mapping[str, object] | None = None,
    *,
    names: Mapping[str, str] | None = None,
    floats: bool = False,
) -> Condition:
    """A condition of a text with values: ``condition("total > :least", {":least": 5})``.

    ``values`` are Python values, see ``values.to_wire``; ``names`` are those of aliases, ``names={"#s": "status"}``.
    Raises ``ExpressionError`` for a text that is none, or has what is not given, and ``ExpressionMisuse`` for what is
    given in vain.
    """
    given = {_marked(name, ":"): to_wire(value, floats=floats) for name, value in (values or {}).items()}
    aliases = {_marked(alias, "#"): name for alias, name in (names or {}).items()}
    tree = parse_condition(text, expression="ConditionExpression")
    used = placeholders((tree,))
    idle = [key for key in (*given, *aliases) if key not in {*used.names, *used.values}]
    if idle:
        raise ExpressionMisuse(f"{', '.join(idle)} is not in the condition {text!r:.80}")
    return Condition(resolve(tree, aliases, given, expression="ConditionExpression"))


def _marked(name: str, mark: str) -> str:
    return name if name.startswith(mark) else mark + name


def as_condition(value: ConditionLike, *, expression: ConditionName = "ConditionExpression") -> nodes.ConditionTree:
    """The tree of a condition: a built one, boto3's, a tree or a text.

    A text is parsed and keeps its placeholders; ``expression`` names it in an ``ExpressionError``. Raises
    ``ExpressionMisuse`` for anything else than a condition.
    """
    if isinstance(value, Condition):
        return value.node
    if isinstance(value, _NODES):
        return value
    if isinstance(value, str):
        return parse_condition(value, expression=expression)
    if callable(getattr(value, "get_expression", None)):
        return _foreign_condition(value.get_expression())
    raise ExpressionMisuse(
        f'{quoted(value)} is no condition; build one with Attr or Key, such as Attr("total") > 100, or write its text'
    )


def _foreign_condition(expression: Mapping[str, Any]) -> nodes.ConditionTree:
    operator, values = expression["operator"], expression["values"]
    if operator == "AND":
        return nodes.And(tuple(_foreign_terms(operator, values)))
    if operator == "OR":
        return nodes.Or(tuple(_foreign_terms(operator, values)))
    if operator == "NOT":
        return nodes.Not(as_condition(values[0]))
    first, *others = values
    operand = _foreign_operand(first)
    if operator == "IN":
        return nodes.In(operand, tuple(map(_foreign_operand, others[0])))
    arguments = tuple(map(_foreign_operand, others))
    if operator in _COMPARATORS:
        return nodes.Compare(cast("nodes.Comparator", operator), operand, *arguments)
    if operator == "BETWEEN":
        return nodes.Between(operand, *arguments)
    return nodes.Function(operator, (operand, *arguments))


def _foreign_terms(operator: str, values: tuple[Any, ...]) -> list[nodes.ConditionTree]:
    """The terms of nested ANDs or ORs, left to right. Not by recursion: boto3 nests once per ``&``."""
    terms: list[nodes.ConditionTree] = []
    waiting = list(reversed(values))
    while waiting:
        value = waiting.pop()
        expression = value.get_expression() if callable(getattr(value, "get_expression", None)) else {}
        if expression.get("operator") == operator:
            waiting.extend(reversed(expression["values"]))
        else:
            terms.append(as_condition(value))
    return terms


def _foreign_operand(value: Any) -> nodes.Operand:
    expression = value.get_expression() if callable(getattr(value, "get_expression", None)) else None
    if expression is not None:  # boto3's Size is a condition and an operand
        return nodes.Function(expression["operator"], tuple(map(_foreign_operand, expression["values"])))
    return to_operand(value)


# --- attributes ---
# Both build conditions with comparison operators, so ``==`` between them is no equality. They are therefore
# unhashable, and what they build raises when it is asked whether it is true: neither can be used as a set's member,
# as a dictionary's key or in an ``if`` by mistake. Trees (``expressions.nodes``) compare and hash plainly.


class KeyOperand(Buildable):
    """An operand with the comparisons that key conditions know."""

    __slots__ = ()
    node: nodes.Operand

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
        return Condition(nodes.Between(self.node, self._operand(low), self._operand(high)))

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

    __hash__: ClassVar[None] = None  # as Buildable's; a class that defines __eq__ says so itself

    def _compare(self, operator: nodes.Comparator, value: object) -> Condition:
        return Condition(nodes.Compare(operator, self.node, self._operand(value)))

    def _call(self, name: str, *values: object) -> Condition:
        return Condition(nodes.Function(name, (self.node, *map(self._operand, values))))

    def _operand(self, value: object) -> nodes.Operand:
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
            raise ExpressionMisuse(f"is_in() takes a collection of values, not one: is_in([{quoted(values)}])")
        choices = tuple(self._operand(value) for value in values)
        if not choices:
            raise ExpressionMisuse("is_in() needs one value or more: DynamoDB has no empty IN, leave the condition out")
        return Condition(nodes.In(self.node, choices))

    def contains(self, value: object) -> Condition:
        """``contains(operand, value)``: part of a text, member of a set, element of a list."""
        return self._call("contains", value)

    def __add__(self, value: object) -> Sum:
        return Sum(nodes.Arithmetic("+", self.node, self._operand(value)))

    def __sub__(self, value: object) -> Sum:
        return Sum(nodes.Arithmetic("-", self.node, self._operand(value)))


class Key(KeyOperand):
    """An attribute of a key, for key conditions: ``Key("pk") == "USER#1"``."""

    __slots__ = ()

    def __init__(self, name: str | nodes.Path, *, floats: bool = False) -> None:
        super().__init__(to_path(name), floats=floats)

    @property
    def path(self) -> nodes.Path:
        """The document path."""
        return cast("nodes.Path", self.node)


class Attr(AttrOperand):
    """An attribute, by its document path: ``Attr("total") > 100``, ``Attr("a.b[2]").exists()``.

    ``floats=True`` lets floats be compared with it; see ``values.to_wire``. ``of`` makes one of given parts.
    """

    __slots__ = ()

    def __init__(self, path: str | nodes.Path, *, floats: bool = False) -> None:
        super().__init__(to_path(path), floats=floats)

    @classmethod
    def of(cls, *parts: str | int, floats: bool = False) -> Attr:
        """An attribute by its parts: a text is a whole name, dots included, and a number is a list position."""
        steps = tuple(nodes.ListIndex(part) if isinstance(part, int) else nodes.Name(part) for part in parts)
        if not steps or isinstance(steps[0], nodes.ListIndex):
            raise ExpressionMisuse(f"a document path begins with an attribute name, not with {parts[:1]}")
        return cls(nodes.Path(steps), floats=floats)

    @property
    def path(self) -> nodes.Path:
        """The document path."""
        return cast("nodes.Path", self.node)

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
        return Size(nodes.Function("size", (self.node,)))


class Size(AttrOperand):
    """The size of an attribute, as DynamoDB's ``size`` counts it."""

    __slots__ = ()


def _not_none(value: object, remedy: str) -> object:
    if value is None:
        raise ExpressionMisuse(
            f"nothing in DynamoDB equals None; use {remedy}, or eq(None) for an attribute of type NULL"
        )
    return value
