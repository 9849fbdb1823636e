"""Stored items, and the items of one partition key in key order."""

from __future__ import annotations

from base64 import b64decode
from bisect import bisect_left
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

# --- items ---

Attributes: TypeAlias = Mapping[str, dict[str, Any]]
"""Attribute values by name, in canonical wire form. Shared by readers, indexes and snapshots, so it must never be
changed.
"""


class StoredItem:
    """An item, or an index's entry for one. Not to be changed: a write makes a new one."""

    attributes: Attributes
    size: int

    __slots__ = ("attributes", "size")

    def __init__(self, attributes: Attributes, size: int) -> None:
        self.attributes, self.size = attributes, size

    def __repr__(self) -> str:
        return f"Item({dict(self.attributes)!r}, {self.size} bytes)"


# --- partitions ---

Identity: TypeAlias = "str | tuple[str, ...]"
"""The name of a partition: the canonical content of its key."""

SortPosition: TypeAlias = "str | bytes | Decimal | tuple[Any, ...]"
"""What an item is sorted by within its partition. Of one type throughout a store."""


class Partition:
    """The items of one partition key: two parallel sorted lists, so that finding is a bisection and a page is a slice.

    ``owner`` is the token of who may change it; anybody else makes a copy first (see ``Store``).
    """

    __slots__ = ("items", "keys", "owner")

    def __init__(self, owner: object, keys: list[Any] | None = None, items: list[StoredItem] | None = None) -> None:
        self.owner: object = owner
        self.keys: list[Any] = [] if keys is None else keys
        self.items: list[StoredItem] = [] if items is None else items

    def get(self, order: SortPosition) -> StoredItem | None:
        keys = self.keys
        at = bisect_left(keys, order)
        return self.items[at] if at < len(keys) and keys[at] == order else None

    def put(self, order: SortPosition, item: StoredItem) -> StoredItem | None:
        """Put an item at its position; returns the one that was there."""
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
        at = bisect_left(self.keys, order)
        if at == len(self.keys) or self.keys[at] != order:
            return None
        del self.keys[at]
        return self.items.pop(at)

    def owned_by(self, owner: object) -> Partition:
        return self if self.owner is owner else Partition(owner, self.keys.copy(), self.items.copy())


# --- order ---


def _bytes(content: str) -> bytes:
    """The bytes of base64 text. What is not base64 has been rejected with the request's types."""
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
"""By type tag, the function whose result contents are ordered by."""


def members_in_order(tag: str, members: list[str]) -> list[str]:
    """The members of a set in the order in which DynamoDB returns them, however they were written.

    Text and binary are ordered bytewise, numbers by value (dynamodb-conformance, updateItem/basic, captured 2026-10-09;
    formerly otherwise: dynalite's cases, test/scan).
    """
    return sorted(members, key=ORDER[tag[0]])
