"""Whether values can be the key of a table or of an index.

A table's key schema is plain here: pairs of an attribute's name and type tag, the HASH attribute first. An index's has
the largest size of each beside it: it may have several HASH attributes. Values are canonical, as ``values`` gives them.
Messages: dynalite's cases run against AWS (test/{getItem,putItem,batchWriteItem}); for empty values and indexes
dynamodb-conformance, error-messages/{putItem,updateItem,transactWriteItems}, as of October 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, TypeAlias

from pytest_dynamodb.engine.schema import MAX_HASH_SIZE, MAX_RANGE_SIZE, is_too_large
from pytest_dynamodb.engine.validation.wording import INVALID_VALUES
from pytest_dynamodb.errors import ValidationException
from pytest_dynamodb.values import value_size

KeyParts: TypeAlias = tuple[tuple[str, str], ...]
"""Key attributes: name and type tag (S, N or B)."""

IndexKeyParts: TypeAlias = tuple[tuple[str, str, int], ...]
"""Key attributes of an index: name, type tag and the most bytes that a value may have."""

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
# architect/dynalite#35, wellcomecollection/platform#2285: answers of AWS. Of a sort key inferred.
_INDEX_KEY_TOO_LARGE = (
    f"{INVALID_VALUES}Size limit exceeded for Index Key {{name}} Actual Size: {{size}} bytes Max Size: {{limit}} bytes "
    "IndexName: {index}"
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
    """A key attribute is empty. A transaction answers with this error itself, and not with a reason to cancel.

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
        check_key_value(name, tag, value[tag], is_range=place > 0)


def check_item_keys(attributes: Mapping[str, Any], schema: KeyParts, *, batch: bool = False) -> None:
    """Raise a ValidationException unless an item to be put has the key attributes of ``schema``.

    In a ``batch`` AWS does not say what is wrong with one that is absent or of another type.
    """
    for place, (name, tag) in enumerate(schema):
        value = attributes.get(name)
        if value is None or tag not in value:
            _refuse(name, tag, value, batch=batch)
        check_key_value(name, tag, value[tag], is_range=place > 0)


def check_index_keys(
    attributes: Mapping[str, Any], indexes: Mapping[str, IndexKeyParts], *, before: Mapping[str, Any] | None = None
) -> None:
    """Raise a ValidationException if an attribute of an item cannot be what an index has for its key.

    ``indexes`` are key schemas by index name; of several at fault AWS names the alphabetically first. ``before`` is
    what an update changed the item from: what it left alone is not looked at, and the rest is worded differently
    (dynalite's cases, test/updateItem: "existing index").
    """
    faults = [
        (index, name, tag, limit)
        for index, schema in indexes.items()
        for name, tag, limit in schema
        if (value := attributes.get(name)) is not None
        and ((content := value.get(tag, "")) == "" or is_too_large(tag, content, limit))
        and (before is None or before.get(name) != value)
    ]
    if not faults:
        return
    index, name, tag, limit = min(faults)
    ((actual, content),) = attributes[name].items()
    if actual == tag and content:
        size = value_size(attributes[name])
        raise ValidationException(_INDEX_KEY_TOO_LARGE.format(name=name, size=size, limit=limit, index=index))
    if actual != tag:
        raise index_mismatch(index, name, tag, actual) if before is None else ValidationException(_UPDATED_MISMATCH)
    if before is None:
        raise empty_index_key(index, name, tag)
    raise EmptyKeyValue(_EMPTY_UPDATED_INDEX_KEY.format(type=_TYPES[tag]))


def empty_key(name: str, tag: str) -> EmptyKeyValue:
    """The error about a key attribute that is empty."""
    return EmptyKeyValue(_EMPTY_KEY.format(type=_TYPES[tag], name=name))


def empty_index_key(index: str, name: str, tag: str) -> EmptyKeyValue:
    """The error about an index's key attribute that is empty in an item to be put."""
    return EmptyKeyValue(_EMPTY_INDEX_KEY.format(index=index, name=name, type=_TYPES[tag]))


def index_mismatch(index: str, name: str, tag: str, actual: str) -> ValidationException:
    """The error for an attribute that is the key of an index and not of the type that the table defines."""
    return ValidationException(_INDEX_MISMATCH.format(index=index, name=name, tag=tag, actual=actual))


def check_key_value(name: str, tag: str, content: str, *, is_range: bool) -> None:
    """Raise a ValidationException if the content of a key's value is empty or too large. Numbers are neither."""
    if not content:
        raise empty_key(name, tag)
    if is_too_large(tag, content, MAX_RANGE_SIZE if is_range else MAX_HASH_SIZE):
        raise ValidationException(_RANGE_TOO_LARGE if is_range else _HASH_TOO_LARGE)


def _refuse(name: str, tag: str, value: Mapping[str, Any] | None, *, batch: bool) -> NoReturn:
    if batch:
        raise ValidationException(NO_MATCH)
    if value is None:
        raise ValidationException(_MISSING.format(name=name))
    (actual,) = value
    raise ValidationException(_MISMATCH.format(name=name, tag=tag, actual=actual))
