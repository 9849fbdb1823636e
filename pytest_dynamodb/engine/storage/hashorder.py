"""The order of a Scan: by a hash of the partition key, so that it is stable and tells nothing.

AWS does not publish its hash. This is the one that emulators agree on, found by comparing scans of AWS's (dynalite,
whose tests ran against AWS): MD5 of "Outliers" and the key's bytes; segment s of T owns a range of 4096 buckets.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice

from pytest_dynamodb.engine.storage.partition import Identity

BUCKETS = 4096
"""Ranges of the hash that segments share out."""

_DIGITS = 16  # hexadecimal digits of the hash that are kept: 64 bits
_PER_BUCKET = 1 << (4 * _DIGITS - 12)


def hash_of(identity: Identity) -> int:
    """Where a partition stands in a Scan."""
    text = identity if isinstance(identity, str) else "\0".join(identity)
    digest = hashlib.md5(b"Outliers" + text.encode("utf-8", "surrogatepass"), usedforsecurity=False)
    return int(digest.hexdigest()[:_DIGITS], 16)


def segment_bounds(segment: int, total: int) -> tuple[int, int]:
    """The hashes that a segment owns: from the first up to, and without, the second."""
    first, end = -(-BUCKETS * segment // total), -(-BUCKETS * (segment + 1) // total)
    return first * _PER_BUCKET, end * _PER_BUCKET


def in_segment(identity: Identity, segment: int, total: int) -> bool:
    """Whether a partition belongs to a segment."""
    first, end = segment_bounds(segment, total)
    return first <= hash_of(identity) < end


class HashOrder:
    """Partition keys sorted by hash, then by key."""

    __slots__ = ("_places",)

    def __init__(self, identities: Iterable[Identity] = ()) -> None:
        self._places = sorted((hash_of(identity), identity) for identity in identities)

    def add(self, identity: Identity) -> None:
        """Put a key that is not there at its place."""
        place = (hash_of(identity), identity)
        self._places.insert(bisect_left(self._places, place), place)

    def discard(self, identity: Identity) -> None:
        """Take a key out."""
        place = (hash_of(identity), identity)
        at = bisect_left(self._places, place)
        if at < len(self._places) and self._places[at] == place:
            del self._places[at]

    def copy(self) -> HashOrder:
        """One that changes apart from this."""
        copy = HashOrder()
        copy._places = self._places.copy()
        return copy

    def walk(self, after: Identity | None, segment: tuple[int, int]) -> Iterator[Identity]:
        """The keys of a segment that stand behind ``after`` (which need not be there itself)."""
        first, end = segment_bounds(*segment)
        start = bisect_left(self._places, (first,))
        if after is not None:
            start = max(start, bisect_right(self._places, (hash_of(after), after)))
        stop = bisect_left(self._places, (end,), lo=min(start, len(self._places)))
        return (identity for _, identity in islice(self._places, start, stop))
