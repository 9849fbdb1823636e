"""Which type of a union a stored value is of. Looked at, and not validated: validators run when the whole is."""

from __future__ import annotations

import datetime
import decimal
import enum
import ipaddress
import pathlib
import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, RootModel, TypeAdapter, ValidationError
from typing_extensions import is_typeddict

from pytest_dynamodb.client.models.kinds import (
    LISTS,
    MAPS,
    SAME,
    SETS,
    UNIONS,
    attribute_of,
    is_left_out,
    plain_type,
)
from pytest_dynamodb.client.models.leaves import changed, key_conversion, of_leaf, same, stored_choice
from pytest_dynamodb.client.models.storing import storable

_WRITTEN = (
    *(datetime.date, datetime.time, datetime.timedelta, uuid.UUID, pathlib.PurePath),
    *(ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network, ipaddress.IPv6Network),
)
"""Types that are stored as text alone."""


def fitting(kinds: tuple[Any, ...], value: Any) -> Any:
    """The type of these that a stored value is of, ``None`` where it is of none.

    Of several, the one that says most about it: a value of an ``Enum`` or a ``Literal``, a moment or whatever is
    written as just this text, a value as it is, anything else; a model before one that does not know all attributes.
    """
    possible = [kind for kind in kinds if fits(kind, value)]
    return min(possible, key=lambda kind: _rank(kind, value), default=None)


def _rank(kind: Any, value: Any) -> tuple[int, int]:
    plain = plain_type(kind)
    if get_origin(plain) is Literal or _is(plain, enum.Enum):
        return 0, 0
    if _is(plain, BaseModel):
        return 3, len(set(value) - set(_attributes(plain))) if isinstance(value, Mapping) else 0
    if plain in SAME:
        return 2, 0
    return (1, 0) if isinstance(value, str) and _written(of_leaf(plain)(value)) == value else (3, 0)


def _written(value: Any) -> Any:
    return str(storable(value))


def fits(annotation: Any, value: Any) -> bool:
    """Whether a stored value could be of this type."""
    plain = plain_type(annotation)
    arguments = get_args(plain)
    kind = get_origin(plain) or plain
    if plain in (Any, object) or isinstance(plain, TypeVar):
        return True
    if kind in UNIONS:
        return any(fits(one, value) for one in arguments)
    if kind in (*LISTS, *SETS, tuple):
        return _fits_collection(kind, arguments, value)
    if kind in MAPS:
        return _fits_map(arguments or (Any, Any), value)
    if _is(plain, RootModel):
        return fits(plain.model_fields["root"].annotation, value)
    if _is(plain, BaseModel):
        return _fits_model(plain, value)
    return _fits_leaf(plain, value)


def _is(kind: Any, base: type) -> bool:
    return isinstance(kind, type) and not is_typeddict(kind) and issubclass(kind, base)


def _fits_leaf(kind: Any, value: Any) -> bool:
    if kind in (None, type(None)):
        return value is None
    if kind is decimal.Decimal:
        return isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool)
    if kind in SAME:
        return type(value) is kind
    if kind in (int, float):
        number = isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool)
        return number and (kind is float or isinstance(value, int) or value == value.to_integral_value())
    if get_origin(kind) is Literal or _is(kind, enum.Enum):
        choices = get_args(kind) or tuple(kind)
        return any(same(stored_choice(choice), value) for choice in choices)
    if _is(kind, _WRITTEN) and not isinstance(value, str):  # type: ignore[arg-type]  # several are a type, too
        return False
    try:
        _adapter(kind).validate_python(value, strict=False)
    except ValidationError:
        return False
    return True


@lru_cache(maxsize=1024)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _fits_collection(kind: Any, arguments: tuple[Any, ...], value: Any) -> bool:
    if not isinstance(value, list) and not (kind in SETS and isinstance(value, (set, frozenset))):
        return False
    if kind is tuple and arguments and arguments[-1] is not Ellipsis:
        return len(value) == len(arguments) and all(map(fits, arguments, value))
    return all(fits(arguments[0], member) for member in value) if arguments else True


def _fits_map(arguments: tuple[Any, ...], value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    key, member = arguments
    change = key_conversion(key)
    typed = change is not None and plain_type(key) is not str
    return all(
        (not typed or not isinstance(changed(name, change), str) or fits(key, name)) and fits(member, content)
        for name, content in value.items()
    )


@lru_cache(maxsize=1024)
def _attributes(model: type[BaseModel]) -> dict[str, tuple[Any, bool]]:
    """By the attribute of each field: its type, and whether it is always stored."""
    return {
        attribute_of(name, field): (field.annotation, field.is_required() and not is_left_out(field))
        for name, field in model.model_fields.items()
    }


def _fits_model(model: type[BaseModel], value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    attributes = _attributes(model)
    if model.model_config.get("extra") == "forbid" and set(value) - set(attributes):
        return False
    return all(
        fits(annotation, value[name]) if name in value else not always
        for name, (annotation, always) in attributes.items()
    )
