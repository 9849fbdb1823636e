"""Deletes whatever a query or a scan finds: a partition, say."""

from __future__ import annotations

from dataclasses import replace

from pytest_dynamodb.client.operations.batch_writes import ItemsNotWritten, WriteQueue
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.plan import ReadPlan
from pytest_dynamodb.client.operations.reading import begun
from pytest_dynamodb.client.steps import Steps
from pytest_dynamodb.expressions.nodes import Name, Path


def everything(book: TableBook, plan: ReadPlan) -> Steps[int]:
    """Deletes what the plan finds; returns how many items. Raises ``ItemsNotWritten``."""
    names = (yield from book.names(plan.table)).all
    keys = replace(plan, projection=None, hydrated=False).project([Path((Name(name),)) for name in names])
    reading, queue = (yield from begun(book, keys)), WriteQueue(book)
    while not reading.over:
        answer = yield from reading.next()
        for item in answer.items:
            yield from queue.delete(plan.table, {name: item[name] for name in names})
    yield from queue.close()
    if queue.failed:
        raise ItemsNotWritten(queue.failed)
    return queue.written
