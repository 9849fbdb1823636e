"""How attribute values are ordered, and how large they are."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from typing import Any

from pytest_dynamodb.values.attribute import (
    MAX_DEPTH,
    UnsupportedValue,
    not_an_attribute_value,
    read_bytes,
    read_number,
    split,
    utf8,
)
from pytest_dynamodb.values.numbers import canonical_number


def order_key(value: Mapping[str, Any]) -> bytes | decimal.Decimal:
    """What S, N and B values of one type are ordered by: UTF-8 bytes, the number, unsigned bytes.

    (Developer guide, "Query": sort key order. UTF-8 order is code point order, which UTF-16's is not.)
    Raises ``UnsupportedValue`` for another type.
    """
    tag, content = split(value)
    if tag == "S":
        return utf8(content)
    if tag in {"N", "B"}:
        number_or_bytes: bytes | decimal.Decimal = (read_number if tag == "N" else read_bytes)(content)
        return number_or_bytes
    raise UnsupportedValue(f"values of type {tag} have no order")


def item_size(item: Mapping[str, Any]) -> int:
    """Bytes of an item as DynamoDB counts them: UTF-8 of the names plus the values.

    (Developer guide, "Item sizes and formats"; numbers as measured by dynamodb-conformance, limits/numberByteSize.)
    Raises ``UnsupportedValue`` where a value is not an attribute value.
    """
    return sum(len(utf8(name)) + _size(value, 0) for name, value in item.items())


def value_size(value: Mapping[str, Any]) -> int:
    """Bytes of one attribute value, without its name. Raises as ``item_size`` does."""
    return _size(value, 0)


def _size(value: Any, depth: int) -> int:
    tag, content = split(value)
    if depth > MAX_DEPTH:
        raise UnsupportedValue(f"an attribute value is nested more than {MAX_DEPTH} levels deep")
    if tag == "L":
        return 3 + sum(1 + _size(member, depth + 1) for member in content)
    if tag == "M":
        return 3 + sum(1 + len(utf8(name)) + _size(member, depth + 1) for name, member in content.items())
    measure = _MEASURES.get(tag)
    if measure is None:
        raise not_an_attribute_value(value)
    return measure(content)


def _number_size(text: str) -> int:
    """One byte, plus a byte per two significant digits on each side of the point, plus one if negative; zero is 1."""
    number = canonical_number(text)
    if number == "0":
        return 1
    whole, _, fraction = number.lstrip("-").partition(".")
    # Significant are the digits between the outer zeros, on whichever side of the point those lie.
    whole = whole.lstrip("0")
    if not fraction:
        whole = whole.rstrip("0")
    if not whole:
        fraction = fraction.lstrip("0")
    return 1 + (len(whole) + 1) // 2 + (len(fraction) + 1) // 2 + number.startswith("-")


_MEASURES: dict[str, Callable[[Any], int]] = {
    "S": lambda text: len(utf8(text)),
    "N": _number_size,
    "B": lambda content: len(read_bytes(content)),
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda members: sum(len(utf8(member)) for member in members),
    "NS": lambda members: sum(map(_number_size, members)),
    "BS": lambda members: sum(len(read_bytes(member)) for member in members),
}
