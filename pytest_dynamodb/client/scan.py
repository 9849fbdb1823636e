"""``ScanBuilder``: a scan, step by step. ``ParallelScan``: several segments of it side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.operations import reading, segments
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.plan import ReadPlan, check_segments
from pytest_dynamodb.client.operations.segments import SegmentPage
from pytest_dynamodb.client.page import Page
from pytest_dynamodb.expressions.buildable import PathLike
from pytest_dynamodb.expressions.conditions import ConditionLike


@dataclass(frozen=True, slots=True, eq=False)
class ScanBuilder:
    """A scan. Immutable: each step returns a new one, and one may be executed more than once."""

    _driver: SyncDriver = field(repr=False)
    _book: TableBook = field(repr=False)
    _plan: ReadPlan

    def filter(self, condition: ConditionLike) -> ScanBuilder:
        """Only items of which this is true; given again, only if all of them are. They are read all the same."""
        return replace(self, _plan=self._plan.filter(condition))

    def project(self, *paths: PathLike | Iterable[PathLike]) -> ScanBuilder:
        """Only these paths of each item; given again, these as well."""
        return replace(self, _plan=self._plan.project(*paths))

    def limit(self, items: int | None) -> ScanBuilder:
        """At most this many items come back, after filtering; ``None`` for all. How many are read is ``page_size``."""
        return replace(self, _plan=self._plan.at_most(items))

    def page_size(self, items: int | None) -> ScanBuilder:
        """DynamoDB's ``Limit``: how many items one request reads, before filtering; ``None`` for up to 1 MB."""
        return replace(self, _plan=self._plan.in_pages_of(items))

    def consistent(self, consistent: bool = True) -> ScanBuilder:
        """Read what has been written before. Not of a global index."""
        return replace(self, _plan=replace(self._plan, consistent=consistent))

    def segment(self, number: int, of: int) -> ScanBuilder:
        """Only segment ``number``, from 0, of ``of``: for several machines that share a scan."""
        return replace(self, _plan=self._plan.of_segment(number, of))

    def parallel(self, segments: int) -> ParallelScan:
        """All of this many segments, side by side."""
        return ParallelScan(self._driver, self._book, replace(self._plan, segment=None), check_segments(segments))

    def execute(self, after: str | None = None) -> Page[Item]:
        """All items, up to ``limit``, in as many requests as it takes. ``after`` is a cursor to go on from.

        Raises ``InvalidCursor`` for one of something else; so do the others.
        """
        return self._driver.run(reading.everything(self._book, self._plan, after))

    def pages(self, after: str | None = None) -> Iterator[Page[Item]]:
        """The items page by page, one request each, as they are asked for. A page may be empty."""
        return self._driver.stream(reading.pages(self._book, self._plan, after))

    def page(self, after: str | None = None) -> Page[Item]:
        """Exactly one page: what one request brings."""
        return self._driver.run(reading.page(self._book, self._plan, after))

    def __iter__(self) -> Iterator[Item]:
        return self._driver.stream(reading.items(self._book, self._plan))

    def first(self) -> Item | None:
        """The first item that is found, or ``None``."""
        return self._driver.run(reading.first(self._book, self._plan))

    def count(self) -> int:
        """How many items there are, up to ``limit``. They are read, and paid for, but not sent."""
        return self._driver.run(reading.count(self._book, self._plan))

    def to_request(self) -> dict[str, Any]:
        """The parameters of the first request, which is not sent."""
        return self._driver.run(reading.request(self._book, self._plan))


@dataclass(frozen=True, slots=True, eq=False)
class ParallelScan:
    """A scan in segments that are read side by side; made by ``scan().parallel(8)``. Items come as they are found."""

    _driver: SyncDriver = field(repr=False)
    _book: TableBook = field(repr=False)
    _plan: ReadPlan
    _segments: int

    def execute(self, after: str | None = None) -> Page[Item]:
        """All items, up to the limit, in the order of the segments. ``after`` is a cursor to go on from.

        Raises ``InvalidCursor`` for one of something else, or of another number of segments.
        """
        return self._driver.run(segments.everything(self._book, self._plan, self._segments, after))

    def pages(self, after: str | None = None) -> Iterator[SegmentPage[Item]]:
        """Page after page, of whichever segment is first, each with the progress of all.

        A page's ``cursor`` takes the whole scan up again where it was when that page came. While a page is looked at,
        the next one of each segment is being read.
        """
        return self._driver.stream(segments.pages(self._book, self._plan, self._segments, after))

    def __iter__(self) -> Iterator[Item]:
        return self._driver.stream(segments.items(self._book, self._plan, self._segments))

    def count(self) -> int:
        """How many items there are, up to the limit. They are read, and paid for, but not sent."""
        return self._driver.run(segments.count(self._book, self._plan, self._segments))
