"""``QueryBuilder``: a query of a table or an index, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_dynamodb.client.calls import Item
from pytest_dynamodb.client.drivers.sync import SyncDriver
from pytest_dynamodb.client.operations import reading
from pytest_dynamodb.client.operations.keys import TableBook
from pytest_dynamodb.client.operations.plan import KeyChoice, RangeOperator, ReadPlan
from pytest_dynamodb.client.page import Page
from pytest_dynamodb.expressions.buildable import PathLike
from pytest_dynamodb.expressions.conditions import ConditionLike


@dataclass(frozen=True, slots=True, eq=False)
class QueryBuilder:
    """A query. Immutable: each step returns a new one, and one may be executed more than once.

    Key attributes need not be named: their names are those given to ``client.table(..., keys=...)``, or learned with
    one DescribeTable a table. Nothing is sent before ``execute``, ``pages``, ``page``, ``first``, ``one``, ``count`` or
    an iteration, which raise ``ExpressionMisuse`` where keys are missing or too many.
    """

    _driver: SyncDriver = field(repr=False)
    _book: TableBook = field(repr=False)
    _plan: ReadPlan

    def partition_key(self, *values: object) -> QueryBuilder:
        """The partition key: one value, or one for each attribute of a key of several. Or ``sharded(...)``."""
        return self._with_key(replace(self._plan.choice, partition=values))

    def sort_key_equals(self, *values: object) -> QueryBuilder:
        """The sort key, or the first attributes of one of several; a range of the next one may follow."""
        return self._with_key(self._plan.choice.with_equal(values))

    def sort_key_begins_with(self, prefix: object) -> QueryBuilder:
        """Sort keys that begin with this text, or these bytes."""
        return self._with_range("begins_with", prefix)

    def sort_key_between(self, low: object, high: object) -> QueryBuilder:
        """Sort keys from ``low`` to ``high``, both included."""
        return self._with_range("between", low, high)

    def sort_key_less_than(self, value: object) -> QueryBuilder:
        """Sort keys less than this."""
        return self._with_range("<", value)

    def sort_key_at_most(self, value: object) -> QueryBuilder:
        """Sort keys less than or equal to this."""
        return self._with_range("<=", value)

    def sort_key_greater_than(self, value: object) -> QueryBuilder:
        """Sort keys greater than this."""
        return self._with_range(">", value)

    def sort_key_at_least(self, value: object) -> QueryBuilder:
        """Sort keys greater than or equal to this."""
        return self._with_range(">=", value)

    def filter(self, condition: ConditionLike) -> QueryBuilder:
        """Only items of which this is true; given again, only if all of them are. They are read all the same."""
        return replace(self, _plan=self._plan.filter(condition))

    def ascending(self) -> QueryBuilder:
        """In the order of the sort key, which is how it is without this."""
        return replace(self, _plan=replace(self._plan, descending=False))

    def descending(self) -> QueryBuilder:
        """In the opposite order."""
        return replace(self, _plan=replace(self._plan, descending=True))

    def limit(self, items: int | None) -> QueryBuilder:
        """At most this many items come back, after filtering; ``None`` for all. How many are read is ``page_size``."""
        return replace(self, _plan=self._plan.at_most(items))

    def page_size(self, items: int | None) -> QueryBuilder:
        """DynamoDB's ``Limit``: how many items one request reads, before filtering; ``None`` for up to 1 MB."""
        return replace(self, _plan=self._plan.in_pages_of(items))

    def project(self, *paths: PathLike | Iterable[PathLike]) -> QueryBuilder:
        """Only these paths of each item; given again, these as well."""
        return replace(self, _plan=self._plan.project(*paths))

    def consistent(self, consistent: bool = True) -> QueryBuilder:
        """Read what has been written before. Not of a global index."""
        return replace(self, _plan=replace(self._plan, consistent=consistent))

    def execute(self, after: str | None = None) -> Page[Item]:
        """All items, up to ``limit``, in as many requests as it takes. ``after`` is a cursor to go on from.

        Raises ``InvalidCursor`` for one of something else; so do the others.
        """
        return self._driver.run(reading.everything(self._book, self._plan, after))

    def pages(self, after: str | None = None) -> Iterator[Page[Item]]:
        """The items page by page, one request each, as they are asked for. A page may be empty."""
        return self._driver.stream(reading.pages(self._book, self._plan, after))

    def page(self, after: str | None = None) -> Page[Item]:
        """Exactly one page: what one request brings."""
        return self._driver.run(reading.page(self._book, self._plan, after))

    def __iter__(self) -> Iterator[Item]:
        return self._driver.stream(reading.items(self._book, self._plan))

    def first(self) -> Item | None:
        """The first item, or ``None``."""
        return self._driver.run(reading.first(self._book, self._plan))

    def one(self) -> Item:
        """The only item. Raises ``ItemNotFound`` if there is none, ``MultipleItemsFound`` if there are more."""
        return self._driver.run(reading.one(self._book, self._plan))

    def count(self) -> int:
        """How many items there are, up to ``limit``. They are read, and paid for, but not sent."""
        return self._driver.run(reading.count(self._book, self._plan))

    def to_request(self) -> dict[str, Any]:
        """The parameters of the first request, which is not sent. (Where key names are not known, they are learned.)"""
        return self._driver.run(reading.request(self._book, self._plan))

    def _with_key(self, key: KeyChoice) -> QueryBuilder:
        return replace(self, _plan=replace(self._plan, key=key))

    def _with_range(self, operator: RangeOperator, *values: object) -> QueryBuilder:
        return self._with_key(self._plan.choice.with_range(operator, *values))
