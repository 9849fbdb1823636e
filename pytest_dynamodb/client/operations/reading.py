"""Queries and scans: page by page, item by item, all at once, counted. Of one stretch, or of shards merged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.cursor import Position
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.merging import Merge, merged
from pytest_dynamodb.client.operations.plan import ReadPlan
from pytest_dynamodb.client.operations.source import Answer, prepared
from pytest_dynamodb.client.operations.stretch import Stretch
from pytest_dynamodb.client.page import Page, total
from pytest_dynamodb.client.steps import Steps, emit, send, together
from pytest_dynamodb.errors import ItemNotFound, PytestDynamoDbError

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


def _page(reading: Reading, answer: Answer, decode: Decode[Any] | None) -> Page[Any]:
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
    raise MultipleItemsFound(f"{plan.table} has more than one item for {key!r}, where there was to be one")


def count(book: TableBook, plan: ReadPlan) -> Steps[int]:
    """How many items there are, up to the limit. DynamoDB reads as much as for ``everything``, and sends a number."""
    counts = yield from together([count_of(book, replace(part, projection=None)) for part in plan.parts()])
    return sum(counts) if plan.limit is None else min(sum(counts), plan.limit)


def count_of(book: TableBook, plan: ReadPlan) -> Steps[int]:
    """How many items there are in one stretch, up to the limit or a little more."""
    source = yield from prepared(book, plan)
    position: Position = "start"
    counted, most = 0, plan.limit
    while position != "end" and (most is None or counted < most):
        answer = yield from send(source.call(position, None if most is None else most - counted, counting=True))
        counted, position = counted + answer.count, answer.position
    return counted
