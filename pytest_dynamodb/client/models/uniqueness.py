"""Fields whose values no two items share: each value in use has a guard, an item written in the same transaction.

A guard's partition key is ``UNIQUE#<model>#<field>#<value>``, with the first name that the model had; ``of`` is the key
of the item that has the value. The stored item is read first, as only what it says tells which guards are its own; that
it still says so is a condition.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client import calls
from pytest_dynamodb.client.models import entities
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.declaration import InvalidUpdate, NotUnique
from pytest_dynamodb.client.models.instants import spelled
from pytest_dynamodb.client.models.updating import UpdatePlan
from pytest_dynamodb.client.operations.transactions import Action, TransactionCancelled, write
from pytest_dynamodb.client.steps import Steps, send
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.errors import ConditionalCheckFailedException, ConfigurationError, ItemNotFound, quoted
from pytest_dynamodb.expressions.builders import Attr, ConditionLike
from pytest_dynamodb.values import to_wire, to_wire_item

ModelT = TypeVar("ModelT", bound=BaseModel)

ATTEMPTS = 5
"""How often an item is read again, because its unique fields have changed since."""
LONGEST = 512
"""Characters of a value that stand in a guard's key; of a longer one, its SHA-256."""


def put(
    codec: Codec[ModelT], instance: ModelT, condition: ConditionLike | None, clock: Clock, *, over: bool = False
) -> Steps[ModelT]:
    """Write an instance; returns what was stored. ``over``: over whatever version is there.

    Raises ``VersionConflict``, ``NotUnique``, and before anything is sent pydantic's errors.
    """
    if not codec.declared.unique:
        return (yield from (entities.overwrite if over else entities.put)(codec, instance, condition, clock))
    key, condition = codec.key_of(instance), spelled((codec,), condition)
    for _ in range(ATTEMPTS):
        old = yield from _read(codec, key)
        if over and codec.version is not None:
            found = 0 if old is None else int(old.get(codec.version) or 0)
            instance = instance.model_copy(update={codec.declared.version or "": found})
        stored = entities.stamped(codec, instance, clock)
        item, version = codec.encoded(stored), entities.version_of(codec, instance)
        expected = calls.both(entities.expected_version(codec, version), condition)
        action = Action("Put", codec.table, {"Item": to_wire_item(item)}, calls.both(expected, _still(codec, key, old)))
        if (yield from _written(codec, action, key, old, item, version)):
            return stored
    raise _changing(codec, key)


def delete(
    codec: Codec[ModelT], key: calls.Item, condition: ConditionLike | None, version: int | None
) -> Steps[ModelT | None]:
    """Delete an item; returns what it was. Raises ``VersionConflict`` if ``version`` is given and not the item's."""
    if not codec.declared.unique:
        return (yield from entities.delete(codec, key, condition, version))
    expected = None if version is None else entities.expected_version(codec, version)
    condition = spelled((codec,), condition)
    for _ in range(ATTEMPTS):
        old = yield from _read(codec, key)
        still = calls.both(calls.both(expected, condition), _still(codec, key, old))
        action = Action("Delete", codec.table, {"Key": to_wire_item(key)}, still)
        if (yield from _written(codec, action, key, old, None, version)):
            return None if old is None else entities.read_after(codec, old)
    raise _changing(codec, key)


def update(plan: UpdatePlan[ModelT], clock: Clock) -> Steps[ModelT]:
    """Send an update; returns the item as it is then. Raises as the plan's ``steps``, and ``NotUnique``."""
    codec = plan.codec
    changed = [name for name in codec.declared.unique if name in {*plan.known, *plan.removed, *plan.unknown}]
    if not changed:
        return (yield from plan.steps(clock))
    unsure = [name for name in changed if name in plan.unknown]
    if unsure:
        raise InvalidUpdate(f"{', '.join(unsure)} is unique: set it to a value, which is known before it is written")
    for _ in range(ATTEMPTS):
        old = yield from _read(codec, plan.key)
        if old is None:
            raise ItemNotFound(codec.table, plan.key)
        item = {name: value for name, value in old.items() if name not in map(codec.attribute, changed)}
        for name in changed:
            if plan.known.get(name) is not None:
                item[codec.attributes[name]] = codec.encoded_field(name, plan.known[name])
        still = _still(codec, plan.key, old)
        found = replace(plan, found=old)
        params = dict((found if still is None else found.only_if(still)).call(clock).params)
        params.pop("ReturnValues", None)
        action = Action("Update", codec.table, params)
        if (yield from _written(codec, action, plan.key, old, item, plan.version or None)):
            after = yield from _read(codec, plan.key)
            return entities.read_after(codec, after or {})
    raise _changing(codec, plan.key)


def _read(codec: Codec[Any], key: calls.Item) -> Steps[calls.Item | None]:
    return (yield from send(calls.get_item(codec.table, key, consistent=True, projection=None)))


def _written(
    codec: Codec[Any],
    action: Action,
    key: calls.Item,
    old: calls.Item | None,
    new: calls.Item | None,
    version: int | None,
) -> Steps[bool]:
    """Carry out the action with its guards; ``False`` if the item's unique fields have changed since it was read."""
    before, after = guards(codec, old), guards(codec, new)
    taken = [field for field in after if after[field] != before.get(field)]
    freed = [field for field in before if before[field] != after.get(field)]
    actions = [action]
    actions += [_guarding(codec, after[field], key) for field in taken]
    actions += [_freeing(codec, before[field]) for field in freed]
    try:
        yield from write(actions, None)
    except TransactionCancelled as cancelled:
        for field, guarding in zip(taken, actions[1:], strict=False):
            failure = cancelled.failure_of(guarding)
            if failure is not None and failure.code == "ConditionalCheckFailed":
                raise NotUnique(codec.name, field, (new or {}).get(codec.attributes[field])) from cancelled
        failure = cancelled.failure_of(action)
        if failure is None or failure.code != "ConditionalCheckFailed":
            raise
        if guards(codec, failure.old_item) != before:
            return False
        error = ConditionalCheckFailedException(failure.message, table=codec.table, item=failure.old_item)
        entities.raise_conflict(codec, error, version)
        raise error from cancelled
    return True


def guards(codec: Codec[Any], item: Mapping[str, Any] | None) -> dict[str, str]:
    """The partition keys of an item's guards, by field."""
    found = {}
    for field in codec.declared.unique:
        value = None if item is None else item.get(codec.attributes[field])
        if value is not None:
            ((tag, content),) = to_wire(value).items()
            text = f"{tag}:{content}"
            if len(text) > LONGEST:
                text = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
            found[field] = codec.declared.delimiter.join(("UNIQUE", codec.names[-1], field, text))
    return found


def _guard_key(codec: Codec[Any], partition: str) -> calls.Item:
    (name, _), *sort = codec.keys[None].all
    return {name: partition, **{one: "UNIQUE" for one, _ in sort}}


def _guarding(codec: Codec[Any], partition: str, of: calls.Item) -> Action:
    (name, _), *_ = codec.keys[None].all
    item = {**_guard_key(codec, partition), codec.declared.discriminator or "": "unique", "of": dict(of)}
    return Action("Put", codec.table, {"Item": to_wire_item(item)}, Attr.of(name).not_exists())


def _freeing(codec: Codec[Any], partition: str) -> Action:
    return Action("Delete", codec.table, {"Key": to_wire_item(_guard_key(codec, partition))})


def _still(codec: Codec[Any], key: calls.Item, old: calls.Item | None) -> ConditionLike | None:
    """That the unique fields are what was read: on which the guards rely."""
    if old is None:
        return Attr.of(next(iter(key))).not_exists()
    condition: ConditionLike | None = None
    for field in codec.declared.unique:
        attribute = Attr.of(codec.attributes[field])
        value = old.get(codec.attributes[field])
        condition = calls.both(condition, attribute.not_exists() if value is None else attribute.eq(value))
    return condition


def _changing(codec: Codec[Any], key: calls.Item) -> ConditionalCheckFailedException:
    return ConditionalCheckFailedException(
        f"the unique fields of {quoted(key, 200)} change faster than they can be written over", table=codec.table
    )


def check_unique(codec: Codec[Any]) -> None:
    """Raise ``ConfigurationError`` for unique fields that could not be kept so."""
    declared = codec.declared
    strange = [name for name in declared.unique if name not in codec.fields]
    if strange:
        raise ConfigurationError(f"{codec.name} has no field {', '.join(strange)} to be unique")
    if declared.unique and declared.discriminator is None:
        raise ConfigurationError(
            f"{codec.name} has unique fields, whose guards are items of the table: give it a discriminator"
        )


def refuse_unique(codec: Codec[Any], what: str, instead: Sequence[str] = ("put", "update", "delete")) -> None:
    """Raise ``ConfigurationError`` for a way to write that keeps no guards."""
    if codec.declared.unique:
        raise ConfigurationError(
            f"{what} cannot keep {', '.join(codec.declared.unique)} unique in a {codec.name}: use {', '.join(instead)} "
            "of its table"
        )
