"""Stored values that hold no others, back to what they were: numbers, moments, members of an ``Enum``; keys of maps."""

from __future__ import annotations

import base64
import binascii
import decimal
import enum
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from typing_extensions import is_typeddict

from pytest_dynamodb.client.models.kinds import UNIONS, plain_type
from pytest_dynamodb.client.models.storing import BASE64, key_text, storable

Convert = Callable[[Any], Any]


def of_leaf(kind: Any) -> Convert:
    if kind is int:
        return whole
    if kind is float:
        return fraction
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return of_choices(tuple(kind), otherwise=lambda value: _member(kind, value))
    adapter: list[TypeAdapter[Any]] = []
    is_class = isinstance(kind, type) and not is_typeddict(kind)

    def convert(value: Any) -> Any:
        if is_class and isinstance(value, kind):
            return value
        if not adapter:
            adapter.append(TypeAdapter(kind))
        try:
            return adapter[0].validate_python(value, strict=False)
        except ValidationError:
            return value

    return convert


def whole(value: Any) -> Any:
    return int(value) if isinstance(value, decimal.Decimal) and value == value.to_integral_value() else value


def fraction(value: Any) -> Any:
    return float(value) if isinstance(value, decimal.Decimal) else value


def _member(kind: type[enum.Enum], value: Any) -> Any:
    try:
        return kind(value)
    except (ValueError, TypeError):
        return value


def of_choices(choices: tuple[Any, ...], otherwise: Convert | None = None) -> Convert:
    stored = [(choice, stored_choice(choice)) for choice in choices]

    def convert(value: Any) -> Any:
        for choice, form in stored:
            if same(form, value):
                return choice
        return value if otherwise is None else otherwise(value)

    return convert


def stored_choice(choice: Any) -> Any:
    return storable(choice.value if isinstance(choice, enum.Enum) else choice)


def same(form: Any, value: Any) -> bool:
    """Whether two stored values are one: in Python, ``True == 1`` and text never equals a number."""
    return bool(form == value) and isinstance(form, bool) == isinstance(value, bool)


def changed(value: Any, change: Convert | None) -> Any:
    return value if change is None else change(value)


# --- keys of maps ---


def key_conversion(annotation: Any) -> Convert | None:
    """How the text of a map's key becomes one of this type, see ``storing.key_text``."""
    plain = plain_type(annotation)
    kind = get_origin(plain) or plain
    if kind in UNIONS:
        return _key_of_union(get_args(plain))
    if kind in (tuple, frozenset):
        return _key_of_members(kind, get_args(plain))
    choices: Iterable[Any] = get_args(plain) if kind is Literal else ()
    if isinstance(plain, type) and issubclass(plain, enum.Enum):
        choices = plain
    if plain is bool:
        choices = (True, False)
    by_text = {key_text(choice): choice for choice in choices}
    if by_text:
        return lambda text: by_text.get(text, text) if isinstance(text, str) else text
    read = _KEYS.get(plain)
    return _key_of_leaf(plain) if read is None else lambda text: _read(text, read)


def _bytes_key(text: str) -> bytes:
    return base64.b64decode(text[len(BASE64) :]) if text.startswith(BASE64) else text.encode()


_KEYS: Mapping[Any, Convert] = {int: int, float: float, decimal.Decimal: decimal.Decimal, bytes: _bytes_key}


def _key_of_leaf(kind: Any) -> Convert | None:
    return None if kind in (str, Any, object) else of_leaf(kind)


def _read(text: Any, read: Callable[[Any], Any]) -> Any:
    try:
        return read(text)
    except (ValueError, TypeError, ArithmeticError, binascii.Error):
        return text


def _key_of_union(kinds: tuple[Any, ...]) -> Convert:
    """The first type that writes the key as this text, text itself last."""
    others = sorted(kinds, key=lambda kind: plain_type(kind) is str)

    def convert(text: Any) -> Any:
        for kind in others:
            key = changed(text, key_conversion(kind))
            if isinstance(text, str) and not isinstance(key, str) and key_text(key) == text:
                return key
        return text

    return convert


def _key_of_members(kind: Any, arguments: tuple[Any, ...]) -> Convert:
    def convert(text: Any) -> Any:
        try:
            parts = json.loads(text)
        except (ValueError, TypeError):
            return text
        if not isinstance(parts, list):
            return text
        rest = arguments[:1] * len(parts) if kind is frozenset or arguments[-1:] == (...,) else arguments
        texts = [part if isinstance(part, str) else key_text(part) for part in parts]
        if not arguments or len(rest) != len(parts):
            return kind(parts)
        return kind(
            part if same_type(part, one) else changed(text, key_conversion(one))
            for part, text, one in zip(parts, texts, rest, strict=True)
        )

    return convert


def same_type(part: Any, annotation: Any) -> bool:
    """Whether a part of a JSON list is of this type as it is."""
    plain = plain_type(annotation)
    return part is None or type(part) is plain or plain in (Any, object)
