"""The types of a request's body, checked before anything else: AWS's SerializationException.

AWS parses a body member by member, as they come, straight into Java objects; each message is what its parser says of
the first thing that does not fit. The sentences are from dynalite's cases run against AWS (test/helpers.js,
assertType), where nothing else is said; "inferred": seen in no capture.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn

from pytest_dynamodb.engine.validation.acceptance import is_base64
from pytest_dynamodb.engine.validation.shapes import Shape
from pytest_dynamodb.errors import error_for
from pytest_dynamodb.requests import TRUE

PACKAGE = "com.amazonaws.dynamodb.v20120810"

MAX_DEPTH = 100
"""How deep values are looked into: far past the 32 levels that are legal, so that the rules on values report it."""

_STRUCTURE_FOUND = "Start of structure or map found where not expected"
_UNEXPECTED_FIELD = "Unexpected field type"
_UNEXPECTED_ELEMENT = "Unexpected value type in payload"
_UNEXPECTED_COLLECTION = (  # a list or a map within a list or a map
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class "
    "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of "
    "loader 'bootstrap')"
)
_NOT_TEXT = "only base-64-encoded strings are convertible to bytes"
_BASE64_LENGTH = "Base64 encoded length is expected a multiple of 4 bytes but found: {length}"
_BASE64_END = "Invalid last non-pad Base64 character dectected"  # AWS's spelling
_NOT_BOOLEAN = "Unexpected token received from parser"

_JAVA_CLASSES = {
    "string": "java.lang.String",
    "boolean": "java.lang.Boolean",
    "integer": "java.lang.Integer",
    "long": "java.lang.Long",
    "double": "java.lang.Double",
    "timestamp": "java.util.Date",  # inferred
    "blob": "java.nio.ByteBuffer",
}
_FALSE = frozenset({"FALSE", "0", "NO"})


def check_types(shape: Shape, body: Any) -> None:
    """Raise a SerializationException if something in ``body`` is not of the type that its place wants.

    Nulls are of any type and unknown members of none: both are passed over.
    """
    _check(shape, body, within=True, depth=0)


def _check(shape: Shape, content: Any, *, within: bool, depth: int) -> None:
    """``within``: the content is an element of a list or a map and not a member of a structure."""
    if content is None or depth > MAX_DEPTH:
        return
    if shape.kind == "structure":
        _check_structure(shape, content, within=within, depth=depth)
    elif shape.kind in {"list", "map"}:
        _check_collection(shape, content, within=within, depth=depth)
    elif isinstance(content, dict):
        _refuse(_STRUCTURE_FOUND)
    elif isinstance(content, list):
        _refuse(f"Unrecognized collection type class {_JAVA_CLASSES[shape.kind]}")
    else:
        _SCALARS[shape.kind](content)


def _check_structure(shape: Shape, content: Any, *, within: bool, depth: int) -> None:
    if isinstance(content, list):
        _refuse(f"Unrecognized collection type class {_java(shape)}")
    if not isinstance(content, dict):
        _refuse(_UNEXPECTED_ELEMENT if within else _UNEXPECTED_FIELD)
    for name, value in content.items():
        member = shape.members.get(name) if isinstance(name, str) else None
        if member is not None:
            _check(member.shape, value, within=False, depth=depth + 1)


def _check_collection(shape: Shape, content: Any, *, within: bool, depth: int) -> None:
    if shape.kind == "list" and isinstance(content, dict):
        _refuse(_STRUCTURE_FOUND)
    if shape.kind == "map" and isinstance(content, list):
        _refuse(f"Unrecognized collection type {_java(shape)}")
    if not isinstance(content, (dict, list)):
        _refuse(_UNEXPECTED_COLLECTION if within else _UNEXPECTED_FIELD)
    assert shape.element is not None
    for value in content.values() if isinstance(content, dict) else content:
        _check(shape.element, value, within=True, depth=depth + 1)


def _java(shape: Shape) -> str:
    """The Java type of a shape, as AWS's messages name it."""
    if shape.kind == "structure":
        return f"{PACKAGE}.{shape.name}"
    if shape.kind == "list" and shape.element is not None:
        return f"java.util.List<{_java(shape.element)}>"
    if shape.kind == "map" and shape.element is not None:
        return f"java.util.Map<java.lang.String, {_java(shape.element)}>"
    return _JAVA_CLASSES[shape.kind]


def _check_text(content: Any) -> None:
    if not isinstance(content, str):
        _refuse(f"{_token(content)} cannot be converted to String")


def _check_boolean(content: Any) -> None:
    if isinstance(content, str):
        if content.upper() not in TRUE | _FALSE:
            _refuse(_NOT_BOOLEAN)
    elif not isinstance(content, bool):
        _refuse(f"{_token(content)} cannot be converted to Boolean")


def _number_check(java: str) -> Callable[[Any], None]:
    def check(content: Any) -> None:
        # Decimals are taken for integers, and cut; what is not even finite is not JSON. (inferred)
        if isinstance(content, (str, bool)) or not isinstance(content, (int, float)) or not _is_finite(content):
            _refuse(f"{_token(content)} cannot be converted to {java}")

    return check


def _check_blob(content: Any) -> None:
    if not isinstance(content, str):
        _refuse(_NOT_TEXT)
    if len(content) % 4:
        _refuse(_BASE64_LENGTH.format(length=len(content)))
    if not is_base64(content):
        _refuse(_BASE64_END)


def _is_finite(number: float) -> bool:
    return isinstance(number, int) or math.isfinite(number)


def _token(content: Any) -> str:
    """What AWS's JSON parser calls a value of this type."""
    if isinstance(content, bool):
        return "TRUE_VALUE" if content else "FALSE_VALUE"
    if isinstance(content, str):
        return "STRING_VALUE"
    if isinstance(content, int) or (isinstance(content, float) and content.is_integer()):
        return "NUMBER_VALUE"
    return "DECIMAL_VALUE"


def _refuse(message: str) -> NoReturn:
    raise error_for("SerializationException", message)


_SCALARS: dict[str, Callable[[Any], None]] = {
    "string": _check_text,
    "boolean": _check_boolean,
    "integer": _number_check("Integer"),
    "long": _number_check("Long"),
    "double": _number_check("Double"),
    "timestamp": _number_check("Date"),  # inferred
    "blob": _check_blob,
}
