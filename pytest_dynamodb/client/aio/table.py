# Written by tools/async_faces.py from pytest_dynamodb/client/table.py: change that, and run this.
"""``AsyncTableClient``: the items of one table. ``AsyncUpdateBuilder``: an update of one of them, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_dynamodb.client import arguments, calls
from pytest_dynamodb.client.aio.batch import AsyncTableBatchWriter
from pytest_dynamodb.client.aio.query import AsyncQueryBuilder, AsyncScanBuilder
from pytest_dynamodb.client.drivers.asynchronous import AsyncDriver
from pytest_dynamodb.client.operations.batch_reads import BatchPage, batch_get, decoded
from pytest_dynamodb.client.operations.batch_writes import WriteQueue
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.plan import KeyChoice, ReadPlan
from pytest_dynamodb.client.operations.reading import Decode
from pytest_dynamodb.client.operations.tables import describe
from pytest_dynamodb.client.policy import UNCHANGED, RetryPolicy, Unchanged
from pytest_dynamodb.client.rates import RateLimit
from pytest_dynamodb.errors import ItemNotFound
from pytest_dynamodb.expressions.builders import ConditionLike, PathLike
from pytest_dynamodb.expressions.updates import Update
from pytest_dynamodb.values import item_size, to_wire_item


class AsyncTableClient:
    """The items of the table ``name``; made by ``AsyncDynamoDbClient.table``.

    Keys and items are mappings of names to Python values, and come back as such: see ``values.to_wire`` and
    ``from_wire``. A condition is built with ``Attr``, or boto3's, or a text. Every method raises a ``DynamoDbError``
    where DynamoDB answers one.
    """

    name: str

    __slots__ = ("_book", "_decode", "_driver", "_floats", "name")

    def __init__(
        self,
        driver: AsyncDriver,
        name: str,
        *,
        floats: bool = False,
        book: TableBook | None = None,
        decode: Decode[calls.Item] | None = None,
    ) -> None:
        self._driver, self.name, self._floats, self._decode = driver, name, floats, decode
        self._book = TableBook() if book is None else book

    def __repr__(self) -> str:
        return f"AsyncTableClient({self.name!r})"

    def with_options(
        self,
        *,
        call_timeout: float | Unchanged | None = UNCHANGED,
        retry: RetryPolicy | Unchanged | None = UNCHANGED,
        rate: RateLimit | Unchanged | None = UNCHANGED,
    ) -> AsyncTableClient:
        """The same table with other limits for its calls: ``table.with_options(call_timeout=0.2).get(key)``."""
        driver = self._driver.with_options(call_timeout=call_timeout, retry=retry, rate=rate)
        return AsyncTableClient(driver, self.name, floats=self._floats, book=self._book, decode=self._decode)

    async def get(
        self,
        key: Mapping[str, Any],
        *,
        consistent: bool = False,
        projection: Iterable[PathLike] | str | None = None,
    ) -> calls.Item | None:
        """The item, or ``None``. With ``projection``, only these paths of it; ``{}`` if it has none of them."""
        call = calls.get_item(self.name, key, consistent=consistent, projection=projection)
        return await self._driver.send(calls.shown(call, self._decode))

    async def get_or_raise(
        self,
        key: Mapping[str, Any],
        *,
        consistent: bool = False,
        projection: Iterable[PathLike] | str | None = None,
    ) -> calls.Item:
        """As ``get``, but raises ``ItemNotFound`` if there is no such item."""
        item = await self.get(key, consistent=consistent, projection=projection)
        if item is None:
            raise ItemNotFound(self.name, key)
        return item

    async def exists(self, key: Mapping[str, Any], *, consistent: bool = False) -> bool:
        """Whether there is such an item."""
        return await self._driver.send(calls.item_exists(self.name, key, consistent=consistent))

    async def put(
        self, item: Mapping[str, Any], *, condition: ConditionLike | None = None, return_old: bool = False
    ) -> calls.Item | None:
        """Write an item over whatever has its key; returns that if ``return_old``, else ``None``.

        Raises ``ConditionalCheckFailedException`` with that item on it if the condition is false.
        """
        call = calls.put_item(self.name, item, condition=condition, return_old=return_old, floats=self._floats)
        return await self._driver.send(calls.shown(call, self._decode))

    async def delete(
        self, key: Mapping[str, Any], *, condition: ConditionLike | None = None, return_old: bool = False
    ) -> calls.Item | None:
        """Delete an item, which need not exist; returns it if ``return_old``, else ``None``. Raises as ``put``."""
        call = calls.delete_item(self.name, key, condition=condition, return_old=return_old)
        return await self._driver.send(calls.shown(call, self._decode))

    def update(self, key: Mapping[str, Any]) -> AsyncUpdateBuilder:
        """Begin an update of the item, which is created if it does not exist. Nothing is sent before ``execute``."""
        update = Update(floats=self._floats)
        item_key = dict(arguments.mapping("a key", key))
        return AsyncUpdateBuilder(self._driver, self.name, item_key, update, _decode=self._decode)

    def size(self, item: Mapping[str, Any]) -> int:
        """How large an item is, in bytes, as DynamoDB counts: it takes up to 400 KB. Sends nothing."""
        return item_size(to_wire_item(item, floats=self._floats))

    async def describe(self) -> dict[str, Any]:
        """The table's description, as AWS gives it: ``TableStatus``, ``KeySchema``, ..."""
        return await self._driver.run(describe(self._book, self.name))

    async def batch_get(
        self,
        keys: Iterable[Mapping[str, Any]],
        *,
        consistent: bool = False,
        projection: Iterable[PathLike] | str | None = None,
    ) -> BatchPage[calls.Item]:
        """The items that exist for any number of keys, in the order of the keys, each once.

        ``failed`` of the result holds the keys that were throttled until the last attempt.
        """
        steps = batch_get({self.name: arguments.listed("keys", keys)}, consistent=consistent, projection=projection)
        return decoded((await self._driver.run(steps))[self.name], self._decode)

    def batch_write(self, *, raise_on_failed: bool = False, at_once: int = 1) -> AsyncTableBatchWriter:
        """Begin a batch of any number of writes: ``with table.batch_write() as batch: batch.put(item)``.

        What is not written in the end is in ``batch.failed``; with ``raise_on_failed`` it raises ``ItemsNotWritten``.
        With ``at_once``, so many requests are collected and sent side by side.
        """
        queue = WriteQueue(self._book, floats=self._floats, at_once=at_once)
        return AsyncTableBatchWriter(self._driver, queue, self.name, raise_on_failed=raise_on_failed)

    def scan(self, index: str | None = None) -> AsyncScanBuilder:
        """Begin a scan of the table or of an index of it. Nothing is sent before ``execute`` and its like."""
        return AsyncScanBuilder(self._driver, self._book, ReadPlan.of(self.name, index), self._decode)

    def query(self, index: str | None = None) -> AsyncQueryBuilder:
        """Begin a query of the table or of an index of it. Nothing is sent before ``execute`` and its like."""
        plan = ReadPlan.of(self.name, index, KeyChoice())
        return AsyncQueryBuilder(self._driver, self._book, plan, self._decode)


class AsyncUpdateBuilder(calls.PendingUpdate[AsyncDriver]):
    """An update of one item. Immutable: each step returns a new one, and one may be executed more than once.

    Paths are text such as ``"a.b[2]"`` or ``Attr``; values are Python values, ``Attr`` for another attribute's, or
    ``Attr("n") + 1``.
    """

    __slots__ = ()

    async def execute(self) -> calls.Item | None:
        """Send it. Returns the attributes asked for with ``returning``; ``None`` without, or where there are none.

        Raises ``ExpressionMisuse`` if it has no action, ``ConditionalCheckFailedException`` with the item on it if the
        condition is false.
        """
        return await self._driver.send(self._call())
