"""Partitions: the buckets of units that they have, and how keys are spread over them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pytest_dynamodb.engine.storage.hashorder import hash_of
from pytest_dynamodb.engine.storage.partition import Identity


class Bucket:
    """Units that accrue every second and are used up. Starts with one second's worth, and holds at most ``seconds`` of
    them.
    """

    __slots__ = ("_at", "_rate", "_seconds", "_units")

    def __init__(self, rate: float, seconds: float, now: float) -> None:
        self._rate, self._seconds, self._units, self._at = rate, seconds, rate, now

    def fill(self, rate: float, now: float) -> None:
        """Add the units accrued until ``now`` at the rate so far; from now on they accrue at ``rate``."""
        self._units = min(self._units + (now - self._at) * self._rate, rate * self._seconds)
        self._rate, self._at = rate, now

    @property
    def is_empty(self) -> bool:
        """Whether no units are left."""
        return self._units <= 0

    def take(self, units: float) -> None:
        """Use units up, even if fewer are left."""
        self._units -= units


# --- ConsumedCapacity ---
# Requests are carried out with all of it; their answers get as much as they asked for.

_UNITS: Final = ("CapacityUnits", "ReadCapacityUnits", "WriteCapacityUnits")


def reported(body: dict[str, Any], mode: str | None) -> dict[str, Any]:
    """The body with as much ConsumedCapacity as ``mode`` asks for."""
    capacity = body.pop("ConsumedCapacity", None)
    if capacity is None or mode not in ("TOTAL", "INDEXES"):
        return body
    if mode == "TOTAL":
        capacity = [_total(one) for one in capacity] if isinstance(capacity, list) else _total(capacity)
    body["ConsumedCapacity"] = capacity
    return body


def _total(usage: Mapping[str, Any]) -> dict[str, Any]:
    return {name: usage[name] for name in ("TableName", *_UNITS) if name in usage}


def summed(bodies: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The answers to a batch's items, as one answer."""
    responses: dict[str, list[Any]] = {}
    usages: dict[str, Any] = {}
    metrics: dict[str, list[Any]] = {}
    body: dict[str, Any] = {}
    for one in bodies:
        for member, gathered in (("Responses", responses), ("ItemCollectionMetrics", metrics)):
            if member in one:
                body[member] = gathered
                for table, items in one[member].items():
                    gathered.setdefault(table, []).extend(items)
        for usage in one.get("ConsumedCapacity", ()):
            name = usage["TableName"]
            usages[name] = _added(usages[name], usage) if name in usages else usage
    return {**body, "ConsumedCapacity": list(usages.values())}


def _added(one: Any, other: Any) -> Any:
    """Two JSON trees as one, with numbers added up."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {
            name: _added(one[name], other[name]) if name in one and name in other else one.get(name, other.get(name))
            for name in {**one, **other}
        }
    return one + other if isinstance(one, float) and isinstance(other, float) else one


# --- partitions ---

_HASHES = 1 << 64

ON_DEMAND_PARTITIONS = 4
"""Partitions of a new on-demand table: 12,000 reads and 4,000 writes a second (developer guide, "On-demand capacity
mode").
"""


def partitions_for(read: float, write: float, partition_read: float, partition_write: float) -> int:
    """How many partitions it takes to provide these units."""
    return max(1, math.ceil(read / partition_read + write / partition_write))


class Partitions:
    """The partitions of a table or index: ranges of the hash of the partition key, each named by where it begins."""

    __slots__ = ("_hot_since", "_starts")

    def __init__(self, count: int) -> None:
        self._starts = [_HASHES * number // count for number in range(count)]
        self._hot_since: dict[int, float] = {}

    @property
    def starts(self) -> list[int]:
        """The names of all partitions."""
        return self._starts

    def of(self, identity: Identity, tags: tuple[str, ...]) -> int:
        """The partition of a key."""
        return self._starts[bisect_right(self._starts, hash_of(identity, tags)) - 1]

    def at_least(self, count: int) -> None:
        """Split until there are ``count`` partitions."""
        while len(self._starts) < count:
            at = max(range(len(self._starts)), key=self._width)
            self._split(at)

    def throttled(self, start: int, now: float, after: float | None) -> bool:
        """Note that a partition was throttled. True if it had been hot for so long that it was split now."""
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
