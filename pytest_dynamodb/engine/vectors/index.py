"""A vector index: which items it holds, and how it is described. It has no entries of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pytest_dynamodb.engine.settings import SearchElement, VectorIndex
from pytest_dynamodb.engine.storage.partition import StoredItem
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.vectors.entries import Entry, entry_of


def vector_index_of(definition: Mapping[str, Any], types: Mapping[str, str]) -> VectorIndex:
    """The index of a checked definition; ``types`` are those of the attributes that are defined."""
    projection = definition["Projection"]
    schema = [
        SearchElement(one["AttributeName"], types[one["AttributeName"]], one["SearchSchemaElementType"])
        for one in definition.get("SearchSchema") or ()
    ]
    return VectorIndex(
        definition["IndexName"],
        definition["VectorAttribute"]["AttributeName"],
        int(definition["Dimensions"]),
        definition["DistanceFunction"],
        tuple(schema),
        projection["ProjectionType"],
        tuple(projection.get("NonKeyAttributes") or ()),
    )


def held(table: Table, index: VectorIndex) -> Iterator[tuple[StoredItem, Entry]]:
    """The items that an index holds, and what it holds of them, in the order of a Scan."""
    keys = table.keys.names
    for identity in table.store.in_hash_order():
        for item in table.store.partitions[identity].items:
            entry = entry_of(index, keys, item.attributes)
            if entry is not None:
                yield item, entry


def describe_vectors(table: Table) -> dict[str, Any]:
    """The VectorIndexes of a TableDescription; nothing of a table without any."""
    indexes = [_describe(table, index) for index in table.settings.vectors.values()]
    return {"VectorIndexes": indexes} if indexes else {}


def _describe(table: Table, index: VectorIndex) -> dict[str, Any]:
    sizes = [entry.size for _, entry in held(table, index)]
    included = {"NonKeyAttributes": sorted(index.included)} if index.included else {}
    schema = [{"AttributeName": name, "SearchSchemaElementType": role} for name, _, role in index.schema]
    return {
        "IndexName": index.name,
        **({"SearchSchema": schema} if schema else {}),
        "Projection": {"ProjectionType": index.projection, **included},
        "VectorAttribute": {"AttributeName": index.attribute},
        "Dimensions": index.dimensions,
        "DistanceFunction": index.function,
        "IndexStatus": index.status,
        **({} if index.backfilling is None else {"Backfilling": index.backfilling}),
        "IndexSizeBytes": sum(sizes),
        "ItemCount": len(sizes),
        "IndexArn": f"{table.arn}/index/{index.name}",
    }
