"""``Transaction``: writes to any tables, all or none. ``TransactGetBuilder``: reads as of one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.operations import transactions
from pytest_dynamodb.client.operations.transactions import Action, Get, UpdateAction
from pytest_dynamodb.client.target import TableLike, name_of
from pytest_dynamodb.errors import PytestDynamoDbError
from pytest_dynamodb.expressions.buildable import PathLike
from pytest_dynamodb.expressions.conditions import ConditionLike
from pytest_dynamodb.values import to_wire_item


class Transaction:
    """Up to 100 writes and checks on any tables, carried out together when the block ends; made by ``transaction()``.

    They are sent in the order in which they were asked for. When the block raises, nothing is sent. A conflict with
    another transaction is tried again, under the same token. ``commit``, and so the end of the block, raises
    ``TransactionCancelled``, of which ``failure_of`` tells what is the matter with an action.
    """

    def __init__(self, driver: SyncDriver, *, token: str | None = None, floats: bool = False) -> None:
        self._driver, self._token, self._floats = driver, token, floats
        self._actions: list[Action] = []
        self._over = False
        self.capacity: float | None = None

    @property
    def actions(self) -> tuple[Action, ...]:
        """What has been asked for."""
        return tuple(self._actions)

    def put(self, table: TableLike, item: Mapping[str, Any], *, condition: ConditionLike | None = None) -> Action:
        """Write an item over whatever has its key. Like the others, raises ``TransactionTooLarge`` beyond 100."""
        content = {"Item": to_wire_item(item, floats=self._floats)}
        return self._added(Action("Put", name_of(table), content, condition))

    def update(self, table: TableLike, key: Mapping[str, Any]) -> UpdateAction:
        """Update an item, which is created if it is not there: ``tx.update(table, key).add("n", 1)``."""
        action = UpdateAction(name_of(table), key, floats=self._floats)
        self._added(action)
        return action

    def delete(self, table: TableLike, key: Mapping[str, Any], *, condition: ConditionLike | None = None) -> Action:
        """Delete an item, which need not be there."""
        return self._added(Action("Delete", name_of(table), {"Key": to_wire_item(key)}, condition))

    def check(self, table: TableLike, key: Mapping[str, Any], condition: ConditionLike) -> Action:
        """Change nothing, but have the transaction fail if the condition is false of this item."""
        return self._added(Action("ConditionCheck", name_of(table), {"Key": to_wire_item(key)}, condition))

    def _added(self, action: Action) -> Action:
        if self._over:
            raise PytestDynamoDbError("this transaction is over; begin another one")
        transactions.check_size(len(self._actions) + 1)
        self._actions.append(action)
        return action

    def commit(self) -> None:
        """Carry it out now, rather than when the block ends. Without any action nothing is sent."""
        if self._over:
            raise PytestDynamoDbError("this transaction is over; begin another one")
        self._over = True
        if self._actions:
            self.capacity = self._driver.run(transactions.write(self._actions, self._token))

    def __enter__(self) -> Transaction:  # noqa: PYI034  # typing has no Self in Python 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if problem is None and not self._over:
            self.commit()
        self._over = True


@dataclass(frozen=True, slots=True, eq=False)
class TransactGetBuilder:
    """Up to 100 items of any tables as they are at one moment. Immutable: each step returns a new one."""

    _driver: SyncDriver = field(repr=False)
    _gets: tuple[Get, ...] = ()

    def get(
        self, table: TableLike, key: Mapping[str, Any], *, projection: Iterable[PathLike] | str | None = None
    ) -> TransactGetBuilder:
        """With this item as well. Raises ``TransactionTooLarge`` beyond 100."""
        paths = projection if projection is None or isinstance(projection, str) else tuple(projection)
        transactions.check_size(len(self._gets) + 1)
        return replace(self, _gets=(*self._gets, Get(name_of(table), dict(key), paths)))

    def execute(self) -> list[Item | None]:
        """The items in the order in which they were asked for; ``None`` for one that there is not.

        Raises ``TransactionCancelled``, of which ``failure_of`` takes an item's number, from 0.
        """
        return self._driver.run(transactions.read(self._gets))
