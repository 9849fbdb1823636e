"""Updates of typed items: by field, validated, with the keys of indexes that are made of these fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client import arguments, calls
from pytest_dynamodb.client.models.codec import ABSENT, Codec
from pytest_dynamodb.client.models.declaration import InvalidItem, InvalidUpdate
from pytest_dynamodb.client.models.entities import expected_version, now, raise_conflict, read_after
from pytest_dynamodb.client.models.instants import spelled
from pytest_dynamodb.client.models.keys import KeyTemplates
from pytest_dynamodb.client.models.outcomes import FieldAction, FieldChange, guards, outcome
from pytest_dynamodb.client.models.places import FieldPlace
from pytest_dynamodb.client.steps import Steps, send
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.errors import ConditionalCheckFailedException, ItemNotFound
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.builders import Attr, Buildable, ConditionLike, Sum
from pytest_dynamodb.expressions.updates import Update

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class UpdatePlan(Generic[ModelT]):
    """The changes of an update.

    ``known`` are the values of fields that it sets, ``certain`` those of the key, which do not change; ``unknown`` are
    fields of which it changes the value in the table, ``removed`` those of which it takes it away. ``instance`` is what
    the caller has read; ``found`` is the item that was in the table when a guard did not hold.
    """

    codec: Codec[ModelT]
    key: calls.Item
    changes: tuple[FieldChange, ...] = ()
    certain: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    instance: ModelT | None = None
    found: calls.Item | None = None
    version: int | None = None
    condition: ConditionLike | None = None

    def set(self, path: str, value: object) -> UpdatePlan[ModelT]:
        """Set a field. Raises ``InvalidValue``, ``ConfigurationError`` for a field that is not there."""
        place = FieldPlace.of(self.codec, path)
        if isinstance(value, (Buildable, Sum, nodes.Arithmetic)):
            return self._computing("set", place, value, known=False)
        if not place.whole:
            stored = place.stored(value)
            return self._removing(place) if stored is ABSENT else self._computing("set", place, stored)
        return self.setting(place, self.codec.validated_field(place.field, value))

    def setting(self, place: FieldPlace, valid: Any) -> UpdatePlan[ModelT]:
        """Set a whole field to a value that is valid."""
        plan = self._changing(place.field)
        stored = self.codec.encoded_field(place.field, valid)
        if stored is ABSENT:
            return self._removing(place)
        known = {**self.known, place.field: valid}
        return replace(plan, changes=(*self.changes, FieldChange("set", place, stored)), known=known)

    def set_if_absent(self, path: str, value: object) -> UpdatePlan[ModelT]:
        place = FieldPlace.of(self.codec, path)
        stored = value if isinstance(value, Buildable) else place.stored(value)
        if stored is ABSENT:
            raise InvalidUpdate(f"{path}: a field that is absent is an empty set, or None, already")
        return self._computing("default", place, stored, known=not isinstance(value, Buildable))

    def append(self, path: str, values: Iterable[object]) -> UpdatePlan[ModelT]:
        place = FieldPlace.of(self.codec, path)
        return self._computing("append", place, place.items(arguments.listed(path, values)))

    def add(self, path: str, value: object) -> UpdatePlan[ModelT]:
        place = FieldPlace.of(self.codec, path)
        if isinstance(value, Buildable):
            raise InvalidUpdate(f"{path}: DynamoDB adds a value, and no other attribute: set(path, Attr(...) + ...)")
        return self._computing("add", place, place.members(value) if place.holds_sets else place.number(value))

    def delete(self, path: str, members: Iterable[object]) -> UpdatePlan[ModelT]:
        place = FieldPlace.of(self.codec, path)
        return self._computing("delete", place, place.members(arguments.listed(path, members)))

    def remove(self, *paths: str) -> UpdatePlan[ModelT]:
        """Remove fields. Raises ``InvalidUpdate`` for one that the model needs."""
        plan = self
        for path in paths:
            place = FieldPlace.of(plan.codec, path)
            if place.is_required:
                of = plan.codec.name if place.owner is None else place.owner.__name__
                raise InvalidUpdate(f"{path} cannot be removed: a {of} must have it")
            plan = plan._removing(place)
        return plan

    def only_if(self, condition: ConditionLike) -> UpdatePlan[ModelT]:
        return replace(self, condition=calls.both(self.condition, spelled((self.codec,), condition)))

    def steps(self, clock: Clock) -> Steps[ModelT]:
        """Send it; returns the item as it is then.

        Raises ``ItemNotFound`` if there is none, ``VersionConflict``, ``InvalidUpdate`` with nothing sent, and
        ``InvalidItemWritten`` where what was stored then does not fit the model.
        """
        try:
            item = yield from send(self.call(clock))
        except ConditionalCheckFailedException as error:
            raise_conflict(self.codec, error, self.version or None)
            if error.item is None:
                raise ItemNotFound(self.codec.table, self.key) from error
            again = self._knowing(error.item)
            if again is None:
                raise
            item = yield from send(again.call(clock))
        return read_after(self.codec, item or {})

    def call(self, clock: Clock) -> calls.ApiCall[calls.Item | None]:
        self._check_outcome()
        update = reduce(_carried, self.changes, Update())
        update, condition = self._with_keys(update)
        update = self._stamped(update, clock)
        condition = calls.both(condition, self._guards())
        return calls.update_item(
            self.codec.table, self.key, update, condition=self._condition(condition), returning="all_new"
        )

    # --- what is there ---

    def _knowing(self, item: calls.Item) -> UpdatePlan[ModelT] | None:
        """The plan for an item of which a guard of ours did not hold; ``None`` where that was not the reason."""
        relied = bool(guards(self.changes)) or (self.instance is None and self._with_keys(Update())[1] is not None)
        if self.found is not None or not relied:
            return None
        try:
            self.codec.decoded(item)
        except InvalidItem:
            return None
        return replace(self, found=item)

    @property
    def _base(self) -> calls.Item | None:
        """The item that is changed, as far as it is known."""
        if self.found is not None:
            return self.found
        return None if self.instance is None else self.codec.encoded(self.instance)

    def _result(self) -> ModelT | None:
        """The instance that the update makes; ``None`` where that is not known."""
        base = self._base
        made = None if base is None else outcome(self.changes, base)
        return None if made is None else self.codec.decoded(made)

    def _check_outcome(self) -> None:
        """Raise ``InvalidUpdate`` for an update that would leave what is no instance of the model."""
        try:
            self._result()
        except InvalidItem as problem:
            raise InvalidUpdate(
                f"nothing has been written: this update would leave what is none: {problem}"
            ) from problem

    def _guards(self) -> ConditionLike | None:
        """What the outcome relies upon: that a number is not too small, say; or what was found, where that is known."""
        conditions = guards(self.changes)
        if not conditions or self.found is None:
            return reduce(calls.both, conditions, None)
        condition: ConditionLike | None = None
        for name in dict.fromkeys(change.place.field for change in self.changes if change.place.demands):
            attribute = self.codec.attributes[name]
            condition = calls.both(condition, _is_still(attribute, self.found.get(attribute, ABSENT)))
        return condition

    def _condition(self, relied: ConditionLike | None) -> ConditionLike | None:
        name = self.codec.keys[None].all[0][0]
        there: ConditionLike | None = Attr.of(name).exists()
        if self.version:
            there = expected_version(self.codec, self.version)
        return calls.both(calls.both(there, relied), self.condition)

    def _stamped(self, update: Update, clock: Clock) -> Update:
        declared, codec = self.codec.declared, self.codec
        if codec.version is not None:
            update = update.add(_path(codec.version), 1)
        if declared.updated is not None:
            moment = codec.encoded_field(declared.updated, now(clock))
            update = update.set(_path(codec.attributes[declared.updated]), moment)
        return update

    # --- keys of indexes ---

    def _with_keys(self, update: Update) -> tuple[Update, ConditionLike | None]:
        """The update with what it does to the keys of indexes; and what that relies upon."""
        condition: ConditionLike | None = None
        changed = {*self.known, *self.removed, *self.unknown}
        for keys in self.codec.keys.values():
            computed = [name for name in keys.fields if name not in self.codec.fields]
            if keys.index is None or not ((changed and computed) or changed.intersection(keys.fields)):
                continue
            derived = [name for name, _ in keys.all if name in self.codec.derived]
            if derived:
                update, relied = self._with_key(update, keys, derived, changed, computed)
                condition = calls.both(condition, relied)
        return update, condition

    def _with_key(
        self, update: Update, keys: KeyTemplates, derived: list[str], changed: Collection[str], computed: list[str]
    ) -> tuple[Update, ConditionLike | None]:
        """The update with one index's key: the whole of it, or the part that changes where the rest is there."""
        templates = dict(keys.all)
        fields = list(keys.fields)
        relied: ConditionLike | None = None
        if self.removed.intersection(fields) or any(self.known.get(one, "") is None for one in fields):
            return update.remove(*map(_path, derived)), None
        if computed or not all(map(self._is_certain, fields)):
            touched = [name for name in derived if any(one in changed for one in templates[name].fields)]
            if computed:
                return self._with_computed_key(update, keys, derived, computed)
            fields = list(dict.fromkeys(one for name in touched for one in templates[name].fields))
            self._check_known(keys, touched, fields)
            relied = self._is_there(keys, touched)
            derived = touched
        values = {one: self._value(one) for one in fields}
        relied = calls.both(
            relied, self._pins(one for one in fields if one not in self.known and one not in self.certain)
        )
        if None in values.values():
            return update.remove(*(_path(name) for name, _ in keys.all if name in self.codec.derived)), relied
        keys.check_widths(values)
        for name in derived:
            update = update.set(_path(name), templates[name].made_of(values))
        return update, relied

    def _with_computed_key(
        self, update: Update, keys: KeyTemplates, derived: list[str], computed: list[str]
    ) -> tuple[Update, ConditionLike | None]:
        """A key of a computed field, which any other may change: of the whole outcome, where that is known."""
        result, base = self._result(), self._base
        if result is None or base is None:
            raise InvalidUpdate(
                f"{', '.join(derived)}, of {keys.whose}, is made of {', '.join(computed)}, whose value will be known "
                "when the item is read: update an instance that was read, or put the whole item"
            )
        made = keys.made_of_what_there_is(self.codec.values(result, keys.fields))
        keys.check_widths(self.codec.values(result, keys.fields))
        for name in derived:
            update = update.set(_path(name), made[name]) if name in made else update.remove(_path(name))
        relied: ConditionLike | None = None
        for name, attribute in self.codec.attributes.items():
            if not self.version and name not in self.certain and attribute != self.codec.version:
                relied = calls.both(relied, _is_still(attribute, base.get(attribute, ABSENT)))
        return update, relied

    def _is_certain(self, name: str) -> bool:
        """Whether a field's value will be known when the update has been carried out."""
        if name in self.unknown:
            return False
        return name in self.known or name in self.certain or self._read is not None

    @property
    def _read(self) -> ModelT | None:
        """The instance of what is there."""
        return self.codec.decoded(self.found) if self.instance is None and self.found is not None else self.instance

    def _is_there(self, keys: KeyTemplates, touched: Collection[str]) -> ConditionLike | None:
        """That the item has the rest of the key: it may be older than the index."""
        condition: ConditionLike | None = None
        for name, _ in keys.all:
            field = next((one for one, attribute in self.codec.attributes.items() if attribute == name), "")
            if name not in touched and field not in self.known and name not in self.key:
                condition = calls.both(condition, Attr.of(name).exists())
        return condition

    def _check_known(self, keys: KeyTemplates, derived: list[str], fields: Iterable[str]) -> None:
        """Raise ``InvalidUpdate`` unless every field's value will be certain."""
        what = f"{', '.join(derived)}, of {keys.whose},"
        unsure = [one for one in fields if one in self.unknown]
        if unsure:
            raise InvalidUpdate(
                f"{what} is made of {', '.join(unsure)}, whose value will be known in the table alone: set it to a "
                "value, or put the whole item"
            )
        missing = [one for one in fields if not self._is_certain(one)]
        if missing:
            raise InvalidUpdate(
                f"{what} is made of {', '.join(fields)}: set {', '.join(missing)} too, or update an instance that was "
                "read, in place of a key"
            )

    def _value(self, name: str) -> Any:
        for known in (self.known, self.certain):
            if name in known:
                return known[name]
        return None if self._read is None else self.codec.values(self._read, (name,))[name]

    def _pins(self, fields: Iterable[str]) -> ConditionLike | None:
        """That fields still are what they were in the instance, on which a key now relies."""
        condition: ConditionLike | None = None
        for one in fields:
            stored = self.codec.encoded_field(one, self._value(one))
            condition = calls.both(condition, _is_still(self.codec.attributes[one], stored))
        return condition

    # --- changes ---

    def _changing(self, name: str) -> UpdatePlan[ModelT]:
        """The plan itself. Raises ``InvalidUpdate`` for a field that no update may change."""
        declared = self.codec.declared
        if name in self.codec.keys[None].fields:
            raise InvalidUpdate(f"{name} is part of the key: put another item, and delete this one")
        if name in (declared.version, declared.updated):
            raise InvalidUpdate(f"{name} is set by every update")
        return self

    def _computing(
        self, action: FieldAction, place: FieldPlace, value: Any, *, known: bool = True
    ) -> UpdatePlan[ModelT]:
        """The plan with a change after which a field's value is not known here."""
        change = FieldChange(action, place, value, known)
        plan = self._changing(place.field)
        return replace(plan, changes=(*self.changes, change), unknown=self.unknown | {place.field})

    def _removing(self, place: FieldPlace) -> UpdatePlan[ModelT]:
        if not place.whole:
            return self._computing("remove", place, None)
        plan = self._changing(place.field)
        return replace(
            plan, changes=(*self.changes, FieldChange("remove", place)), removed=self.removed | {place.field}
        )


def _carried(update: Update, change: FieldChange) -> Update:
    path, value = change.place.path, change.value
    if change.action == "set":
        return update.set(path, value)
    if change.action == "default":
        return update.set_if_absent(path, value)
    if change.action == "append":
        return update.append(path, value)
    if change.action == "add":
        return update.add(path, value)
    return update.delete(path, value) if change.action == "delete" else update.remove(path)


def _is_still(attribute: str, stored: Any) -> ConditionLike:
    """That an attribute is still this; one that is not there, or NULL, still without a value."""
    of = Attr.of(attribute)
    return of.not_exists() | of.eq(None) if stored is ABSENT or stored is None else of.eq(stored)


def _path(name: str) -> nodes.Path:
    return nodes.Path((nodes.Name(name),))
