"""Queries and scans: page by page, item by item, all at once, counted. Of one stretch, or of shards merged."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.operations.batch_reads import batch_get
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.plan import PageAnswer, ReadPlan, ReadSource, position_of, prepared
from pytest_dynamodb.client.page import Binding, Page, Position, total
from pytest_dynamodb.client.sharding import Sharded
from pytest_dynamodb.client.steps import Steps, emit, send, together
from pytest_dynamodb.errors import ItemNotFound, PytestDynamoDbError, quoted

# --- queries and scans ---


class ItemsNotRead(PytestDynamoDbError):
    """Items of which an index has the keys were throttled until the last attempt; ``failed`` are their keys."""

    def __init__(self, failed: Sequence[Item]) -> None:
        self.failed: list[Item] = list(failed)
        super().__init__(self.failed)

    def __str__(self) -> str:
        return f"{len(self.failed)} item(s) of an index could not be read from its table until the last attempt"


def hydrated(book: TableBook, plan: ReadPlan, answer: PageAnswer) -> Steps[PageAnswer]:
    """The answer with the whole items of its keys, if the plan asks for them. Raises ``ItemsNotRead``.

    Those that were deleted since the index was read are left out.
    """
    if not plan.hydrated or not answer.items:
        return answer
    names = (yield from book.names(plan.table)).all
    keys = [{name: item[name] for name in names} for item in answer.items]
    projection = None if plan.projection is None else plan.projection.paths
    read = yield from batch_get({plan.table: keys}, consistent=plan.consistent, projection=projection)
    page = read[plan.table]
    if page.failed:
        raise ItemsNotRead(page.failed)
    return replace(answer, items=list(page.items), capacity=total(answer.capacity, page.capacity))


class Stretch:
    """Reads a query or a scan from its beginning, or from a cursor, to its end or limit."""

    def __init__(self, book: TableBook, source: ReadSource, after: str | None = None) -> None:
        """Raises ``InvalidCursor``."""
        self._book, self._source, self._left = book, source, source.plan.limit
        self._binding: Binding | None = None
        self._rounds = 0
        self.position: Position = "start"
        if after is not None:
            (self.position,) = self._book.cursors.decode(after, self._bound())

    @property
    def over(self) -> bool:
        """Whether there is nothing more, or nothing more is wanted."""
        return self.position == "end" or self._left == 0

    @property
    def cursor(self) -> str | None:
        """The cursor to continue from; ``None`` at the end."""
        return None if self.position == "end" else self._book.cursors.encode(self._bound(), [self.position])

    def _bound(self) -> Binding:
        if self._binding is None:
            self._binding = self._source.plan.binding(self._source.names)
        return self._binding

    def next(self) -> Steps[PageAnswer]:
        """The next answer, without what is beyond the limit."""
        answer = yield from send(self._source.call(self.position, self._left, rounds=self._rounds))
        self._rounds += 1
        answer = self._source.cut(answer, self._left)
        if self._left is not None:
            self._left -= len(answer.items)
        self.position = answer.position
        return (yield from hydrated(self._book, self._source.plan, answer))

    def shown(self, items: list[Item]) -> list[Item]:
        """The items without attributes that were read for positions alone."""
        return self._source.shown(items)


# --- sharded queries ---
# Several shards are read as if they were one: all are asked, and their items merged in the order of the sort key.

PAGE = 100
"""Items of a page, where nothing is said."""


class _Shard:
    """One shard: what has been read of it and is not given out yet, and where to read and to go on."""

    __slots__ = ("ahead", "come_to", "next", "source")

    def __init__(self, source: ReadSource, position: Position) -> None:
        self.source = source
        self.next: Position = position
        self.come_to: Position = position
        self.ahead: deque[Item] = deque()

    @property
    def position(self) -> Position:
        return self.come_to if self.ahead else self.next

    def fill(self, most: int | None) -> Steps[tuple[int, float | None]]:
        """Read until there is an item or none is left. What was read for that, and its capacity units."""
        scanned, capacity, rounds = 0, None, 0
        while not self.ahead and self.next != "end":
            answer = yield from send(self.source.call(self.next, most, rounds=rounds))
            rounds += 1
            self.come_to = self.next
            self.ahead.extend(answer.items)
            self.next = answer.position
            scanned, capacity = scanned + answer.scanned, total(capacity, answer.capacity)
        return scanned, capacity

    def take(self) -> Item:
        item = self.ahead.popleft()
        self.come_to = position_of(item, self.source.key)
        return item


class Merge:
    """Reads a sharded query. Its cursors hold a position of each shard."""

    def __init__(
        self, book: TableBook, plan: ReadPlan, sources: Sequence[ReadSource], binding: Binding, after: str | None
    ) -> None:
        """Raises ``InvalidCursor``."""
        self._book, self._plan, self._binding = book, plan, binding
        positions: list[Position] = ["start"] * len(sources)
        if after is not None:
            positions = self._book.cursors.decode(after, binding)
        self._shards = [_Shard(source, at) for source, at in zip(sources, positions, strict=True)]
        names = sources[0].names
        self._sort = () if names is None else names.sort
        self._left = plan.limit

    @property
    def over(self) -> bool:
        """Whether there is nothing more, or nothing more is wanted."""
        return self._left == 0 or all(shard.position == "end" for shard in self._shards)

    @property
    def cursor(self) -> str | None:
        """The cursor to continue from; ``None`` at the end."""
        positions: list[Position] = [shard.position for shard in self._shards]
        return None if all(at == "end" for at in positions) else self._book.cursors.encode(self._binding, positions)

    def next(self) -> Steps[PageAnswer]:
        """The next items: as many as a page has."""
        wanted = self._plan.page_size or PAGE
        wanted = wanted if self._left is None else min(wanted, self._left)
        items: list[Item] = []
        scanned, capacity = 0, None
        while len(items) < wanted:
            empty = [shard for shard in self._shards if not shard.ahead and shard.next != "end"]
            for read, units in (yield from together([shard.fill(self._left) for shard in empty])):
                scanned, capacity = scanned + read, total(capacity, units)
            shard = self._nearest()
            if shard is None:
                break
            items.append(shard.take())
        if self._left is not None:
            self._left -= len(items)
        answer = PageAnswer(items, "end", scanned, len(items), capacity)
        return (yield from hydrated(self._book, self._plan, answer))

    def shown(self, items: list[Item]) -> list[Item]:
        """The items without attributes that were read for positions alone."""
        return self._shards[0].source.shown(items)

    def _nearest(self) -> _Shard | None:
        """The shard whose item comes next; of equal ones the first."""
        nearest: _Shard | None = None
        best: tuple[Any, ...] = ()
        for shard in self._shards:
            if shard.ahead:
                here = tuple(shard.ahead[0][name] for name in self._sort)
                if nearest is None or (here > best if self._plan.descending else here < best):
                    nearest, best = shard, here
        return nearest


def merged(book: TableBook, plan: ReadPlan, shards: Sharded, after: str | None) -> Steps[Merge]:
    sources = []
    for key in shards.keys:
        sources.append((yield from prepared(book, plan.of_shard(key), positions=True)))  # noqa: PERF401 - no comprehension may hold a `yield`
    first = plan.of_shard(f"{shards.name}{shards.separator}").binding(sources[0].names, shards.count)
    return Merge(book, plan, sources, first, after)


Result = TypeVar("Result")

Decode = Callable[[Item], Result]
"""What is made of an item: an instance of a model, say."""


class MultipleItemsFound(PytestDynamoDbError, LookupError):
    """A query that was to find one item has found more."""


Reading = Stretch | Merge
"""Reads items in their order, and knows how far it has read."""


def begun(book: TableBook, plan: ReadPlan, after: str | None = None) -> Steps[Reading]:
    """The plan's reading, at its beginning or at a cursor."""
    shards = plan.choice.shards
    if shards is not None:
        return (yield from merged(book, plan, shards, after))
    return Stretch(book, (yield from prepared(book, plan)), after)


def _page(reading: Reading, answer: PageAnswer, decode: Decode[Any] | None) -> Page[Any]:
    items = reading.shown(answer.items)
    page = Page(items=items, cursor=reading.cursor, capacity=answer.capacity, scanned_count=answer.scanned)
    return page if decode is None else page.map(decode)


def request(book: TableBook, plan: ReadPlan) -> Steps[dict[str, Any]]:
    source = yield from prepared(book, plan.parts()[0])
    return source.call("start", plan.limit).params


def page(
    book: TableBook, plan: ReadPlan, after: str | None, decode: Decode[Result] | None = None
) -> Steps[Page[Result]]:
    reading = yield from begun(book, plan, after)
    if reading.over:
        return Page(items=[])
    return _page(reading, (yield from reading.next()), decode)


def pages(book: TableBook, plan: ReadPlan, after: str | None, decode: Decode[Any] | None = None) -> Steps[None]:
    """Emits page after page, up to the limit."""
    reading = yield from begun(book, plan, after)
    while not reading.over:
        answer = yield from reading.next()
        yield from emit(_page(reading, answer, decode))


def items(book: TableBook, plan: ReadPlan, decode: Decode[Any] | None = None) -> Steps[None]:
    """Emits the items, up to the limit."""
    reading = yield from begun(book, plan)
    while not reading.over:
        answer = yield from reading.next()
        for item in reading.shown(answer.items):
            yield from emit(item if decode is None else decode(item))


def everything(
    book: TableBook, plan: ReadPlan, after: str | None = None, decode: Decode[Any] | None = None
) -> Steps[Page[Any]]:
    """All items, up to the limit, as one page."""
    reading = yield from begun(book, plan, after)
    found: list[Item] = []
    capacity, scanned = None, 0
    while not reading.over:
        answer = yield from reading.next()
        found += reading.shown(answer.items)
        capacity, scanned = total(capacity, answer.capacity), scanned + answer.scanned
    page = Page(items=found, cursor=reading.cursor, capacity=capacity, scanned_count=scanned)
    return page if decode is None else page.map(decode)


def first(book: TableBook, plan: ReadPlan, decode: Decode[Result] | None = None) -> Steps[Result | None]:
    found: Page[Result] = yield from everything(book, plan.at_most(1), decode=decode)
    return found[0] if found else None


def one(book: TableBook, plan: ReadPlan, decode: Decode[Any] | None = None) -> Steps[Any]:
    """The only item. Raises ``ItemNotFound`` or ``MultipleItemsFound``."""
    found = yield from everything(book, plan.at_most(2))
    if len(found) == 1:
        return found[0] if decode is None else decode(found[0])
    names = book.known(plan.table, plan.index)
    key = plan.choice.named(names) if names is not None else {}
    if not found:
        raise ItemNotFound(plan.table, key)
    raise MultipleItemsFound(f"{plan.table} has more than one item for {quoted(key)}, where there was to be one")


def count(book: TableBook, plan: ReadPlan) -> Steps[int]:
    """How many items there are, up to the limit. DynamoDB reads as much as for ``everything``, and sends a number."""
    counts = yield from together([count_of(book, part.counting()) for part in plan.parts()])
    return sum(counts) if plan.limit is None else min(sum(counts), plan.limit)


def count_of(book: TableBook, plan: ReadPlan) -> Steps[int]:
    """How many items there are in one stretch, up to the limit or a little more."""
    source = yield from prepared(book, plan)
    position: Position = "start"
    counted, rounds, most = 0, 0, plan.limit
    while position != "end" and (most is None or counted < most):
        left = None if most is None else most - counted
        answer = yield from send(source.call(position, left, rounds=rounds, counting=True))
        counted, rounds, position = counted + answer.count, rounds + 1, answer.position
    return counted
