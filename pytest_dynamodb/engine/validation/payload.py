"""The types of a request's body, checked before anything else: AWS's SerializationException.

AWS parses a body member by member, as they come, straight into Java objects; each message is what its parser says of
the first thing that does not fit. The sentences are from dynalite's cases run against AWS (test/helpers.js,
assertType), where nothing else is said; "inferred": seen in no capture.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn

from pytest_dynamodb.engine.validation.acceptance import is_base64
from pytest_dynamodb.engine.validation.overlay import PRINTED
from pytest_dynamodb.engine.validation.shapes import Shape
from pytest_dynamodb.errors import error_for
from pytest_dynamodb.requests import TRUE, truth

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


# --- conversion ---
# What AWS makes of parameters that are of the right types, but not as they would be written.


def converted(shape: Shape, content: Any) -> Any:
    """A copy of ``content``, which is of ``shape``: no nulls and no unknown members, whole integers, true booleans.

    Attribute values stay as they are: ``values`` reads them.
    """
    if shape.attribute:
        return content
    if shape.kind == "structure":
        return {
            name: converted(shape.members[name].shape, value)
            for name, value in (content or {}).items()
            if value is not None and name in shape.members
        }
    if shape.element is not None and isinstance(content, list):
        return [converted(shape.element, value) for value in content]
    if shape.element is not None and isinstance(content, dict):
        return {name: converted(shape.element, value) for name, value in content.items()}
    if shape.kind == "boolean":
        return truth(content)
    return math.floor(content) if shape.kind in {"integer", "long"} else content


# --- printing ---
# AWS prints what it rejects as Java does: ``[a, b]``, ``{k=v}``, ``KeySchemaElement(attributeName=pk, keyType=HASH)``;
# members that are not there are ``null`` (dynamodb-conformance, error-messages/createTable and batchWriteItem; AWS also
# prints members that are not public).

_MAX_DEPTH = 40
_MAX_DIGITS = 4000  # Python refuses to print integers that are much longer than this


def java_text(shape: Shape, content: Any, depth: int = 0) -> str:
    """``content``, which is of ``shape``, as Java prints it."""
    if content is None:
        return "null"
    if depth > _MAX_DEPTH:
        return "..."
    if shape.kind == "structure":
        return _structure(shape, content, depth)
    if shape.kind == "list" and shape.element is not None:
        return f"[{', '.join(java_text(shape.element, member, depth + 1) for member in content)}]"
    if shape.kind == "map" and shape.element is not None:
        parts = (f"{name}={java_text(shape.element, member, depth + 1)}" for name, member in content.items())
        return f"{{{', '.join(parts)}}}"
    return _scalar(content)


def json_text(shape: Shape, content: Any) -> str:
    """``content`` as the newer validator prints lists, maps and structures (validation-ordering/batchOperations)."""
    if isinstance(content, (dict, list)):
        return json.dumps(_known(shape, content, 0), separators=(",", ":"), ensure_ascii=False)
    return java_text(shape, content)


def _known(shape: Shape, content: Any, depth: int) -> Any:
    """The members of ``content`` that the shape has; what is too deep or too long to print is cut."""
    if depth > _MAX_DEPTH or content is None:
        return None
    if shape.kind == "structure":
        held = {name: member.shape for name, member in shape.members.items() if content.get(name) is not None}
        return {name: _known(part, content[name], depth + 1) for name, part in held.items()}
    if shape.kind == "list" and shape.element is not None:
        return [_known(shape.element, member, depth + 1) for member in content]
    if shape.kind == "map" and shape.element is not None:
        return {name: _known(shape.element, member, depth + 1) for name, member in content.items()}
    return content if isinstance(content, (str, bool)) else _scalar(content)


def lower_first(name: str) -> str:
    """The name of a Java field: ``tableName`` for ``TableName``."""
    return name[:1].lower() + name[1:]


def _structure(shape: Shape, content: Any, depth: int) -> str:
    parts = []
    for name in PRINTED.get(shape.name, shape.members):
        member = shape.members.get(name)
        text = "null" if member is None else java_text(member.shape, content.get(name), depth + 1)
        parts.append(f"{lower_first(name)}={text}")
    return f"{shape.name}({', '.join(parts)})"


def _scalar(content: Any) -> str:
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, int) and content.bit_length() > 3 * _MAX_DIGITS:
        return f"{'-' if content < 0 else ''}Infinity"
    return str(content)
