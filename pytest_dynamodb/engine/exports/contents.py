"""The lines of an export (developer guide, "DynamoDB table export output format")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pytest_dynamodb.engine.backups.history import Overwritten
from pytest_dynamodb.engine.exports.requests import Span
from pytest_dynamodb.engine.storage.item import Item
from pytest_dynamodb.engine.storage.partition import Identity, Order
from pytest_dynamodb.engine.table import Table

Place = tuple[Identity, Order]


def lines(table: Table, span: Span, view: str) -> Iterator[dict[str, Any]]:
    """An object a line: every item at the end of a span, or every item that was written in it."""
    if span.begin is None:
        store = as_of(table, span.end).store
        for identity in store.in_hash_order():
            yield from ({"Item": item.attributes} for item in store.partitions[identity].items)
    else:
        yield from _changes(table, span.begin, span.end, view)


def as_of(table: Table, time: float) -> Table:
    """A table without indexes that holds what another one held at a time. Good until the next write to that one."""
    owner = object()
    copy = Table(owner, table.name, table.keys, replace(table.settings, status="ACTIVE", events=()))
    copy.store = table.store.owned_by(owner)
    for write in reversed([] if table.history is None else table.history.after(time)):
        if write.before is None:
            copy.delete(write.key)
        else:
            copy.put(write.before)
    return copy


def _befores(table: Table, writes: list[Overwritten]) -> dict[Place, Item | None]:
    """What each item that was written was before the first of these writes."""
    found: dict[Place, Item | None] = {}
    for write in writes:
        found.setdefault((table.keys.identity(write.key), table.keys.order(write.key)), write.before)
    return found


def _changes(table: Table, begin: float, end: float, view: str) -> Iterator[dict[str, Any]]:
    """One line an item: its image before the span, and the last one in it."""
    writes = [] if table.history is None else [one for one in table.history.after(begin) if one.time <= end]
    before = _befores(table, writes)
    last = {(table.keys.identity(one.key), table.keys.order(one.key)): one for one in writes}
    for place, write in last.items():
        old = before[place]
        line: dict[str, Any] = {
            "Metadata": {"WriteTimestampMicros": {"N": str(int(write.time * 1_000_000))}},
            "Keys": table.keys.key_of(write.key),
        }
        if old is not None and view == "NEW_AND_OLD_IMAGES":
            line["OldImage"] = old.attributes
        if write.after is not None:
            line["NewImage"] = write.after.attributes
        yield line
