"""What Query and Scan share: their filter and projection going in, a page's body coming out.

Order of the checks that need no table (dynalite's suite, test/query and test/scan): which parameters may come together;
legacy parameters; the start key's values; expressions; Select.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytest_dynamodb.engine.call import Call
from pytest_dynamodb.engine.capacity import Usage, read_units, wanted
from pytest_dynamodb.engine.evaluation.conditions import compile_condition
from pytest_dynamodb.engine.evaluation.paths import head
from pytest_dynamodb.engine.parameters.keypaths import check_key_paths
from pytest_dynamodb.engine.reads.page import Keep, Page, read_page
from pytest_dynamodb.engine.reads.projection import Wanted
from pytest_dynamodb.engine.reads.selection import check_all_attributes, check_projected, needs_table
from pytest_dynamodb.engine.reads.source import Source
from pytest_dynamodb.engine.storage.item import Item
from pytest_dynamodb.engine.table import Table
from pytest_dynamodb.expressions.nodes import Condition, Path, walk
from pytest_dynamodb.requests import truth


@dataclass(frozen=True, slots=True)
class Sieve:
    """What a Query or Scan keeps of what it evaluates, and what it gives of that."""

    filter: Condition | None
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
        """The filter, ready to be asked."""
        return None if self.filter is None else compile_condition(self.filter)


def check_selected(source: Source, sieve: Sieve, params: dict[str, Any]) -> None:
    """Check Select and the projection against an index. Raises ValidationException."""
    if source.index is not None:
        check_all_attributes(source.index, params)
        check_projected(source.index, sieve.wanted.names or ())


def page_of(source: Source, stored: Iterator[Item], sieve: Sieve, params: dict[str, Any]) -> Page:
    """The page that a Query or a Scan evaluates of what is ``stored``."""
    fetch = None
    if source.index is not None and needs_table(source.index, params, sieve.wanted.names):
        fetch = source.item_of
    limit = params.get("Limit")
    return read_page(stored, None if limit is None else int(limit), keep=sieve.keep(), fetch=fetch)


def page_body(call: Call, source: Source, page: Page, part: Wanted) -> dict[str, Any]:
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


def _usage(source: Source, page: Page, params: dict[str, Any]) -> Usage:
    """What is read is charged as a whole, filtered out or not; what is fetched from the table for an index, by item.

    (Developer guide, "Local secondary indexes": provisioned throughput considerations, "for every table item fetched".)
    """
    consistent = truth(params.get("ConsistentRead"))
    usage = Usage()
    usage.add(read_units(page.size, consistent=consistent), source.index)
    usage.add(sum(read_units(size, consistent=consistent) for size in page.fetched))
    return usage
