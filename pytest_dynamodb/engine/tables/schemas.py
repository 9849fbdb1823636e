"""Key schemas and index definitions of requests, as the engine's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_dynamodb.engine.schema import IndexSchema, KeySchema, Projection
from pytest_dynamodb.engine.table import Table


def attribute_types_of(definitions: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Type tags by name, in the order defined."""
    return {definition["AttributeName"]: definition["AttributeType"] for definition in definitions}


def used_types(table: Table) -> dict[str, str]:
    """The type tags of the attributes that the keys of a table and its indexes use."""
    schemas = [table.keys, *(index.schema.keys for index in table.indexes.values())]
    return {name: tag for schema in schemas for name, tag in schema.parts}


def key_schema_of(elements: Iterable[Mapping[str, str]], types: Mapping[str, str]) -> KeySchema:
    """The key schema that a checked KeySchema member means."""
    parts: dict[str, list[tuple[str, str]]] = {"HASH": [], "RANGE": []}
    for element in elements:
        name = element["AttributeName"]
        parts[element["KeyType"]].append((name, types[name]))
    return KeySchema(tuple(parts["HASH"]), tuple(parts["RANGE"]))


def index_schema_of(
    definition: Mapping[str, Any], table_keys: KeySchema, types: Mapping[str, str], *, is_global: bool
) -> IndexSchema:
    """The index that a checked member of LocalSecondaryIndexes or GlobalSecondaryIndexes means."""
    projection = definition["Projection"]
    return IndexSchema(
        definition["IndexName"],
        key_schema_of(definition["KeySchema"], types),
        table_keys,
        Projection(projection["ProjectionType"], tuple(projection.get("NonKeyAttributes") or ())),
        is_global=is_global,
    )
