"""Whether values make a key: of a table, of an index.

A key schema is plain here: pairs of an attribute's name and type tag, the HASH attribute first. Values are canonical,
as ``values`` gives them. Messages: dynalite's cases run against AWS (test/{getItem,putItem,batchWriteItem}); for empty
values and indexes dynamodb-conformance, error-messages/{putItem,updateItem,transactWriteItems}, as of October 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, TypeAlias

from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.values import value_size

KeyParts: TypeAlias = tuple[tuple[str, str], ...]
"""Key attributes: name and type tag (S, N or B)."""

MAX_HASH_SIZE, MAX_RANGE_SIZE = 2048, 1024
"""Bytes of a partition key and of a sort key (developer guide, "Quotas": Partition keys and sort keys)."""

_NOT_VALID = "One or more parameter values are not valid. "
_EMPTY = "The AttributeValue for a key attribute cannot contain an empty {type} value."

NO_MATCH = "The provided key element does not match the schema"
_MISSING = f"{INVALID_VALUES}Missing the key {{name}} in the item"
_MISMATCH = f"{INVALID_VALUES}Type mismatch for key {{name}} expected: {{tag}} actual: {{actual}}"
_EMPTY_KEY = f"{_NOT_VALID}{_EMPTY} Key: {{name}}"
_HASH_TOO_LARGE = f"{INVALID_VALUES}Size of hashkey has exceeded the maximum size limit of2048 bytes"  # AWS's spacing
_RANGE_TOO_LARGE = f"{INVALID_VALUES}Aggregated size of all range keys has exceeded the size limit of 1024 bytes"

_INDEX_MISMATCH = (
    f"{INVALID_VALUES}Type mismatch for Index Key {{name}} Expected: {{tag}} Actual: {{actual}} IndexName: {{index}}"
)
_UPDATED_MISMATCH = "The update expression attempted to update the secondary index key to unsupported type"
_EMPTY_INDEX_KEY = (
    f"{_NOT_VALID}A value specified for a secondary index key is not supported. {_EMPTY} "
    "IndexName: {index}, IndexKey: {name}"
)
_EMPTY_UPDATED_INDEX_KEY = (
    f"{_NOT_VALID}The update expression attempted to update a secondary index key to a value that is not supported. "
    f"{_EMPTY}"
)

_TYPES = {"S": "string", "B": "binary"}


class EmptyKeyValue(ValidationException):
    """A key attribute is empty. A transaction answers with it as it is, and not as a reason for cancelling.

    (dynamodb-conformance, error-messages/transactWriteItems; a wrong type is a reason, ``ValidationError``.)
    """


def check_key(key: Mapping[str, Any], schema: KeyParts) -> None:
    """Raise a ValidationException unless ``key``, a request's, has the attributes of ``schema`` and no others."""
    if len(key) != len(schema):
        raise ValidationException(NO_MATCH)
    for place, (name, tag) in enumerate(schema):
        value = key.get(name)
        if value is None or tag not in value:
            raise ValidationException(NO_MATCH)
        _check_content(name, tag, value, place)


def check_item_keys(attributes: Mapping[str, Any], schema: KeyParts, *, batch: bool = False) -> None:
    """Raise a ValidationException unless an item to be put has the key attributes of ``schema``.

    In a ``batch`` AWS does not say what is wrong with one that is absent or of another type.
    """
    for place, (name, tag) in enumerate(schema):
        value = attributes.get(name)
        if value is None or tag not in value:
            _refuse(name, tag, value, batch=batch)
        _check_content(name, tag, value, place)


def check_index_keys(
    attributes: Mapping[str, Any], indexes: Mapping[str, KeyParts], *, before: Mapping[str, Any] | None = None
) -> None:
    """Raise a ValidationException if an attribute of an item cannot be what an index has for its key.

    ``indexes`` are key schemas by index name; of several at fault AWS names the alphabetically first. ``before`` is
    what an update changed the item from: what it left alone is not looked at, and the rest is worded differently
    (dynalite's cases, test/updateItem: "existing index").
    """
    faults = [
        (index, name, tag)
        for index, schema in indexes.items()
        for name, tag in schema
        if (value := attributes.get(name)) is not None
        and value.get(tag, "") == ""
        and (before is None or before.get(name) != value)
    ]
    if not faults:
        return
    index, name, tag = min(faults)
    (actual,) = attributes[name]
    if actual != tag:
        raise index_mismatch(index, name, tag, actual) if before is None else ValidationException(_UPDATED_MISMATCH)
    message = _EMPTY_INDEX_KEY if before is None else _EMPTY_UPDATED_INDEX_KEY
    raise EmptyKeyValue(message.format(index=index, name=name, type=_TYPES[tag]))


def index_mismatch(index: str, name: str, tag: str, actual: str) -> ValidationException:
    """The error for an attribute that is the key of an index and not of the type that the table defines."""
    return ValidationException(_INDEX_MISMATCH.format(index=index, name=name, tag=tag, actual=actual))


def _check_content(name: str, tag: str, value: Mapping[str, Any], place: int) -> None:
    """Neither empty nor too large. Numbers are neither."""
    content = value[tag]
    if not content:
        raise EmptyKeyValue(_EMPTY_KEY.format(type=_TYPES[tag], name=name))
    # Text is at most four bytes a character: most keys need not be measured.
    limit = MAX_RANGE_SIZE if place else MAX_HASH_SIZE
    if 4 * len(content) > limit and tag != "N" and value_size(value) > limit:
        raise ValidationException(_RANGE_TOO_LARGE if place else _HASH_TOO_LARGE)


def _refuse(name: str, tag: str, value: Mapping[str, Any] | None, *, batch: bool) -> NoReturn:
    if batch:
        raise ValidationException(NO_MATCH)
    if value is None:
        raise ValidationException(_MISSING.format(name=name))
    (actual,) = value
    raise ValidationException(_MISMATCH.format(name=name, tag=tag, actual=actual))
