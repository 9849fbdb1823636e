"""A page of a Query or Scan: what is evaluated, what of it is kept, and where it ends.

A page ends with Limit items evaluated, or with the item that brings what is evaluated to 1 MB, filtered or not. That
item is still part of the page (dynalite's suite, test/scan, "just over limit": measured on AWS; nubo-db/dynoxide leaves
it to the next page). AWS counts bytes of its storage there, which are a few more than an item's size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pytest_dynamodb.engine.answers import Usage, read_units, wanted
from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.evaluation.paths import head
from pytest_dynamodb.engine.parameters.keypaths import check_key_paths
from pytest_dynamodb.engine.reads.selection import Wanted, check_all_attributes, check_projected, needs_table
from pytest_dynamodb.engine.reads.source import Source
from pytest_dynamodb.engine.storage.partition import Attributes, StoredItem
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.expressions.nodes import ConditionTree, Path, walk
from pytest_dynamodb.requests import truth

PAGE_SIZE: Final = 1024 * 1024
"""Bytes of a page (developer guide, "Paginating table query results")."""

Keep: TypeAlias = "Callable[[Attributes], bool]"
Fetch: TypeAlias = "Callable[[StoredItem], StoredItem]"


class ReadPage:
    """``items`` are kept, ``scanned`` were evaluated. ``last`` is the one to go on after, ``None`` at the end.

    ``size`` is bytes read from the source; ``fetched`` has the sizes of items read from the table for index entries.
    """

    scanned: int
    size: int

    __slots__ = ("fetched", "items", "last", "scanned", "size")

    def __init__(self) -> None:
        self.items: list[StoredItem] = []
        self.fetched: list[int] = []
        self.scanned = self.size = 0
        self.last: StoredItem | None = None


def read_page(
    stored: Iterable[StoredItem], limit: int | None, *, keep: Keep | None = None, fetch: Fetch | None = None
) -> ReadPage:
    """The first page of what is stored. Where ``fetch`` is given, the item that it returns for an entry counts."""
    page = ReadPage()
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


# --- Query and Scan ---
# What they share: their filter and projection going in, a page's body coming out. Order of the checks that need no
# table (dynalite's suite, test/query and test/scan): which parameters may come together; legacy parameters; the start
# key's values; expressions; Select.


@dataclass(frozen=True, slots=True)
class Sieve:
    """The filter and the projection of a Query or a Scan."""

    filter: ConditionTree | None
    wanted: Wanted

    @property
    def filter_names(self) -> tuple[str, ...]:
        """The attributes that the filter's paths begin with."""
        tree = self.filter
        return () if tree is None else tuple(head(node) for node in walk(tree) if isinstance(node, Path))

    def check_filter_paths(self, table: Table) -> None:
        """Raise ValidationException if a path of the filter leads into a key attribute."""
        if self.filter is not None:
            check_key_paths(self.filter, table)

    def keep(self) -> Keep | None:
        """The filter as a function of an item's attributes; ``None`` keeps every item."""
        return None if self.filter is None else compile_condition(self.filter)


def check_selected(source: Source, sieve: Sieve, params: dict[str, Any]) -> None:
    """Check Select and the projection against an index. Raises ValidationException."""
    if source.index is not None:
        check_all_attributes(source.index, params)
        check_projected(source.index, sieve.wanted.names or ())


def page_of(source: Source, stored: Iterator[StoredItem], sieve: Sieve, params: dict[str, Any]) -> ReadPage:
    """The page that a Query or a Scan evaluates of what is ``stored``."""
    fetch = None
    if source.index is not None and needs_table(source.index, params, sieve.wanted.names):
        fetch = source.item_of
    limit = params.get("Limit")
    return read_page(stored, None if limit is None else int(limit), keep=sieve.keep(), fetch=fetch)


def page_body(call: Call, source: Source, page: ReadPage, part: Wanted) -> dict[str, Any]:
    """The body of a Query's or a Scan's answer."""
    params = call.params
    body: dict[str, Any] = {"Count": len(page.items), "ScannedCount": page.scanned}
    if params.get("Select") != "COUNT":
        project = part.project
        body["Items"] = [item.attributes if project is None else project(item.attributes) for item in page.items]
    if page.last is not None:
        body["LastEvaluatedKey"] = source.key_of(page.last)
    mode = wanted(params)
    if mode is not None:
        body["ConsumedCapacity"] = _usage(source, page, params).body(params["TableName"], mode)
    return body


def _usage(source: Source, page: ReadPage, params: dict[str, Any]) -> Usage:
    """What a page cost: all that is read, filtered out or not; and each item fetched from the table for an index.

    (Developer guide, "Local secondary indexes": provisioned throughput considerations, "for every table item fetched".)
    """
    consistent = truth(params.get("ConsistentRead"))
    usage = Usage()
    usage.add(read_units(page.size, consistent=consistent), source.index)
    usage.add(sum(read_units(size, consistent=consistent) for size in page.fetched))
    return usage
