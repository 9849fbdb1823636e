"""Attribute values: one type tag and its content, and the Python value that it stands for."""

from __future__ import annotations

import base64
import binascii
import decimal
from collections.abc import Callable, Mapping
from typing import Any

from pytest_dynamodb.errors import PytestDynamoDbError, quoted
from pytest_dynamodb.values.numbers import canonical_number

# --- contents ---

AttributeValue = dict[str, Any]
"""One attribute value as the JSON protocol sends it."""

MAX_DEPTH = 32
"""Levels of nested lists and maps (developer guide, "Quotas": Item attributes)."""


class UnsupportedValue(PytestDynamoDbError, TypeError):
    """A Python value has no DynamoDB form, or an attribute value no Python form. The message says what to do."""


def split(value: Any) -> tuple[str, Any]:
    """The type tag and the content of an attribute value."""
    if not isinstance(value, Mapping) or len(value) != 1:
        raise not_an_attribute_value(value)
    ((tag, content),) = value.items()
    return tag, content


def not_an_attribute_value(value: Any) -> UnsupportedValue:
    """The error for a value that is not an attribute value."""
    return UnsupportedValue(f'not an attribute value: {quoted(value)}; one looks like {{"S": "text"}} or {{"N": "1"}}')


def read_text(content: Any) -> str:
    """The content of S, or of a member of SS. Raises ``TypeError``."""
    if not isinstance(content, str):
        raise TypeError(type(content))
    return content


def read_number(content: Any) -> decimal.Decimal:
    """The content of N, or of a member of NS. Raises ``TypeError`` and ``ValidationException``."""
    return decimal.Decimal(canonical_number(read_text(content)))


def read_bytes(content: Any) -> bytes:
    """The content of B, or of a member of BS. Raises ``TypeError`` and ``binascii.Error``."""
    # The bytes themselves are accepted too: botocore's parser hands them out, and to_wire's callers pass them on.
    if isinstance(content, (bytes, bytearray)):
        return bytes(content)
    return base64.b64decode(read_text(content), validate=True)


def utf8(text: str) -> bytes:
    """A text's UTF-8 bytes, by which DynamoDB counts and orders it."""
    # Lone surrogates cannot be sent to DynamoDB, but a size or an order of them must not raise.
    return text.encode("utf-8", "surrogatepass")


# --- Python values ---


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
