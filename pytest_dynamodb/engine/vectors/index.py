"""A vector index: which items it holds, how it is described, and whether an item may be written where there is one.

It has no entries of its own: those are found anew, from the items, whenever they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from pytest_dynamodb.engine.settings import SearchElement, VectorIndex
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.engine.validation.keys import empty_index_key
from pytest_dynamodb.engine.vectors.entries import Entry, entry_of, vector_of
from pytest_dynamodb.errors import ValidationException


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


# --- writes ---
# Whether an item may be written: by PutItem, and by every other write. Messages: dynamodb-conformance,
# tests/tier3/error-messages/vectorWrites (eu-west-2, August 2026); of numbers out of range and of a HASH attribute's
# type, nubo-db/dynoxide, captured in eu-west-2 and us-east-1 on 2026-08-12.

_INVALID: Final = "One or more parameter values were invalid. "
_NO_LIST: Final = (
    f"{_INVALID}Invalid type for parameter {{path}}, Expected: 32-bit floating point number list IndexName: {{index}}"
)
_NO_NUMBER: Final = (
    f"{_INVALID}Invalid type for parameter {{path}}, Expected: 32-bit floating point number, Actual: {{actual}}. "
    "IndexName: {index}"
)
_OUT_OF_RANGE: Final = (
    f"{_INVALID}Invalid value for parameter {{path}}, "
    "Value: {value} is outside valid range [-3.4028235E38, 3.4028235E38]. IndexName: {index}"
)
_SIZE: Final = (
    f"{_INVALID}Invalid size for parameter {{path}}, Expected: {{expected}}, Actual: {{actual}} IndexName: {{index}}"
)
_HASH_TYPE: Final = (
    f"{_INVALID}Attribute '{{name}}' type mismatch. Expected: {{tag}}, Actual: {{actual}}. IndexName: {{index}}"
)


def check_vectors(indexes: Iterable[VectorIndex], attributes: Attributes, *, before: Attributes | None = None) -> None:
    """Raise ValidationException if a vector, or a HASH attribute of a search schema, cannot be one.

    Attributes that are not there are no fault: the index leaves such an item out. ``before`` is what an update changed
    the item from: what it left alone is not looked at, as with other indexes.
    """
    for index in sorted(indexes, key=attrgetter("name")):
        for name, check in ((index.attribute, _check_vector), (_partition_name(index), _check_partition)):
            value = attributes.get(name)
            if value is not None and (before is None or before.get(name) != value):
                check(index, value)


def _partition_name(index: VectorIndex) -> str:
    return "" if index.partition is None else index.partition.name


def _check_vector(index: VectorIndex, value: Mapping[str, Any]) -> None:
    where = {"path": index.attribute, "index": index.name}
    numbers = value.get("L")
    if numbers is None:
        raise ValidationException(_NO_LIST.format(**where))
    if len(numbers) != index.dimensions:
        raise ValidationException(_SIZE.format(**where, expected=index.dimensions, actual=len(numbers)))
    for place, number in enumerate(numbers):
        where["path"] = f"{index.attribute}[{place}]"
        if "N" not in number:
            raise ValidationException(_NO_NUMBER.format(**where, actual=next(iter(number))))
        if vector_of([number["N"]]) is None:
            raise ValidationException(_OUT_OF_RANGE.format(**where, value=Decimal(number["N"]).normalize()))


def _check_partition(index: VectorIndex, value: Mapping[str, Any]) -> None:
    element = index.partition
    assert element is not None  # there is a value of this name
    if element.tag not in value:
        (actual,) = value
        raise ValidationException(
            _HASH_TYPE.format(name=element.name, tag=element.tag, actual=actual, index=index.name)
        )
    if not value[element.tag]:
        raise empty_index_key(index.name, element.name, element.tag)
