"""A page of a SELECT: read after read, until Limit or a megabyte is reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_dynamodb.engine.capacity import Usage, read_units
from pytest_dynamodb.engine.partiql.messages import reject
from pytest_dynamodb.engine.partiql.nexttoken import Position
from pytest_dynamodb.engine.partiql.selection import Selection
from pytest_dynamodb.engine.reads.page import PAGE_SIZE, read_page
from pytest_dynamodb.engine.reads.walk import walk_partition, walk_segment
from pytest_dynamodb.engine.storage.item import Attributes, Item


@dataclass(slots=True)
class SelectedPage:
    """``items`` as the statement wants them; ``end`` is where to go on, ``None`` where nothing is left."""

    items: list[Attributes]
    usage: Usage
    end: Position | None


def read_selected(selection: Selection, start: Position, *, limit: int | None, consistent: bool) -> SelectedPage:
    """The page that begins at a position."""
    _check_start(selection, start)
    page = SelectedPage([], Usage(), None)
    size = 0
    reads = 1 if selection.plan.reads is None else len(selection.plan.reads)
    for at in range(start.read, reads):
        stored = _stored(selection, at, start.key if at == start.read else None)
        found = read_page(_charged(stored, selection, page.usage, consistent), limit, keep=selection.keep)
        page.items += [_given(selection, item) for item in found.items]
        page.usage.add(read_units(found.size, consistent=consistent), selection.source.index)
        size += found.size
        if found.last is not None:
            page.end = Position(at, selection.source.key_of(found.last))
            return page
        if limit is not None:
            limit -= found.scanned
        if size >= PAGE_SIZE and at + 1 < reads:
            page.end = Position(at + 1)
            return page
    return page


def _check_start(selection: Selection, start: Position) -> None:
    """A token outlives its table: another one of that name may have other keys."""
    key, source = start.key, selection.source
    if key is not None and not (source.keys.indexable(key) and source.table.keys.indexable(key)):
        reject("token")


def _stored(selection: Selection, at: int, key: Attributes | None) -> Iterator[Item]:
    plan, source = selection.plan, selection.source
    if plan.reads is None:
        return walk_segment(source, (0, 1), key)
    read = plan.reads[at]
    return walk_partition(source, read.identity, read.spans, key, forward=plan.forward)


def _charged(stored: Iterator[Item], selection: Selection, usage: Usage, consistent: bool) -> Iterator[Item]:
    """What is stored; whatever is passed over is charged for being fetched from the table, where it has to be."""
    if not selection.fetches:
        yield from stored
        return
    for entry in stored:
        usage.add(read_units(selection.source.item_of(entry).size, consistent=consistent))
        yield entry


def _given(selection: Selection, item: Item) -> Attributes:
    """The filter has looked at the index's entry; the columns look at the item (hectorvent/floci's captures)."""
    found = selection.source.item_of(item) if selection.fetches else item
    return selection.columns.give(found.attributes)
