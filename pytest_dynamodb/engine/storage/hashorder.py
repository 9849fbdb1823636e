"""The order of a Scan: partitions are sorted by a hash of their key, which is stable and reveals nothing about the
keys.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from pytest_dynamodb.engine.storage.partition import Identity

# --- key bytes ---
# The bytes that AWS hashes: text as UTF-8, binary as it is, numbers in a form that sorts as bytes do.
# Numbers: a byte for the power of a hundred, then a byte for every two digits, plus one; of a negative number the
# complements, and a closing byte after fewer than twenty. It is the form that Oracle publishes for its NUMBER. That AWS
# hashes it shows in the order in which it scans tables with numeric keys (dynalite's suite, test/scan).

_ZERO = b"\x80"
_MOST_PAIRS = 20


def key_bytes(tag: str, content: str) -> bytes:
    if tag == "S":
        return content.encode("utf-8", "surrogatepass")
    return _number_bytes(content) if tag == "N" else b64decode(content)


def _number_bytes(number: str) -> bytes:
    if number == "0":
        return _ZERO
    negative = number.startswith("-")
    whole, _, fraction = number.lstrip("-").partition(".")
    whole = whole.lstrip("0")
    power, pairs = _pairs(whole, fraction)
    if not negative:
        return bytes([193 + power, *(pair + 1 for pair in pairs)])
    closing = [102] if len(pairs) < _MOST_PAIRS else []
    return bytes([62 - power, *(101 - pair for pair in pairs), *closing])


def _pairs(whole: str, fraction: str) -> tuple[int, list[int]]:
    """The power of a hundred of the first pair of digits that is not zero, and the pairs from there on."""
    whole = "0" * (len(whole) % 2) + whole
    fraction += "0" * (len(fraction) % 2)
    digits = whole + fraction
    pairs = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
    power = len(whole) // 2 - 1
    while pairs[0] == 0:
        del pairs[0]
        power -= 1
    while pairs[-1] == 0:
        pairs.pop()
    return power, pairs


# --- hash order ---
# AWS does not publish its hash. This is the one that emulators agree on, found by comparing scans of AWS's (dynalite,
# whose tests ran against AWS): MD5 of "Outliers" and the key's bytes; segment s of T owns a range of 4096 buckets.

BUCKETS = 4096
"""The number of hash ranges that segments divide among themselves."""

_BYTES = 8  # of the hash that are kept
_PER_BUCKET = 1 << (8 * _BYTES - 12)


Tags: TypeAlias = tuple[str, ...]
"""The types of the attributes of a partition key; empty if they are all S."""


def hash_of(identity: Identity, tags: Tags = ()) -> int:
    """The hash of a partition key, by which a Scan sorts."""
    if isinstance(identity, str):
        return hash_bytes(key_bytes(tags[0] if tags else "S", identity))
    return hash_bytes(b"".join(map(key_bytes, tags or ("S",) * len(identity), identity)))


def hash_bytes(key: bytes) -> int:
    return int.from_bytes(hashlib.md5(b"Outliers" + key, usedforsecurity=False).digest()[:_BYTES], "big")


def segment_bounds(segment: int, total: int) -> tuple[int, int]:
    """The hashes of a segment: from the first one up to, but not including, the second one."""
    first, end = -(-BUCKETS * segment // total), -(-BUCKETS * (segment + 1) // total)
    return first * _PER_BUCKET, end * _PER_BUCKET


def in_segment(identity: Identity, segment: int, total: int, *, tags: Tags = ()) -> bool:
    """Whether a partition belongs to a segment."""
    first, end = segment_bounds(segment, total)
    return first <= hash_of(identity, tags) < end


class HashOrder:
    """Partition keys sorted by hash, then by key."""

    __slots__ = ("_places", "_tags")

    def __init__(self, identities: Iterable[Identity] = (), *, tags: Tags = ()) -> None:
        self._tags = tags
        self._places = sorted((hash_of(identity, tags), identity) for identity in identities)

    def add(self, identity: Identity) -> None:
        place = (hash_of(identity, self._tags), identity)
        self._places.insert(bisect_left(self._places, place), place)

    def discard(self, identity: Identity) -> None:
        place = (hash_of(identity, self._tags), identity)
        at = bisect_left(self._places, place)
        if at < len(self._places) and self._places[at] == place:
            del self._places[at]

    def copy(self) -> HashOrder:
        copy = HashOrder(tags=self._tags)
        copy._places = self._places.copy()
        return copy

    def walk(self, after: Identity | None, segment: tuple[int, int]) -> Iterator[Identity]:
        """The keys of a segment after ``after``, which need not be present itself."""
        first, end = segment_bounds(*segment)
        start = bisect_left(self._places, (first,))
        if after is not None:
            start = max(start, bisect_right(self._places, (hash_of(after, self._tags), after)))
        stop = bisect_left(self._places, (end,), lo=min(start, len(self._places)))
        places = self._places
        return (places[at][1] for at in range(start, stop))  # islice would count up to the start
