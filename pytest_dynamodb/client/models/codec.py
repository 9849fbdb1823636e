"""``Codec``: a model's instances as items, and items as its instances."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import ComputedFieldInfo, FieldInfo

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.models import conversion, kinds
from pytest_dynamodb.client.models.attributes import AttributeCodec
from pytest_dynamodb.client.models.declaration import Declaration, InvalidItem, InvalidKey, InvalidValue, refusing
from pytest_dynamodb.client.models.keys import KeyTemplates, complete, keys_of
from pytest_dynamodb.client.models.storing import storable
from pytest_dynamodb.errors import ConfigurationError, quoted

ModelT = TypeVar("ModelT", bound=BaseModel)
PartT = TypeVar("PartT", bound=BaseModel)


class Codec(Generic[ModelT]):
    """How instances of ``model`` are stored in ``table``. Raises ``ConfigurationError`` for what does not fit."""

    table: str
    declared: Declaration

    def __init__(self, table: str, model: type[ModelT], declared: Declaration) -> None:
        if not model.__pydantic_complete__:
            model.model_rebuild()
        self.table, self.model, self.declared = table, model, declared
        self.name: str = declared.name or model.__name__
        self.names: tuple[str, ...] = (self.name, *declared.former)
        self.fields: dict[str, FieldInfo] = model.model_fields
        self.attributes: dict[str, str] = {name: kinds.attribute_of(name, field) for name, field in self.fields.items()}
        self.computed: dict[str, ComputedFieldInfo] = model.model_computed_fields
        self.keys: dict[str | None, KeyTemplates] = keys_of(declared, [*self.fields, *self.computed])
        self.undiscriminating: set[str] = {index.name for index in declared.indexes if not index.discriminates}
        self.derived: set[str] = {
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
        self._may_be_missing = [
            self.attributes[name] for name in self._own if self.fields[name].is_required() and self.may_be_none(name)
        ]
        """Attributes that are not stored without a value, as no key may be NULL."""
        self._coded = {
            self.attributes[name]: codecs
            for name, field in self.fields.items()
            if (codecs := [one for one in field.metadata if isinstance(one, AttributeCodec)])
        }
        """What is made of attributes on their way to the table and back."""
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
            there = ", ".join(self.fields)
            raise ConfigurationError(f"{self.name} has no field {quoted(field)}; it has {there}") from None

    def is_key(self, field: str) -> bool:
        """Whether a field is an attribute of a key, just as it is."""
        return field in self._own

    def key(self, values: Mapping[str, object]) -> Item:
        """The key of the item with these fields. Raises ``InvalidKey`` and ``InvalidValue``."""
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
        return field in self.fields and kinds.may_be_none(self.fields[field].annotation)

    def values(self, instance: BaseModel, fields: tuple[str, ...]) -> dict[str, object]:
        """The values of fields, as keys are made of them. Raises ``InvalidValue`` where a computed one raises."""
        with refusing(self.name):
            return {field: self._in_seconds(field, getattr(instance, field)) for field in fields}

    def validated(self, values: Mapping[str, object]) -> dict[str, object]:
        """Values of fields as the model takes them. Raises ``InvalidValue``."""
        return {name: self.validated_field(name, value) for name, value in values.items()}

    def validated_field(self, name: str, value: object) -> Any:
        """One field's value, after the field's own validators. Raises ``InvalidValue``."""
        if name not in self.fields or type(value) is self._as_given.get(name):
            return value
        with refusing(f"{self.name}.{name}"):
            # Validators of the whole model would see one without its other fields.
            if not self.model.__pydantic_decorators__.model_validators and not self.fields[name].frozen:
                holder = self._blank.__copy__()
                self.model.__pydantic_validator__.validate_assignment(holder, name, value)
                valid = getattr(holder, name)
            else:
                valid = _adapter(self.model, name).validate_python(value)
        return self._in_seconds(name, valid)

    @cached_property
    def _as_given(self) -> dict[str, Any]:
        """The fields of plain text and whole numbers, of which pydantic makes what it is given."""
        decorators, config = self.model.__pydantic_decorators__, self.model.model_config
        checked = {
            name
            for kind in (decorators.field_validators, decorators.validators)
            for one in kind.values()
            for name in one.info.fields
        }
        if "*" in checked or any(name.startswith("str_") for name in config):
            return {}
        kinds_as_given = {name: field.annotation for name, field in self.fields.items() if not field.metadata}
        return {name: kind for name, kind in kinds_as_given.items() if kind in (str, int) and name not in checked}

    @cached_property
    def _blank(self) -> BaseModel:
        """An instance without values, of which copies hold one field's."""
        return self.model.model_construct()

    def _in_seconds(self, name: str, value: Any) -> Any:
        """A time to live as it comes back."""
        if name == self.declared.ttl and isinstance(value, datetime.datetime):
            return value.replace(microsecond=0)
        return value

    def check_kind(self, field: str) -> None:
        """Raise ``InvalidKey`` for a field of several types, which have no order among each other."""
        annotation = self.fields[field].annotation if field in self.fields else self.computed[field].return_type
        found = kinds.kinds_in(annotation)
        if len(found) > 1 or found & {Any, object}:
            names = " or ".join(sorted(getattr(kind, "__name__", str(kind)) for kind in found))
            raise InvalidKey(f"{field} is {names}: in a key, these have no order among each other; filter by {field}")

    def checked(self, instance: ModelT) -> ModelT:
        """The instance as it will be read again, validated to the last list: it may have been changed meanwhile.

        Raises ``InvalidValue``, also for one that could not be read.
        """
        with refusing(self.name):
            validated = self.model.model_validate(conversion.converted(self.model, self._dumped(instance)))
        values = {
            name: self._in_seconds(name, getattr(validated, name))
            for name, field in self.fields.items()
            if not field.exclude
        }
        return instance.model_copy(update=values)

    def encoded(self, instance: ModelT) -> Item:
        """The item of an instance that is valid. Raises ``InvalidKey``, ``InvalidValue``."""
        item = self._dumped(instance)
        for name, field in self.fields.items():
            attribute = self.attributes[name]
            if item.get(attribute) is None and (name in self._own or _is_left_out(field)):
                item.pop(attribute, None)
        for name in [*self._own, self.declared.ttl or ""]:
            if self.attributes.get(name, "") in item:
                item[self.attributes[name]] = self.encoded_field(name, getattr(instance, name))
        for keys in self.keys.values():
            values = self.values(instance, keys.fields)
            item.update(keys.made_of(values) if keys.index is None else keys.made_of_what_there_is(values))
            keys.check_widths(values)
        for attribute in self._coded:
            if attribute in item:
                item[attribute] = self._closed(attribute, item[attribute])
        if self.declared.discriminator is not None:
            item[self.declared.discriminator] = self.name
        return item

    def encoded_field(self, name: str, value: object) -> Any:
        """A field's valid value as it is stored; ``ABSENT`` if it is not. Raises ``InvalidKey``, ``InvalidValue``."""
        if value is None and (name in self._own or _is_left_out(self.fields[name])):
            return ABSENT
        if name == self.declared.ttl:
            return seconds(name, value)
        if name in self._own:
            return self._own[name].made_of({name: value})
        holder = self._blank.__copy__()
        vars(holder)[name] = value
        attribute = self.attributes[name]
        return self._closed(attribute, self._dumped(holder, include={name}).get(attribute, ABSENT))

    def _closed(self, attribute: str, value: Any) -> Any:
        """A value as the attribute's codecs store it."""
        if value is None or value is ABSENT or attribute not in self._coded:
            return value
        with refusing(f"{self.name}.{attribute}"):
            for codec in self._coded[attribute]:
                value = codec.stored(value, self._context(attribute))
        return value

    def _opened(self, attribute: str, stored: Any) -> Any:
        """The value for what the attribute's codecs have stored."""
        for codec in reversed(self._coded[attribute]):
            stored = codec.shown(stored, self._context(attribute))
        return stored

    def _context(self, attribute: str) -> dict[str, str]:
        return {"table": self.table, "model": self.names[-1], "attribute": attribute}

    def decoded(self, item: Item) -> ModelT:
        """The instance of an item. Raises ``InvalidItem``."""
        declared = self.declared.discriminator
        of = None if declared is None else item.get(declared)
        if of is not None and of not in self.names:
            raise InvalidItem(
                self.table,
                self.name,
                item,
                f"it is a {of}; if that is what {self.name} was called, say former=[{of!r}]",
            )
        if of is None and not self.keys[None].matches(item):
            raise InvalidItem(self.table, self.name, item, "its key is another one's")
        strange = self.derived if declared is None else {*self.derived, declared}
        plain = {name: value for name, value in item.items() if name not in strange}
        for attribute in self._may_be_missing:
            plain.setdefault(attribute, None)
        return self._validated(self.model, plain, item)

    def decoded_part(self, model: type[PartT], item: Item) -> PartT:
        """The instance of another model of some of the fields. Raises ``InvalidItem``."""
        return self._validated(model, dict(item), item)

    def projection(self, model: type[BaseModel]) -> list[str]:
        """The attributes that a partial model is made of. Raises ``ConfigurationError`` for one that is not there."""
        kinds.check_model(model)
        names = [kinds.attribute_of(name, field) for name, field in model.model_fields.items()]
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
        try:
            for attribute in self._coded:
                if plain.get(attribute) is not None:
                    plain[attribute] = self._opened(attribute, plain[attribute])
            if self.ttl is not None and isinstance(plain.get(self.ttl), Decimal):
                plain[self.ttl] = _EPOCH + datetime.timedelta(seconds=int(plain[self.ttl]))
            return model.model_validate(conversion.converted(model, plain))
        except Exception as problem:  # a validator of the application's may raise anything
            raise InvalidItem(self.table, model.__name__, item, problem) from problem

    def _dumped(self, instance: BaseModel, **options: Any) -> Item:
        """What pydantic dumps, as it is stored. Raises ``InvalidValue``."""
        with refusing(self.name), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what was set on a model that validates no assignments is validated since
            dumped = instance.model_dump(by_alias=True, round_trip=True, **options)
        return conversion.without_empty_sets(self.model, storable(dumped))

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
        if declared.ttl in self._own:
            raise ConfigurationError(
                f"{declared.ttl} is stored as a number of seconds, its time to live, and cannot be a key as a moment: "
                "let it be a part of one, or make the key of another field"
            )
        plain = {declared.version, declared.created, declared.updated, declared.ttl, *declared.unique}
        plain.update(field for keys in self.keys.values() for field in keys.fields)
        for field, attribute in self.attributes.items():
            if field in plain and attribute in self._coded:
                raise ConfigurationError(f"{field} is part of a key, or has a meaning of its own: store it as it is")
        taken = set(self.attributes.values())
        for name in {*self.derived, declared.discriminator} & taken:
            raise ConfigurationError(
                f"{self.name} has a field {name!r}, and the attribute of that name holds something else: "
                + ("name another one with discriminator=" if name == declared.discriminator else "part of a key")
            )


ABSENT = object()
"""Stands for a value that is not stored."""
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def _is_left_out(field: FieldInfo) -> bool:
    """Whether a field is not stored while it is ``None``, which it then is by default."""
    return field.default is None and not field.is_required()


@lru_cache(maxsize=1024)
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """What validates one field's value alone."""
    field = model.model_fields[name]
    annotation: Any = field.annotation
    annotated: Any = Annotated  # made here, and no type for a checker to read
    return TypeAdapter(annotated[annotation, field])


def seconds(field: str, moment: object) -> int | None:
    """A moment as DynamoDB's time to live. Raises ``InvalidValue`` for one without a time zone."""
    if moment is None:
        return None
    if not isinstance(moment, datetime.datetime) or moment.tzinfo is None:
        raise InvalidValue(f"{field} is {quoted(moment)}: a time to live is a datetime with a time zone")
    return (moment - _EPOCH) // datetime.timedelta(seconds=1)
