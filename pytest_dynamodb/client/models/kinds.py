"""What a model's annotations say: of which types a field's values are, and what a field is called in the table."""

from __future__ import annotations

import collections
import collections.abc
import decimal
import enum
import types
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pytest_dynamodb.errors import ConfigurationError, quoted

SAME = frozenset({Any, object, str, bytes, bool, decimal.Decimal, type(None)})
"""What comes back as it was."""
LISTS = (list, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection, collections.deque)
SETS = (set, frozenset, collections.abc.Set, collections.abc.MutableSet)
MAPS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
UNIONS = (Union, types.UnionType)


def check_model(model: object) -> None:
    """Raise ``ConfigurationError`` for what is no model."""
    if not isinstance(model, type) or not issubclass(model, BaseModel):
        raise ConfigurationError(f"a model is a class derived from pydantic.BaseModel, not {quoted(model)}")


def plain_type(annotation: Any) -> Any:
    """Without ``Annotated``, ``NewType`` and named aliases; of an alias with parameters, with these put in."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif type(annotation).__name__ == "TypeAliasType":
            annotation = annotation.__value__
        elif type(origin).__name__ == "TypeAliasType":
            annotation = origin.__value__[get_args(annotation)]
        else:
            return annotation


def attribute_of(name: str, field: FieldInfo) -> str:
    """What a field is called in the table: its alias for output."""
    return field.serialization_alias or field.alias or name


def input_of(name: str, field: FieldInfo) -> str:
    """What a field is called in what pydantic validates."""
    alias = field.validation_alias
    choices = getattr(alias, "choices", ())
    texts = [choice for choice in (alias, *choices, field.alias) if isinstance(choice, str)]
    return texts[0] if texts else name


def is_left_out(field: FieldInfo) -> bool:
    """Whether an empty set of this field is not stored, as a field without a value then is an empty set."""
    plain = plain_type(field.annotation)
    if (get_origin(plain) or plain) not in SETS:
        return False
    return field.is_required() or field.default_factory in (set, frozenset) or field.default in (set(), frozenset())


def kinds_in(annotation: Any) -> frozenset[Any]:
    """The types that a field's values are of in a key, without ``None``."""
    plain = plain_type(annotation)
    if get_origin(plain) in UNIONS:
        return frozenset().union(*map(kinds_in, get_args(plain))) - {type(None)}
    choices: Iterable[Any] = ()
    if get_origin(plain) is Literal:
        choices = get_args(plain)
    elif isinstance(plain, type) and issubclass(plain, enum.Enum):
        choices = plain
    plains = (choice.value if isinstance(choice, enum.Enum) else choice for choice in choices)
    return frozenset(map(type, plains)) or frozenset({plain})


def may_be_none(annotation: Any) -> bool:
    """Whether ``None`` is one of its values."""
    plain = plain_type(annotation)
    if get_origin(plain) in UNIONS:
        return any(map(may_be_none, get_args(plain)))
    return plain in (None, type(None), Any) or (get_origin(plain) is Literal and None in get_args(plain))
