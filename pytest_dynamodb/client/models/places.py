"""Places in an item, such as ``address.lines[1]``: their paths in the table, and what may be there."""

from __future__ import annotations

import dataclasses
import decimal
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Field, RootModel, TypeAdapter
from pydantic.fields import FieldInfo
from typing_extensions import is_typeddict

from pytest_dynamodb.client.models import conversion
from pytest_dynamodb.client.models.codec import ABSENT, Codec
from pytest_dynamodb.client.models.declaration import InvalidUpdate, refusing
from pytest_dynamodb.client.models.kinds import LISTS, MAPS, SETS, UNIONS, attribute_of, is_left_out, plain_type
from pytest_dynamodb.client.models.leaves import changed, key_conversion
from pytest_dynamodb.client.models.storing import storable
from pytest_dynamodb.errors import ConfigurationError
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.builders import to_path


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A path into an item: its field, what may be there, and whether it is the whole field.

    ``owner`` is the nested model of which the place is the field ``name``.
    """

    codec: Codec[Any]
    text: str
    field: str
    path: nodes.Path
    annotation: Any
    info: FieldInfo | None
    whole: bool
    owner: type[BaseModel] | None = None
    name: str = ""

    @classmethod
    def of(cls, codec: Codec[Any], text: str) -> FieldPlace:
        """The place of a path of fields. Raises ``ConfigurationError`` where there is none in the model."""
        first, *others = to_path(text).parts
        if not isinstance(first, nodes.Name):
            raise ConfigurationError(f"a path begins with a field, not with {text!r}")
        attribute = codec.attribute(first.text)
        declared = codec.fields[first.text]
        if declared.exclude:
            raise ConfigurationError(f"{first.text} is not stored: its field says exclude=True")
        parts: list[Any] = [nodes.Name(attribute)]
        annotation, info, owner, name = declared.annotation, declared, None, ""
        for part in others:
            step = _step(annotation, part, text)
            parts.append(step.part)
            annotation, info, owner, name = step.annotation, step.info, step.owner, step.name  # type: ignore[assignment]
        return cls(codec, text, first.text, nodes.Path(tuple(parts)), annotation, info, not others, owner, name)

    @property
    def kinds(self) -> tuple[Any, ...]:
        """The types of what may be there, without ``None`` and without what else is demanded of it."""
        return tuple(_kinds(self.annotation))

    @property
    def constraints(self) -> list[Any]:
        """What is demanded of it besides, such as ``annotated_types.Ge(0)``."""
        found = list(self.info.metadata) if self.info is not None else []
        annotation = self.annotation
        while get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            found += more
        inner = [one for one in get_args(annotation) if get_origin(annotation) in UNIONS and one is not type(None)]
        if len(inner) == 1 and get_origin(inner[0]) is Annotated:
            found += get_args(inner[0])[1:]
        return [part for one in found for part in (_parts_of(one))]

    @property
    def may_be_empty(self) -> bool:
        """Whether a set that is not stored is an empty one."""
        return not self.holds_sets or self.info is None or is_left_out(self.info)

    @property
    def demands(self) -> list[Any]:
        """The constraints, and that a set is not empty whose absence says something else."""
        return self.constraints if self.may_be_empty else [*self.constraints, *_NOT_EMPTY]

    @property
    def is_required(self) -> bool:
        """Whether the model, or the nested one, cannot be without it."""
        return self.info is not None and self.info.is_required() and not is_left_out(self.info)

    def stored(self, value: object) -> Any:
        """A value for this place as it is stored, validated; ``ABSENT`` for none. Raises ``InvalidValue``."""
        if self.whole:
            return self.codec.encoded_field(self.field, self.codec.validated_field(self.field, value))
        with refusing(f"{self.codec.name}: {self.text}"):
            if self.owner is None:
                return self._dumped(TypeAdapter(self.annotation), value)
            holder = self.owner.model_construct()
            if self.owner.__pydantic_decorators__.model_validators or self.owner.model_fields[self.name].frozen:
                annotated: Any = Annotated
                valid = TypeAdapter(annotated[self.annotation, self.info]).validate_python(value)
            else:
                self.owner.__pydantic_validator__.validate_assignment(holder, self.name, value)
                valid = getattr(holder, self.name)
            vars(holder)[self.name] = valid
            dumped = storable(holder.model_dump(include={self.name}, by_alias=True, round_trip=True))
            attribute = attribute_of(self.name, self.owner.model_fields[self.name])
            return conversion.without_empty_sets(self.owner, dumped).get(attribute, ABSENT)

    def number(self, value: object) -> Any:
        """A number to be added: of the place's type, and not bound to what is demanded of the sum."""
        return self._of_kinds(list(filter(_is_number, self.kinds)), value, "a number")

    def members(self, values: object) -> Any:
        """Members to be put into a set, or taken out of it."""
        sets = [set[_member(kind)] for kind in self.kinds if (get_origin(kind) or kind) in SETS]  # type: ignore[misc]
        found = self._of_kinds(sets or [kind for kind in self.kinds if kind is Any], values, "a set")
        if not isinstance(found, set):
            raise InvalidUpdate(
                f"{self.text}: DynamoDB has sets of text, of numbers and of bytes alone; set the whole of this one"
            )
        return found

    def items(self, values: list[object]) -> Any:
        """Values for the end of a list."""
        lists = [list[_member(kind)] for kind in self.kinds if (get_origin(kind) or kind) in (*LISTS, tuple)]  # type: ignore[misc]
        return self._of_kinds(lists or [kind for kind in self.kinds if kind is Any], values, "a list")

    @property
    def holds_sets(self) -> bool:
        return any((get_origin(kind) or kind) in SETS for kind in self.kinds)

    def _of_kinds(self, kinds: list[Any], value: object, what: str) -> Any:
        if not kinds:
            raise InvalidUpdate(f"{self.text} is not {what}")
        union: Any = Union
        with refusing(f"{self.codec.name}: {self.text}"):
            return self._dumped(TypeAdapter(union[tuple(kinds)]), value)

    def _dumped(self, adapter: TypeAdapter[Any], value: object) -> Any:
        valid = adapter.validate_python(value)
        return storable(adapter.dump_python(valid, by_alias=True, round_trip=True, warnings=False))


_NOT_EMPTY = Field(min_length=1).metadata


def _is_number(kind: Any) -> bool:
    return kind is Any or (
        isinstance(kind, type)
        and issubclass(kind, (int, float, decimal.Decimal))
        and not issubclass(kind, (bool, enum.Enum))
    )


def _kinds(annotation: Any) -> Iterator[Any]:
    plain = plain_type(annotation)
    if get_origin(plain) in UNIONS:
        for one in get_args(plain):
            yield from _kinds(one)
    elif isinstance(plain, type) and issubclass(plain, RootModel):
        yield from _kinds(plain.model_fields["root"].annotation)
    elif isinstance(plain, TypeVar) or plain is object:
        yield Any
    elif plain is not type(None):
        yield plain


def _member(kind: Any) -> Any:
    """The type of a list's or a set's members."""
    arguments = get_args(kind)
    return arguments[0] if arguments and (get_origin(kind) is not tuple or arguments[-1] is Ellipsis) else Any


def _parts_of(constraint: Any) -> list[Any]:
    """What a grouped constraint, such as ``annotated_types.Interval``, is made of."""
    grouped = type(constraint).__name__ in ("Interval", "Len", "StringConstraints")
    return list(constraint) if grouped else [constraint]


# --- steps into a value ---


@dataclass(frozen=True, slots=True)
class _Step:
    part: Any
    annotation: Any
    info: FieldInfo | None = None
    owner: type[BaseModel] | None = None
    name: str = ""


def _step(annotation: Any, part: Any, text: str) -> _Step:
    """One step of a path. Raises ``ConfigurationError`` for one that leads nowhere."""
    steps = [step for kind in _kinds(annotation) for step in _into(kind, part, text)]
    if not steps:
        names = " or ".join(getattr(kind, "__name__", str(kind)) for kind in _kinds(annotation))
        where = f"field {part.text!r}" if isinstance(part, nodes.Name) else f"place [{part.position}]"
        raise ConfigurationError(f"{text}: a {names} has no {where}")
    first, *others = steps
    if not others:
        return first
    union: Any = Union
    return _Step(first.part, union[tuple(step.annotation for step in steps)])


def _into(kind: Any, part: Any, text: str) -> Iterator[_Step]:
    base, arguments = get_origin(kind) or kind, get_args(kind)
    if kind is Any:
        yield _Step(part, Any)
    elif isinstance(part, nodes.Name):
        yield from _named(kind, base, arguments, part, text)
    elif base in LISTS or (base is tuple and (not arguments or arguments[-1] is Ellipsis)):
        yield _Step(part, arguments[0] if arguments else Any)
    elif base is tuple and part.position < len(arguments):
        yield _Step(part, arguments[part.position])


def _named(kind: Any, base: Any, arguments: tuple[Any, ...], part: nodes.Name, text: str) -> Iterator[_Step]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        info = kind.model_fields.get(part.text)
        if info is not None:
            yield _Step(nodes.Name(attribute_of(part.text, info)), info.annotation, info, kind, part.text)
    elif base in MAPS:
        key, member = arguments or (Any, Any)
        with refusing(f"{text}: the key {part.text!r}"):
            TypeAdapter(key).validate_python(changed(part.text, key_conversion(key)))
        yield _Step(part, member)
    elif dataclasses.is_dataclass(base) or is_typeddict(base):
        hints = get_type_hints(base, include_extras=True)
        if part.text in hints:
            yield _Step(part, hints[part.text])
