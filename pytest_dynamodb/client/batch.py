"""``BatchWriter``: any number of writes to any tables. ``TableBatchWriter``: to one."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.operations.batch_writes import BatchWrite, ItemsNotWritten, WriteQueue
from pytest_dynamodb.client.target import TableLike, name_of

logger = logging.getLogger("pytest_dynamodb.client")


class _Batch:
    """What both have in common."""

    def __init__(self, driver: SyncDriver, queue: WriteQueue, *, raise_on_failed: bool) -> None:
        self._driver, self._queue, self._raise_on_failed = driver, queue, raise_on_failed

    @property
    def failed(self) -> list[BatchWrite]:
        """Writes that were asked for and are not known to have been carried out.

        Those that came back unprocessed until the last attempt; those of a request that raised, which may have been
        carried out; and, when the block raises, those that were still waiting.
        """
        return self._queue.failed

    @property
    def written(self) -> int:
        """How many writes have been carried out."""
        return self._queue.written

    @property
    def capacity(self) -> float | None:
        """Write capacity units consumed; ``None`` where the endpoint does not tell."""
        return self._queue.capacity

    def flush(self) -> None:
        """Send everything that waits, without closing. Raises as ``put``."""
        self._driver.run(self._queue.flush())

    def close(self) -> None:
        """What leaving the block does: send everything that waits, and take nothing more."""
        self._driver.run(self._queue.close())
        failed = self._queue.failed
        if failed and self._raise_on_failed:
            raise ItemsNotWritten(failed)
        if failed:
            logger.warning("%d write(s) of a batch are not written: see its .failed", len(failed))

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
        """Write an item over whatever has its key, now or later. Raises what a request raises that this one fills."""
        self._driver.run(self._queue.put(name_of(table), item))

    def delete(self, table: TableLike, key: Mapping[str, Any]) -> None:
        """Delete an item, now or later. Raises as ``put``."""
        self._driver.run(self._queue.delete(name_of(table), key))

    def __enter__(self) -> BatchWriter:  # noqa: PYI034  # typing has no Self in Python 3.10
        return self


class TableBatchWriter(_Batch):
    """As ``BatchWriter``, on one table; made by ``table.batch_write()``."""

    def __init__(self, driver: SyncDriver, queue: WriteQueue, table: str, *, raise_on_failed: bool) -> None:
        super().__init__(driver, queue, raise_on_failed=raise_on_failed)
        self._table = table

    def put(self, item: Mapping[str, Any]) -> None:
        """Write an item over whatever has its key, now or later. Raises what a request raises that this one fills."""
        self._driver.run(self._queue.put(self._table, item))

    def delete(self, key: Mapping[str, Any]) -> None:
        """Delete an item, now or later. Raises as ``put``."""
        self._driver.run(self._queue.delete(self._table, key))

    def __enter__(self) -> TableBatchWriter:  # noqa: PYI034  # typing has no Self in Python 3.10
        return self
