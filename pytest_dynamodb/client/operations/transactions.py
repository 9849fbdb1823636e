"""Transactions: their actions, in their order, and why one of them failed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from pytest_dynamodb.client import arguments
from pytest_dynamodb.client.calls import ApiCall, Item, UpdateSteps, both
from pytest_dynamodb.client.operations.keys import TableLike, name_of
from pytest_dynamodb.client.page import total
from pytest_dynamodb.client.steps import Steps, send
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError, TransactionCanceledException, quoted
from pytest_dynamodb.expressions.builders import ConditionLike, PathLike
from pytest_dynamodb.expressions.rendering import expression_params
from pytest_dynamodb.expressions.updates import Update
from pytest_dynamodb.values import from_wire_item, to_wire_item

if TYPE_CHECKING:
    from typing_extensions import Self

DriverT = TypeVar("DriverT")

ACTIONS = 100
"""Actions of one transaction (API reference, TransactWriteItems and TransactGetItems)."""

ActionKind = Literal["Put", "Update", "Delete", "ConditionCheck"]


class TransactionTooLarge(PytestDynamoDbError, ValueError):
    """A transaction has more than 100 actions. Nothing of it has been sent."""


class Action:
    """One action of a transaction, for ``TransactionCancelled.failure_of``. Its steps change it and return itself."""

    table: str

    __slots__ = ("_condition", "_content", "kind", "table")

    def __init__(
        self, kind: ActionKind, table: str, content: Mapping[str, Any], condition: ConditionLike | None = None
    ) -> None:
        self.kind, self.table = kind, table
        self._content = dict(content)
        self._condition = condition

    def __repr__(self) -> str:
        return f"<{self.kind} on {self.table}>"

    def condition(self, condition: ConditionLike) -> Self:
        """Only if this is true, and all conditions before it."""
        self._condition = both(self._condition, condition)
        return self

    def wire(self) -> dict[str, Any]:
        """The action as it is sent. Raises ``ExpressionMisuse`` for an update that does nothing."""
        content = {"TableName": self.table, **self._content}
        content.update(self._expressions())
        if self._condition is not None:
            content["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return {self.kind: content}

    def _expressions(self) -> dict[str, Any]:
        return expression_params(condition=self._condition)


class UpdateAction(Action, UpdateSteps):
    """An update in a transaction: the steps of ``table.update``, which change it here and return itself."""

    __slots__ = ("_update",)

    def __init__(self, table: str, key: Mapping[str, Any], *, floats: bool) -> None:
        super().__init__("Update", table, {"Key": to_wire_item(key)})
        self._update = Update(floats=floats)

    def _expressions(self) -> dict[str, Any]:
        return expression_params(condition=self._condition, update=self._update)

    def _updated(self, update: Update) -> Self:
        self._update = update
        return self


ActionT = TypeVar("ActionT", bound=Action)


@dataclass(frozen=True, slots=True)
class ActionFailure:
    """Why an action made its transaction fail.

    ``code`` is such as ``"ConditionalCheckFailed"`` or ``"TransactionConflict"``; ``old_item`` the item of which the
    condition is false, ``None`` if no such item exists.
    """

    action: Action | None
    code: str
    message: str
    old_item: Item | None


class TransactionCancelled(TransactionCanceledException):
    """A transaction was not carried out, nothing of it; ``failures`` are the actions that caused that."""

    def __init__(self, message: str = "", *, actions: Sequence[Action] = (), **about: Any) -> None:
        super().__init__(message, **about)
        self.actions: tuple[Action, ...] = tuple(actions)

    @property
    def failures(self) -> list[ActionFailure]:
        """The failures of the actions that caused it, in their order."""
        return [failure for number in range(len(self.reasons)) if (failure := self._failure(number)) is not None]

    def failure_of(self, action: Action | int) -> ActionFailure | None:
        """Why this action, or that of this number, made the transaction fail; ``None`` if it is not a cause.

        Raises ``ConfigurationError`` for an action of another transaction.
        """
        if isinstance(action, int):
            return self._failure(action)
        for number, own in enumerate(self.actions):
            if own is action:
                return self._failure(number)
        raise ConfigurationError(f"{quoted(action)} is no action of this transaction")

    def _failure(self, number: int) -> ActionFailure | None:
        reasons = self.reasons
        if not -len(reasons) <= number < len(reasons) or not reasons[number].failed:
            return None
        reason = reasons[number]
        action = self.actions[number] if self.actions else None
        return ActionFailure(action, reason.code, reason.message, reason.item)

    def __str__(self) -> str:
        blamed = ", ".join(f"{failure.action!r}: {failure.code}" for failure in self.failures if failure.action)
        return f"{super().__str__()} ({blamed})" if blamed else super().__str__()


def cancelled(error: TransactionCanceledException, actions: Sequence[Action] = ()) -> TransactionCancelled:
    """The error with the actions that it is about."""
    return TransactionCancelled(
        error.message,
        actions=actions,
        operation=error.operation,
        table=error.table,
        request_id=error.request_id,
        status=error.status,
        reasons=error.reasons,
        members=error.members,
    )


def check_size(actions: int) -> None:
    """Raises ``TransactionTooLarge``."""
    if actions > ACTIONS:
        raise TransactionTooLarge(f"a transaction has at most {ACTIONS} actions; this one has {actions} or more")


def write(actions: Sequence[Action], token: str | None) -> Steps[float | None]:
    """Carry out a transaction; returns its capacity units. Raises ``TransactionCancelled``.

    The token is one for all attempts, so that what has been carried out is not carried out again.
    """
    check_size(len(actions))
    params = {
        "TransactItems": [action.wire() for action in actions],
        "ClientRequestToken": arguments.optional_text("token", token) or str(uuid.uuid4()),
        "ReturnConsumedCapacity": "TOTAL",
    }
    try:
        return (yield from send(ApiCall("TransactWriteItems", params, capacity_of)))
    except TransactionCanceledException as error:
        raise cancelled(error, actions) from error


@dataclass(frozen=True, slots=True)
class Get:
    """One read of a transaction."""

    table: str
    key: Mapping[str, Any]
    projection: tuple[PathLike, ...] | str | None = None

    def wire(self) -> dict[str, Any]:
        return {
            "Get": {
                "TableName": self.table,
                "Key": to_wire_item(self.key),
                **expression_params(projection=self.projection),
            }
        }


def read(gets: Sequence[Get]) -> Steps[list[Item | None]]:
    """The items, each in the place of its key; ``None`` for one that there is not. Raises ``TransactionCancelled``."""
    check_size(len(gets))
    if not gets:
        return []
    params = {"TransactItems": [get.wire() for get in gets]}
    try:
        return (yield from send(ApiCall("TransactGetItems", params, _items)))
    except TransactionCanceledException as error:
        raise cancelled(error) from error


class TransactionSteps(Generic[DriverT]):
    """What a transaction is asked for. Nothing is sent here."""

    def __init__(self, driver: DriverT, *, token: str | None = None, floats: bool = False) -> None:
        self._driver, self._token, self._floats = driver, token, floats
        self._actions: list[Action] = []
        self._over = False
        self.capacity: float | None = None

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions so far, in their order."""
        return tuple(self._actions)

    def put(self, table: TableLike, item: Mapping[str, Any], *, condition: ConditionLike | None = None) -> Action:
        """Write an item over whatever has its key. Like the others, raises ``TransactionTooLarge`` beyond 100."""
        content = {"Item": to_wire_item(item, floats=self._floats)}
        return self.add(Action("Put", name_of(table), content, condition))

    def update(self, table: TableLike, key: Mapping[str, Any]) -> UpdateAction:
        """Update an item, which is created if it does not exist: ``tx.update(table, key).add("n", 1)``."""
        return self.add(UpdateAction(name_of(table), key, floats=self._floats))

    def delete(self, table: TableLike, key: Mapping[str, Any], *, condition: ConditionLike | None = None) -> Action:
        """Delete an item, which need not exist."""
        return self.add(Action("Delete", name_of(table), {"Key": to_wire_item(key)}, condition))

    def check(self, table: TableLike, key: Mapping[str, Any], condition: ConditionLike) -> Action:
        """Change nothing, but make the transaction fail if the condition is false for this item."""
        return self.add(Action("ConditionCheck", name_of(table), {"Key": to_wire_item(key)}, condition))

    def add(self, action: ActionT) -> ActionT:
        """An action that was made elsewhere; raises ``TransactionTooLarge`` beyond 100."""
        self._check_open()
        if not isinstance(action, Action):
            raise ConfigurationError(f"a transaction takes an Action: a put, an update; not {quoted(action)}")
        check_size(len(self._actions) + 1)
        self._actions.append(action)
        return action

    def _check_open(self) -> None:
        if self._over:
            raise PytestDynamoDbError("this transaction is over; begin another one")


@dataclass(frozen=True, slots=True, eq=False)
class TransactGetSteps(Generic[DriverT]):
    """The items that are to be read as of one moment. Each step returns a new one and leaves this one as it is."""

    _driver: DriverT = field(repr=False)
    _gets: tuple[Get, ...] = ()
    _decode: Callable[[Item], Item] | None = field(default=None, repr=False)

    def get(
        self, table: TableLike, key: Mapping[str, Any], *, projection: Iterable[PathLike] | str | None = None
    ) -> Self:
        """With this item as well. Raises ``TransactionTooLarge`` beyond 100."""
        if projection is not None and not isinstance(projection, str):
            projection = tuple(arguments.listed("a projection", projection))
        check_size(len(self._gets) + 1)
        get = Get(name_of(table), dict(arguments.mapping("a key", key)), projection)
        return replace(self, _gets=(*self._gets, get))


def _items(answer: Mapping[str, Any]) -> list[Item | None]:
    # An item of which the projection leaves nothing, and none at all, are both answered with nothing.
    return [from_wire_item(one["Item"]) if "Item" in one else None for one in answer["Responses"]]


def capacity_of(answer: Mapping[str, Any]) -> float | None:
    """The capacity units of an answer that tells them table by table."""
    capacity = None
    for spent in answer.get("ConsumedCapacity") or ():
        capacity = total(capacity, spent.get("CapacityUnits"))
    return capacity
