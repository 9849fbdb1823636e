"""What is stored, in the order in which a Query or a Scan comes across it. Lazy: only what is asked for is touched."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from pytest_dynamodb.engine.reads.source import Source
from pytest_dynamodb.engine.reads.span import Spans, positions
from pytest_dynamodb.engine.storage.item import Attributes, Item
from pytest_dynamodb.engine.storage.partition import Identity, Partition


def walk_partition(
    source: Source, identity: Identity, spans: Spans, start: Attributes | None, *, forward: bool
) -> Iterator[Item]:
    """The items of a partition within spans, in key order or against it, behind a start key."""
    partition = source.store.partitions.get(identity)
    if partition is None:
        return iter(())
    first, end = positions(partition.keys, spans)
    if start is not None:
        # The start key's item may be gone by now: its place is what counts.
        place = source.order(start)
        if forward:
            first = max(first, bisect_right(partition.keys, place))
        else:
            end = min(end, bisect_left(partition.keys, place))
    return _forward(partition, first, end) if forward else _backward(partition, first, end)


def _forward(partition: Partition, first: int, end: int) -> Iterator[Item]:
    items = partition.items
    return (items[at] for at in range(first, end))


def _backward(partition: Partition, first: int, end: int) -> Iterator[Item]:
    items = partition.items
    return (items[at] for at in range(end - 1, first - 1, -1))


def walk_segment(source: Source, segment: tuple[int, int], start: Attributes | None) -> Iterator[Item]:
    """The items of a segment, partition by partition, behind a start key."""
    store, after = source.store, None
    if start is not None:
        after = source.identity(start)
        yield from walk_partition(source, after, (), start, forward=True)
    for identity in store.in_hash_order(after=after, segment=segment, tags=source.keys.hash_tags):
        yield from store.partitions[identity].items
