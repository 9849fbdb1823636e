"""The models of one table, and which of them an item is of."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client import calls
from pytest_dynamodb.client.models import kinds
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.declaration import (
    InvalidItem,
    InvalidItemWritten,
    VersionConflict,
    declaration_of,
    declaration_of_fields,
    version_conflict,
)
from pytest_dynamodb.client.models.instants import spelled
from pytest_dynamodb.client.models.strangers import Alien, is_of, is_stranger, shown_of
from pytest_dynamodb.client.operations.keys import KeyNames, KeysLike, TableBook
from pytest_dynamodb.client.operations.plan import ReadPlan
from pytest_dynamodb.client.operations.reading import Decode
from pytest_dynamodb.client.steps import Steps, send
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.errors import ConditionalCheckFailedException, ConfigurationError
from pytest_dynamodb.expressions.builders import Attr, Condition
from pytest_dynamodb.expressions.nodes import Name, Path

if TYPE_CHECKING:
    from pytest_dynamodb.expressions.builders import ConditionLike


def codec_of(table: str, model: type[Any], keys: KeysLike | None = None) -> Codec[Any]:
    """The codec of a model; of one that is not declared, the fields that are the key. Raises ``ConfigurationError``."""
    kinds.check_model(model)
    declared = declaration_of(model) if keys is None else declaration_of_fields(KeyNames.of(keys).all)
    return Codec(table, model, declared)


class Entities:
    """Models that share a table. Raises ``ConfigurationError`` if two could make the same key."""

    table: str
    codecs: dict[type[Any], Codec[Any]]

    def __init__(self, table: str, codecs: Sequence[Codec[Any]], alien: Alien = "skip") -> None:
        self.table, self.alien, self.codecs = table, alien, {codec.model: codec for codec in codecs}
        for one, other in combinations(codecs, 2):
            _keep_apart(one, other)

    def of(self, model: type[Any]) -> Codec[Any]:
        """The codec of one of the models. Raises ``ConfigurationError`` for another one."""
        kinds.check_model(model)
        codec = self.codecs.get(model)
        if codec is None:
            there = ", ".join(codec.name for codec in self.codecs.values())
            raise ConfigurationError(f"{self.table} was not made with the model {model.__name__}, but with {there}")
        return codec

    def codec_for(self, item: calls.Item) -> Codec[Any]:
        """The codec that an item is of: by its discriminator, or its key where it has none. Raises ``InvalidItem``."""
        for codec in self.codecs.values():
            if is_of(codec, item):
                return codec
        names = " or ".join(codec.name for codec in self.codecs.values())
        raise InvalidItem(self.table, names, item, "neither its discriminator nor its key is of one of them")

    def decoded(self, item: calls.Item) -> Any:
        """The instance of an item. Raises ``InvalidItem``."""
        return self.codec_for(item).decoded(item)

    def read(self, item: calls.Item) -> Any:
        """What a query or a scan hands over of an item that it shows."""
        codecs = tuple(self.codecs.values())
        if self.alien == "raw" and is_stranger(codecs, item):
            return item
        return codecs[0].decoded(item) if len(codecs) == 1 else self.decoded(item)

    def only(self, codec: Codec[Any]) -> Entities:
        """One of the models alone."""
        return Entities(self.table, [codec], self.alien)

    def shown(self, plan: ReadPlan) -> ReadPlan:
        """The plan without items of other models, and without strangers if these are passed over."""
        condition = self.condition(plan.index)
        plan = plan if condition is None else plan.shown_by(condition)
        test = shown_of(self.table, plan.index, tuple(self.codecs.values()), self.alien)
        return plan if test is None else plan.tested(test)

    def condition(self, index: str | None = None) -> Condition | None:
        """The filter for items of these models; ``None`` where a model or the index has no discriminator.

        Those without a discriminator are told apart by their keys when they are read.
        """
        by_attribute: dict[str, list[str]] = {}
        for codec in self.codecs.values():
            if codec.declared.discriminator is None or index in codec.undiscriminating:
                return None
            by_attribute.setdefault(codec.declared.discriminator, []).extend(codec.names)
        whole: Condition | None = None
        for attribute, names in by_attribute.items():
            of = Attr.of(attribute)
            term = (of.eq(names[0]) if len(names) == 1 else of.is_in(names)) | of.not_exists()
            whole = term if whole is None else whole | term
        return whole

    def tell(self, book: TableBook) -> None:
        """Tell the client the names of the keys, so that it need not describe the table."""
        indexes: dict[str, KeysLike] = {}
        own: KeysLike | None = None
        for codec in self.codecs.values():
            for keys in codec.keys.values():
                names = [[name for name, _ in kind] for kind in (keys.partition, keys.sort) if kind]
                if keys.index is None:
                    own = names
                else:
                    indexes[keys.index] = names
        book.give(self.table, own, indexes)


def _keep_apart(one: Codec[Any], other: Codec[Any]) -> None:
    names = [[name for name, _ in codec.keys[None].all] for codec in (one, other)]
    if names[0] != names[1]:
        raise ConfigurationError(
            f"{one.name} and {other.name} are in one table, whose key has one set of names: {', '.join(names[0])}, "
            f"or {', '.join(names[1])}"
        )
    shared = set(one.names) & set(other.names)
    if shared:
        raise ConfigurationError(f"two models of one table are called {min(shared)}: give one another name with name=")
    if one.keys[None].may_equal(other.keys[None]):
        texts = [" ".join(template.text for _, template in codec.keys[None].all) for codec in (one, other)]
        raise ConfigurationError(
            f"a {one.name} ({texts[0]}) and a {other.name} ({texts[1]}) could have the same key, and overwrite each "
            "other: let a part of the templates that is not a field differ"
        )


# --- reads ---
# Typed items are read as instances of their model, of a model with some of the fields, or as they are stored.


@dataclass(frozen=True, slots=True)
class Expiry:
    """Whether items whose time to live is over are shown: DynamoDB takes up to days to delete them."""

    clock: Clock
    hidden: bool = False

    def hides(self, codec: Codec[Any], item: calls.Item) -> bool:
        return self.hidden and codec.is_expired(item, self.clock.now())

    def applied(self, entities: Entities, plan: ReadPlan) -> ReadPlan:
        """The plan without items that have expired, if these are hidden."""
        attributes = {codec.ttl for codec in entities.codecs.values() if codec.ttl is not None}
        for attribute in sorted(attributes) if self.hidden else ():
            of = Attr.of(attribute)
            alive = of.not_exists() | of.gt(int(self.clock.now()))
            whole = alive if plan.passing_filter is None else plan.passing_filter & alive
            plan = replace(plan, passing_filter=whole)
        return plan


def get_call(
    codec: Codec[Any], key: calls.Item, expiry: Expiry, *, consistent: bool, into: type[BaseModel] | None, raw: bool
) -> calls.ApiCall[Any]:
    """``GetItem``; read as an instance or as stored, or as ``None`` where there is no item."""
    names = None if into is None else codec.projection(into)
    extra = [codec.ttl] if names is not None and expiry.hidden and codec.ttl not in (None, *names) else []
    paths = None if names is None else [Path((Name(name),)) for name in (*names, *extra) if name is not None]
    call = calls.get_item(codec.table, key, consistent=consistent, projection=paths)
    decode = decoder(codec, into=into, raw=raw)

    def answered(answer: Mapping[str, Any]) -> Any:
        item = call.read(answer)
        if item is None or expiry.hides(codec, item):
            return None
        for name in extra:
            item.pop(name or "", None)
        return item if decode is None else decode(item)

    return calls.ApiCall(call.operation, call.params, answered)


def decoder(codec: Codec[Any], *, into: type[BaseModel] | None = None, raw: bool = False) -> Decode[Any] | None:
    """What is made of an item: an instance of the model, or of ``into``; ``None`` leaves it as it is stored."""
    if into is not None:
        return lambda item: codec.decoded_part(into, item)
    return None if raw else codec.decoded


# --- puts and deletes ---
# Typed items are validated, stamped, and only written over the version that was read.

ModelT = TypeVar("ModelT", bound=BaseModel)


def now(clock: Clock) -> datetime.datetime:
    """The time, for stamps."""
    return datetime.datetime.fromtimestamp(clock.now(), datetime.timezone.utc)


def version_of(codec: Codec[Any], instance: BaseModel) -> int:
    """The version that an instance was read with; 0 for a new one."""
    return int(getattr(instance, codec.declared.version or "", None) or 0)


def expected_version(codec: Codec[Any], version: int) -> Condition | None:
    """The condition that the stored item still has this version; for 0, that no item exists."""
    if codec.version is None:
        return None
    if version:
        return Attr.of(codec.version).eq(version)
    (name, _), *_ = codec.keys[None].all
    return Attr.of(name).not_exists()


def stamped(codec: Codec[ModelT], instance: ModelT, clock: Clock) -> ModelT:
    """The instance as it will be stored: validated, with its next version and its stamps. Raises pydantic's errors."""
    declared, stamps = codec.declared, dict[str, Any]()
    if declared.version is not None:
        stamps[declared.version] = version_of(codec, instance) + 1
    if declared.created is not None and getattr(instance, declared.created, None) is None:
        stamps[declared.created] = now(clock)
    if declared.updated is not None:
        stamps[declared.updated] = now(clock)
    return codec.checked(instance.model_copy(update=stamps) if stamps else instance)


def put(codec: Codec[ModelT], instance: ModelT, condition: ConditionLike | None, clock: Clock) -> Steps[ModelT]:
    """Write an instance; returns what was stored.

    Raises ``VersionConflict``, and before anything is sent pydantic's errors.
    """
    stored = stamped(codec, instance, clock)
    version, condition = version_of(codec, instance), spelled((codec,), condition)
    call = put_call(codec, stored, calls.both(expected_version(codec, version), condition))
    try:
        yield from send(call)
    except ConditionalCheckFailedException as error:
        raise_conflict(codec, error, version)
        raise
    return stored


def overwrite(codec: Codec[ModelT], instance: ModelT, condition: ConditionLike | None, clock: Clock) -> Steps[ModelT]:
    """Write an instance over whatever version is there, as the next one of that: so nobody takes it for another."""
    while True:
        try:
            return (yield from put(codec, instance, condition, clock))
        except VersionConflict as conflict:
            if (conflict.found or 0) == version_of(codec, instance):
                raise  # it is there without a version
            instance = instance.model_copy(update={codec.declared.version or "": conflict.found or 0})


def put_call(codec: Codec[ModelT], stored: ModelT, condition: ConditionLike | None) -> calls.ApiCall[calls.Item | None]:
    return calls.put_item(codec.table, codec.encoded(stored), condition=condition, return_old=False, floats=False)


def delete(
    codec: Codec[ModelT], key: calls.Item, condition: ConditionLike | None, version: int | None
) -> Steps[ModelT | None]:
    """Delete an item; returns what it was. Raises ``VersionConflict`` if ``version`` is given and not the item's."""
    expected = None if version is None else expected_version(codec, version)
    condition = spelled((codec,), condition)
    try:
        old = yield from send(
            calls.delete_item(codec.table, key, condition=calls.both(expected, condition), return_old=True)
        )
    except ConditionalCheckFailedException as error:
        raise_conflict(codec, error, version)
        raise
    return None if old is None else read_after(codec, old)


def read_after(codec: Codec[ModelT], item: calls.Item) -> ModelT:
    """What a write has left, or taken. Raises ``InvalidItemWritten``."""
    try:
        return codec.decoded(item)
    except InvalidItem as problem:
        raise InvalidItemWritten(codec.table, codec.name, item, problem.__cause__ or problem) from problem


def raise_conflict(codec: Codec[Any], error: ConditionalCheckFailedException, expected: int | None) -> None:
    """Raise ``VersionConflict``, if that is why the condition is false: the item has another version."""
    if codec.version is None or expected is None:
        return
    found = None if error.item is None else int(error.item.get(codec.version) or 0)
    if (found or 0) != expected or (not expected and error.item is not None):
        raise version_conflict(error, expected, found) from error
