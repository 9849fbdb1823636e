"""The functions of conditions (developer guide, "Comparison operator and function reference")."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Any, Final

from pytest_dynamodb.engine.evaluation.comparisons import Test
from pytest_dynamodb.engine.evaluation.equality import equal
from pytest_dynamodb.engine.evaluation.paths import Read, Value
from pytest_dynamodb.engine.storage.item import Attributes


def attribute_exists(operand: Read) -> Test:
    """Whether there is something at a path."""
    return lambda attributes: operand(attributes) is not None


def attribute_not_exists(operand: Read) -> Test:
    """Whether there is nothing at a path."""
    return lambda attributes: operand(attributes) is None


def attribute_type(operand: Read, name: Read) -> Test:
    """Whether what is at a path has the type of this name."""

    def test(attributes: Attributes) -> bool:
        value, wanted = operand(attributes), name(attributes)
        return value is not None and wanted is not None and wanted.get("S") in value

    return test


def begins_with(operand: Read, prefix: Read) -> Test:
    """Whether a text or bytes begin with others."""

    def test(attributes: Attributes) -> bool:
        value, start = operand(attributes), prefix(attributes)
        if value is None or start is None:
            return False
        if "S" in value:
            return "S" in start and value["S"].startswith(start["S"])
        return "B" in value and "B" in start and b64decode(value["B"]).startswith(b64decode(start["B"]))

    return test


def contains(operand: Read, member: Read) -> Test:
    """Whether a text has a part, a set a member, a list an element."""

    def test(attributes: Attributes) -> bool:
        value, part = operand(attributes), member(attributes)
        if value is None or part is None:
            return False
        ((tag, content),) = value.items()
        decide = _CONTAINS.get(tag)
        return decide is not None and decide(content, part)

    return test


def _list_contains(elements: list[Value], part: Value) -> bool:
    return any(equal(element, part) for element in elements)


def _set_contains(tag: str) -> Callable[[list[str], Value], bool]:
    return lambda members, part: tag in part and part[tag] in members


_CONTAINS: Final[dict[str, Callable[[Any, Value], bool]]] = {
    "S": lambda text, part: "S" in part and part["S"] in text,
    "B": lambda content, part: "B" in part and b64decode(part["B"]) in b64decode(content),
    "SS": _set_contains("S"),
    "NS": _set_contains("N"),
    "BS": _set_contains("B"),
    "L": _list_contains,
}


def size(operand: Read) -> Read:
    """How large a value is, as a number; nothing for a type without a size."""

    def read(attributes: Attributes) -> Value | None:
        value = operand(attributes)
        if value is None:
            return None
        ((tag, content),) = value.items()
        measure = _SIZES.get(tag)
        return None if measure is None else {"N": str(measure(content))}

    return read


def _text_size(text: str) -> int:
    """UTF-16 code units: a text of "é𝄞" has size 3 (extenddb#60 and #67, seen on AWS)."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


_SIZES: Final[dict[str, Callable[[Any], int]]] = {
    "S": _text_size,
    "B": lambda content: len(b64decode(content)),
    "SS": len,
    "NS": len,
    "BS": len,
    "L": len,
    "M": len,
}

CONDITIONS: Final[dict[str, Callable[..., Test]]] = {
    "attribute_exists": attribute_exists,
    "attribute_not_exists": attribute_not_exists,
    "attribute_type": attribute_type,
    "begins_with": begins_with,
    "contains": contains,
}
"""The functions that are conditions, by name."""
