"""The quick look: whether a request is plainly well-formed.

Each shape is compiled, once, to a function that says yes or no. A no only means that the exact and slow checks of
``payload`` and ``constraints`` must look; some of what they let pass is a no here too (members that are null, booleans
written as text), because it is rare.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from pytest_dynamodb.engine.validation.shapes import Shape, input_shape

Acceptor: TypeAlias = Callable[[Any], bool]

MAX_DEPTH = 32
"""Attribute values nested as deep as this are no longer plain: their own rules are looked at by ``values``."""

_MAX_NAME = 65_535
_BASE64 = re.compile(r"[A-Za-z0-9+/]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?")
_TABLE_NAME = re.compile(r"[a-zA-Z0-9_.-]{1,255}")


@cache
def acceptor(operation: str) -> Acceptor:
    """A function that says whether parameters are plainly well-formed. ``operation`` is one of AWS's."""
    shape = input_shape(operation)
    assert shape is not None
    return _compiled(shape)


def is_base64(text: str) -> bool:
    """Whether this is canonical base64: padded, and without bits that mean nothing."""
    return len(text) % 4 == 0 and _BASE64.fullmatch(text) is not None


def _compiled(shape: Shape) -> Acceptor:
    if shape.attribute:
        return _is_value
    return _COMPILERS[shape.kind](shape)


def _structure(shape: Shape) -> Acceptor:
    required = shape.required
    members = {name: _compiled(member.shape) for name, member in shape.members.items()}

    def accept(content: Any) -> bool:
        if content.__class__ is not dict:
            return False
        for name in required:
            if name not in content:
                return False
        for name, value in content.items():
            check = members.get(name)  # none: a member that AWS does not know, and that ``converted`` leaves out
            if check is None or not check(value):
                return False
        return True

    return accept


def _list(shape: Shape) -> Acceptor:
    element, (least, most) = _element(shape), _limits(shape)

    def accept(content: Any) -> bool:
        return content.__class__ is list and least <= len(content) <= most and all(map(element, content))

    return accept


def _map(shape: Shape) -> Acceptor:
    element, (least, most) = _element(shape), _limits(shape)
    key = _compiled(shape.key) if shape.key is not None and _is_limited(shape.key) else None

    def accept(content: Any) -> bool:
        if content.__class__ is not dict or not least <= len(content) <= most:
            return False
        if key is not None and not all(map(key, content)):
            return False
        return all(map(element, content.values()))

    return _is_attributes if element is _is_value and (least, most) == _limits(None) else accept


def _element(shape: Shape) -> Acceptor:
    assert shape.element is not None
    return _compiled(shape.element)


def _limits(shape: Shape | None) -> tuple[float, float]:
    if shape is None:
        return 0, float("inf")
    return shape.minimum or 0, float("inf") if shape.maximum is None else shape.maximum


def _is_limited(shape: Shape) -> bool:
    return shape.table or shape.minimum is not None or shape.maximum is not None or shape.pattern is not None


def _string(shape: Shape) -> Acceptor:
    if shape.table:
        return _table_name(shape)
    if shape.choices:
        choices = frozenset(shape.choices)
        return lambda content: content.__class__ is str and content in choices
    if not _is_limited(shape):
        return lambda content: content.__class__ is str
    least, most = _limits(shape)
    if shape.pattern is None:
        return lambda content: content.__class__ is str and least <= len(content) <= most
    matches = shape.pattern.fullmatch
    return lambda content: content.__class__ is str and least <= len(content) <= most and matches(content) is not None


def _number(shape: Shape) -> Acceptor:
    least = float("-inf") if shape.minimum is None else shape.minimum
    _, most = _limits(shape)
    return lambda content: content.__class__ is int and least <= content <= most


def _real(_: Shape) -> Acceptor:
    return lambda content: content.__class__ in {int, float}


def _boolean(_: Shape) -> Acceptor:
    return lambda content: content is True or content is False


def _is_blob(content: Any) -> bool:
    return content.__class__ is str and is_base64(content)


def _table_name(shape: Shape) -> Acceptor:
    matches, least = _TABLE_NAME.fullmatch, shape.minimum or 0
    return lambda content: content.__class__ is str and len(content) >= least and matches(content) is not None


def _is_attributes(content: Any) -> bool:
    if content.__class__ is not dict:
        return False
    for name, value in content.items():
        if name.__class__ is not str or len(name) > _MAX_NAME or not _is_value(value):
            return False
    return True


def _is_value(value: Any, depth: int = 0) -> bool:
    if value.__class__ is not dict or len(value) != 1:
        return False
    for tag, content in value.items():
        if tag == "S" or tag == "N":  # noqa: PLR1714 - quicker than a set, and this is the hot path
            return content.__class__ is str
        check = _SCALARS.get(tag)
        if check is not None:
            return check(content)
        return depth < MAX_DEPTH and _is_document(tag, content, depth + 1)
    return False


def _is_document(tag: str, content: Any, depth: int) -> bool:
    if tag == "L":
        return content.__class__ is list and all(_is_value(value, depth) for value in content)
    if tag != "M" or content.__class__ is not dict:
        return False
    for name, value in content.items():
        if name.__class__ is not str or len(name) > _MAX_NAME or not _is_value(value, depth):
            return False
    return True


def _is_texts(content: Any) -> bool:
    return content.__class__ is list and all(member.__class__ is str for member in content)


def _is_blobs(content: Any) -> bool:
    return content.__class__ is list and all(map(_is_blob, content))


_SCALARS: dict[str, Acceptor] = {
    "BOOL": lambda content: content is True or content is False,
    "NULL": lambda content: content is True or content is False,
    "B": _is_blob,
    "SS": _is_texts,
    "NS": _is_texts,
    "BS": _is_blobs,
}

_COMPILERS: dict[str, Callable[[Shape], Acceptor]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _number,
    "long": _number,
    "double": _real,
    "timestamp": _real,
    "boolean": _boolean,
    "blob": lambda _: _is_blob,
}
