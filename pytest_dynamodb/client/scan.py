"""``ScanBuilder``: a scan, step by step. ``ParallelScan``: several segments of it side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pytest_dynamodb.client.builders import ScanSteps
from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.operations import segments
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.plan import ReadPlan, check_segments
from pytest_dynamodb.client.operations.segments import SegmentPage
from pytest_dynamodb.client.page import Page
from pytest_dynamodb.client.query import ExecutableRead


class ScanBuilder(ScanSteps[SyncDriver], ExecutableRead[Item]):
    """A scan. Immutable: each step returns a new one, and one may be executed more than once."""

    __slots__ = ()

    def parallel(self, segments: int) -> ParallelScan:
        """All of this many segments, side by side."""
        return ParallelScan(self._driver, self._book, replace(self._plan, segment=None), check_segments(segments))


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
