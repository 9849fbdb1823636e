"""What is done to one typed item: the steps of an update, alone or in a transaction, and a transaction's actions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel

from pytest_dynamodb.client import calls
from pytest_dynamodb.client.models.choosing import named, stored_key
from pytest_dynamodb.client.models.codec import Codec
from pytest_dynamodb.client.models.declaration import InvalidUpdate
from pytest_dynamodb.client.models.entities import Expiry, expected_version, stamped, version_of
from pytest_dynamodb.client.models.instants import spelled
from pytest_dynamodb.client.models.places import FieldPlace
from pytest_dynamodb.client.models.updating import UpdatePlan
from pytest_dynamodb.client.operations.transactions import Action, TransactionSteps
from pytest_dynamodb.clock import Clock
from pytest_dynamodb.expressions.builders import Attr, ConditionLike
from pytest_dynamodb.values import to_wire_item

if TYPE_CHECKING:
    from typing_extensions import Self

ModelT = TypeVar("ModelT", bound=BaseModel)


def updating(
    codec: Codec[ModelT],
    key: ModelT | Mapping[str, object] | None,
    fields: Mapping[str, object],
    *,
    check_version: bool = True,
) -> UpdatePlan[ModelT]:
    """The plan of an update that changes nothing yet: of an instance, or of the item with these fields in its key."""
    if isinstance(key, codec.model):
        version = version_of(codec, key) if check_version else None
        return UpdatePlan(codec, codec.key_of(key), instance=key, version=version, certain=codec.key_values(key))
    values = {**named(key), **fields}
    return UpdatePlan(codec, certain=codec.validated(values), key=codec.key(values))


def version_in(codec: Codec[Any], key: object) -> int | None:
    """The version of an instance, where it has one; ``None`` for fields."""
    return (version_of(codec, key) or None) if isinstance(key, BaseModel) and isinstance(key, codec.model) else None


def changed(codec: Codec[ModelT], before: ModelT, after: ModelT) -> tuple[str, ...]:
    """The fields that are stored differently of two instances."""
    one, other = codec.encoded(codec.checked(before)), codec.encoded(codec.checked(after))
    return tuple(name for name, attribute in codec.attributes.items() if one.get(attribute) != other.get(attribute))


class FieldSteps(ABC, Generic[ModelT]):
    """The steps of an update of one typed item, alone or in a transaction."""

    __slots__ = ()

    _plan: UpdatePlan[ModelT]

    def set(self, path: str, value: object) -> Self:
        """Set a field, or a part of one. Raises ``InvalidValue``."""
        return self._planned(self._plan.set(path, value))

    def set_if_absent(self, path: str, value: object) -> Self:
        """Set a field unless the item has it."""
        return self._planned(self._plan.set_if_absent(path, value))

    def append(self, path: str, values: Iterable[object]) -> Self:
        """Put values at the end of a list, which is created where it is missing."""
        return self._planned(self._plan.append(path, values))

    def add(self, path: str, value: object) -> Self:
        """Add to a number or put members into a set, either of which may be missing."""
        return self._planned(self._plan.add(path, value))

    def delete(self, path: str, members: Iterable[object]) -> Self:
        """Take members out of a set."""
        return self._planned(self._plan.delete(path, members))

    def remove(self, *paths: str) -> Self:
        """Remove fields. Raises ``InvalidUpdate`` for one that the model requires."""
        return self._planned(self._plan.remove(*paths))

    def to(self, instance: ModelT) -> Self:
        """Set the fields in which ``instance`` differs from the one that is updated: ``users.update(old).to(new)``.

        Raises ``InvalidUpdate`` where no instance is updated, but an item by its key.
        """
        plan, declared = self._plan, self._plan.codec.declared
        if plan.instance is None:
            raise InvalidUpdate("to() sets what differs from the instance that is updated: give that, not its key")
        valid = plan.codec.checked(instance)
        for name in changed(plan.codec, plan.instance, valid):
            if name not in (declared.version, declared.created, declared.updated):
                plan = plan.setting(FieldPlace.of(plan.codec, name), getattr(valid, name))
        return self._planned(plan)

    def condition(self, condition: ConditionLike) -> Self:
        """Only if this is true of the item's attributes; given again, only if all of them are."""
        return self._planned(self._plan.only_if(condition))

    @abstractmethod
    def _planned(self, plan: UpdatePlan[ModelT]) -> Self:
        """The update with this plan."""


# --- transactions ---


class TypedPut(Action, Generic[ModelT]):
    """A put of an instance in a transaction. ``stored`` is the instance as it will be: next version, stamps."""

    __slots__ = ("stored",)

    def __init__(self, table: str, content: Mapping[str, Any], condition: ConditionLike | None, stored: ModelT) -> None:
        super().__init__("Put", table, content, condition)
        self.stored: ModelT = stored


class TypedUpdateAction(Action, FieldSteps[ModelT]):
    """An update of a typed item in a transaction: the steps of ``users.update``, which change it and return itself."""

    __slots__ = ("_clock", "_plan")

    def __init__(self, plan: UpdatePlan[ModelT], clock: Clock) -> None:
        super().__init__("Update", plan.codec.table, {})
        self._plan, self._clock = plan, clock

    def __reduce__(self) -> tuple[Any, ...]:
        """What another process needs of it: as it is sent."""
        return _sent, (self.wire(),)

    def condition(self, condition: ConditionLike) -> Self:
        """Only if this is true of the item's attributes, and all conditions before it."""
        return self._planned(self._plan.only_if(condition))

    def wire(self) -> dict[str, Any]:
        """The action as it is sent. Raises ``InvalidUpdate``, and ``ExpressionMisuse`` for one that does nothing."""
        params = dict(self._plan.call(self._clock).params)
        params.pop("ReturnValues", None)
        return {self.kind: params}

    def _planned(self, plan: UpdatePlan[ModelT]) -> Self:
        self._plan = plan
        return self


def _sent(wire: Mapping[str, Any]) -> Action:
    (content,) = wire.values()
    return Action("Update", content["TableName"], content)


class TypedActions(Generic[ModelT]):
    """What a transaction does with items of one model, in its place among the transaction's actions.

    Versions, stamps and the keys of indexes are kept as outside of transactions. Where a version is another one by now,
    the transaction is cancelled with ``ConditionalCheckFailed`` for that action; ``users.decode`` takes the failure's
    ``old_item``.
    """

    __slots__ = ("_codec", "_expiry", "_transaction")

    def __init__(self, transaction: TransactionSteps[Any], codec: Codec[ModelT], expiry: Expiry) -> None:
        self._transaction, self._codec, self._expiry = transaction, codec, expiry

    def put(self, instance: ModelT, *, condition: ConditionLike | None = None) -> TypedPut[ModelT]:
        """Write an instance over the version that it was read with; what will be stored is ``stored`` of the action."""
        codec = self._codec
        stored = stamped(codec, instance, self._expiry.clock)
        expected = expected_version(codec, version_of(codec, instance))
        condition = calls.both(expected, spelled((codec,), condition))
        item = {"Item": to_wire_item(codec.encoded(stored))}
        return self._transaction.add(TypedPut(codec.table, item, condition, stored))

    def update(
        self, key: ModelT | Mapping[str, object] | None = None, /, **fields: object
    ) -> TypedUpdateAction[ModelT]:
        """Update an existing item; of an instance with a version, only that version."""
        plan = updating(self._codec, key, fields)
        return self._transaction.add(TypedUpdateAction(plan, self._expiry.clock))

    def delete(
        self,
        key: ModelT | Mapping[str, object] | None = None,
        /,
        *,
        condition: ConditionLike | None = None,
        **fields: object,
    ) -> Action:
        """Delete an item, which need not exist; of an instance with a version, only that version."""
        return self._transaction.add(self._of("Delete", key, fields, self._expected(key), condition))

    def check(
        self,
        key: ModelT | Mapping[str, object] | None = None,
        /,
        *,
        condition: ConditionLike | None = None,
        **fields: object,
    ) -> Action:
        """Change nothing, but make the transaction fail unless the item is there and the condition is true for it.

        Of an instance with a version, unless that version is there.
        """
        there = self._expected(key)
        if there is None:
            there = Attr.of(self._codec.keys[None].all[0][0]).exists()
        return self._transaction.add(self._of("ConditionCheck", key, fields, there, condition))

    def _expected(self, key: object) -> ConditionLike | None:
        version = version_in(self._codec, key)
        return None if version is None else expected_version(self._codec, version)

    def _of(
        self,
        kind: Any,
        key: ModelT | Mapping[str, object] | None,
        fields: Mapping[str, object],
        expected: ConditionLike | None,
        condition: ConditionLike | None,
    ) -> Action:
        content = {"Key": to_wire_item(stored_key(self._codec, key, fields))}
        return Action(kind, self._codec.table, content, calls.both(expected, spelled((self._codec,), condition)))
