"""Document paths and projections: reading values, or parts of items, at resolved paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, cast

from pytest_dynamodb.engine.storage.partition import Attributes
from pytest_dynamodb.expressions.nodes import Alias, ListIndex, Path, ProjectionTree
from pytest_dynamodb.values import AttributeValue

Reader: TypeAlias = "Callable[[Attributes], AttributeValue | None]"
"""A compiled operand: its value in an item, or ``None`` if it has none."""

PathStep: TypeAlias = "str | int"
"""A map member's name or a list position."""


def steps(path: Path) -> tuple[PathStep, ...]:
    """The names and positions of a resolved path."""
    return tuple([part.position if isinstance(part, ListIndex) else part.text for part in path.parts])


def head(path: Path) -> str:
    """The top-level attribute of a resolved path."""
    first = path.parts[0]
    assert not isinstance(first, (ListIndex, Alias))
    return first.text


def compile_path(path: Path) -> Reader:
    """A function that returns the value at a resolved path of an item, or ``None``."""
    if len(path.parts) == 1:
        name = head(path)
        return lambda attributes: attributes.get(name)
    first, *rest = steps(path)
    return _descent(str(first), tuple(rest))


def _descent(first: str, rest: tuple[PathStep, ...]) -> Reader:
    def read(attributes: Attributes) -> AttributeValue | None:
        value = attributes.get(first)
        for step in rest:
            if value is None:
                return None
            value = child(value, step)
        return value

    return read


def child(value: AttributeValue, step: PathStep) -> AttributeValue | None:
    """The member of a map or the element of a list, or ``None`` if there is none."""
    if isinstance(step, str):
        members: dict[str, AttributeValue] | None = value.get("M")
        return None if members is None else members.get(step)
    elements: list[AttributeValue] | None = value.get("L")
    # Positions are never negative: the grammar knows no sign.
    return elements[step] if elements is not None and step < len(elements) else None


# --- projections ---

Project: TypeAlias = "Callable[[Attributes], dict[str, AttributeValue]]"
"""A compiled projection: the requested part of an item. Whole values are shared with the item, never copied."""

WantedTree: TypeAlias = "dict[Any, WantedTree | None]"
"""The requested members of a map or elements of a list; ``None`` stands for the whole value."""


def compile_projection(wanted: ProjectionTree | Iterable[str]) -> Project:
    """A function that returns the part of an item named by a resolved, checked projection or by a list of names.

    Paths that lead nowhere are left out. Maps keep the requested members, lists the requested elements in ascending
    order, without gaps (dynamodb-conformance, tier1/getItem/projection; developer guide, "Projection expressions").
    """
    if not isinstance(wanted, ProjectionTree):
        return _names(tuple(wanted))
    if all(len(path.parts) == 1 for path in wanted.paths):
        return _names(tuple(map(head, wanted.paths)))
    return _paths(merged(map(steps, wanted.paths)))


def project_paths(paths: Iterable[Path], attributes: Attributes) -> dict[str, AttributeValue]:
    """The part of one item at these resolved paths, none of which is a prefix of another."""
    return _paths(merged(map(steps, paths)))(attributes)


def merged(paths: Iterable[tuple[PathStep, ...]]) -> WantedTree:
    """Several paths as one tree of names and positions."""
    root: WantedTree = {}
    for path in paths:
        node = root
        for step in path[:-1]:
            node = cast("WantedTree", node.setdefault(step, {}))
        node[path[-1]] = None
    return root


def _names(names: tuple[str, ...]) -> Project:
    return lambda attributes: {name: attributes[name] for name in names if name in attributes}


def _paths(wanted: WantedTree) -> Project:
    def project(attributes: Attributes) -> dict[str, AttributeValue]:
        parts = {name: _part(attributes.get(name), below) for name, below in wanted.items()}
        return {name: part for name, part in parts.items() if part is not None}

    return project


def _part(value: AttributeValue | None, wanted: WantedTree | None) -> AttributeValue | None:
    if value is None or wanted is None:
        return value
    parts = {step: part for step in wanted if (part := _part(child(value, step), wanted[step])) is not None}
    return nested(parts)


def nested(parts: dict[Any, AttributeValue]) -> AttributeValue | None:
    """A map of members by name, or a list of elements by position without gaps; ``None`` if there are none."""
    if not parts:
        return None
    if type(next(iter(parts))) is int:
        return {"L": [parts[position] for position in sorted(parts)]}
    return {"M": parts}
