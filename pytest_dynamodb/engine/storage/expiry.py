"""Items in the order in which they expire, for tables with a time to live."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from decimal import Decimal
from typing import Final

from pytest_dynamodb.engine.storage.partition import Attributes, Identity, Partition, SortPosition, StoredItem

OLDEST_SECONDS: Final = 5 * 365 * 24 * 3600.0
"""Items that expired more than about five years ago are taken for a mistake and stay (developer guide, "TTL": Working
with expired items).
"""


class ExpiryIndex:
    """Keys of items in the order in which they expire. ``owner`` is as in ``Partition``.

    ``swept`` is the time at which expired items were last deleted.
    """

    __slots__ = ("_entries", "attribute", "swept")

    def __init__(self, owner: object, attribute: str, swept: float) -> None:
        self.attribute, self.swept = attribute, swept
        self._entries = Partition(owner)

    def owned_by(self, owner: object) -> ExpiryIndex:
        """This index if it is the owner's, else a copy that is."""
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
