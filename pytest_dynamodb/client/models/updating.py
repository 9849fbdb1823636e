"""Updates of typed items: by field, validated, with the keys of indexes that are made of these fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel

from pytest_dynamodb.client import calls
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.conversion import ABSENT, attribute_of, is_set, storable
from pytest_dynamodb.client.models.declaration import InvalidUpdate
from pytest_dynamodb.client.models.entities import expected_version, now, raise_conflict
from pytest_dynamodb.client.models.keys import KeyTemplates
from pytest_dynamodb.client.steps import Steps, send
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.errors import ConditionalCheckFailedException, ConfigurationError, ItemNotFound
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.builders import Attr, Buildable, ConditionLike, Sum, to_path
from pytest_dynamodb.expressions.updates import Update

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class UpdatePlan(Generic[ModelT]):
    """The changes of an update.

    ``known`` are the values of fields that it sets, ``certain`` those of the key, which do not change; ``unknown`` are
    fields of which it changes the value in the table, ``removed`` those of which it takes it away.
    """

    codec: Codec[ModelT]
    key: calls.Item
    update: Update = field(default_factory=Update)
    certain: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    instance: ModelT | None = None
    version: int | None = None
    condition: ConditionLike | None = None

    def set(self, path: str, value: object) -> UpdatePlan[ModelT]:
        """Set a field. Raises pydantic's ``ValidationError``, ``ConfigurationError`` for a field that is not there."""
        where = self._resolve(path)
        if isinstance(value, (Buildable, Sum, nodes.Arithmetic)):
            return self.computed(where.field, self.update.set(where.path, value))
        if where.whole:
            valid = self.codec.validated_field(where.field, value)
            stored = self.codec.encoded_field(where.field, valid)
            if stored is ABSENT or (valid is None and self._is_left_out(where.field)):
                return self.remove(path)
            plan = self.changing(where.field)
            known = {**self.known, where.field: valid}
            return replace(plan, update=self.update.set(where.path, stored), known=known)
        return self.computed(where.field, self.update.set(where.path, where.stored(value)))

    def set_if_absent(self, path: str, value: object) -> UpdatePlan[ModelT]:
        where = self._resolve(path)
        if where.whole and not isinstance(value, Buildable):
            value = self.codec.validated_field(where.field, value)
        return self.computed(where.field, self.update.set_if_absent(where.path, self._stored(where, value)))

    def append(self, path: str, values: Iterable[object]) -> UpdatePlan[ModelT]:
        where = self._resolve(path)
        return self.computed(where.field, self.update.append(where.path, self._members(where, list(values))))

    def add(self, path: str, value: object) -> UpdatePlan[ModelT]:
        where = self._resolve(path)
        return self.computed(where.field, self.update.add(where.path, self._members(where, value)))

    def delete(self, path: str, members: Iterable[object]) -> UpdatePlan[ModelT]:
        where = self._resolve(path)
        return self.computed(where.field, self.update.delete(where.path, self._members(where, set(members))))

    def remove(self, *paths: str) -> UpdatePlan[ModelT]:
        """Remove fields. Raises ``InvalidUpdate`` for one that the model needs."""
        plan = self
        for path in paths:
            where = _resolved(plan.codec, path)
            update = plan.update.remove(where.path)
            if not where.whole:
                plan = plan.computed(where.field, update)
                continue
            needed = plan.codec.fields[where.field]
            if needed.is_required() and not is_set(needed.annotation):
                raise InvalidUpdate(f"{where.field} cannot be removed: a {plan.codec.name} must have it")
            plan = replace(plan.changing(where.field), update=update, removed=plan.removed | {where.field})
        return plan

    def only_if(self, condition: ConditionLike) -> UpdatePlan[ModelT]:
        return replace(self, condition=calls.both(self.condition, condition))

    def steps(self, clock: Clock) -> Steps[ModelT]:
        """Send it; returns the item as it is then.

        Raises ``ItemNotFound`` if there is none, ``VersionConflict``, ``InvalidUpdate`` with nothing sent.
        """
        try:
            item = yield from send(self.call(clock))
        except ConditionalCheckFailedException as error:
            raise_conflict(self.codec, error, self.version or None)
            if error.item is None:
                raise ItemNotFound(self.codec.table, self.key) from error
            raise
        return self.codec.decoded(item or {})

    def call(self, clock: Clock) -> calls.ApiCall[calls.Item | None]:
        update, condition = self._with_keys()
        update = self._stamped(update, clock)
        return calls.update_item(
            self.codec.table, self.key, update, condition=self._condition(condition), returning="all_new"
        )

    def _condition(self, pins: ConditionLike | None) -> ConditionLike | None:
        name = self.codec.keys[None].all[0][0]
        there: ConditionLike | None = Attr.of(name).exists()
        if self.version:
            there = expected_version(self.codec, self.version)
        return calls.both(calls.both(there, pins), self.condition)

    def _stamped(self, update: Update, clock: Clock) -> Update:
        declared, codec = self.codec.declared, self.codec
        if codec.version is not None:
            update = update.add(_path(codec.version), 1)
        if declared.updated is not None:
            moment = codec.encoded_field(declared.updated, now(clock))
            update = update.set(_path(codec.attributes[declared.updated]), moment)
        return update

    def _with_keys(self) -> tuple[Update, ConditionLike | None]:
        """The update, and what it does to the keys of indexes; and what that relies upon."""
        update, condition = self.update, None
        changed = {*self.known, *self.removed, *self.unknown}
        for keys in self.codec.keys.values():
            derived = [name for name, _ in keys.all if name in self.codec.derived]
            if keys.index is None or not derived or not changed.intersection(keys.fields):
                continue
            update, pins = self._with_key(update, keys, derived, changed)
            condition = calls.both(condition, pins)
        return update, condition

    def _with_key(
        self, update: Update, keys: KeyTemplates, derived: list[str], changed: Collection[str]
    ) -> tuple[Update, ConditionLike | None]:
        """The update with the attributes of one index's key: all of them where the item may not be in the index."""
        templates = dict(keys.all)
        if not any(map(self.codec.may_be_none, keys.fields)):
            derived = [name for name in derived if any(field in changed for field in templates[name].fields)]
        fields = list(dict.fromkeys(field for name in derived for field in templates[name].fields))
        if self.removed.intersection(keys.fields) or any(self.known.get(one, "") is None for one in fields):
            return update.remove(*map(_path, derived)), None
        self._check_known(keys, derived, fields)
        values = {one: self._value(one) for one in fields}
        pins = self._pins(one for one in fields if one not in self.known and one not in self.certain)
        if None in values.values():
            return update.remove(*map(_path, derived)), pins
        for name in derived:
            update = update.set(_path(name), storable(templates[name].made_of(values)))
        return update, pins

    def _check_known(self, keys: KeyTemplates, derived: list[str], fields: Iterable[str]) -> None:
        """Raise ``InvalidUpdate`` unless every field's value will be certain."""
        what = f"{', '.join(derived)}, of {keys.whose},"
        unsure = [one for one in fields if one in self.unknown or one not in self.codec.fields]
        if unsure:
            raise InvalidUpdate(
                f"{what} is made of {', '.join(unsure)}, whose value will be known in the table alone: set it to a "
                "value, or put the whole item"
            )
        missing = [one for one in fields if one not in self.known and one not in self.certain]
        if missing and self.instance is None:
            raise InvalidUpdate(
                f"{what} is made of {', '.join(fields)}: set {', '.join(missing)} too, or update an instance that was "
                "read, in place of a key"
            )

    def _value(self, name: str) -> Any:
        for known in (self.known, self.certain):
            if name in known:
                return known[name]
        return getattr(self.instance, name)

    def _pins(self, fields: Iterable[str]) -> ConditionLike | None:
        """That fields still are what they were in the instance, on which a key now relies."""
        condition: ConditionLike | None = None
        for one in fields:
            value, attribute = self._value(one), Attr.of(self.codec.attributes[one])
            pin = attribute.eq(self.codec.encoded_field(one, value))
            if value is None:
                pin = attribute.not_exists() | attribute.eq(None)
            condition = calls.both(condition, pin)
        return condition

    def changing(self, name: str) -> UpdatePlan[ModelT]:
        """The plan itself. Raises ``InvalidUpdate`` for a field that no update may change."""
        declared = self.codec.declared
        if name in self.codec.keys[None].fields:
            raise InvalidUpdate(f"{name} is part of the key: put another item, and delete this one")
        if name in (declared.version, declared.updated):
            raise InvalidUpdate(f"{name} is set by every update")
        return self

    def computed(self, name: str, update: Update) -> UpdatePlan[ModelT]:
        """The plan with an update that computes a field's value in the table, so that it is not known here."""
        return replace(self.changing(name), update=update, unknown=self.unknown | {name})

    def _is_left_out(self, name: str) -> bool:
        declared = self.codec.fields[name]
        return declared.default is None and not declared.is_required()

    def _stored(self, where: _Place, value: object) -> Any:
        """A value as it is stored that is put into a field, or is the whole of it."""
        if isinstance(value, Buildable):
            return value
        if not where.whole:
            return where.stored(value)
        return self.codec.encoded_field(where.field, value)

    def _members(self, where: _Place, value: object) -> Any:
        """What is added to a field or taken from it: of its type, but not bound to what is demanded of the whole."""
        if not where.whole or isinstance(value, Buildable):
            return self._stored(where, value)
        return self.codec.encoded_field(where.field, self.codec.of_type(where.field, value))

    def _resolve(self, path: str) -> _Place:
        return _resolved(self.codec, path)


@dataclass(frozen=True, slots=True)
class _Place:
    """A path into an item: its field, and whether that is all of it."""

    field: str
    path: nodes.Path
    whole: bool
    owner: type[BaseModel] | None = None
    name: str = ""

    def stored(self, value: object) -> Any:
        """A value for this place, validated where a nested model says what may be there."""
        if self.owner is None:
            return storable(value.model_dump(by_alias=True) if isinstance(value, BaseModel) else value)
        holder = self.owner.model_construct()
        self.owner.__pydantic_validator__.validate_assignment(holder, self.name, value)
        dumped = holder.model_dump(include={self.name}, by_alias=True, round_trip=True)
        return storable(dumped[attribute_of(self.name, self.owner.model_fields[self.name])])


def _resolved(codec: Codec[Any], text: str) -> _Place:
    """A path of fields, such as ``"address.city"``, as one of attributes. Raises ``ConfigurationError``."""
    first, *others = to_path(text).parts
    if not isinstance(first, nodes.Name):
        raise ConfigurationError(f"a path begins with a field, not with {text!r}")
    parts: list[nodes.Name | nodes.Alias | nodes.ListIndex] = [nodes.Name(codec.attribute(first.text))]
    inner, owner, last = _model_in(codec.fields[first.text].annotation), None, ""
    for part in others:
        owner, last = None, ""
        if isinstance(part, nodes.Name) and inner is not None:
            declared = inner.model_fields.get(part.text)
            if declared is None:
                raise ConfigurationError(f"{text}: a {inner.__name__} has no field {part.text!r}")
            parts.append(nodes.Name(attribute_of(part.text, declared)))
            owner, last, inner = inner, part.text, _model_in(declared.annotation)
        else:
            parts.append(part)
            inner = None
    return _Place(first.text, nodes.Path(tuple(parts)), not others, owner, last)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, where it holds one and nothing else but ``None``."""
    kinds = [kind for kind in (get_args(annotation) or (annotation,)) if kind is not type(None)]
    (only, *others) = kinds or [None]
    return only if not others and isinstance(only, type) and issubclass(only, BaseModel) else None


def _path(name: str) -> nodes.Path:
    return nodes.Path((nodes.Name(name),))
