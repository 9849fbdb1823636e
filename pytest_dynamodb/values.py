"""Attribute values: wire <-> Python, numbers as DynamoDB writes them, sizes, order.

On the wire an attribute value is a mapping of one type tag to its content, as the JSON protocol sends it:
``{"S": "text"}``, ``{"N": "1.5"}``, ``{"B": "<base64>"}``, ``{"SS": [...]}``, ``{"M": {...}}`` and so on. Numbers are
text and binary is base64 text there.

Three families of functions, by what they do with a value that is not valid:

``to_wire``, ``from_wire``, ``canonical_number``, sizes, ``order_key``   raise
``canonical_value``, ``canonical_item``                                    keep it as it is, and never raise
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime
import decimal
import enum
import re
import uuid
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from pytest_dynamodb.errors import PytestDynamoDbError, ValidationException

AttributeValue = dict[str, Any]
"""One attribute value as the JSON protocol sends it."""

MAX_DIGITS = 38
"""Significant digits of a number (developer guide, "Data types": Number)."""

MAX_MAGNITUDE, MIN_MAGNITUDE = 125, -130
"""Decimal exponents of the largest and the smallest number, both signs (same page)."""

MAX_DEPTH = 32
"""Levels of nested lists and maps (developer guide, "Quotas": Item attributes)."""

NUMBER_NOT_NUMERIC = "The parameter cannot be converted to a numeric value: {number}"
NUMBER_OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
NUMBER_UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
NUMBER_TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number"
# The wording of the current value layer: dynamodb-conformance, error-messages/valueLayers (AWS, 2026-10-09).


class UnsupportedValue(PytestDynamoDbError, TypeError):
    """A Python value has no DynamoDB form, or an attribute value has no Python form. The message names the remedy."""


# --- numbers ---------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
# What most numbers look like already, so that they need no arithmetic: digits without outer zeros, at most 38 of them.
_CANONICAL = re.compile(r"0|-?[1-9][0-9]{0,37}|-?(?:0|[1-9][0-9]{0,17})\.[0-9]{0,18}[1-9]")


def canonical_number(text: str) -> str:
    """The one spelling DynamoDB gives a number: plain decimal, no exponent, no ``+``, no outer zeros, no ``-0``.

    >>> canonical_number("1E3"), canonical_number("-00.50"), canonical_number("-0")
    ('1000', '-0.5', '0')

    Raises ``ValidationException`` with DynamoDB's own message if ``text`` is not a number, has more than 38 significant
    digits or lies outside 1E-130 ... 9.99E+125 (dynamodb-conformance, limits/numberExponent: zero too is range-checked,
    by the exponent it is written with).
    """
    if _CANONICAL.fullmatch(text):
        return text
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValidationException(NUMBER_NOT_NUMERIC.format(number=text))
    sign, mantissa, exponent = match.groups()
    power = _exponent(exponent, text)
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        _check_range(power)
        return "0"
    scale = power - len(fraction)
    _check_range(scale + len(digits) - 1)
    significant = digits.rstrip("0")
    if len(significant) > MAX_DIGITS:
        raise ValidationException(NUMBER_TOO_PRECISE)
    return ("-" if sign == "-" else "") + _plain(significant, scale + len(digits) - len(significant))


def _exponent(text: str | None, number: str) -> int:
    """The written exponent; one past a 64-bit integer is not a number at all (limits/numberExponent)."""
    if text is None:
        return 0
    if len(text.lstrip("+-0")) > 19 or not -(2**63) <= (power := int(text)) < 2**63:
        raise ValidationException(NUMBER_NOT_NUMERIC.format(number=number))
    return power


def _check_range(magnitude: int) -> None:
    if magnitude > MAX_MAGNITUDE:
        raise ValidationException(NUMBER_OVERFLOW)
    if magnitude < MIN_MAGNITUDE:
        raise ValidationException(NUMBER_UNDERFLOW)


def _plain(digits: str, scale: int) -> str:
    """``digits`` times ten to the ``scale``, written out."""
    if scale >= 0:
        return digits + "0" * scale
    if (point := len(digits) + scale) > 0:
        return f"{digits[:point]}.{digits[point:]}"
    return f"0.{'0' * -point}{digits}"


# --- canonical forms -------------------------------------------------------------------------------------------------


def canonical_value(value: Any) -> Any:
    """An attribute value in the one form that equal values share: numbers plain, members of sets in order, recursively.

    Returns plain JSON: a new value where something changed or could change, else the given one. What is not a valid
    attribute value (a bad number, an unknown tag, a wrong type, nesting past any limit) is kept as it is. Never raises,
    does not change ``value``.
    """
    return _canonical(value, 0)


def canonical_item(item: Any) -> Any:
    """``canonical_value`` of every attribute of an item or a key; what is not a mapping is returned as it is."""
    if type(item) is not dict:
        return item
    return {name: _canonical(value, 0) for name, value in item.items()}


def _canonical(value: Any, depth: int) -> Any:
    if type(value) is not dict or len(value) != 1:
        return value
    for tag, content in value.items():
        # S first and without a look-up: most values of most requests are keys, and most keys are text.
        if tag == "S":
            return value
        form = _FORMS.get(tag)
        if form is None:
            return value
        return {tag: form(content, depth)}
    return value


def _number_form(content: Any, _depth: int) -> Any:
    if type(content) is not str or _CANONICAL.fullmatch(content):
        return content
    try:
        return canonical_number(content)
    except ValidationException:
        return content


def _set_form(content: Any, _depth: int) -> Any:
    if type(content) is list and all(type(member) is str for member in content):
        return sorted(content)
    return content


def _number_set_form(content: Any, depth: int) -> Any:
    if type(content) is list:
        return _set_form([_number_form(member, depth) for member in content], depth)
    return content


def _list_form(content: Any, depth: int) -> Any:
    if type(content) is list and depth <= 2 * MAX_DEPTH:
        return [_canonical(member, depth + 1) for member in content]
    return content


def _map_form(content: Any, depth: int) -> Any:
    if type(content) is dict and depth <= 2 * MAX_DEPTH:
        return {name: _canonical(member, depth + 1) for name, member in content.items()}
    return content


_FORMS: dict[Any, Callable[[Any, int], Any]] = {
    "N": _number_form,
    "SS": _set_form,
    "BS": _set_form,
    "NS": _number_set_form,
    "L": _list_form,
    "M": _map_form,
}


# --- Python -> wire --------------------------------------------------------------------------------------------------


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
        f"a {type(value).__qualname__} has no DynamoDB form: {value!r:.80}; give a str, a number, bytes, a bool, None, "
        "a set, a list, a mapping, a dataclass or a pydantic model"
    )


def _attribute_name(name: Any) -> str:
    if isinstance(name, enum.Enum):
        name = name.value
    if not isinstance(name, str):
        raise UnsupportedValue(f"a map key must be a str, not {name!r:.80}; convert it, for example with str()")
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
    """SS, NS or BS. Members are ordered, so that one set is always sent, and recorded, in one way."""
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


# --- wire -> Python --------------------------------------------------------------------------------------------------


def from_wire(value: Mapping[str, Any]) -> Any:
    """The Python value of an attribute value: N is ``Decimal``, B is ``bytes``, SS, NS and BS are sets.

    Raises ``UnsupportedValue`` if ``value`` is not an attribute value, ``ValidationException`` for a number DynamoDB
    would not store.
    """
    return _from_wire(value, 0)


def from_wire_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item or key as Python values. Raises as ``from_wire`` does."""
    return {name: _from_wire(value, 0) for name, value in item.items()}


def to_wire_item(item: Mapping[str, Any], *, floats: bool = False) -> dict[str, AttributeValue]:
    """An item or key as attribute values. Raises as ``to_wire`` does."""
    return {_attribute_name(name): _to_wire(value, floats, 0) for name, value in item.items()}


def _from_wire(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise UnsupportedValue(f"an attribute value is nested more than {MAX_DEPTH} levels deep")
    tag, content = _split(value)
    if tag == "L" and isinstance(content, list):
        return [_from_wire(member, depth + 1) for member in content]
    if tag == "M" and isinstance(content, Mapping):
        return {name: _from_wire(member, depth + 1) for name, member in content.items()}
    read = _READERS.get(tag)
    if read is None:
        raise _not_an_attribute_value(value)
    try:
        return read(content)
    except (TypeError, AttributeError, binascii.Error) as problem:
        raise _not_an_attribute_value(value) from problem


def _split(value: Any) -> tuple[str, Any]:
    """The type tag and the content of an attribute value."""
    if not isinstance(value, Mapping) or len(value) != 1:
        raise _not_an_attribute_value(value)
    ((tag, content),) = value.items()
    return tag, content


def _not_an_attribute_value(value: Any) -> UnsupportedValue:
    return UnsupportedValue(f'not an attribute value: {value!r:.80}; one looks like {{"S": "text"}} or {{"N": "1"}}')


def _read_text(content: Any) -> str:
    if not isinstance(content, str):
        raise TypeError(type(content))
    return content


def _read_number(content: Any) -> decimal.Decimal:
    return decimal.Decimal(canonical_number(_read_text(content)))


def _read_bytes(content: Any) -> bytes:
    # The bytes themselves are accepted too: botocore's parser hands them out, and to_wire's callers pass them on.
    if isinstance(content, (bytes, bytearray)):
        return bytes(content)
    return base64.b64decode(_read_text(content), validate=True)


_READERS: dict[str, Callable[[Any], Any]] = {
    "S": _read_text,
    "N": _read_number,
    "B": _read_bytes,
    "BOOL": bool,
    "NULL": lambda _: None,
    "SS": lambda members: {_read_text(member) for member in members},
    "NS": lambda members: {_read_number(member) for member in members},
    "BS": lambda members: {_read_bytes(member) for member in members},
}


# --- order -----------------------------------------------------------------------------------------------------------


def order_key(value: Mapping[str, Any]) -> bytes | decimal.Decimal:
    """What S, N and B values of one type are ordered by: UTF-8 bytes, the number, unsigned bytes.

    (Developer guide, "Query": sort key order. UTF-8 order is code point order, which UTF-16's is not.)
    Raises ``UnsupportedValue`` for another type.
    """
    tag, content = _split(value)
    if tag == "S":
        return _utf8(content)
    if tag in {"N", "B"}:
        number_or_bytes: bytes | decimal.Decimal = _READERS[tag](content)
        return number_or_bytes
    raise UnsupportedValue(f"values of type {tag} have no order")


def _utf8(text: str) -> bytes:
    # Lone surrogates cannot be sent to DynamoDB, but a size or an order of them must not raise.
    return text.encode("utf-8", "surrogatepass")


# --- sizes -----------------------------------------------------------------------------------------------------------


def item_size(item: Mapping[str, Any]) -> int:
    """Bytes of an item as DynamoDB counts them: UTF-8 of the names plus the values.

    (Developer guide, "Item sizes and formats"; numbers as measured by dynamodb-conformance, limits/numberByteSize.)
    Raises ``UnsupportedValue`` where a value is not an attribute value.
    """
    return sum(len(_utf8(name)) + _size(value, 0) for name, value in item.items())


def value_size(value: Mapping[str, Any]) -> int:
    """Bytes of one attribute value, without its name. Raises as ``item_size`` does."""
    return _size(value, 0)


def _size(value: Any, depth: int) -> int:
    tag, content = _split(value)
    if depth > MAX_DEPTH:
        raise UnsupportedValue(f"an attribute value is nested more than {MAX_DEPTH} levels deep")
    if tag == "L":
        return 3 + sum(1 + _size(member, depth + 1) for member in content)
    if tag == "M":
        return 3 + sum(1 + len(_utf8(name)) + _size(member, depth + 1) for name, member in content.items())
    measure = _MEASURES.get(tag)
    if measure is None:
        raise _not_an_attribute_value(value)
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
    "S": lambda text: len(_utf8(text)),
    "N": _number_size,
    "B": lambda content: len(_read_bytes(content)),
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda members: sum(len(_utf8(member)) for member in members),
    "NS": lambda members: sum(map(_number_size, members)),
    "BS": lambda members: sum(len(_read_bytes(member)) for member in members),
}
