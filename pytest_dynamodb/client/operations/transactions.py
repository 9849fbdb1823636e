"""Transactions: their actions, in the order in which they were asked for, and what became of each."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pytest_dynamodb.client.calls import Call, Item
from pytest_dynamodb.client.page import total
from pytest_dynamodb.client.steps import Steps, send
from pytest_dynamodb.errors import ConfigurationError, PytestDynamoDbError, TransactionCanceledException
from pytest_dynamodb.expressions.buildable import PathLike
from pytest_dynamodb.expressions.conditions import Condition, ConditionLike, as_condition
from pytest_dynamodb.expressions.requests import expression_params
from pytest_dynamodb.expressions.updates import Update
from pytest_dynamodb.values import from_wire_item, to_wire_item

#: Actions of one transaction (API reference, TransactWriteItems and TransactGetItems).
ACTIONS = 100

Kind = Literal["Put", "Update", "Delete", "ConditionCheck"]


class TransactionTooLarge(PytestDynamoDbError, ValueError):
    """A transaction has more than 100 actions. Nothing of it has been sent."""


class Action:
    """One action of a transaction, for ``TransactionCancelled.failure_of``. Its steps change it and return itself."""

    __slots__ = ("_condition", "_content", "kind", "table")

    def __init__(
        self, kind: Kind, table: str, content: Mapping[str, Any], condition: ConditionLike | None = None
    ) -> None:
        self.kind, self.table = kind, table
        self._content = dict(content)
        self._condition = condition

    def __repr__(self) -> str:
        return f"<{self.kind} on {self.table}>"

    def condition(self, condition: ConditionLike) -> Action:
        """Only if this is true, and all conditions before it."""
        self._add_condition(condition)
        return self

    def _add_condition(self, condition: ConditionLike) -> None:
        if self._condition is not None:
            condition = Condition(as_condition(self._condition)) & condition
        self._condition = condition

    def wire(self) -> dict[str, Any]:
        """The action as it is sent. Raises ``ExpressionMisuse`` for an update that does nothing."""
        content = {"TableName": self.table, **self._content}
        content.update(self._expressions())
        if self._condition is not None:
            content["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return {self.kind: content}

    def _expressions(self) -> dict[str, Any]:
        return expression_params(condition=self._condition)


class UpdateAction(Action):
    """An update in a transaction: the steps of ``table.update``, which change it here and return itself."""

    __slots__ = ("_update",)

    def __init__(self, table: str, key: Mapping[str, Any], *, floats: bool) -> None:
        super().__init__("Update", table, {"Key": to_wire_item(key)})
        self._update = Update(floats=floats)

    def set(self, path: PathLike, value: object) -> UpdateAction:
        """Set an attribute."""
        return self._with(self._update.set(path, value))

    def set_if_absent(self, path: PathLike, value: object) -> UpdateAction:
        """Set an attribute unless the item has it."""
        return self._with(self._update.set_if_absent(path, value))

    def append(self, path: PathLike, values: Iterable[object]) -> UpdateAction:
        """Put values at the end of a list, which is created where it is missing."""
        return self._with(self._update.append(path, values))

    def add(self, path: PathLike, value: object) -> UpdateAction:
        """Add to a number or put members into a set, either of which may be missing."""
        return self._with(self._update.add(path, value))

    def remove(self, *paths: PathLike) -> UpdateAction:
        """Remove attributes."""
        return self._with(self._update.remove(*paths))

    def condition(self, condition: ConditionLike) -> UpdateAction:
        """Only if this is true, and all conditions before it."""
        self._add_condition(condition)
        return self

    def _expressions(self) -> dict[str, Any]:
        return expression_params(condition=self._condition, update=self._update)

    def _with(self, update: Update) -> UpdateAction:
        self._update = update
        return self


@dataclass(frozen=True, slots=True)
class ActionFailure:
    """Why an action made its transaction fail.

    ``code`` is such as ``"ConditionalCheckFailed"`` or ``"TransactionConflict"``; ``old_item`` the item of which the
    condition is false, ``None`` if there is no such item.
    """

    action: Action | None
    code: str
    message: str
    old_item: Item | None


class TransactionCancelled(TransactionCanceledException):
    """A transaction was not carried out, nothing of it; ``failures`` are the actions that are to blame."""

    def __init__(self, message: str = "", *, actions: Sequence[Action] = (), **about: Any) -> None:
        super().__init__(message, **about)
        self.actions = tuple(actions)

    @property
    def failures(self) -> list[ActionFailure]:
        """Why, action by action, of those that are a cause."""
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
        raise ConfigurationError(f"{action!r} is no action of this transaction")

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
    """The error with what it is about."""
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
    """Carry out a transaction: its capacity units. Raises ``TransactionCancelled``.

    The token is one for all attempts, so that what has been carried out is not carried out again.
    """
    check_size(len(actions))
    params = {
        "TransactItems": [action.wire() for action in actions],
        "ClientRequestToken": str(uuid.uuid4()) if token is None else token,
        "ReturnConsumedCapacity": "TOTAL",
    }
    try:
        return (yield from send(Call("TransactWriteItems", params, capacity_of)))
    except TransactionCanceledException as error:
        raise cancelled(error, actions) from error


@dataclass(frozen=True, slots=True)
class Get:
    """One read of a transaction."""

    table: str
    key: Mapping[str, Any]
    projection: tuple[PathLike, ...] | str | None = None

    def wire(self) -> dict[str, Any]:
        """It as it is sent."""
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
        return (yield from send(Call("TransactGetItems", params, _items)))
    except TransactionCanceledException as error:
        raise cancelled(error) from error


def _items(answer: Mapping[str, Any]) -> list[Item | None]:
    # An item of which the projection leaves nothing, and none at all, are both answered with nothing.
    return [from_wire_item(one["Item"]) if "Item" in one else None for one in answer["Responses"]]


def capacity_of(answer: Mapping[str, Any]) -> float | None:
    """The capacity units of an answer that tells them table by table."""
    capacity = None
    for spent in answer.get("ConsumedCapacity") or ():
        capacity = total(capacity, spent.get("CapacityUnits"))
    return capacity
