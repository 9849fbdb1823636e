"""Document paths, resolved: what they lead to in an item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from pytest_dynamodb.engine.storage.item import Attributes
from pytest_dynamodb.expressions.nodes import Alias, Index, Path

Value: TypeAlias = "dict[str, Any]"
"""An attribute value in wire form, canonical."""

Read: TypeAlias = "Callable[[Attributes], Value | None]"
"""What an operand is in an item, or ``None`` where it is nothing."""

Step: TypeAlias = "str | int"
"""A member's name or a list's position."""


def steps(path: Path) -> tuple[Step, ...]:
    """A resolved path as names and positions."""
    return tuple([part.position if isinstance(part, Index) else part.text for part in path.parts])


def head(path: Path) -> str:
    """The name of the attribute that a resolved path begins with."""
    first = path.parts[0]
    assert not isinstance(first, (Index, Alias))
    return first.text


def compile_path(path: Path) -> Read:
    """A function that gives the value at a resolved path of an item, or ``None``."""
    if len(path.parts) == 1:
        name = head(path)
        return lambda attributes: attributes.get(name)
    first, *rest = steps(path)
    return _descent(str(first), tuple(rest))


def _descent(first: str, rest: tuple[Step, ...]) -> Read:
    def read(attributes: Attributes) -> Value | None:
        value = attributes.get(first)
        for step in rest:
            if value is None:
                return None
            value = child(value, step)
        return value

    return read


def child(value: Value, step: Step) -> Value | None:
    """The member of a map or the element of a list, or ``None`` where there is none."""
    if isinstance(step, str):
        members: dict[str, Value] | None = value.get("M")
        return None if members is None else members.get(step)
    elements: list[Value] | None = value.get("L")
    # Positions are never negative: the grammar knows no sign.
    return elements[step] if elements is not None and step < len(elements) else None
