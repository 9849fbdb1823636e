"""Attribute values: wire <-> Python, numbers as DynamoDB writes them, sizes, order.

On the wire an attribute value is a mapping of one type tag to its content, as the JSON protocol sends it: ``{"S":
"text"}``, ``{"N": "1.5"}``, ``{"B": "<base64>"}``, ``{"SS": [...]}``, ``{"M": {...}}`` and so on. Numbers and binary
are text there; binary is base64.

What the functions do with a value that is not valid:

``to_wire``, ``from_wire``, ``canonical_number``, sizes, ``order_key``   raise
``canonical_value``, ``canonical_item``                                    keep it as it is, and never raise
"""

from __future__ import annotations

from pytest_dynamodb.values.attribute import MAX_DEPTH, AttributeValue, UnsupportedValue, from_wire, from_wire_item
from pytest_dynamodb.values.canonical import canonical_item, canonical_value
from pytest_dynamodb.values.encoding import to_wire, to_wire_item
from pytest_dynamodb.values.measures import item_size, order_key, value_size
from pytest_dynamodb.values.numbers import MAX_DIGITS, MAX_MAGNITUDE, MIN_MAGNITUDE, canonical_number

__all__ = [
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_MAGNITUDE",
    "MIN_MAGNITUDE",
    "AttributeValue",
    "UnsupportedValue",
    "canonical_item",
    "canonical_number",
    "canonical_value",
    "from_wire",
    "from_wire_item",
    "item_size",
    "order_key",
    "to_wire",
    "to_wire_item",
    "value_size",
]
