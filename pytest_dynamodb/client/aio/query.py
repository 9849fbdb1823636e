# Written by tools/async_faces.py from pytest_dynamodb/client/query.py: change that, and run this.
"""``AsyncQueryBuilder``: a query, step by step. ``AsyncExecutableRead``: how it is executed, and how a scan is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from pytest_dynamodb.client.builders import QuerySteps, ReadSteps, ScanSteps
from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.drivers.asynchronous import AsyncDriver
from pytest_dynamodb.client.operations import deletion, reading, segments
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.plan import ReadPlan, check_segments
from pytest_dynamodb.client.operations.reading import Decode
from pytest_dynamodb.client.operations.segments import SegmentPage
from pytest_dynamodb.client.page import Page

ResultT = TypeVar("ResultT")


class AsyncExecutableRead(ReadSteps[AsyncDriver, ResultT]):
    """A query or a scan that can be executed: at once, page by page, item by item."""

    __slots__ = ()

    async def execute(self, after: str | None = None) -> Page[ResultT]:
        """All items, up to ``limit``, in as many requests as it takes. ``after`` is a cursor to continue from.

        Raises ``InvalidCursor`` for a cursor of something else; so do ``page`` and ``pages``.
        """
        return await self._driver.run(reading.everything(self._book, self._plan, after, self._decode))

    def pages(self, after: str | None = None) -> AsyncIterator[Page[ResultT]]:
        """The items page by page; each request is sent when its page is asked for. A page may be empty."""
        return self._driver.stream(reading.pages(self._book, self._plan, after, self._decode))

    async def page(self, after: str | None = None) -> Page[ResultT]:
        """Exactly one page: what one request brings."""
        return await self._driver.run(reading.page(self._book, self._plan, after, self._decode))

    def __aiter__(self) -> AsyncIterator[ResultT]:
        return self._driver.stream(reading.items(self._book, self._plan, self._decode))

    async def first(self) -> ResultT | None:
        """The first item that is found, or ``None``."""
        return await self._driver.run(reading.first(self._book, self._plan, self._decode))

    async def count(self) -> int:
        """How many items there are, up to ``limit``. DynamoDB reads and charges for them, but does not send them."""
        return await self._driver.run(reading.count(self._book, self._plan))

    async def delete_all(self) -> int:
        """Delete what is found, up to ``limit``, in batches; returns how many items. Versions are not looked at.

        What is written meanwhile may stay. Raises ``ItemsNotWritten`` if some came back until the last attempt.
        """
        return await self._driver.run(deletion.everything(self._book, self._plan))

    async def to_request(self) -> dict[str, Any]:
        """The parameters of the first request, which is not sent. A query may send DescribeTable to learn the keys."""
        return await self._driver.run(reading.request(self._book, self._plan))


class AsyncQueryBuilder(QuerySteps[AsyncDriver], AsyncExecutableRead[Item]):
    """A query. Immutable: each step returns a new one, and one may be executed more than once.

    Key attributes need not be named: their names are those given to ``client.table(..., keys=...)``, or learned with
    one DescribeTable a table. Nothing is sent before ``execute``, ``pages``, ``page``, ``first``, ``one``, ``count`` or
    an iteration, which raise ``ExpressionMisuse`` where keys are missing or too many.
    """

    __slots__ = ()

    async def one(self) -> Item:
        """The only item. Raises ``ItemNotFound`` if there is none, ``MultipleItemsFound`` if there are more."""
        found: Item = await self._driver.run(reading.one(self._book, self._plan, self._decode))
        return found


# --- scans ---


class AsyncScanBuilder(ScanSteps[AsyncDriver], AsyncExecutableRead[Item]):
    """A scan. Immutable: each step returns a new one, and one may be executed more than once."""

    __slots__ = ()

    def parallel(self, segments: int) -> AsyncParallelScan[Item]:
        """All of this many segments, side by side."""
        plan = replace(self._plan, segment=None)
        return AsyncParallelScan(self._driver, self._book, plan, check_segments(segments), self._decode)


@dataclass(frozen=True, slots=True, eq=False)
class AsyncParallelScan(Generic[ResultT]):
    """A scan in segments that are read side by side; made by ``scan().parallel(8)``. Items come as they are found."""

    _driver: AsyncDriver = field(repr=False)
    _book: TableBook = field(repr=False)
    _plan: ReadPlan
    _segments: int
    _decode: Decode[ResultT] | None = field(default=None, repr=False)

    async def execute(self, after: str | None = None) -> Page[ResultT]:
        """All items, up to the limit, in the order of the segments. ``after`` is a cursor to go on from.

        Raises ``InvalidCursor`` for one of something else, or of another number of segments.
        """
        return await self._driver.run(segments.everything(self._book, self._plan, self._segments, after, self._decode))

    def pages(self, after: str | None = None) -> AsyncIterator[SegmentPage[ResultT]]:
        """Page after page, of whichever segment is first, each with the progress of all.

        A page's ``cursor`` takes the whole scan up again where it was when that page came. While a page is looked at,
        the next one of each segment is being read.
        """
        return self._driver.stream(segments.pages(self._book, self._plan, self._segments, after, self._decode))

    def __aiter__(self) -> AsyncIterator[ResultT]:
        return self._driver.stream(segments.items(self._book, self._plan, self._segments, self._decode))

    async def count(self) -> int:
        """How many items there are, up to the limit. They are read, and paid for, but not sent."""
        return await self._driver.run(segments.count(self._book, self._plan, self._segments))
