"""``Codec``: a model's instances as items, and items as its instances."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.models import conversion
from pytest_dynamodb.client.models.declaration import Declaration, InvalidItem, InvalidValue
from pytest_dynamodb.client.models.keys import complete, keys_of
from pytest_dynamodb.errors import ConfigurationError

ModelT = TypeVar("ModelT", bound=BaseModel)
PartT = TypeVar("PartT", bound=BaseModel)


class Codec(Generic[ModelT]):
    """How instances of ``model`` are stored in ``table``. Raises ``ConfigurationError`` for what does not fit."""

    def __init__(self, table: str, model: type[ModelT], declared: Declaration) -> None:
        if not model.__pydantic_complete__:
            model.model_rebuild()
        self.table, self.model, self.declared = table, model, declared
        self.name = declared.name or model.__name__
        self.fields = model.model_fields
        self.attributes = {name: conversion.attribute_of(name, field) for name, field in self.fields.items()}
        computed = list(model.model_computed_fields)
        self.keys = keys_of(declared, [*self.fields, *computed])
        self._inputs = {name: conversion.input_of(name, field) for name, field in self.fields.items()}
        self.undiscriminating = {index.name for index in declared.indexes if not index.discriminates}
        self.derived = {
            name
            for keys in self.keys.values()
            for name, template in keys.all
            if not (template.bare and self.attributes.get(template.fields[0]) == name)
        }
        """Attributes that are made of fields, and are not fields themselves."""
        self._own = {
            template.fields[0]: template
            for keys in self.keys.values()
            for name, template in keys.all
            if name not in self.derived
        }
        """Fields that are attributes of keys, just as they are."""
        self._check()

    @property
    def ttl(self) -> str | None:
        return None if self.declared.ttl is None else self.attributes[self.declared.ttl]

    @property
    def version(self) -> str | None:
        return None if self.declared.version is None else self.attributes[self.declared.version]

    def attribute(self, field: str) -> str:
        """What a field is called in the table. Raises ``ConfigurationError`` for one that the model does not have."""
        try:
            return self.attributes[field]
        except KeyError:
            raise ConfigurationError(f"{self.name} has no field {field!r}; it has {', '.join(self.fields)}") from None

    def key(self, values: Mapping[str, object]) -> Item:
        """The key of the item with these fields. Raises ``InvalidKey``, and pydantic's ``ValidationError``."""
        keys = self.keys[None]
        complete(keys, values)
        return keys.made_of(self.validated(values))

    def key_of(self, instance: ModelT) -> Item:
        """The key of an instance. Raises ``InvalidKey``."""
        return self.keys[None].made_of(self.key_values(instance))

    def key_values(self, instance: ModelT) -> dict[str, object]:
        """The values of the fields that its key is made of."""
        return self.values(instance, self.keys[None].fields)

    def may_be_none(self, field: str) -> bool:
        """Whether a field may be without a value."""
        return field in self.fields and type(None) in get_args(self.fields[field].annotation)

    def values(self, instance: BaseModel, fields: tuple[str, ...]) -> dict[str, object]:
        return {field: getattr(instance, field) for field in fields}

    def validated(self, values: Mapping[str, object]) -> dict[str, object]:
        """Values of fields as the model takes them. Raises pydantic's ``ValidationError``."""
        return {name: self.validated_field(name, value) for name, value in values.items()}

    def validated_field(self, name: str, value: object) -> Any:
        """One field's value, after the field's own validators. Raises pydantic's ``ValidationError``."""
        if name not in self.fields:
            return value  # a computed one
        # Validators of the whole model would see one without its other fields.
        if not self.model.__pydantic_decorators__.model_validators and not self.fields[name].frozen:
            holder = self.model.model_construct()
            self.model.__pydantic_validator__.validate_assignment(holder, name, value)
            return getattr(holder, name)
        return _adapter(self.model, name, constrained=True).validate_python(value)

    def of_type(self, name: str, value: object) -> Any:
        """A value of a field's type, whatever else is demanded of that. Raises pydantic's ``ValidationError``."""
        return _adapter(self.model, name, constrained=False).validate_python(value)

    def checked(self, instance: ModelT) -> ModelT:
        """The instance, validated again: a model may be changed after it was. Raises pydantic's ``ValidationError``."""
        given: dict[str, Any] = {self._inputs[name]: getattr(instance, name) for name in self.fields}
        validated = self.model.model_validate({**given, **(instance.model_extra or {})})
        return instance.model_copy(update={name: getattr(validated, name) for name in self.fields})

    def encoded(self, instance: ModelT) -> Item:
        """The item of an instance that is valid. Raises ``InvalidKey``."""
        item = self._dumped(instance)
        for name, field in self.fields.items():
            attribute = self.attributes[name]
            if item.get(attribute) is None and field.default is None and not field.is_required():
                item.pop(attribute, None)
        if self.declared.ttl is not None and self.ttl in item:
            item[self.ttl] = seconds(self.declared.ttl, getattr(instance, self.declared.ttl))
        for keys in self.keys.values():
            values = self.values(instance, keys.fields)
            made = keys.made_of(values) if keys.index is None else keys.made_of_what_there_is(values)
            item.update(self._as_stored(made))
        if self.declared.discriminator is not None:
            item[self.declared.discriminator] = self.name
        return item

    def encoded_field(self, name: str, value: object) -> Any:
        """A field's valid value as it is stored; ``ABSENT`` if it is not."""
        if name == self.declared.ttl:
            return seconds(name, value)
        if name in self._own and value is not None:
            return conversion.storable(self._own[name].made_of({name: value}))
        holder = self.model.model_construct()
        vars(holder)[name] = value
        return self._dumped(holder, include={name}).get(self.attributes[name], conversion.ABSENT)

    def decoded(self, item: Item) -> ModelT:
        """The instance of an item. Raises ``InvalidItem``."""
        declared = self.declared.discriminator
        of = None if declared is None else item.get(declared)
        if of is not None and of != self.name:
            raise InvalidItem(self.table, self.name, item, f"it is a {of}")
        if of is None and not self.keys[None].matches(item):
            raise InvalidItem(self.table, self.name, item, "its key is another one's")
        strange = self.derived if declared is None else {*self.derived, declared}
        plain = {name: value for name, value in item.items() if name not in strange}
        return self._validated(self.model, plain, item)

    def decoded_part(self, model: type[PartT], item: Item) -> PartT:
        """The instance of another model of some of the fields. Raises ``InvalidItem``."""
        return self._validated(model, dict(item), item)

    def projection(self, model: type[BaseModel]) -> list[str]:
        """The attributes that a partial model is made of. Raises ``ConfigurationError`` for one that is not there."""
        names = [conversion.attribute_of(name, field) for name, field in model.model_fields.items()]
        there = {*self.attributes.values(), *self.derived, *(name for name, _ in self.keys[None].all)}
        strange = [name for name in names if name not in there]
        if strange:
            raise ConfigurationError(f"{model.__name__} has {', '.join(strange)}, which a {self.name} has not")
        return names

    def is_expired(self, item: Item, now: float) -> bool:
        """Whether its time to live is over, although it may still be there."""
        until = None if self.ttl is None else item.get(self.ttl)
        return isinstance(until, Decimal) and until <= Decimal(int(now))

    def _validated(self, model: type[PartT], plain: dict[str, Any], item: Item) -> PartT:
        if self.ttl is not None and isinstance(plain.get(self.ttl), Decimal):
            plain[self.ttl] = datetime.datetime.fromtimestamp(int(plain[self.ttl]), datetime.timezone.utc)
        try:
            return model.model_validate(conversion.converted(model, plain))
        except ValidationError as problem:
            raise InvalidItem(self.table, model.__name__, item, problem) from problem

    def _dumped(self, instance: BaseModel, **options: Any) -> Item:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what was set on a model that validates no assignments is validated since
            dumped = instance.model_dump(by_alias=True, round_trip=True, **options)
        found: Item = conversion.storable(dumped)
        return found

    def _as_stored(self, made: Mapping[str, object]) -> Item:
        return {name: conversion.storable(value) for name, value in made.items()}

    def _check(self) -> None:
        declared = self.declared
        for role in ("version", "created", "updated", "ttl"):
            field = getattr(declared, role)
            if field is not None and field not in self.fields:
                raise ConfigurationError(f"{self.name} has no field {field!r} to be its {role}")
        if declared.version is not None:
            version = self.fields[declared.version]
            if not version.is_required() and version.get_default(call_default_factory=True):
                raise ConfigurationError(
                    f"{declared.version} begins with 0 or None: that is how a new instance is told"
                )
        taken = set(self.attributes.values())
        for name in {*self.derived, declared.discriminator} & taken:
            raise ConfigurationError(
                f"{self.name} has a field {name!r}, and the attribute of that name holds something else: "
                + ("name another one with discriminator=" if name == declared.discriminator else "part of a key")
            )


@lru_cache(maxsize=1024)
def _adapter(model: type[BaseModel], name: str, *, constrained: bool) -> TypeAdapter[Any]:
    """What validates one field's value alone, its constraints included or not."""
    field = model.model_fields[name]
    annotation: Any = field.annotation
    annotated: Any = Annotated  # made here, and no type for a checker to read
    return TypeAdapter(annotated[annotation, field] if constrained else annotation)


def seconds(field: str, moment: object) -> int | None:
    """A moment as DynamoDB's time to live. Raises ``InvalidValue`` for one without a time zone."""
    if moment is None:
        return None
    if not isinstance(moment, datetime.datetime) or moment.tzinfo is None:
        raise InvalidValue(f"{field} is {moment!r}: a time to live is a datetime with a time zone")
    return int(moment.timestamp())
