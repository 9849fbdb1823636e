"""Rules of vector indexes in CreateTable and UpdateTable.

Messages: dynamodb-conformance, tests/tier3/error-messages/vectorIndexes (eu-west-2, August 2026), and
nubo-db/dynoxide's, captured in eu-west-2 and us-east-1 on 2026-08-12.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from pytest_dynamodb.control.tables.rules import check_projection
from pytest_dynamodb.engine.settings import TableSettings
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import ValidationException

MOST_DIMENSIONS: Final = 4096
MOST_INDEXES: Final = 5

_CONFLICT: Final = f"{INVALID_VALUES}Conflicting attribute definition for '{{name}}'. "
_ONLY_ON_DEMAND: Final = f"{INVALID_VALUES}Vector indexes are only supported for PAY_PER_REQUEST tables"

Definition = Mapping[str, Any]


def check_vector_indexes(
    definitions: Sequence[Definition] | None, names: set[str], defined: Collection[str], *, on_demand: bool
) -> None:
    """Raise ValidationException for the first wrong vector index of a CreateTable.

    ``names`` are those of its other indexes, ``defined`` the attributes of AttributeDefinitions.
    """
    if definitions is None:
        return
    if not definitions:
        raise ValidationException(f"{INVALID_VALUES}List of VectorIndexes is empty")
    check_billing(on_demand=on_demand)
    for definition in definitions:
        _check_definition(definition, defined)
        name = definition["IndexName"]
        if name in names:
            raise ValidationException(f"{INVALID_VALUES}Duplicate index name: {name}")
        names.add(name)
    _check_count(len(definitions))
    _check_dimensions((attribute_of(one), int(one["Dimensions"])) for one in definitions)


def check_new_vector_index(
    table: Table, settings: TableSettings, definition: Definition, defined: Collection[str]
) -> None:
    """Raises ValidationException for a vector index that an UpdateTable cannot add to a table.

    ``defined`` are the attributes that the request or the table defines.
    """
    check_billing(on_demand=settings.on_demand)
    _check_definition(definition, defined)
    vectors = settings.vectors
    if definition["IndexName"] in {*table.indexes, *vectors}:
        raise ValidationException("Attempting to create an index which already exists")
    _check_count(len(vectors) + 1)
    there = [(index.attribute, index.dimensions) for index in vectors.values()]
    _check_dimensions([*there, (attribute_of(definition), int(definition["Dimensions"]))])


def check_vector_updates(updates: Sequence[Mapping[str, Any]] | None) -> None:
    """Each entry of VectorIndexUpdates has one action. Checked before the table is looked up."""
    if updates is not None and not updates:
        raise ValidationException(f"{INVALID_VALUES}List of VectorIndexUpdates is empty")  # inferred
    for update in updates or ():
        count = sum(update.get(action) is not None for action in ("Create", "Delete"))
        if count == 0:  # inferred
            raise ValidationException(
                f"{INVALID_VALUES}One of VectorIndexUpdate.Create, VectorIndexUpdate.Delete must not be null"
            )
        if count > 1:
            raise ValidationException(
                f"{INVALID_VALUES}Only one vector index action is allowed per VectorIndexUpdate object"
            )


def check_billing(*, on_demand: bool) -> None:
    """Vector indexes are for tables that are billed on demand."""
    if not on_demand:
        raise ValidationException(_ONLY_ON_DEMAND)


def check_no_vector_key(settings: TableSettings, keys: Iterable[Mapping[str, str]], types: Mapping[str, str]) -> None:
    """The key of another index cannot be the attribute of a vector."""
    dimensions = {index.attribute: index.dimensions for index in settings.vectors.values()}
    for key in keys:
        name = key["AttributeName"]
        if name in dimensions:
            raise ValidationException(
                f"{INVALID_VALUES}Attributes cannot be redefined. Please check that your attribute has the same type "
                "as "
                f"previously defined. Existing schema: VectorIndexSchema:[VectorAttribute: "
                f"key{{{name}:L:{dimensions[name]}}}] New schema: Schema:[SchemaElement: "
                f"key{{{name}:{types[name]}:{key['KeyType']}}}]"
            )


def attribute_of(definition: Definition) -> str:
    """The attribute with the vector."""
    name: str = definition["VectorAttribute"]["AttributeName"]
    return name


def searched_attributes(definitions: Iterable[Definition]) -> set[str]:
    """The attributes of search schemas."""
    return {one["AttributeName"] for index in definitions for one in index.get("SearchSchema") or ()}


def _check_count(count: int) -> None:
    if count > MOST_INDEXES:
        raise ValidationException(f"{INVALID_VALUES}VectorIndex count exceeds the per-table limit of {MOST_INDEXES}")


def _check_dimensions(vectors: Iterable[tuple[str, int]]) -> None:
    known: dict[str, int] = {}
    for name, dimensions in vectors:
        if known.setdefault(name, dimensions) != dimensions:
            raise ValidationException(
                f"{_CONFLICT.format(name=name)}All VectorIndexes on the same vector attribute must use the same "
                "dimensions."
            )


def _check_definition(definition: Definition, defined: Collection[str]) -> None:
    if int(definition["Dimensions"]) > MOST_DIMENSIONS:
        raise ValidationException(
            f"{INVALID_VALUES}Number of dimensions must be between 1 and {MOST_DIMENSIONS} inclusive."
        )
    check_projection(definition["Projection"])
    if (name := attribute_of(definition)) in defined:
        raise ValidationException(
            f"{_CONFLICT.format(name=name)}An attribute cannot be defined in AttributeDefinitions when used as a "
            "VectorAttribute."
        )
    _check_schema(definition.get("SearchSchema") or (), defined)


def _check_schema(schema: Sequence[Mapping[str, str]], defined: Collection[str]) -> None:
    names = [one["AttributeName"] for one in schema]
    if len(set(names)) < len(names):
        raise ValidationException(f"{INVALID_VALUES}SearchSchema contains a duplicate AttributeName")
    partitions = sum(one["SearchSchemaElementType"] == "HASH" for one in schema)
    if partitions > 1:
        raise ValidationException(
            f"{INVALID_VALUES}Value '{partitions}' at 'SearchSchema' failed to satisfy constraint: "
            "Member must have HASH count less than or equal to 1"
        )
    if not all(name in defined for name in names):
        raise ValidationException(
            f"{INVALID_VALUES}One element in SearchSchema is not defined in attribute definitions"
        )
