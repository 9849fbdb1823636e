"""Strategies of pydantic models: valid instances, whose values DynamoDB stores and whose keys collide."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from string import Formatter
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeGuard, Union, get_args, get_origin

from hypothesis import strategies as st

from pytest_dynamodb.client.models.declaration import declaration_of
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.strategies.values import numbers, texts

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

_FEW: Final[Mapping[type, Sequence[Any]]] = {
    str: ("a", "b", "A", "\u00e4", "a\u0308"),
    int: (0, 1, 2, 10),
}
"""Values of fields that are part of a key."""

_WHOLE: Final = 10**38 - 1
_FLOAT: Final = 1e125
_LONGEST: Final = 20


def is_model(source: Any) -> TypeGuard[type[BaseModel]]:
    """Whether this is a pydantic model. pydantic is not loaded to find out."""
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and isinstance(source, type) and issubclass(source, pydantic.BaseModel)


def models(model: type[BaseModel]) -> st.SearchStrategy[BaseModel]:
    """Valid instances of a model. Fields that are part of a key, as ``entity`` says, have few different values; those
    that the client stamps are left to it.
    """
    parts, stamped = _declared(model)
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for name, field in model.model_fields.items():
        if name in stamped and not field.is_required():
            continue
        few = _FEW.get(field.annotation) if name in parts and field.annotation in _FEW else None  # type: ignore[arg-type]  # None is in no table
        strategy = st.sampled_from(few) if few else _of_type(field.annotation, field.metadata)
        (required if field.is_required() or name in parts else optional)[_given_as(name, field)] = strategy
    given = st.fixed_dictionaries(required, optional=optional)
    return given.map(lambda values: _instance(model, values)).filter(lambda made: made is not None)  # type: ignore[return-value]  # filtered


def _instance(model: type[BaseModel], values: Mapping[str, Any]) -> BaseModel | None:
    from pydantic import ValidationError

    try:
        return model.model_validate(values)
    except ValidationError:  # by a validator of the model's own: Hypothesis draws again
        return None


def _given_as(name: str, field: FieldInfo) -> str:
    alias = field.validation_alias or field.alias
    return alias if isinstance(alias, str) else name


def _declared(model: type[BaseModel]) -> tuple[set[str], set[str]]:
    """The fields that keys are made of, and those that the client stamps; none for a model that is not declared."""
    try:
        declared = declaration_of(model)
    except ConfigurationError:
        return set(), set()
    templates = [declared.pk, declared.sk or ""]
    templates += [template for index in declared.indexes for template in _templates(index)]
    parts = {name for template in templates for _, name, _, _ in Formatter().parse(template) if name}
    stamped = {declared.version, declared.created, declared.updated}
    return parts, {name for name in stamped if name is not None}


def _templates(index: Any) -> Iterator[str]:
    yield from index.partition.values()
    yield from index.sort.values()


# --- types ---


def _of_type(annotation: Any, metadata: Sequence[Any] = ()) -> st.SearchStrategy[Any]:
    """Values of a field, within its limits and those of DynamoDB. Any other type is Hypothesis's to know."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _of_type(arguments[0], (*metadata, *arguments[1:]))
    if origin in {Union, UnionType}:
        return st.one_of([_of_type(one, metadata) for one in arguments])
    if is_model(annotation):
        return models(annotation)
    limits = _limits(metadata)
    plain = _plain(annotation, limits)
    if plain is not None:
        return plain
    size = {name: limits[name] for name in ("min_length", "max_length") if name in limits}
    bounds = {"min_size": size.get("min_length", 0), "max_size": size.get("max_length", size.get("min_length", 0) + 4)}
    if origin in {list, Sequence}:
        return st.lists(_of_type(*arguments), **bounds)
    if origin in {set, frozenset}:
        made = st.frozensets if origin is frozenset else st.sets
        return made(_not_empty(arguments[0]), **{**bounds, "min_size": max(1, bounds["min_size"])})
    if origin in {dict, Mapping}:
        return st.dictionaries(_not_empty(arguments[0]), _of_type(arguments[1]), **bounds)
    return st.from_type(annotation)


def _not_empty(annotation: Any) -> st.SearchStrategy[Any]:
    """Values of the members of a set or the names in a map, neither of which may be empty."""
    return _of_type(annotation).filter(lambda value: value not in {"", b""})


def _limits(metadata: Sequence[Any]) -> dict[str, Any]:
    """The limits of a field, by pydantic's names for them."""
    return {
        name: value
        for one in metadata
        for name in ("gt", "ge", "lt", "le", "min_length", "max_length", "pattern")
        if (value := getattr(one, name, None)) is not None
    }


def _plain(annotation: Any, limits: Mapping[str, Any]) -> st.SearchStrategy[Any] | None:
    if annotation is str:
        if "pattern" in limits:
            return st.from_regex(limits["pattern"])
        least = limits.get("min_length", 0)
        return texts(min_size=least, max_size=limits.get("max_length", least + _LONGEST))
    if annotation is bytes:
        least = limits.get("min_length", 0)
        return st.binary(min_size=least, max_size=limits.get("max_length", least + _LONGEST))
    low, high = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
    if annotation is int:
        least, most = -_WHOLE if low is None else low, _WHOLE if high is None else high
        return st.integers(least + ("gt" in limits), most - ("lt" in limits))
    if annotation is float:
        return st.floats(
            -_FLOAT if low is None else low,
            _FLOAT if high is None else high,
            exclude_min="gt" in limits,
            exclude_max="lt" in limits,
            allow_subnormal=False,
        ).filter(lambda number: number == 0 or abs(number) > 1e-125)
    if annotation is Decimal:
        if low is None and high is None:
            return numbers()
        return st.decimals(low, high, places=2).filter(
            lambda number: ("gt" not in limits or number > low) and ("lt" not in limits or number < high)
        )
    return None
