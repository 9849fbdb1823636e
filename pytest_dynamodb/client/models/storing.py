"""Values as they are stored: what pydantic dumps, as ``values.to_wire`` takes it.

Moments are stored in UTC, so that text compares as they do. A set that DynamoDB has no form for, an empty one or one of
anything but text, numbers or bytes, is stored as a list. The keys of maps become text.
"""

from __future__ import annotations

import base64
import collections
import datetime
import decimal
import enum
import json
import pathlib
import uuid
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from pytest_dynamodb.client.models.declaration import InvalidValue
from pytest_dynamodb.client.models.spellings import in_utc
from pytest_dynamodb.errors import quoted
from pytest_dynamodb.values import canonical_number, to_wire

_STORED = (str, bool, int, decimal.Decimal, bytes, type(None))
"""What is stored as it is, and what ``values.to_wire`` has a form for."""
_MEMBERS: tuple[tuple[type, ...], ...] = ((str,), (int, decimal.Decimal), (bytes,))
"""Types of the members of SS, of NS, and of BS."""
_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


def storable(value: Any) -> Any:
    """A dumped value as it is stored. Raises ``InvalidValue`` for what has no form."""
    if isinstance(value, enum.Enum):
        return storable(value.value)
    if isinstance(value, Mapping):
        return _map(value)
    if isinstance(value, (set, frozenset)):
        return _set(value)
    if isinstance(value, (list, tuple, collections.deque)):
        return [storable(member) for member in value]
    secret = getattr(value, "get_secret_value", None)
    if secret is not None:
        return secret()  # what pydantic writes to JSON instead are asterisks
    if isinstance(value, float):
        return decimal.Decimal(repr(value))  # the shortest decimal that reads back as the same float
    if isinstance(value, datetime.datetime):
        return in_utc(value).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (uuid.UUID, pathlib.PurePath)):
        return str(value)
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    return value if isinstance(value, _STORED) else _dumped(value)


def _dumped(value: Any) -> Any:
    try:
        return storable(_ANYTHING.dump_python(value, mode="json"))
    except (TypeError, ValueError, RecursionError) as problem:
        raise InvalidValue(f"a {type(value).__qualname__} cannot be stored: {problem}") from problem


def _map(value: Mapping[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, member in value.items():
        text = key_text(name)
        if text in found:
            raise InvalidValue(f"two keys of a map are both stored as {quoted(text)}: one is {quoted(name)}")
        found[text] = storable(member)
    return found


def _set(value: Any) -> Any:
    members = [storable(member) for member in value]
    for kinds in _MEMBERS:
        if members and all(_is_of(member, kinds) for member in members):
            return set(members)
    return sorted(
        members, key=lambda member: repr(to_wire(member))
    )  # in one order, so that it is always sent and recorded alike


def _is_of(member: Any, kinds: tuple[type, ...]) -> bool:
    return isinstance(member, kinds) and not isinstance(member, bool)


# --- keys of maps ---


def key_text(key: Any) -> str:
    """A key of a map as text: that of a tuple is a JSON list.

    Bytes that are no UTF-8 are ``base64:`` and their base64.
    """
    if isinstance(key, enum.Enum):
        key = key.value
    if isinstance(key, str):
        return str(key)
    if isinstance(key, (tuple, frozenset)):
        parts = [part if _is_json(part) else key_text(part) for part in key]
        return json.dumps(parts if isinstance(key, tuple) else sorted(parts, key=repr), ensure_ascii=False)
    if isinstance(key, bytes):
        return _bytes_text(key)
    if isinstance(key, decimal.Decimal) and key.is_finite():
        return canonical_number(str(key))
    if isinstance(key, datetime.datetime):
        key = in_utc(key)
    return str(_dumped(key))


def _is_json(part: Any) -> bool:
    return part is None or (isinstance(part, (bool, int, str)) and not isinstance(part, enum.Enum))


BASE64 = "base64:"


def _bytes_text(key: bytes) -> str:
    try:
        text = key.decode("utf-8")
    except UnicodeDecodeError:
        text = BASE64
    return BASE64 + base64.b64encode(key).decode("ascii") if text.startswith(BASE64) else text
