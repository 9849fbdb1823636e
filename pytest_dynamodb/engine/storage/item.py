"""What is stored: an item's attributes in wire form, and how many bytes they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Attributes: TypeAlias = Mapping[str, dict[str, Any]]
"""Attribute values by name, in wire form, canonical. Shared by readers, indexes and snapshots: never changed."""


class Item:
    """An item, or an index's entry of one. Frozen by agreement: a write makes a new one."""

    __slots__ = ("attributes", "size")

    def __init__(self, attributes: Attributes, size: int) -> None:
        self.attributes, self.size = attributes, size

    def __repr__(self) -> str:
        return f"Item({dict(self.attributes)!r}, {self.size} bytes)"
