"""A vector index: which items it holds, what of them, and how it is described. It has no entries of its own."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pytest_dynamodb.engine.settings import VectorIndex
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.values import item_size

Vector = tuple[float, ...]


def vector_index_of(definition: Mapping[str, Any], ready: float) -> VectorIndex:
    projection = definition["Projection"]
    schema = [(one["AttributeName"], one["SearchSchemaElementType"]) for one in definition.get("SearchSchema") or ()]
    return VectorIndex(
        definition["IndexName"],
        definition["VectorAttribute"]["AttributeName"],
        int(definition["Dimensions"]),
        definition["DistanceFunction"],
        tuple(schema),
        projection["ProjectionType"],
        tuple(projection.get("NonKeyAttributes") or ()),
        ready,
    )


def vector_in(value: Mapping[str, Any] | None, dimensions: int) -> Vector | None:
    """The vector in an attribute: a list of so many numbers, of 32 bits each; ``None`` of anything else."""
    listed = None if value is None else value.get("L")
    if listed is None or len(listed) != dimensions or not all("N" in one for one in listed):
        return None
    return vector_of([one["N"] for one in listed])


def vector_of(numbers: Sequence[str]) -> Vector | None:
    """Numbers cut to 32 bits; ``None`` if one is too large for that."""
    try:
        packed = struct.pack(f"<{len(numbers)}f", *map(float, numbers))
    except (OverflowError, ValueError):
        return None
    return struct.unpack(f"<{len(numbers)}f", packed)


def held(table: Table, index: VectorIndex) -> Iterator[tuple[StoredItem, Vector]]:
    """The items that have a vector and every HASH attribute, in the order of a Scan."""
    partitions = [role for role in index.schema if role[1] == "HASH"]
    for identity in table.store.in_hash_order():
        for item in table.store.partitions[identity].items:
            vector = vector_in(item.attributes.get(index.attribute), index.dimensions)
            if vector is not None and all(name in item.attributes for name, _ in partitions):
                yield item, vector


def projected(table: Table, index: VectorIndex, attributes: Attributes) -> Attributes:
    """What the index holds of an item: keys, the vector, what is searched by, and what was asked for."""
    if index.projection == "ALL":
        return attributes
    names = {*table.keys.names, index.attribute, *index.names, *index.included}
    return {name: value for name, value in attributes.items() if name in names}


def describe_vectors(table: Table, now: float) -> dict[str, Any]:
    """The VectorIndexes of a TableDescription; nothing of a table without any."""
    indexes = [_describe(table, index, now) for index in table.settings.vectors.values() if not is_gone(index, now)]
    return {"VectorIndexes": indexes} if indexes else {}


def is_gone(index: VectorIndex, now: float) -> bool:
    """Whether an index that was deleted is no longer there."""
    return index.deleted and now >= index.ready


def status_of(index: VectorIndex, now: float) -> str:
    if index.deleted:
        return "DELETING"
    return "CREATING" if now < index.ready else "ACTIVE"


def _describe(table: Table, index: VectorIndex, now: float) -> dict[str, Any]:
    items = [item for item, _ in held(table, index)]
    included = {"NonKeyAttributes": sorted(index.included)} if index.included else {}
    schema = [{"AttributeName": name, "SearchSchemaElementType": role} for name, role in index.schema]
    return {
        "IndexName": index.name,
        **({"SearchSchema": schema} if schema else {}),
        "Projection": {"ProjectionType": index.projection, **included},
        "VectorAttribute": {"AttributeName": index.attribute},
        "Dimensions": index.dimensions,
        "DistanceFunction": index.function,
        "IndexStatus": status_of(index, now),
        "IndexSizeBytes": sum(item_size(projected(table, index, item.attributes)) for item in items),
        "ItemCount": len(items),
        "IndexArn": f"{table.arn}/index/{index.name}",
    }
