"""Rules of keys, indexes and projections that CreateTable and UpdateTable share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pytest_dynamodb.engine.schema import IndexProjection, IndexSchema, KeySchema
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import ValidationException

# --- key schemas ---
# In the order in which AWS checks them (dynalite's tests, createTable; messages as captured in October 2026 by
# ack-api-quirks, DDB-TABLE-442).


MOST_OF_ROLE: Final = 4
"""HASH and RANGE attributes that the key of a global index may have (developer guide, "Multi-attribute keys")."""

Elements = Sequence[Mapping[str, str]]

Defined = Mapping[str, str]
"""The attributes of AttributeDefinitions by name: however many there are, to look for one takes no longer."""


def check_definitions(definitions: Iterable[Mapping[str, str]]) -> None:
    """Raise ValidationException if an attribute is defined twice, in AWS's words (scylladb/scylladb#13870).

    DynamoDB Local has others: "Cannot have two attributes with the same name".
    """
    seen: set[str] = set()
    for definition in definitions:
        name = definition["AttributeName"]
        if name in seen:
            raise ValidationException(f"Attribute Name is duplicated: {name}")
        seen.add(name)


def check_table_keys(elements: Elements, defined: Defined) -> None:
    """Check the KeySchema of a table: one HASH, at most one RANGE, both defined."""
    names = names_of(elements)
    if len(names) > len(defined):
        raise ValidationException("Invalid KeySchema: Some index key attribute have no definition")
    _check_defined(names, defined)
    check_pair(elements)


def check_local_keys(elements: Elements, defined: Defined) -> None:
    """Check the KeySchema of a local index, as far as possible without the table's."""
    _check_defined(names_of(elements), defined)
    check_pair(elements)


def check_global_keys(elements: Elements, defined: Defined) -> None:
    """Check the KeySchema of a global index: up to four HASH attributes, then up to four RANGE ones."""
    names = names_of(elements)
    _check_defined(names, defined)
    if len(elements) <= 2:
        _check_distinct_pair(names)
    elif len(set(names)) < len(names):
        raise ValidationException("The KeySchema contains multiple key attributes with the same name")
    _check_first(elements)
    roles = [element["KeyType"] for element in elements]
    if roles != sorted(roles):  # HASH sorts before RANGE
        raise ValidationException(
            f"{INVALID_VALUES}All HASH key attributes must precede RANGE key attributes in the KeySchema"
        )
    for role in ("HASH", "RANGE"):
        if roles.count(role) > MOST_OF_ROLE:
            raise ValidationException(
                f"{INVALID_VALUES}The KeySchema exceeds the maximum allowed number of {role} key attributes"
            )


def check_pair(elements: Elements) -> None:
    """Check that there is one HASH attribute and at most one RANGE attribute after it, of another name."""
    _check_distinct_pair(names_of(elements))
    _check_first(elements)
    if len(elements) > 1 and elements[1]["KeyType"] != "RANGE":
        raise ValidationException("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")


def names_of(elements: Iterable[Mapping[str, Any]]) -> list[str]:
    """The attribute names in a KeySchema or in AttributeDefinitions."""
    return [element["AttributeName"] for element in elements]


def _check_distinct_pair(names: Sequence[str]) -> None:
    if len(names) > 1 and names[0] == names[1]:
        raise ValidationException("Both the Hash Key and the Range Key element in the KeySchema have the same name")


def _check_first(elements: Elements) -> None:
    if elements[0]["KeyType"] != "HASH":
        raise ValidationException("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")


def _check_defined(names: Sequence[str], defined: Defined) -> None:
    if not all(name in defined for name in names):
        raise ValidationException(
            f"{INVALID_VALUES}Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: {listed(names)}, AttributeDefinitions: {listed(defined)}"
        )


def listed(names: Iterable[str]) -> str:
    """Names as AWS's messages list them."""
    return f"[{', '.join(names)}]"


# --- schemas ---
# The checked members of requests as the engine's own types.


def attribute_types_of(definitions: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Type tags by name, in the order defined."""
    return {definition["AttributeName"]: definition["AttributeType"] for definition in definitions}


def used_types(table: Table) -> dict[str, str]:
    """The type tags of the attributes that keys of the table and its indexes, and vector searches, use."""
    schemas = [table.keys, *(index.schema.keys for index in table.indexes.values())]
    used = {name: tag for schema in schemas for name, tag in schema.parts}
    for index in table.settings.vectors.values():
        used |= {element.name: element.tag for element in index.schema}
    return used


def defined_types(table: Table, params: Mapping[str, Any]) -> dict[str, str]:
    """Type tags by name that an UpdateTable may use. What an attribute has already stays (nubo-db/dynoxide)."""
    return attribute_types_of(params.get("AttributeDefinitions") or ()) | used_types(table)


def key_schema_of(elements: Iterable[Mapping[str, str]], types: Mapping[str, str]) -> KeySchema:
    parts: dict[str, list[tuple[str, str]]] = {"HASH": [], "RANGE": []}
    for element in elements:
        name = element["AttributeName"]
        parts[element["KeyType"]].append((name, types[name]))
    return KeySchema(tuple(parts["HASH"]), tuple(parts["RANGE"]))


def index_schema_of(
    definition: Mapping[str, Any], table_keys: KeySchema, types: Mapping[str, str], *, is_global: bool
) -> IndexSchema:
    """The index of a checked member of LocalSecondaryIndexes or GlobalSecondaryIndexes."""
    projection = definition["Projection"]
    return IndexSchema(
        definition["IndexName"],
        key_schema_of(definition["KeySchema"], types),
        table_keys,
        IndexProjection(projection["ProjectionType"], tuple(projection.get("NonKeyAttributes") or ())),
        is_global=is_global,
    )


# --- projections ---
# (dynalite's tests, createTable; ack-api-quirks, DDB-TABLE-442)

MOST_PROJECTED: Final = 100


def check_projection(projection: Mapping[str, Any]) -> None:
    """Check that there is a type, and that there are names if, and only if, it is INCLUDE."""
    kind, names = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind is None:
        raise ValidationException(f"{INVALID_VALUES}Unknown ProjectionType: null")
    if names is not None and kind != "INCLUDE":
        raise ValidationException(f"{INVALID_VALUES}ProjectionType is {kind}, but NonKeyAttributes is specified")
    if names is None and kind == "INCLUDE":
        raise ValidationException(f"{INVALID_VALUES}ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    seen: set[str] = set()
    for name in names or ():
        if name in seen:
            raise ValidationException(f"{INVALID_VALUES}Duplicate element in NonKeyAttributes: {name}")
        seen.add(name)


def check_projected_count(indexes: Iterable[Mapping[str, Any]]) -> None:
    """Raise ValidationException for more than 100 names over all indexes of a table (API reference, Projection)."""
    check_projected_total(sum(len(index["Projection"].get("NonKeyAttributes") or ()) for index in indexes))


def check_projected_total(count: int) -> None:
    if count > MOST_PROJECTED:
        raise ValidationException(
            f"{INVALID_VALUES}Number of projected attributes exceeds per-table limit of {MOST_PROJECTED}"
        )
