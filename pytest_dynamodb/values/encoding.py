"""Python values as attribute values."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import decimal
import enum
import uuid
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from pytest_dynamodb.errors import ValidationException, quoted
from pytest_dynamodb.values.attribute import MAX_DEPTH, AttributeValue, UnsupportedValue
from pytest_dynamodb.values.measures import order_key
from pytest_dynamodb.values.numbers import MAX_MAGNITUDE, NUMBER_OVERFLOW, canonical_number


def to_wire(value: Any, *, floats: bool = False) -> AttributeValue:
    """The attribute value that stands for a Python value.

    ====================================  ===================================================================
    Python                                DynamoDB
    ====================================  ===================================================================
    None, bool, str                       NULL, BOOL, S
    int, Decimal                          N; at most 38 significant digits
    bytes, bytearray, memoryview          B; also boto3's ``Binary``
    Enum                                  what its value is
    datetime, date                        S, ISO 8601
    UUID                                  S
    set, frozenset                        SS, NS or BS; not empty, members of one kind, in order
    list, tuple                           L
    mapping, dataclass, pydantic model    M
    ====================================  ===================================================================

    ``float`` is refused, because most decimal fractions change when they become one; ``floats=True`` accepts it and
    stores the shortest decimal that reads back as the same float. NaN and infinities are always refused.

    Raises ``UnsupportedValue`` for what has no form, ``ValidationException`` for a number DynamoDB cannot store.
    """
    return _to_wire(value, floats, 0)


def _to_wire(value: Any, floats: bool, depth: int) -> AttributeValue:
    if depth > MAX_DEPTH:
        raise UnsupportedValue(
            f"lists and maps are nested more than {MAX_DEPTH} levels deep; DynamoDB stores no deeper item"
        )
    if isinstance(value, enum.Enum):  # before int and str: IntEnum and StrEnum are both
        return _to_wire(value.value, floats, depth + 1)
    for kinds, convert in _SCALARS:
        if isinstance(value, kinds):
            return convert(value)
    if isinstance(value, float):
        return _float_to_wire(value, floats)
    return _compound_to_wire(value, floats, depth)


def _compound_to_wire(value: Any, floats: bool, depth: int) -> AttributeValue:
    if isinstance(value, AbstractSet):
        return _set_to_wire(value, floats)
    if isinstance(value, (list, tuple)):
        return {"L": [_to_wire(member, floats, depth + 1) for member in value]}
    if isinstance(value, Mapping):
        return {"M": {_attribute_name(name): _to_wire(member, floats, depth + 1) for name, member in value.items()}}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return _to_wire(fields, floats, depth)
    # Duck-typed, so that pydantic and boto3 are never imported for their sake.
    dump = getattr(value, "model_dump", None)
    if callable(dump) and not isinstance(value, type):
        return _to_wire(dump(), floats, depth)
    content = getattr(value, "value", None)
    if type(value).__name__ == "Binary" and isinstance(content, (bytes, bytearray)):
        return _bytes_to_wire(content)
    raise UnsupportedValue(
        f"a {type(value).__qualname__} has no DynamoDB form: {quoted(value)}; give a str, a number, bytes, a bool, "
        "None, a set, a list, a mapping, a dataclass or a pydantic model"
    )


def _attribute_name(name: Any) -> str:
    if isinstance(name, enum.Enum):
        name = name.value
    if not isinstance(name, str):
        raise UnsupportedValue(f"a map key must be a str, not {quoted(name)}; convert it, for example with str()")
    return name


def _number_to_wire(value: int | decimal.Decimal) -> AttributeValue:
    return {"N": _number_text(value)}


def _number_text(value: int | decimal.Decimal) -> str:
    if isinstance(value, int):
        # Python refuses to write out ints of thousands of digits; DynamoDB refuses them far earlier.
        if abs(value) >= 10 ** (MAX_MAGNITUDE + 1):
            raise ValidationException(NUMBER_OVERFLOW)
    elif not value.is_finite():
        raise UnsupportedValue(f"{value} is not a number DynamoDB can store; leave the attribute out or store None")
    return canonical_number(str(value))


def _float_to_wire(value: float, floats: bool) -> AttributeValue:
    number = decimal.Decimal(repr(value))
    if not number.is_finite():
        raise UnsupportedValue(f"{value} is not a number DynamoDB can store; leave the attribute out or store None")
    if not floats:
        raise UnsupportedValue(
            f"float {value!r} is refused, since binary fractions seldom are the decimal they look like; "
            f'use Decimal("{value!r}"), or opt in with floats=True'
        )
    return {"N": canonical_number(str(number))}


def _bytes_to_wire(value: bytes | bytearray | memoryview) -> AttributeValue:
    return {"B": base64.b64encode(value).decode("ascii")}


_NUMBERS = (int, decimal.Decimal)
_BINARY = (bytes, bytearray, memoryview)
_SCALARS: tuple[tuple[tuple[type, ...], Callable[[Any], AttributeValue]], ...] = (
    ((str,), lambda value: {"S": str(value)}),
    ((bool,), lambda value: {"BOOL": value}),  # before int, which bool is
    (_NUMBERS, _number_to_wire),
    ((type(None),), lambda _: {"NULL": True}),
    (_BINARY, _bytes_to_wire),
    ((datetime.date,), lambda value: {"S": value.isoformat()}),  # datetime is a date
    ((uuid.UUID,), lambda value: {"S": str(value)}),
)


def _set_to_wire(value: AbstractSet[Any], floats: bool) -> AttributeValue:
    """SS, NS or BS. Members are sorted, so that equal sets are always sent and recorded alike."""
    wires = [_to_wire(member, floats, 0) for member in value]
    tags = {tag for wire in wires for tag in wire}
    if not tags:
        raise UnsupportedValue("an empty set has no DynamoDB form; leave the attribute out, or store an empty list")
    if len(tags) > 1 or not tags <= {"S", "N", "B"}:
        raise UnsupportedValue(
            f"a set must hold only text, only numbers or only bytes, not {', '.join(sorted(tags))}; use a list"
        )
    (tag,) = tags
    ordered = sorted(wires, key=order_key)
    # 1 and Decimal("1.0") are one member in Python too; text of an Enum and plain text may still coincide.
    return {tag + "S": list(dict.fromkeys(wire[tag] for wire in ordered))}


def to_wire_item(item: Mapping[str, Any], *, floats: bool = False) -> dict[str, AttributeValue]:
    """An item or key as attribute values. Raises as ``to_wire`` does, and for what is no mapping."""
    if not isinstance(item, Mapping):
        raise UnsupportedValue(f"an item, or its key, is a mapping of names to values, not {quoted(item)}")
    return {_attribute_name(name): _to_wire(value, floats, 0) for name, value in item.items()}
