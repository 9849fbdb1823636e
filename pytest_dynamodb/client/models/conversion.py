"""Stored values back to what a model's fields are annotated with.

DynamoDB has one kind of number and no moments, UUIDs or enums; strict models refuse a ``Decimal`` for an ``int`` and
text for a ``datetime``. So values are converted by the field's annotation before pydantic validates them, which it does
once. What cannot be converted is left as it is: pydantic says best what is wrong with it.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, RootModel
from typing_extensions import is_typeddict

from pytest_dynamodb.client.models.fitting import fitting
from pytest_dynamodb.client.models.kinds import (
    LISTS,
    MAPS,
    SAME,
    SETS,
    UNIONS,
    attribute_of,
    input_of,
    is_left_out,
    plain_type,
)
from pytest_dynamodb.client.models.leaves import Convert, changed, key_conversion, of_choices, of_leaf

_BUILDERS: Mapping[Any, Callable[[Any], Any]] = {
    **dict.fromkeys(SETS, set),
    collections.deque: collections.deque,
    frozenset: frozenset,
    tuple: tuple,
}
"""What is built of a stored list or set; a list of anything else."""


@lru_cache(maxsize=1024)
def _of_model(model: type[BaseModel]) -> Convert:
    table: dict[str, tuple[str, Convert | None]] = {}
    empty: dict[str, Callable[[Any], Any]] = {}

    def convert(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        if not table:  # now, and not before, as a model may hold itself
            table.update(_fields_of(model))
            empty.update(_empty_sets(model))
        found: dict[Any, Any] = {}
        for attribute, member in value.items():
            name, change = table.get(attribute, (attribute, None))
            found[name] = member if change is None else change(member)
        for name, build in empty.items():
            if name not in found:
                found[name] = build(())
        return found

    return convert


def _fields_of(model: type[BaseModel]) -> dict[str, tuple[str, Convert | None]]:
    """By the attribute of each field: what pydantic calls it, and how its value is converted."""
    return {
        attribute_of(name, field): (input_of(name, field), conversion(field.annotation))
        for name, field in model.model_fields.items()
    }


def _empty_sets(model: type[BaseModel]) -> dict[str, Callable[[Any], Any]]:
    """Sets that must be there, and are not stored while nothing is in them."""
    return {
        input_of(name, field): _BUILDERS.get(get_origin(plain := plain_type(field.annotation)) or plain, set)
        for name, field in model.model_fields.items()
        if field.is_required() and is_left_out(field)
    }


def converted(model: type[BaseModel], item: Mapping[str, Any]) -> dict[str, Any]:
    """An item as what ``model`` validates."""
    found: dict[str, Any] = _of_model(model)(item)
    return found


def conversion(annotation: Any) -> Convert | None:
    """How a stored value becomes one of this type; ``None`` where it is one already."""
    plain = plain_type(annotation)
    origin, arguments = get_origin(plain), get_args(plain)
    if plain in SAME or isinstance(plain, TypeVar):
        return None
    if origin in UNIONS:
        return _of_union(arguments)
    if origin is Literal:
        return of_choices(arguments)
    kind = origin or plain
    if kind in (*LISTS, *SETS, tuple, *MAPS):
        return _of_collection(kind, arguments)
    if isinstance(plain, type) and issubclass(plain, RootModel):
        return conversion(plain.model_fields["root"].annotation)
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        return _of_model(plain)
    if is_typeddict(plain):
        return _of_members(plain)
    if dataclasses.is_dataclass(plain) or hasattr(plain, "_fields"):
        members, build = _of_members(plain), of_leaf(plain)
        return lambda value: build(members(value))
    return of_leaf(plain)


def _of_members(kind: Any) -> Convert:
    """The members of a ``TypedDict``, a dataclass or a ``NamedTuple``, by their annotations."""
    changes: dict[str, Convert | None] = {}

    def convert(value: Any) -> Any:
        if not changes:
            hints = get_type_hints(kind, include_extras=True)
            changes.update({name: conversion(hint) for name, hint in hints.items()})
        if isinstance(value, Mapping):
            return {name: changed(member, changes.get(name)) for name, member in value.items()}
        if isinstance(value, list) and hasattr(kind, "_fields") and len(value) <= len(kind._fields):
            return [changed(member, changes.get(name)) for name, member in zip(kind._fields, value, strict=False)]
        return value

    return convert


def _of_union(kinds: tuple[Any, ...]) -> Convert:
    """By the first type that the stored value can be of, see ``fitting``."""
    changes: dict[Any, Convert | None] = {}

    def convert(value: Any) -> Any:
        kind = fitting(kinds, value)
        if kind is None:
            return value
        if kind not in changes:
            changes[kind] = conversion(kind)
        return changed(value, changes[kind])

    return convert


def _of_collection(kind: Any, arguments: tuple[Any, ...]) -> Convert:
    if kind in MAPS:
        key, member = arguments or (Any, Any)
        change, change_key = conversion(member), key_conversion(key)
        return lambda value: _map(value, change_key, change)
    if kind is tuple and arguments and arguments[-1] is not Ellipsis:
        changes = [conversion(argument) for argument in arguments]
        return lambda value: (
            tuple(changed(one, change) for one, change in zip(value, changes, strict=False))
            if isinstance(value, list) and len(value) == len(changes)
            else value
        )
    change = conversion(arguments[0]) if arguments else None
    build = _BUILDERS.get(kind, list)
    return lambda value: _built(value, build, change)


def _built(value: Any, build: Callable[[Any], Any], change: Convert | None) -> Any:
    if not isinstance(value, (list, set, frozenset)):
        return value
    try:
        return build([changed(member, change) for member in value])
    except TypeError:  # members that cannot be in a set
        return value


def _map(value: Any, key: Convert | None, member: Convert | None) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {changed(name, key): changed(content, member) for name, content in value.items()}


# --- what is left out ---
# An empty set of a field is not stored where its absence says as much, so that members can be added to it.

Leave = Callable[[Any], Any]


def without_empty_sets(model: type[BaseModel], item: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of a dumped model."""
    found: dict[str, Any] = _leaving_model(model)(item)
    return found


@lru_cache(maxsize=1024)
def _leaving_model(model: type[BaseModel]) -> Leave:
    table: dict[str, tuple[bool, Leave | None]] = {}

    def leave(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        if not table:
            for name, field in model.model_fields.items():
                table[attribute_of(name, field)] = is_left_out(field), _leaving(field.annotation)
        found = {}
        for attribute, member in value.items():
            is_left, change = table.get(attribute, (False, None))
            if not is_left or member != []:
                found[attribute] = member if change is None else change(member)
        return found

    return leave


def _leaving(annotation: Any) -> Leave | None:
    """What is left out of the models in a value of this type; ``None`` where there are none."""
    plain = plain_type(annotation)
    kind, arguments = get_origin(plain) or plain, get_args(plain)
    if kind in UNIONS:
        (only, *others) = [one for one in arguments if one is not type(None)]
        return None if others else _leaving(only)
    if isinstance(plain, type) and issubclass(plain, BaseModel) and not issubclass(plain, RootModel):
        return _leaving_model(plain)
    if kind in MAPS and arguments:
        return _leaving_each(_leaving(arguments[1]))
    if kind in (*LISTS, tuple) and arguments and (kind is not tuple or arguments[-1] is Ellipsis):
        return _leaving_each(_leaving(arguments[0]))
    return None


def _leaving_each(leave: Leave | None) -> Leave | None:
    if leave is None:
        return None

    def each(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: leave(member) for name, member in value.items()}
        return [leave(member) for member in value] if isinstance(value, list) else value

    return each
