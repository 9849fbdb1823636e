"""Wire-level parameters as botocore wants them: binary as bytes, since it writes the base64 itself."""

from __future__ import annotations

import base64
from typing import Any

#: Parameters, at the top of a request, that hold attribute values at some depth.
_WITH_VALUES = frozenset({
    "ExclusiveStartKey",
    "ExpressionAttributeValues",
    "Item",
    "Key",
    "Parameters",
    "RequestItems",
    "Statements",
    "TransactItems",
    "TransactStatements",
})  # fmt: skip

_PLAIN = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})


def for_botocore(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters for a method of botocore's client. What holds no binary value is not copied."""
    return {name: _native(value) if name in _WITH_VALUES else value for name, value in params.items()}


def _native(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        if len(value) == 1:
            # An attribute value's content is never a mapping under these tags; that of an item with one attribute,
            # which may have such a name, always is.
            ((tag, content),) = value.items()
            if tag in _PLAIN and type(content) is not dict:
                return value
            if tag == "B" and type(content) is str:
                return {tag: base64.b64decode(content)}
            if tag == "BS" and type(content) is list:
                return {tag: [base64.b64decode(member) for member in content]}
        return {name: _native(member) for name, member in value.items()}
    if kind is list:
        return [_native(member) for member in value]
    return value
