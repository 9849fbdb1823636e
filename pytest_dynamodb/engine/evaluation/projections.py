"""Projections of items: what ProjectionExpression and AttributesToGet leave of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, cast

from pytest_dynamodb.engine.evaluation.paths import Step, Value, child, head, steps
from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.expressions.nodes import Path, Projection

Project: TypeAlias = "Callable[[Attributes], dict[str, Value]]"
"""What gives the wanted part of an item. Whole values are shared with the item, never copied."""

Wanted: TypeAlias = "dict[Any, Wanted | None]"
"""The members wanted of a map or the elements of a list; ``None`` is the whole of one."""


def compile_projection(wanted: Projection | Iterable[str]) -> Project:
    """A function that gives the part of an item that a resolved, checked projection names, or a list of names.

    Paths that lead nowhere are left out. Maps keep the members wanted; lists the elements wanted, closed up, in
    ascending order (dynamodb-conformance, tier1/getItem/projection; developer guide, "Projection expressions").
    """
    if not isinstance(wanted, Projection):
        return _names(tuple(wanted))
    if all(len(path.parts) == 1 for path in wanted.paths):
        return _names(tuple(map(head, wanted.paths)))
    return _paths(merged(map(steps, wanted.paths)))


def project_paths(paths: Iterable[Path], attributes: Attributes) -> dict[str, Value]:
    """The part of one item that resolved paths name, none of which is the beginning of another."""
    return _paths(merged(map(steps, paths)))(attributes)


def merged(paths: Iterable[tuple[Step, ...]]) -> Wanted:
    """Several paths as one tree of names and positions."""
    root: Wanted = {}
    for path in paths:
        node = root
        for step in path[:-1]:
            node = cast("Wanted", node.setdefault(step, {}))
        node[path[-1]] = None
    return root


def _names(names: tuple[str, ...]) -> Project:
    return lambda attributes: {name: attributes[name] for name in names if name in attributes}


def _paths(wanted: Wanted) -> Project:
    def project(attributes: Attributes) -> dict[str, Value]:
        parts = {name: _part(attributes.get(name), below) for name, below in wanted.items()}
        return {name: part for name, part in parts.items() if part is not None}

    return project


def _part(value: Value | None, wanted: Wanted | None) -> Value | None:
    if value is None or wanted is None:
        return value
    parts = {step: part for step in wanted if (part := _part(child(value, step), wanted[step])) is not None}
    return nested(parts)


def nested(parts: dict[Any, Value]) -> Value | None:
    """A map of members by name or a list of elements by position, closed up; ``None`` of nothing."""
    if not parts:
        return None
    if type(next(iter(parts))) is int:
        return {"L": [parts[position] for position in sorted(parts)]}
    return {"M": parts}
