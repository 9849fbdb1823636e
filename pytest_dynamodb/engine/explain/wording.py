"""Expressions with their names and values in place, for people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

PLACEHOLDER: Final = re.compile(r"[#:][0-9A-Za-z_]+")

#: A legacy parameter in the place of an expression.
_LEGACY: Final = {
    "KeyConditionExpression": ("KeyConditions",),
    "FilterExpression": ("QueryFilter", "ScanFilter"),
    "ConditionExpression": ("Expected",),
}


def written_out(params: Mapping[str, Any], expression: str) -> str:
    """An expression of a request; "" where there is none."""
    text = params.get(expression)
    if not isinstance(text, str):
        given = next((params[name] for name in _LEGACY[expression] if params.get(name)), None)
        return "" if given is None else json.dumps(given, ensure_ascii=False)
    names: Mapping[str, str] = params.get("ExpressionAttributeNames") or {}
    values: Mapping[str, Any] = params.get("ExpressionAttributeValues") or {}

    def put(match: re.Match[str]) -> str:
        key = match[0]
        return names.get(key, key) if key.startswith("#") else value_text(values[key]) if key in values else key

    return PLACEHOLDER.sub(put, text)


def value_text(wire: Mapping[str, Any]) -> str:
    """An attribute value, short."""
    ((tag, content),) = wire.items()
    if tag == "N":
        return str(content)
    if tag in ("S", "BOOL"):
        return json.dumps(content, ensure_ascii=False)
    return json.dumps(dict(wire), ensure_ascii=False)
