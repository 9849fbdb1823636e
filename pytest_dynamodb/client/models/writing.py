"""Puts and deletes of typed items: validated, stamped, and only over the version that was read."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client import calls
from pytest_dynamodb.client.calls import ApiCall, Item, both
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.problems import version_conflict
from pytest_dynamodb.client.steps import Steps, send
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.errors import ConditionalCheckFailedException
from pytest_dynamodb.expressions.attributes import Attr
from pytest_dynamodb.expressions.conditions import Condition

if TYPE_CHECKING:
    from pytest_dynamodb.expressions.conditions import ConditionLike

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
    version = version_of(codec, instance)
    call = put_call(codec, stored, both(expected_version(codec, version), condition))
    try:
        yield from send(call)
    except ConditionalCheckFailedException as error:
        raise_conflict(codec, error, version)
        raise
    return stored


def put_call(codec: Codec[ModelT], stored: ModelT, condition: ConditionLike | None) -> ApiCall[Item | None]:
    return calls.put_item(codec.table, codec.encoded(stored), condition=condition, return_old=False, floats=False)


def delete(
    codec: Codec[ModelT], key: Item, condition: ConditionLike | None, version: int | None
) -> Steps[ModelT | None]:
    """Delete an item; returns what it was. Raises ``VersionConflict`` if ``version`` is given and not the item's."""
    expected = None if version is None else expected_version(codec, version)
    try:
        old = yield from send(calls.delete_item(codec.table, key, condition=both(expected, condition), return_old=True))
    except ConditionalCheckFailedException as error:
        raise_conflict(codec, error, version)
        raise
    return None if old is None else codec.decoded(old)


def raise_conflict(codec: Codec[Any], error: ConditionalCheckFailedException, expected: int | None) -> None:
    """Raise ``VersionConflict``, if that is why the condition is false: the item has another version."""
    if codec.version is None or expected is None:
        return
    found = None if error.item is None else int(error.item.get(codec.version) or 0)
    if (found or 0) != expected or (not expected and error.item is not None):
        raise version_conflict(error, expected, found) from error
