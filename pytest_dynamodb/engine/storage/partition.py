"""What is stored: items, and the items of one partition key in key order."""

from __future__ import annotations

from base64 import b64decode
from bisect import bisect_left
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

# --- what is stored: an item's attributes in wire form, and how many bytes they are ---

Attributes: TypeAlias = Mapping[str, dict[str, Any]]
"""Attribute values by name, in wire form, canonical. Shared by readers, indexes and snapshots: never changed."""


class StoredItem:
    """An item, or an index's entry of one. Frozen by agreement: a write makes a new one."""

    __slots__ = ("attributes", "size")

    def __init__(self, attributes: Attributes, size: int) -> None:
        self.attributes, self.size = attributes, size

    def __repr__(self) -> str:
        return f"Item({dict(self.attributes)!r}, {self.size} bytes)"


# --- the items of one partition key, in key order ---

Identity: TypeAlias = "str | tuple[str, ...]"
"""What names a partition: the canonical content of its key."""

SortPosition: TypeAlias = "str | bytes | Decimal | tuple[Any, ...]"
"""What places an item in its partition. All of one store are of one type."""


class Partition:
    """Two lists side by side, sorted: finding is a bisection, and a page is a slice.

    ``owner`` is the token of who may change it; anybody else copies it first (see ``Store``).
    """

    __slots__ = ("items", "keys", "owner")

    def __init__(self, owner: object, keys: list[Any] | None = None, items: list[StoredItem] | None = None) -> None:
        self.owner = owner
        self.keys: list[Any] = [] if keys is None else keys
        self.items: list[StoredItem] = [] if items is None else items

    def get(self, order: SortPosition) -> StoredItem | None:
        """The item at a place."""
        keys = self.keys
        at = bisect_left(keys, order)
        return self.items[at] if at < len(keys) and keys[at] == order else None

    def put(self, order: SortPosition, item: StoredItem) -> StoredItem | None:
        """Put an item at its place; the one that was there."""
        keys = self.keys
        if keys and keys[-1] < order:  # in order already, as logs and imports are
            keys.append(order)
            self.items.append(item)
            return None
        at = bisect_left(keys, order)
        if at < len(keys) and keys[at] == order:
            old = self.items[at]
            self.items[at] = item
            return old
        keys.insert(at, order)
        self.items.insert(at, item)
        return None

    def remove(self, order: SortPosition) -> StoredItem | None:
        """Take the item at a place out."""
        at = bisect_left(self.keys, order)
        if at == len(self.keys) or self.keys[at] != order:
            return None
        del self.keys[at]
        return self.items.pop(at)

    def owned_by(self, owner: object) -> Partition:
        """This one, if it is the owner's; else a copy that is."""
        return self if self.owner is owner else Partition(owner, self.keys.copy(), self.items.copy())


# --- what the contents of values are ordered by, in comparisons and in sets ---


def _bytes(content: str) -> bytes:
    """What base64 text stands for; what is no base64 is refused where a request's types are checked."""
    try:
        return b64decode(content)
    except ValueError:
        return content.encode("utf-8", "surrogatepass")


ORDER: Final[dict[str, Callable[[str], Any]]] = {
    # Text is ordered by UTF-8 bytes, which is the order of code points, which is Python's.
    "S": str,
    "N": Decimal,
    "B": _bytes,
}
"""By type."""


def members_in_order(tag: str, members: list[str]) -> list[str]:
    """The members of a set of this type in the order in which DynamoDB returns them, however they were written.

    Text and binary go bytewise, numbers by value (dynamodb-conformance, updateItem/basic, captured 2026-10-09; once it
    was otherwise: dynalite's cases, test/scan).
    """
    return sorted(members, key=ORDER[tag[0]])
