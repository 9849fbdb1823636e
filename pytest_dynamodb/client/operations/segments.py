"""Parallel scans: the segments of a table side by side, each page as it comes, to be taken up again where they were."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.plan import PageAnswer, ReadPlan, ReadSource, prepared
from pytest_dynamodb.client.operations.reading import Decode, count_of, hydrated
from pytest_dynamodb.client.page import Page, Position, total
from pytest_dynamodb.client.steps import Job, Steps, emit, finished, send, start, together

Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanProgress:
    """How much a parallel scan has read since it began, or since it was continued from a cursor."""

    segments: int
    finished: int
    items: int
    scanned_count: int
    capacity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentPage(Page[Item_co]):
    """A page of one segment.

    ``cursor`` is that of the whole scan, with every page up to this one behind it; ``segment_cursor`` that of this
    segment alone, for ``scan().segment(...)``.
    """

    segment: int
    segment_cursor: str | None
    progress: ScanProgress


class _Scan:
    """The positions of all segments."""

    def __init__(
        self, book: TableBook, source: ReadSource, segments: int, after: str | None, decode: Decode[Any] | None
    ) -> None:
        """Raises ``InvalidCursor``."""
        self._decode = decode
        self._book, self.source, self.segments = book, source, segments
        self._binding = source.plan.binding(source.names, segments)
        self.positions: list[Position] = ["start"] * segments
        if after is not None:
            self.positions = self._book.cursors.decode(after, self._binding)
        self.left = source.plan.limit
        self._rounds = [0] * segments
        self._running: dict[Job[PageAnswer], int] = {}
        self.items = self.scanned = 0
        self.capacity: float | None = None

    @property
    def cursor(self) -> str | None:
        over = all(position == "end" for position in self.positions)
        return None if over else self._book.cursors.encode(self._binding, self.positions)

    def begin(self) -> Steps[None]:
        """Begin to read every segment."""
        for number in range(self.segments):
            yield from self._read(number)

    def _read(self, number: int) -> Steps[None]:
        if self.positions[number] == "end" or self.left == 0:
            return
        source = self.source.segment(number, self.segments)
        # Not what is left of the limit: that depends on who was first, and a recording could not be found again.
        job = yield from start(
            send(source.call(self.positions[number], source.plan.limit, rounds=self._rounds[number]))
        )
        self._rounds[number] += 1
        self._running[job] = number

    def next(self) -> Steps[tuple[int, PageAnswer] | None]:
        """The next page, and of which segment; while it is looked at, the one after it is read. ``None`` at the end."""
        if not self._running or self.left == 0:
            return None
        job = yield from finished(list(self._running))
        number = self._running.pop(job)
        answer = self._took(number, job.result())
        yield from self._read(number)
        return number, (yield from hydrated(self._book, self.source.plan, answer))

    def _took(self, number: int, answer: PageAnswer) -> PageAnswer:
        """Note a page; what is beyond the limit is cut off."""
        answer = self.source.cut(answer, self.left)
        self.positions[number] = answer.position
        self.items += len(answer.items)
        self.scanned += answer.scanned
        self.capacity = total(self.capacity, answer.capacity)
        if self.left is not None:
            self.left -= len(answer.items)
        return answer

    def shown(self, answer: PageAnswer) -> list[Any]:
        """The items as they are handed out."""
        items = self.source.shown(answer.items)
        return items if self._decode is None else [self._decode(item) for item in items]

    def page(self, number: int, answer: PageAnswer) -> SegmentPage[Any]:
        """A page as it is handed out."""
        return SegmentPage(
            items=self.shown(answer),
            cursor=self.cursor,
            capacity=answer.capacity,
            scanned_count=answer.scanned,
            segment=number,
            segment_cursor=self._segment_cursor(number),
            progress=self.progress,
        )

    def _segment_cursor(self, number: int) -> str | None:
        position = self.positions[number]
        if position == "end":
            return None
        plan = replace(self.source.plan, segment=(number, self.segments))
        return self._book.cursors.encode(plan.binding(None), [position])

    @property
    def progress(self) -> ScanProgress:
        return ScanProgress(
            segments=self.segments,
            finished=self.positions.count("end"),
            items=self.items,
            scanned_count=self.scanned,
            capacity=self.capacity,
        )


def begun(
    book: TableBook, plan: ReadPlan, segments: int, after: str | None = None, decode: Decode[Any] | None = None
) -> Steps[_Scan]:
    """The plan's scan, begun."""
    # Each segment may bring as much as is wanted of all of them: what is too much is cut off, and read another time.
    source = yield from prepared(book, plan, positions=plan.limit is not None)
    scan = _Scan(book, source, segments, after, decode)
    yield from scan.begin()
    return scan


def pages(
    book: TableBook, plan: ReadPlan, segments: int, after: str | None, decode: Decode[Any] | None = None
) -> Steps[None]:
    """Emits the pages of all segments as they come."""
    scan = yield from begun(book, plan, segments, after, decode)
    while (read := (yield from scan.next())) is not None:
        yield from emit(scan.page(*read))


def items(book: TableBook, plan: ReadPlan, segments: int, decode: Decode[Any] | None = None) -> Steps[None]:
    """Emits the items of all segments as they come."""
    scan = yield from begun(book, plan, segments, None, decode)
    while (read := (yield from scan.next())) is not None:
        for item in scan.shown(read[1]):
            yield from emit(item)


def everything(
    book: TableBook, plan: ReadPlan, segments: int, after: str | None, decode: Decode[Any] | None = None
) -> Steps[Page[Any]]:
    """All items, up to the limit, in the order of the segments."""
    scan = yield from begun(book, plan, segments, after, decode)
    found: list[list[Any]] = [[] for _ in range(segments)]
    while (read := (yield from scan.next())) is not None:
        number, answer = read
        found[number] += scan.shown(answer)
    return Page(
        items=[item for part in found for item in part],
        cursor=scan.cursor,
        capacity=scan.capacity,
        scanned_count=scan.scanned,
    )


def count(book: TableBook, plan: ReadPlan, segments: int) -> Steps[int]:
    """How many items there are, up to the limit."""
    parts = [replace(plan.counting(), segment=(number, segments)) for number in range(segments)]
    counts = yield from together([count_of(book, part) for part in parts], at_once=segments)
    return sum(counts) if plan.limit is None else min(sum(counts), plan.limit)
