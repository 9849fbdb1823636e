"""What a vector index stores of an item, and what a write to it is charged.

An index holds 32-bit floats, whatever digits the table's item has. Sizes: dynamodb-conformance,
tests/tier2/vectorSearch/consumedCapacity (captured in eu-west-2 and us-east-1, August to October 2026): a vector counts
its attribute's name and four bytes a dimension, and the rest of an entry what it counts in an item.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from pytest_dynamodb.engine.settings import VectorIndex
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.values import item_size, value_size

Vector = tuple[float, ...]

DIMENSION_BYTES: Final = 4
LEAST_BYTES: Final = 1024
"""What a write to an index, or a search in it, is charged at least."""

_FLOAT_DIGITS: Final = 9  # enough to tell any two 32-bit floats apart


class Entry(NamedTuple):
    """What an index stores of an item: the vector, the other attributes that it projects, and how many bytes."""

    vector: Vector
    attributes: Attributes
    size: int


class VectorCharge(NamedTuple):
    """What a write costs besides other indexes: bytes by vector index, and the size that the table's units count."""

    indexes: Mapping[str, int]
    size: int


def vector_of(numbers: Sequence[str]) -> Vector | None:
    """Numbers cut to 32 bits; ``None`` if one is too large for that."""
    try:
        packed = struct.pack(f"<{len(numbers)}f", *map(float, numbers))
    except (OverflowError, ValueError):
        return None
    return struct.unpack(f"<{len(numbers)}f", packed)


def vector_in(value: Mapping[str, Any] | None, dimensions: int) -> Vector | None:
    """The vector in an attribute; ``None`` unless it is a list of so many numbers that fit into 32 bits."""
    listed = None if value is None else value.get("L")
    if listed is None or len(listed) != dimensions or not all("N" in one for one in listed):
        return None
    return vector_of([one["N"] for one in listed])


def listed(vector: Vector) -> dict[str, Any]:
    """A vector as answers have it: the shortest decimals that name its floats, ``1`` as ``1.0``.

    (dynamodb-conformance, tests/tier2/vectorSearch/search.)
    """
    return {"L": [{"N": _shortest(number)} for number in vector]}


def _shortest(number: float) -> str:
    texts = (f"{number:.{digits}g}" for digits in range(1, _FLOAT_DIGITS + 1))
    text = next(text for text in texts if vector_of([text]) == (number,))
    plain = f"{Decimal(text):f}"
    return plain if "." in plain else f"{plain}.0"


def entry_of(index: VectorIndex, keys: Collection[str], attributes: Attributes) -> Entry | None:
    """What an index of a table with these keys stores of an item; ``None`` where it leaves it out.

    It leaves out what a write would be refused for, too: the item may have been there before the index
    (nubo-db/dynoxide, captured in eu-west-2 and us-east-1 in August 2026).
    """
    vector = vector_in(attributes.get(index.attribute), index.dimensions)
    if vector is None:
        return None
    partition = index.partition
    if partition is not None and not attributes.get(partition.name, {}).get(partition.tag):
        return None
    others = projected(index, keys, attributes)
    return Entry(vector, others, vector_size(index) + item_size(others))


def projected(index: VectorIndex, keys: Collection[str], attributes: Attributes) -> Attributes:
    """What an index holds of an item besides the vector: keys, what is searched by, and what was asked for."""
    others = {name: value for name, value in attributes.items() if name != index.attribute}
    if index.projection == "ALL":
        return others
    names = {*keys, *index.names, *index.included}
    return {name: value for name, value in others.items() if name in names}


def vector_size(index: VectorIndex) -> int:
    """Bytes that the attribute with the vector counts, its name included."""
    return len(index.attribute.encode()) + DIMENSION_BYTES * index.dimensions


def charge_of(
    indexes: Iterable[VectorIndex], keys: Collection[str], old: StoredItem | None, new: StoredItem | None
) -> VectorCharge:
    """What a write is charged: for each index whose entry changes, the larger of the entries before and after."""
    indexes = tuple(indexes)
    spent = {}
    for index in indexes:
        before, after = (None if item is None else entry_of(index, keys, item.attributes) for item in (old, new))
        if before != after:
            spent[index.name] = max(LEAST_BYTES, *(entry.size for entry in (before, after) if entry is not None))
    sizes = (billed_size(indexes, item) for item in (old, new) if item is not None)
    return VectorCharge(spent, max(sizes, default=0))


def billed_size(indexes: Iterable[VectorIndex], item: StoredItem) -> int:
    """Bytes that a write of an item counts as: vectors by their dimensions. The limit of 400 KB counts otherwise."""
    size = item.size
    for attribute, dimensions in {index.attribute: index.dimensions for index in indexes}.items():
        value = item.attributes.get(attribute)
        if value is not None and vector_in(value, dimensions) is not None:
            size += DIMENSION_BYTES * dimensions - value_size(value)
    return size
