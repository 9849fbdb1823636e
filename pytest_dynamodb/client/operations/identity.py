"""What tells items apart: a table and a key, whatever the order of its attributes and the spelling of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Identity = tuple[str, tuple[tuple[str, str, str], ...]]
"""The table, and the key's attributes by name: type tag and content."""


def identity(table: str, wire: Mapping[str, Mapping[str, Any]], names: Iterable[str] | None = None) -> Identity:
    """The identity of an item or a key as ``to_wire_item`` makes it. ``names`` are those of the key attributes.

    What is malformed, such as an item without its key, has one too: DynamoDB says what is wrong with it.
    """
    chosen = sorted(wire if names is None else names)
    parts = [(name, *_part(wire[name])) for name in chosen if name in wire]
    return table, tuple(parts)


def _part(value: Mapping[str, Any]) -> tuple[str, str]:
    ((tag, content),) = value.items()
    return tag, str(content)
