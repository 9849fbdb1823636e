"""``BatchWriter``: any number of writes to any tables. ``TableBatchWriter``: to one."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pytest_dynamodb.client.calls import Item, each
from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.operations import transactions
from pytest_dynamodb.client.operations.batch_writes import BatchResult, ItemsNotWritten, WriteQueue
from pytest_dynamodb.client.operations.keys import TableLike, name_of

if TYPE_CHECKING:
    from typing_extensions import Self


logger: logging.Logger = logging.getLogger("pytest_dynamodb.client")


class _Batch(BatchResult[SyncDriver]):
    """What a batch on any tables and one on one table have in common."""

    def flush(self) -> None:
        """Send everything that waits, without closing. Raises as ``put``."""
        self._driver.run(self._queue.flush())

    def close(self) -> None:
        """Send everything that waits, and accept nothing more: what leaving the block does."""
        self._driver.run(self._queue.close())
        failed = self._queue.failed
        if failed and self._raise_on_failed:
            raise ItemsNotWritten(failed)
        if failed:
            logger.warning("%d write(s) of a batch are not written: see its .failed", len(failed))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if problem is None:
            self.close()
        else:
            self._queue.abandon()


class BatchWriter(_Batch):
    """Puts and deletes on any tables, sent in requests of up to 25 and 16 MB; made by ``client.batch_write()``.

    What comes back unprocessed is sent again, with pauses; of several writes of one item the last one stays. Leaving
    the block sends what is left; when the block raises, nothing more is sent. Threads and tasks may share one, as long
    as they are done before the block ends.
    """

    def put(self, table: TableLike, item: Mapping[str, Any]) -> None:
        """Add an item to the batch; it replaces the item with its key.

        Sends a request once the writes that wait fill one (25, or 16 MB), and raises what that request raises; for one
        item that DynamoDB does not take, ``InvalidBatchItem``, with the others of its request written.
        """
        self._driver.run(self._queue.put(name_of(table), item))

    def delete(self, table: TableLike, key: Mapping[str, Any]) -> None:
        """Add a delete to the batch; the item need not exist. Sends and raises as ``put``."""
        self._driver.run(self._queue.delete(name_of(table), key))


class TableBatchWriter(_Batch):
    """As ``BatchWriter``, on one table; made by ``table.batch_write()``."""

    def __init__(self, driver: SyncDriver, queue: WriteQueue, table: str, *, raise_on_failed: bool) -> None:
        super().__init__(driver, queue, raise_on_failed=raise_on_failed)
        self._table = table

    def put(self, item: Mapping[str, Any]) -> None:
        """Add an item to the batch; it replaces the item with its key.

        Sends a request once the writes that wait fill one (25, or 16 MB), and raises what that request raises; for one
        item that DynamoDB does not take, ``InvalidBatchItem``, with the others of its request written.
        """
        self._driver.run(self._queue.put(self._table, item))

    def delete(self, key: Mapping[str, Any]) -> None:
        """Add a delete to the batch; the item need not exist. Sends and raises as ``put``."""
        self._driver.run(self._queue.delete(self._table, key))


# --- transactions ---


class Transaction(transactions.TransactionSteps[SyncDriver]):
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
            self.capacity: float | None = self._driver.run(transactions.write(self._actions, self._token))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if problem is None and not self._over:
            self.commit()
        self._over = True


class TransactGetBuilder(transactions.TransactGetSteps[SyncDriver]):
    """Up to 100 items of any tables as they are at one moment. Immutable: each step returns a new one."""

    __slots__ = ()

    def execute(self) -> list[Item | None]:
        """The items in the order in which they were asked for; ``None`` for an item that does not exist.

        Raises ``TransactionCancelled``, whose ``failure_of`` takes an item's number, from 0.
        """
        return each(self._driver.run(transactions.read(self._gets)), self._decode)
