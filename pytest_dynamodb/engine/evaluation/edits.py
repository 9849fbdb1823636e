"""Edits of an item: values at paths, or nothing there any more. Copies what is on the paths, shares the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, cast

from pytest_dynamodb.engine.evaluation.paths import Step, Value
from pytest_dynamodb.engine.storage.item import Attributes

Edits: TypeAlias = "Iterable[tuple[tuple[Step, ...], Value | None]]"
"""What is to be at paths, none of which is the beginning of another; ``None`` is nothing."""


class _Leaf:
    __slots__ = ("value",)

    def __init__(self, value: Value | None) -> None:
        self.value = value


_Node: TypeAlias = "dict[Any, _Node | _Leaf]"


def edited(attributes: Attributes, edits: Edits) -> dict[str, Value]:
    """A copy of an item in which the edits are made. The parent of each path must exist."""
    return _members(attributes, _tree(edits))


def _tree(edits: Edits) -> _Node:
    root: _Node = {}
    for path, value in edits:
        node = root
        for step in path[:-1]:
            node = cast("_Node", node.setdefault(step, {}))
        node[path[-1]] = _Leaf(value)
    return root


def _members(members: Attributes, changes: _Node) -> dict[str, Value]:
    result = dict(members)
    for name, change in changes.items():
        if not isinstance(change, _Leaf):
            result[name] = _value(result[name], change)
        elif change.value is None:
            result.pop(name, None)
        else:
            result[name] = change.value
    return result


def _value(value: Value, changes: _Node) -> Value:
    if "M" in value:
        return {"M": _members(value["M"], changes)}
    return {"L": _elements(value["L"], changes)}


def _elements(elements: list[Value], changes: _Node) -> list[Value]:
    """Positions are those before the update. What is set past the end is appended, in the order of positions."""
    result: list[Value | None] = list(elements)
    for position in sorted(changes):
        change = changes[position]
        if not isinstance(change, _Leaf):
            result[position] = _value(elements[position], change)
        elif position < len(elements):
            result[position] = change.value
        else:
            result.append(change.value)
    return [element for element in result if element is not None]
