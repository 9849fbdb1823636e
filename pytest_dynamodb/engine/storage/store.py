"""The partitions of a table or an index, by key; and items in the order in which they expire."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from pytest_dynamodb.engine.storage.hashorder import HashOrder, Tags
from pytest_dynamodb.engine.storage.partition import Attributes, Identity, Partition, SortPosition, StoredItem

# --- stores ---
# A store and each of its partitions have an owner: a token of the engine that made them. An engine that hands out a
# snapshot takes a new token. From then on it copies, level by level, whatever it changes, and the snapshot stays as it
# is.


class Store:
    """Items or index entries. ``count`` and ``size`` (bytes) are kept up to date."""

    count: int
    size: int

    __slots__ = ("_order", "count", "owner", "partitions", "size")

    def __init__(self, owner: object) -> None:
        self.owner: object = owner
        self.partitions: dict[Identity, Partition] = {}
        self.count = 0
        self.size = 0
        self._order: HashOrder | None = None  # made by the first scan, kept up to date from then on

    def get(self, identity: Identity, order: SortPosition) -> StoredItem | None:
        partition = self.partitions.get(identity)
        return None if partition is None else partition.get(order)

    def put(self, identity: Identity, order: SortPosition, item: StoredItem) -> StoredItem | None:
        """Put an item at its position; returns the one that was there. Only for a store of one's own."""
        partition = self._partition(identity)
        if partition is None:
            partition = self.partitions[identity] = Partition(self.owner)
            if self._order is not None:
                self._order.add(identity)
        old = partition.put(order, item)
        if old is None:
            self.count += 1
            self.size += item.size
        else:
            self.size += item.size - old.size
        return old

    def remove(self, identity: Identity, order: SortPosition) -> StoredItem | None:
        """Remove an item and return it. Only for a store of one's own."""
        partition = self._partition(identity)
        old = None if partition is None else partition.remove(order)
        if partition is None or old is None:
            return None
        self.count -= 1
        self.size -= old.size
        if not partition.keys:
            del self.partitions[identity]
            if self._order is not None:
                self._order.discard(identity)
        return old

    def _partition(self, identity: Identity) -> Partition | None:
        partition = self.partitions.get(identity)
        if partition is None or partition.owner is self.owner:
            return partition
        partition = self.partitions[identity] = partition.owned_by(self.owner)
        return partition

    def owned_by(self, owner: object) -> Store:
        """This store if it is the owner's, else a copy that is. Partitions are shared until they change."""
        if self.owner is owner:
            return self
        copy = Store(owner)
        copy.partitions = self.partitions.copy()
        copy.count, copy.size = self.count, self.size
        copy._order = None if self._order is None else self._order.copy()
        return copy

    def in_hash_order(
        self, *, after: Identity | None = None, segment: tuple[int, int] = (0, 1), tags: Tags = ()
    ) -> Iterator[Identity]:
        """Partition keys in Scan order: those after ``after``, within ``segment`` (its number, and the number of
        segments).

        ``tags`` are the types of the key's attributes, the same in every call.
        """
        if self._order is None:
            self._order = HashOrder(self.partitions, tags=tags)
        return self._order.walk(after, segment)

    def __iter__(self) -> Iterator[StoredItem]:
        """Every item, in no particular order."""
        for partition in self.partitions.values():
            yield from partition.items


# --- expiry ---

OLDEST_SECONDS: Final = 5 * 365 * 24 * 3600.0
"""Items that expired more than about five years ago are taken for a mistake and stay (developer guide, "TTL": Working
with expired items).
"""


class ExpiryIndex:
    """Keys of items in the order in which they expire. ``owner`` is as in ``Partition``.

    ``swept`` is the time at which expired items were last deleted.
    """

    attribute: str
    swept: float

    __slots__ = ("_entries", "attribute", "swept")

    def __init__(self, owner: object, attribute: str, swept: float) -> None:
        self.attribute, self.swept = attribute, swept
        self._entries = Partition(owner)

    def owned_by(self, owner: object) -> ExpiryIndex:
        entries = self._entries.owned_by(owner)
        if entries is self._entries:
            return self
        copy = ExpiryIndex(owner, self.attribute, self.swept)
        copy._entries = entries
        return copy

    def write(self, identity: Identity, order: SortPosition, old: StoredItem | None, new: StoredItem | None) -> None:
        """Follow a write to an item. Only for an index of one's own."""
        before = None if old is None else self.ends(old.attributes)
        after = None if new is None else self.ends(new.attributes)
        if before is not None and before != after:
            self._entries.remove((before, identity, order))
        if new is not None and after is not None:
            self._entries.put((after, identity, order), new)

    def ends(self, attributes: Attributes) -> Decimal | None:
        """When an item expires, in seconds since the epoch; ``None`` if it has no such number."""
        number = attributes.get(self.attribute, {}).get("N")
        return None if number is None else Decimal(number)

    def due(self, now: float) -> list[StoredItem]:
        """The items that have expired by ``now``, but not too long ago."""
        keys = self._entries.keys
        first = bisect_left(keys, (Decimal(now - OLDEST_SECONDS),))
        end = bisect_right(keys, Decimal(now), lo=first, key=lambda key: key[0])
        return self._entries.items[first:end]
