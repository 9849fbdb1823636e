"""Builders of updates and projections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from pytest_dynamodb.errors import quoted
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.builders import AttrOperand, ExpressionMisuse, PathLike, Sum, to_operand, to_path
from pytest_dynamodb.expressions.parser import parse_projection, parse_update
from pytest_dynamodb.values import to_wire

Element = TypeVar("Element")

_SECTIONS: Final[tuple[nodes.SectionName, ...]] = ("SET", "REMOVE", "ADD", "DELETE")


class Update:
    """An update, action by action: ``Update().set("status", "PAID").add("visits", 1).remove("draft")``.

    Immutable: each step returns a new one. Actions are sent section by section, in the order given within each. Values
    are Python values (see ``values.to_wire``), ``Attr`` for another attribute's, or ``Attr("n") + 1``.
    """

    __slots__ = ("_actions", "_floats")

    def __init__(self, *, floats: bool = False) -> None:
        self._actions: tuple[tuple[nodes.SectionName, nodes.SectionAction], ...] = ()
        self._floats = floats

    def set(self, path: PathLike, value: object) -> Update:
        """``SET path = value``"""
        return self._with("SET", nodes.SetAction(to_path(path), self._set_value(value)))

    def set_if_absent(self, path: PathLike, value: object) -> Update:
        """``SET path = if_not_exists(path, value)``"""
        return self.set(path, if_not_exists(path, value, floats=self._floats))

    def append(self, path: PathLike, values: Iterable[object]) -> Update:
        """Put values at the end of a list, which is created where it is missing."""
        return self.set(path, list_append(if_not_exists(path, []), _listed(values), floats=self._floats))

    def prepend(self, path: PathLike, values: Iterable[object]) -> Update:
        """Put values at the front of a list, which is created where it is missing."""
        return self.set(path, list_append(_listed(values), if_not_exists(path, []), floats=self._floats))

    def remove(self, *paths: PathLike) -> Update:
        """``REMOVE path, ...``"""
        update = self
        for path in paths:
            update = update._with("REMOVE", nodes.RemoveAction(to_path(path)))
        return update

    def add(self, path: PathLike, value: object) -> Update:
        """``ADD path value``: add to a number or put members into a set, either of which may be missing."""
        return self._with("ADD", nodes.ValueAction(to_path(path), nodes.Literal(to_wire(value, floats=self._floats))))

    def delete(self, path: PathLike, members: object) -> Update:
        """``DELETE path members``: take members out of a set."""
        return self._with(
            "DELETE", nodes.ValueAction(to_path(path), nodes.Literal(to_wire(members, floats=self._floats)))
        )

    @property
    def node(self) -> nodes.UpdateTree:
        """The tree. Raises ``ExpressionMisuse`` if there is no action: DynamoDB has no empty update expression."""
        sections = []
        for name in _SECTIONS:
            actions = tuple(action for section, action in self._actions if section == name)
            if actions:
                sections.append(nodes.Section(name, actions))
        if not sections:
            raise ExpressionMisuse("this update does nothing; add an action: set, remove, add or delete")
        return nodes.UpdateTree(tuple(sections))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Update) and self._actions == other._actions

    def __hash__(self) -> int:
        return hash(self._actions)

    def __bool__(self) -> bool:
        return bool(self._actions)

    def __repr__(self) -> str:
        return f"Update({', '.join(f'{section} {action!r}' for section, action in self._actions)})"

    def _set_value(self, value: object) -> nodes.SetValue:
        if isinstance(value, Sum):
            return value.node
        if isinstance(value, nodes.Arithmetic):
            return value
        return to_operand(value, floats=self._floats)

    def _with(self, section: nodes.SectionName, action: nodes.SectionAction) -> Update:
        update = Update(floats=self._floats)
        update._actions = (*self._actions, (section, action))
        return update


class FunctionValue(AttrOperand):
    """The value of a function in a SET action; it may be added to: ``if_not_exists("n", 0) + 1``."""

    __slots__ = ()


def if_not_exists(path: PathLike, default: object, *, floats: bool = False) -> FunctionValue:
    """``if_not_exists(path, default)``: the attribute, or the default where it is missing."""
    return FunctionValue(
        nodes.Function("if_not_exists", (to_path(path), to_operand(default, floats=floats))), floats=floats
    )


def list_append(first: object, second: object, *, floats: bool = False) -> FunctionValue:
    """``list_append(first, second)``: one list after the other; give ``Attr`` for an attribute's."""
    operands = (to_operand(first, floats=floats), to_operand(second, floats=floats))
    return FunctionValue(nodes.Function("list_append", operands), floats=floats)


def as_update(value: Update | nodes.UpdateTree | str) -> nodes.UpdateTree:
    """The tree of an update: a built one, a tree, a text. Raises ``ExpressionMisuse`` or ``ExpressionError``."""
    if isinstance(value, Update):
        return value.node
    if isinstance(value, nodes.UpdateTree):
        return value
    if isinstance(value, str):
        return parse_update(value)
    raise ExpressionMisuse(f"{quoted(value)} is no update; build one with Update(), or write its text")


def _listed(values: Iterable[Element]) -> list[Element]:
    """The members of a list. Raises ``ExpressionMisuse``, also for a text: its characters are never meant."""
    if isinstance(values, (str, bytes, bytearray, Mapping)) or not isinstance(values, Iterable):
        raise ExpressionMisuse(f"give a list, not {quoted(values)}: [{quoted(values)}] for one of one")
    return list(values)


def as_projection(value: Iterable[PathLike] | nodes.ProjectionTree | str) -> nodes.ProjectionTree:
    """The tree of a projection: paths, a tree, a text. Raises ``ExpressionMisuse`` or ``ExpressionError``."""
    if isinstance(value, nodes.ProjectionTree):
        return value
    if isinstance(value, str):
        return parse_projection(value)
    paths = tuple(to_path(path) for path in _listed(value))
    if not paths:
        raise ExpressionMisuse("a projection needs one path or more; leave it out to read whole items")
    return nodes.ProjectionTree(paths)
