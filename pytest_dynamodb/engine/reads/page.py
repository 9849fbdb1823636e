"""A page of a Query or Scan: what is evaluated, what of it is kept, and where it ends.

A page ends with Limit items evaluated, or with the item that brings what is evaluated to 1 MB, filtered or not. That
item is still part of the page (dynalite's suite, test/scan, "just over limit": measured on AWS; nubo-db/dynoxide leaves
it to the next page). AWS counts bytes of its storage there, which are a few more than an item's size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from pytest_dynamodb.engine.storage.item import Attributes, Item

PAGE_SIZE: Final = 1024 * 1024
"""Bytes of a page (developer guide, "Paginating table query results")."""

Keep: TypeAlias = "Callable[[Attributes], bool]"
Fetch: TypeAlias = "Callable[[Item], Item]"


class Page:
    """``items`` are kept, ``scanned`` were evaluated. ``last`` is the one to go on after, ``None`` at the end.

    ``size`` is bytes read from the source; ``fetched`` has the sizes of items read from the table for index entries.
    """

    __slots__ = ("fetched", "items", "last", "scanned", "size")

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.fetched: list[int] = []
        self.scanned = self.size = 0
        self.last: Item | None = None


def read_page(
    stored: Iterable[Item], limit: int | None, *, keep: Keep | None = None, fetch: Fetch | None = None
) -> Page:
    """The first page of what is stored. ``fetch`` gets the item that an entry stands for, which then counts."""
    page = Page()
    kept, fetched = page.items, page.fetched
    size = evaluated = scanned = 0
    for entry in stored:
        scanned += 1
        size += entry.size
        item = entry if fetch is None else fetch(entry)
        evaluated += item.size
        if fetch is not None:
            fetched.append(item.size)
        if keep is None or keep(item.attributes):
            kept.append(item)
        if scanned == limit or evaluated >= PAGE_SIZE:
            page.last = entry
            break
    page.scanned, page.size = scanned, size
    return page
