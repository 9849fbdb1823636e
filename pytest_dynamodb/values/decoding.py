"""Attribute values as Python values."""

from __future__ import annotations

import binascii
from collections.abc import Callable, Mapping
from typing import Any

from pytest_dynamodb.values.attribute import (
    MAX_DEPTH,
    UnsupportedValue,
    not_an_attribute_value,
    read_bytes,
    read_number,
    read_text,
    split,
)


def from_wire(value: Mapping[str, Any]) -> Any:
    """The Python value of an attribute value: N is ``Decimal``, B is ``bytes``, SS, NS and BS are sets.

    Raises ``UnsupportedValue`` if ``value`` is not an attribute value, ``ValidationException`` for a number DynamoDB
    would not store.
    """
    return _from_wire(value, 0)


def from_wire_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item or key as Python values. Raises as ``from_wire`` does."""
    return {name: _from_wire(value, 0) for name, value in item.items()}


def _from_wire(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise UnsupportedValue(f"an attribute value is nested more than {MAX_DEPTH} levels deep")
    tag, content = split(value)
    if tag == "L" and isinstance(content, list):
        return [_from_wire(member, depth + 1) for member in content]
    if tag == "M" and isinstance(content, Mapping):
        return {name: _from_wire(member, depth + 1) for name, member in content.items()}
    read = _READERS.get(tag)
    if read is None:
        raise not_an_attribute_value(value)
    try:
        return read(content)
    except (TypeError, AttributeError, binascii.Error) as problem:
        raise not_an_attribute_value(value) from problem


_READERS: dict[str, Callable[[Any], Any]] = {
    "S": read_text,
    "N": read_number,
    "B": read_bytes,
    "BOOL": bool,
    "NULL": lambda _: None,
    "SS": lambda members: {read_text(member) for member in members},
    "NS": lambda members: {read_number(member) for member in members},
    "BS": lambda members: {read_bytes(member) for member in members},
}
