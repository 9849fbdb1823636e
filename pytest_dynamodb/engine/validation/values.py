"""Attribute values of a request: checked, made canonical and measured in one pass.

What comes in has passed ``check_request``, so it is of the right types; what comes out shares nothing with it that
could change, and the members of its sets are in order. Sizes are those of ``values.item_size``. Problems are found in
AWS's order: the contents of all types of a value as they come, and only then that there is more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NoReturn, TypeAlias

from pytest_dynamodb.engine.storage.partition import StoredItem, members_in_order
from pytest_dynamodb.engine.validation.wording import CLASSIC, BadValue, Wording
from pytest_dynamodb.errors import ValidationException, error_for
from pytest_dynamodb.requests import truth
from pytest_dynamodb.values import canonical_number, value_size

Checked: TypeAlias = tuple[dict[str, Any], int]
"""A canonical value and its size in bytes."""

MAX_ITEM_SIZE = 409_600
"""Bytes of an item, inclusive (developer guide, "Quotas": Items; dynamodb-conformance, limits/itemSize)."""

MAX_DEPTH = 32
"""Levels of a value: what would lie deeper is refused (dynamodb-conformance, limits/nestingDepth)."""

_TOO_LARGE = "Item size has exceeded the maximum allowed size"
_UPDATE_TOO_LARGE = "Item size to update has exceeded the maximum allowed size"
_WRONG_TYPE = "Unexpected value type in payload"


def checked_item(
    attributes: Mapping[str, Any], *, wording: Wording = CLASSIC, limit: int | None = MAX_ITEM_SIZE
) -> StoredItem:
    """The attributes of an item or a key, canonical, and their size.

    ``limit`` is the largest size that may be; ``None`` for a key, or where another rule comes before that of the size.
    Raises a ValidationException in the words that ``wording`` gives it (an operation's ``Surface`` is one).
    """
    try:
        checked, size = _attributes(attributes, 0)
    except BadValue as problem:
        raise wording.about(_first(problem, attributes)) from None
    if limit is not None and size > limit:
        raise ValidationException(_TOO_LARGE)
    return StoredItem(checked, size)


def checked_value(value: Any, *, wording: Wording = CLASSIC) -> Checked:
    """One value of Expected, AttributeUpdates, a condition's list or a statement's parameters, and its size.

    Raises as ``checked_item`` does.
    """
    try:
        return _value(value, 0)
    except BadValue as problem:
        raise wording.about(problem) from None


def checked_expression_values(values: Mapping[str, Any], *, wording: Wording = CLASSIC) -> dict[str, dict[str, Any]]:
    """The values of ExpressionAttributeValues by name. The first that is wrong is reported with its name."""
    checked: dict[str, dict[str, Any]] = {}
    level = -wording.spare_levels
    for name, value in values.items():
        try:
            checked[name] = _value(value, level)[0]
        except BadValue as problem:
            raise wording.about_expression_value(problem, name) from None
    return checked


def checked_start_key(attributes: Mapping[str, Any], *, wording: Wording = CLASSIC) -> StoredItem:
    """The attributes of an ExclusiveStartKey; whether they make a key is for ``keys``."""
    try:
        return StoredItem(*_attributes(attributes, 0))
    except BadValue as problem:
        raise wording.about_start_key(problem) from None


def _first(problem: BadValue, attributes: Mapping[str, Any]) -> BadValue:
    """What AWS finds first: a value too deep, wherever it is, before an empty name inside of one (deepRequests)."""
    if problem.kind != "empty-name" or "" in attributes:
        return problem
    return BadValue("nesting") if any(is_too_deep(value) for value in attributes.values()) else problem


def is_too_deep(value: Any, depth: int = 0) -> bool:
    """Whether something in a value lies deeper than it may. Not every member has been looked at by ``_value``."""
    if depth >= MAX_DEPTH:
        return True
    if not isinstance(value, Mapping):
        return False
    elements, members = value.get("L"), value.get("M")
    inside = [*elements] if isinstance(elements, list) else []
    inside += members.values() if isinstance(members, dict) else ()
    return any(is_too_deep(member, depth + 1) for member in inside)


def check_item_size(size: int) -> None:
    """Raise a ValidationException if an item that is put as a whole is too large (limits/itemSize)."""
    if size > MAX_ITEM_SIZE:
        raise ValidationException(_TOO_LARGE)


def check_updated_size(size: int) -> None:
    """Raise a ValidationException if an item has become too large by an update (limits/itemSize)."""
    if size > MAX_ITEM_SIZE:
        raise ValidationException(_UPDATE_TOO_LARGE)


def _attributes(attributes: Mapping[str, Any], depth: int) -> Checked:
    """Attributes by name, and the bytes of names and values. An empty name is found before what is wrong inside."""
    if "" in attributes:
        raise BadValue("empty-name")
    checked, total = {}, 0
    for name, value in attributes.items():
        checked[name], size = _value(value, depth)
        total += size + (len(name) if name.isascii() else _length(name))
    return checked, total


def _value(value: Any, depth: int) -> Checked:
    if depth >= MAX_DEPTH:
        raise BadValue("nesting")
    if value.__class__ is not dict or len(value) != 1:
        return _odd(value, depth)
    for tag, content in value.items():
        if tag == "S" and content.__class__ is str:
            return {"S": content}, len(content) if content.isascii() else _length(content)
        read = _CONTENTS.get(tag)
        if read is not None and content is not None:
            return read(content, depth)
    raise BadValue("empty")


def _odd(value: Any, depth: int) -> Checked:
    """A value with no type or with several: members that AWS does not know, or that are null, do not count."""
    if value is not None and not isinstance(value, Mapping):
        _refuse()
    contents = [(tag, content) for tag, content in (value or {}).items() if tag in _CONTENTS and content is not None]
    if not contents:
        raise BadValue("empty")
    checked = [_CONTENTS[tag](content, depth) for tag, content in contents]
    if len(checked) > 1:
        raise BadValue("several")
    return checked[0]


def _text(content: Any, _: int) -> Checked:
    return {"S": _string(content)}, _length(content)


def _number(content: Any, _: int) -> Checked:
    number, size = _measured(_string(content))
    return {"N": number}, size


def _binary(content: Any, _: int) -> Checked:
    return {"B": _string(content)}, _decoded_length(content)


def _boolean(content: Any, _: int) -> Checked:
    return {"BOOL": truth(content)}, 1


def _null(content: Any, _: int) -> Checked:
    if not truth(content):
        raise BadValue("null")
    return {"NULL": True}, 1


def _list(content: Any, depth: int) -> Checked:
    members: list[dict[str, Any]] = []
    total = 3
    for value in _collection(content, list):
        member, size = _value(value, depth + 1)
        members.append(member)
        total += 1 + size
    return {"L": members}, total


def _map(content: Any, depth: int) -> Checked:
    members, size = _attributes(_collection(content, dict), depth + 1)
    return {"M": members}, 3 + size + len(members)


def _texts(content: Any, _: int) -> Checked:
    members = _members("SS", content)
    _check_distinct("SS", members, members)
    return {"SS": members_in_order("SS", members)}, sum(map(_length, members))


def _numbers(content: Any, _: int) -> Checked:
    measured = [_measured(member) for member in _members("NS", content)]
    numbers = [number for number, _ in measured]
    _check_distinct("NS", numbers, content)
    return {"NS": members_in_order("NS", numbers)}, sum(size for _, size in measured)


def _binaries(content: Any, _: int) -> Checked:
    members = _members("BS", content)
    _check_distinct("BS", members, members)
    return {"BS": members_in_order("BS", members)}, sum(map(_decoded_length, members))


def _members(tag: str, content: Any) -> list[str]:
    members = [_string(member) for member in _collection(content, list)]
    if not members:
        raise BadValue(f"empty-{tag}")
    return members


def _check_distinct(tag: str, members: list[str], sent: list[str]) -> None:
    if len(set(members)) != len(members):
        raise BadValue(f"duplicate-{tag}", members=sent)


def _measured(text: str) -> tuple[str, int]:
    """A number's canonical spelling and its size."""
    try:
        return _measured_short(text) if len(text) <= 64 else _measured_any(text)
    except ValidationException as problem:
        raise BadValue("number", text=text, message=problem.message) from None


def _measured_any(text: str) -> tuple[str, int]:
    number = canonical_number(text)
    return number, value_size({"N": number})


# Counters, prices and years come again and again; what is remembered is bounded in length and in number.
_measured_short = lru_cache(maxsize=4096)(_measured_any)


def _length(text: str) -> int:
    """Bytes of a text as UTF-8. A lone surrogate, which JSON can spell, is no text that AWS could store."""
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise error_for("SerializationException", "") from None


def _decoded_length(base64_text: str) -> int:
    """Bytes of what this base64 text, known to be canonical, stands for."""
    return len(base64_text) // 4 * 3 - base64_text[-2:].count("=")


def _string(content: Any) -> str:
    if not isinstance(content, str):
        _refuse()
    return content


def _collection(content: Any, kind: type) -> Any:
    if not isinstance(content, kind):
        _refuse()
    return content


def _refuse() -> NoReturn:
    """For what ``check_request`` has not seen: a value of a wrong type must not become a crash."""
    raise error_for("SerializationException", _WRONG_TYPE)


_CONTENTS: dict[str, Callable[[Any, int], Checked]] = {
    "S": _text,
    "N": _number,
    "B": _binary,
    "BOOL": _boolean,
    "NULL": _null,
    "L": _list,
    "M": _map,
    "SS": _texts,
    "NS": _numbers,
    "BS": _binaries,
}
