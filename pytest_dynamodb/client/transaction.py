"""``Transaction``: writes to any tables, all or none. ``TransactGetBuilder``: reads as of one moment."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.operations import transactions
from pytest_dynamodb.client.operations.transactions import TransactGetSteps, TransactionSteps

if TYPE_CHECKING:
    from typing_extensions import Self


class Transaction(TransactionSteps[SyncDriver]):
    """Up to 100 writes and checks on any tables, carried out together when the block ends; made by ``transaction()``.

    They are sent in the order in which they were asked for. When the block raises, nothing is sent. A conflict with
    another transaction is tried again, under the same token. ``commit``, and so the end of the block, raises
    ``TransactionCancelled``, whose ``failure_of`` tells why an action failed.
    """

    def commit(self) -> None:
        """Carry it out now, rather than when the block ends. Without any action nothing is sent."""
        self._check_open()
        self._over = True
        if self._actions:
            self.capacity = self._driver.run(transactions.write(self._actions, self._token))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if problem is None and not self._over:
            self.commit()
        self._over = True


class TransactGetBuilder(TransactGetSteps[SyncDriver]):
    """Up to 100 items of any tables as they are at one moment. Immutable: each step returns a new one."""

    __slots__ = ()

    def execute(self) -> list[Item | None]:
        """The items in the order in which they were asked for; ``None`` for an item that does not exist.

        Raises ``TransactionCancelled``, whose ``failure_of`` takes an item's number, from 0.
        """
        return self._driver.run(transactions.read(self._gets))
