# Written by tools/async_faces.py from pytest_dynamodb/client/transaction.py: change that, and run this.
"""``AsyncTransaction``: writes to any tables, all or none. ``AsyncTransactGetBuilder``: reads as of one moment."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.drivers.asynchronous import AsyncDriver
from pytest_dynamodb.client.operations import transactions
from pytest_dynamodb.client.operations.transactions import TransactGetSteps, TransactionSteps

if TYPE_CHECKING:
    from typing_extensions import Self


class AsyncTransaction(TransactionSteps[AsyncDriver]):
    """Up to 100 writes and checks on any tables, carried out together when the block ends; made by ``transaction()``.

    They are sent in the order in which they were asked for. When the block raises, nothing is sent. A conflict with
    another transaction is tried again, under the same token. ``commit``, and so the end of the block, raises
    ``TransactionCancelled``, whose ``failure_of`` tells why an action failed.
    """

    async def commit(self) -> None:
        """Carry it out now, rather than when the block ends. Without any action nothing is sent."""
        self._check_open()
        self._over = True
        if self._actions:
            self.capacity = await self._driver.run(transactions.write(self._actions, self._token))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if problem is None and not self._over:
            await self.commit()
        self._over = True


class AsyncTransactGetBuilder(TransactGetSteps[AsyncDriver]):
    """Up to 100 items of any tables as they are at one moment. Immutable: each step returns a new one."""

    __slots__ = ()

    async def execute(self) -> list[Item | None]:
        """The items in the order in which they were asked for; ``None`` for an item that does not exist.

        Raises ``TransactionCancelled``, whose ``failure_of`` takes an item's number, from 0.
        """
        return await self._driver.run(transactions.read(self._gets))
