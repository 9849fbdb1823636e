"""A query of several shards as if they were one: all are asked, and their items merged in the order of the sort key."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.cursor import Binding, Position
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.plan import ReadPlan, position_of
from pytest_dynamodb.client.operations.source import Answer, ReadSource, prepared
from pytest_dynamodb.client.page import total
from pytest_dynamodb.client.sharding import Sharded
from pytest_dynamodb.client.steps import Steps, send, together

#: Items of a page, where nothing is said.
PAGE = 100


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
        scanned, capacity = 0, None
        while not self.ahead and self.next != "end":
            answer = yield from send(self.source.call(self.next, most))
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
        self._cursors, self._plan, self._binding = book.cursors, plan, binding
        positions: list[Position] = ["start"] * len(sources)
        if after is not None:
            positions = self._cursors.decode(after, binding)
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
        return None if all(at == "end" for at in positions) else self._cursors.encode(self._binding, positions)

    def next(self) -> Steps[Answer]:
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
        return Answer(items, "end", scanned, len(items), capacity)

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
