"""How the partition keys of a table or an index are spread over partitions."""

from __future__ import annotations

import math
from bisect import bisect_right

from pytest_dynamodb.engine.storage.hashorder import hash_of
from pytest_dynamodb.engine.storage.partition import Identity

_HASHES = 1 << 64

ON_DEMAND_PARTITIONS = 4
"""Of a new table on demand: 12,000 reads and 4,000 writes a second (developer guide, "On-demand capacity mode")."""


def partitions_for(read: float, write: float, partition_read: float, partition_write: float) -> int:
    """How many partitions provisioned units need."""
    return max(1, math.ceil(read / partition_read + write / partition_write))


class Partitions:
    """Ranges of the hash of partition keys, each named by where it begins."""

    __slots__ = ("_hot_since", "_starts")

    def __init__(self, count: int) -> None:
        self._starts = [_HASHES * number // count for number in range(count)]
        self._hot_since: dict[int, float] = {}

    @property
    def starts(self) -> list[int]:
        """All of them."""
        return self._starts

    def of(self, identity: Identity, tags: tuple[str, ...]) -> int:
        """The one that a key is in."""
        return self._starts[bisect_right(self._starts, hash_of(identity, tags)) - 1]

    def at_least(self, count: int) -> None:
        """Have more of them, where so many are needed by now."""
        while len(self._starts) < count:
            at = max(range(len(self._starts)), key=self._width)
            self._split(at)

    def throttled(self, start: int, now: float, after: float | None) -> bool:
        """Note that one was throttled; whether it has been hot for so long that it was split now."""
        since = self._hot_since.setdefault(start, now)
        if after is None or now - since < after:
            return False
        del self._hot_since[start]
        self._split(self._starts.index(start))
        return True

    def _width(self, at: int) -> int:
        end = self._starts[at + 1] if at + 1 < len(self._starts) else _HASHES
        return end - self._starts[at]

    def _split(self, at: int) -> None:
        self._starts.insert(at + 1, self._starts[at] + self._width(at) // 2)
