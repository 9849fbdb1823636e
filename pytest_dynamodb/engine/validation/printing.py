"""How AWS prints what it rejects: as Java does.

``[a, b]``, ``{k=v}``, ``KeySchemaElement(attributeName=pk, keyType=HASH)``; members that are not there are ``null``
(dynamodb-conformance, error-messages/createTable and batchWriteItem; AWS also prints members that are not public).
"""

from __future__ import annotations

import json
from typing import Any

from pytest_dynamodb.engine.validation.shapes import Shape
from pytest_dynamodb.engine.validation.shapes.overlay import PRINTED

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
    """What of ``content`` the shape knows, so that nothing of it is too deep or too long to print."""
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
