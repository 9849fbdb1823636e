"""Values as they are stored, and back to what a model's fields are annotated with.

DynamoDB has one kind of number and no moments, UUIDs or enums; strict models refuse a ``Decimal`` for an ``int`` and
text for a ``datetime``. So values are converted by the field's annotation before pydantic validates them. What cannot
be converted is left as it is: pydantic says best what is wrong with it.
"""

from __future__ import annotations

import collections
import collections.abc
import datetime
import decimal
import enum
import types
import uuid
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

Convert = Callable[[Any], Any]

_STORED = (str, bool, int, decimal.Decimal, bytes, enum.Enum, datetime.date, uuid.UUID, type(None))
"""What is stored as it is, and what ``values.to_wire`` has a form for."""
_SAME = frozenset({Any, object, str, bytes, bool, decimal.Decimal, type(None)})
"""What comes back as it was."""
_LISTS = (list, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection, collections.deque)
_SETS = (set, collections.abc.Set, collections.abc.MutableSet)
_BUILDERS: Mapping[Any, Callable[[Any], Any]] = {
    **dict.fromkeys(_SETS, set),
    collections.deque: collections.deque,
    frozenset: frozenset,
    tuple: tuple,
}
"""What is built of a stored list or set; a list of anything else."""
_MAPS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_UNIONS = (Union, types.UnionType)


class _Absent:
    """Stands for a value that is not stored."""


ABSENT = _Absent()
_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


def storable(value: Any) -> Any:
    """A dumped value as ``values.to_wire`` takes it; ``ABSENT`` for an empty set, which DynamoDB cannot store."""
    if isinstance(value, Mapping):
        members = {_key(name): storable(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member is not ABSENT}
    if isinstance(value, (set, frozenset)):
        return {storable(member) for member in value} or ABSENT
    if isinstance(value, (list, tuple, collections.deque)):
        members_of_list = (storable(member) for member in value)
        return [[] if member is ABSENT else member for member in members_of_list]
    secret = getattr(value, "get_secret_value", None)
    if secret is not None:
        return secret()  # what pydantic writes to JSON instead are asterisks
    if isinstance(value, float):
        return decimal.Decimal(repr(value))  # the shortest decimal that reads back as the same float
    return value if isinstance(value, _STORED) else _ANYTHING.dump_python(value, mode="json")


def _key(name: Any) -> str:
    if isinstance(name, enum.Enum):
        name = name.value
    return name if isinstance(name, str) else str(_ANYTHING.dump_python(name, mode="json"))


def attribute_of(name: str, field: FieldInfo) -> str:
    """What a field is called in the table: its alias for output."""
    return field.serialization_alias or field.alias or name


def input_of(name: str, field: FieldInfo) -> str:
    """What a field is called in what pydantic validates."""
    alias = field.validation_alias
    choices = getattr(alias, "choices", ())
    texts = [choice for choice in (alias, *choices, field.alias) if isinstance(choice, str)]
    return texts[0] if texts else name


def is_set(annotation: Any) -> bool:
    """Whether a field holds a set, which is not stored while it is empty."""
    plain = _plain(annotation)
    return (get_origin(plain) or plain) in (*_SETS, frozenset)


@lru_cache(maxsize=1024)
def _of_model(model: type[BaseModel]) -> Convert:
    table: dict[str, tuple[str, Convert | None]] = {}

    def convert(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        if not table:  # now, and not before, as a model may hold itself
            table.update(fields_of(model))
        found = dict(value)
        for attribute, (name, change) in table.items():
            if attribute in found:
                member = found.pop(attribute)
                found[name] = member if change is None else change(member)
        return {**_empty_sets(model, found), **found}

    return convert


def fields_of(model: type[BaseModel]) -> dict[str, tuple[str, Convert | None]]:
    """By the attribute of each field: what pydantic calls it, and how its value is converted."""
    return {
        attribute_of(name, field): (input_of(name, field), conversion(field.annotation))
        for name, field in model.model_fields.items()
    }


def _empty_sets(model: type[BaseModel], found: Mapping[str, Any]) -> dict[str, Any]:
    """Sets that must be there, and are not stored because nothing is in them."""
    return {
        key: _BUILDERS.get(get_origin(plain := _plain(field.annotation)) or plain, set)(())
        for name, field in model.model_fields.items()
        if field.is_required() and is_set(field.annotation) and (key := input_of(name, field)) not in found
    }


def converted(model: type[BaseModel], item: Mapping[str, Any]) -> dict[str, Any]:
    """An item as what ``model`` validates."""
    found: dict[str, Any] = _of_model(model)(item)
    return found


def conversion(annotation: Any) -> Convert | None:
    """How a stored value becomes one of this type; ``None`` where it is one already."""
    plain = _plain(annotation)
    origin, arguments = get_origin(plain), get_args(plain)
    if plain in _SAME or isinstance(plain, TypeVar):
        return None
    if origin in _UNIONS:
        return _of_union(arguments)
    if origin is Literal:
        return _of_choices(arguments)
    kind = origin or plain
    if kind in (*_LISTS, *_SETS, frozenset, tuple, *_MAPS):
        return _of_collection(kind, arguments)
    if isinstance(plain, type) and issubclass(plain, RootModel):
        return conversion(plain.model_fields["root"].annotation)
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        return _of_model(plain)
    return _of_leaf(plain)


def _plain(annotation: Any) -> Any:
    """Without ``Annotated``, ``NewType`` and named aliases."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif type(annotation).__name__ == "TypeAliasType":
            annotation = annotation.__value__
        else:
            return annotation


def _of_leaf(kind: Any) -> Convert:
    if kind is int:
        return _whole
    if kind is float:
        return _float
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return lambda value: _member(kind, value)
    adapter: list[TypeAdapter[Any]] = []

    def convert(value: Any) -> Any:
        if isinstance(kind, type) and isinstance(value, kind):
            return value
        if not adapter:
            adapter.append(TypeAdapter(kind))
        try:
            return adapter[0].validate_python(value, strict=False)
        except ValidationError:
            return value

    return convert


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, decimal.Decimal) and value == value.to_integral_value() else value


def _float(value: Any) -> Any:
    return float(value) if isinstance(value, decimal.Decimal) else value


def _member(kind: type[enum.Enum], value: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        return value


def _of_choices(choices: tuple[Any, ...]) -> Convert:
    return lambda value: next((choice for choice in choices if _same(choice, value)), value)


def _same(choice: Any, value: Any) -> bool:
    if isinstance(choice, enum.Enum):
        choice = choice.value
    return bool(choice == value) and isinstance(choice, bool) == isinstance(value, bool)


def _of_union(kinds: tuple[Any, ...]) -> Convert:
    """The first type that the value can be converted to, those before that leave it as it is."""
    adapters: list[tuple[Convert | None, TypeAdapter[Any]]] = []

    def convert(value: Any) -> Any:
        if value is None:
            return value
        if not adapters:
            adapters[:] = [(conversion(kind), TypeAdapter(kind)) for kind in kinds if kind is not type(None)]
        for change, adapter in sorted(adapters, key=lambda pair: pair[0] is not None):
            changed = value if change is None else change(value)
            try:
                adapter.validate_python(changed, strict=None if isinstance(changed, Mapping) else True)
            except ValidationError:
                continue
            return changed
        return value if len(adapters) != 1 or adapters[0][0] is None else adapters[0][0](value)

    return convert


def _of_collection(kind: Any, arguments: tuple[Any, ...]) -> Convert:
    if kind in _MAPS:
        key, member = (conversion(argument) for argument in (arguments or (Any, Any)))
        return lambda value: _map(value, key, member)
    if kind is tuple and arguments and arguments[-1] is not Ellipsis:
        changes = [conversion(argument) for argument in arguments]
        return lambda value: (
            tuple(_changed(one, change) for one, change in zip(value, changes, strict=False))
            if isinstance(value, list) and len(value) == len(changes)
            else value
        )
    change = conversion(arguments[0]) if arguments else None
    build = _BUILDERS.get(kind, list)
    return lambda value: (
        build(_changed(member, change) for member in value) if isinstance(value, (list, set, frozenset)) else value
    )


def _map(value: Any, key: Convert | None, member: Convert | None) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {_map_key(name, key): _changed(content, member) for name, content in value.items()}


def _map_key(name: str, change: Convert | None) -> Any:
    """A key of a map, which is stored as text whatever it was."""
    if change in (_whole, _float):
        try:
            return int(name) if change is _whole else float(name)
        except ValueError:
            return name
    return _changed(name, change)


def _changed(value: Any, change: Convert | None) -> Any:
    return value if change is None else change(value)
