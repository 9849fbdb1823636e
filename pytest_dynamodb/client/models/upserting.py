"""Updates of typed items that make the item where there is none: whole, as a put would make it."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client import calls
from pytest_dynamodb.client.models.codec import ABSENT
from pytest_dynamodb.client.models.declaration import InvalidUpdate
from pytest_dynamodb.client.models.entities import now, read_after
from pytest_dynamodb.client.models.keys import KeyTemplates
from pytest_dynamodb.client.models.kinds import is_left_out
from pytest_dynamodb.client.models.updating import UpdatePlan
from pytest_dynamodb.client.steps import Steps, send
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.expressions import nodes
from pytest_dynamodb.expressions.builders import ConditionLike
from pytest_dynamodb.expressions.updates import Update

ModelT = TypeVar("ModelT", bound=BaseModel)


class UpsertPlan(UpdatePlan[ModelT]):
    """An update that makes the item where there is none.

    What it says nothing of keeps its value, and gets the model's default where the item is new: the fields of the key,
    the discriminator, and the keys of indexes too.
    """

    __slots__ = ()

    def steps(self, clock: Clock) -> Steps[ModelT]:
        """Send it; returns the item as it is then.

        Raises ``InvalidUpdate`` with nothing sent, and ``InvalidItemWritten`` where what was stored does not fit.
        """
        item = yield from send(self.call(clock))
        return read_after(self.codec, item or {})

    def _condition(self, relied: ConditionLike | None) -> ConditionLike | None:
        return calls.both(relied, self.condition)

    def _stamped(self, update: Update, clock: Clock) -> Update:
        created = self.codec.declared.created
        if created is not None and created not in self._touched:
            moment = self.codec.encoded_field(created, now(clock))
            update = update.set_if_absent(_path(self.codec.attributes[created]), moment)
        return super()._stamped(update, clock)

    @property
    def _touched(self) -> set[str]:
        return {*self.known, *self.removed, *self.unknown}

    def _with_keys(self, update: Update) -> tuple[Update, ConditionLike | None]:
        codec, defaults = self.codec, self._defaults()
        own = {name for name, _ in codec.keys[None].all}
        for name, value in {**self.certain, **defaults}.items():
            stored = codec.encoded_field(name, value)
            if codec.attributes[name] not in own and stored is not None and stored is not ABSENT:
                update = update.set_if_absent(_path(codec.attributes[name]), stored)
        if codec.declared.discriminator is not None:
            update = update.set(_path(codec.declared.discriminator), codec.name)
        for keys in codec.keys.values():
            derived = [name for name, _ in keys.all if name in codec.derived]
            if keys.index is not None and derived:
                update = self._placed(update, keys, derived, defaults)
        return update, None

    def _defaults(self) -> dict[str, Any]:
        """The values that a new item has in the fields of which nothing is said."""
        codec, declared = self.codec, self.codec.declared
        said = {*self._touched, *self.certain, declared.version, declared.created, declared.updated}
        silent = {name: field for name, field in codec.fields.items() if name not in said}
        missing = [name for name, field in silent.items() if field.is_required() and not is_left_out(field)]
        if missing:
            raise InvalidUpdate(
                f"where there is no item yet, {', '.join(missing)} would be missing: a {codec.name} must have it"
            )
        return {
            name: field.get_default(call_default_factory=True)
            for name, field in silent.items()
            if not field.is_required()
        }

    def _placed(self, update: Update, keys: KeyTemplates, derived: list[str], defaults: dict[str, Any]) -> Update:
        """The update with the whole key of an index, or without all of it."""
        if any(name in self.removed or (name in self.known and self.known[name] is None) for name in keys.fields):
            return update.remove(*map(_path, derived))
        values = {**defaults, **self.certain, **self.known}
        unsure = [name for name in keys.fields if name not in values or name in self.unknown]
        silent = [name for name in keys.fields if name in defaults]
        changes = any(name in self.known for name in keys.fields)
        if unsure or (changes and silent):
            raise InvalidUpdate(
                f"{', '.join(derived)}, of {keys.whose}, is made of {', '.join(keys.fields)}: set "
                f"{', '.join(unsure or silent)} to a value too"
            )
        if any(values[name] is None for name in silent):
            return update  # a new item is not in the index, and one that is there stays where it is
        keys.check_widths(values)
        for name, template in keys.all:
            if name in derived:
                put = update.set_if_absent if silent else update.set
                update = put(_path(name), template.made_of(values))
        return update


def _path(name: str) -> nodes.Path:
    return nodes.Path((nodes.Name(name),))
