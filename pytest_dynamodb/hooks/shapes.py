"""Answers in JSON as botocore's parser would give them, without a text to parse.

A recorded body is JSON already, and of what botocore's parser does to it little is left to do: leave out what the model
does not name, decode binary values. A shape of the model is compiled into a function that does that. It vouches only
for what it knows: for anything else (timestamps, unions, documents, a value of another type than the model says) it
raises ``Unusual``, and botocore's own parser decides. A test compares the two.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

ShapeReader = Callable[[Any], Any]


class Unusual(Exception):
    """Something that only botocore's own parser knows how to read."""


def reader_of(shape: Any) -> ShapeReader:
    """A function from JSON to what botocore's parser makes of it for ``shape``. It raises ``Unusual``."""
    return _reader(shape, {})


def _reader(shape: Any, known: dict[str, ShapeReader]) -> ShapeReader:
    """The reader of a shape; ``known`` are those there are, by name: attribute values hold attribute values."""
    reader = known.get(shape.name)
    if reader is None:
        make = _MAKERS.get(shape.type_name)
        reader = _LEAVES.get(shape.type_name, unusual) if make is None else make(shape, known)
        known[shape.name] = reader
    return reader


def unusual(_: Any) -> Any:
    """Vouch for nothing."""
    raise Unusual


def _scalar(value: Any) -> Any:
    if type(value) is dict or type(value) is list:
        raise Unusual
    return value


def _blob(value: Any) -> bytes:
    try:
        return base64.b64decode(value)
    except (binascii.Error, ValueError, TypeError):
        raise Unusual from None


def _list(shape: Any, known: dict[str, ShapeReader]) -> ShapeReader:
    member: ShapeReader | None = None

    def read(value: Any) -> list[Any]:
        nonlocal member
        if type(value) is not list:
            raise Unusual
        if member is None:
            member = _reader(shape.member, known)
        return [None if element is None else member(element) for element in value]

    return read


def _map(shape: Any, known: dict[str, ShapeReader]) -> ShapeReader:
    member: ShapeReader | None = None

    def read(value: Any) -> dict[str, Any]:
        nonlocal member
        if type(value) is not dict:
            raise Unusual
        if member is None:
            member = _reader(shape.value, known)
        return {key: member(element) for key, element in value.items()}

    return read


def _structure(shape: Any, known: dict[str, ShapeReader]) -> ShapeReader:
    if getattr(shape, "is_document_type", False) or getattr(shape, "is_tagged_union", False):
        return unusual
    members: dict[str, tuple[str, ShapeReader]] | None = None

    def read(value: Any) -> dict[str, Any]:
        nonlocal members
        if type(value) is not dict:
            raise Unusual
        if members is None:
            members = {
                member.serialization.get("name", name): (name, _reader(member, known))
                for name, member in shape.members.items()
            }
        if len(value) == 1:  # an attribute value, as a rule
            for key, content in value.items():
                if content is None or key not in members:
                    break
                name, reader = members[key]
                return {name: reader(content)}
            return {}
        parsed = {}
        for key, (name, reader) in members.items():
            content = value.get(key)
            if content is not None:
                parsed[name] = reader(content)
        return parsed

    return read


_MAKERS: dict[str, Callable[[Any, dict[str, ShapeReader]], ShapeReader]] = {
    "list": _list,
    "map": _map,
    "structure": _structure,
}
_LEAVES: dict[str, ShapeReader] = {
    "blob": _blob,
    # Handed through as they come, whatever they are.
    **dict.fromkeys(("string", "boolean", "integer", "long", "float", "double", "character"), _scalar),
}
